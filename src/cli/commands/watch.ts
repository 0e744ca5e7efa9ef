// `mfad status --watch`: the status, redrawn every second until somebody ends it.
import { AppError } from '../../core/errors.ts'
import type { Invocation } from '../command.ts'
import { currentStatus } from '../connection/current-status.ts'
import type { Output } from '../terminal/output.ts'
import { openScreen, type Screen, wrap } from '../terminal/screen.ts'
import { statusText } from '../text/status-text.ts'

const stepMs = 1000
/** As a shell reports them: 128 plus the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Ends with a signal, and leaves the terminal as it was, also when it is put aside with Ctrl-Z. */
export async function watchStatus({ environment, output }: Invocation): Promise<number> {
  const screen = openScreen(output)
  const events = listen(screen)
  process.once('exit', screen.close)
  try {
    for (;;) {
      const text = await render(environment, output, events.ending)
      if (events.exitCode() !== undefined) return events.exitCode() ?? 0
      screen.draw(text)
      await events.next(stepMs)
    }
  } finally {
    screen.close()
    process.off('exit', screen.close)
    events.close()
  }
}

/** The text to draw now: the status, and below it what would otherwise go to standard error. */
async function render(
  environment: Invocation['environment'],
  output: Output,
  ending: AbortSignal,
): Promise<string> {
  const notes: string[] = []
  const beside: Output = {
    ...output,
    note: (text) => notes.push(text),
    printError: ({ message, hint }) => notes.push(`mfad: ${message}${hint === '' ? '' : `\n  → ${hint}`}`),
  }
  const table = await currentStatus(environment, beside, ending).then(
    (status) => [statusText(status, new Date(), output.style)],
    (error: unknown) => {
      if (!(error instanceof AppError)) throw error
      beside.printError(error)
      return []
    },
  )
  const { columns } = output.size() ?? { columns: 80 }
  return [
    ...table,
    ...notes.map((note) => wrap(note, columns)),
    output.style('dim', 'Ctrl-C ends this'),
  ].join('\n\n')
}

/** The signals. Each cuts the wait of a second short; one that ends the program also cuts short the wait for the daemon. */
function listen(screen: Screen): {
  exitCode(): number | undefined
  ending: AbortSignal
  next(ms: number): Promise<void>
  close(): void
} {
  let exitCode: number | undefined
  const ending = new AbortController()
  let wake: () => void = () => undefined
  const onSignal = (signal: keyof typeof exitCodes) => {
    exitCode = exitCodes[signal]
    ending.abort()
    wake()
  }
  const onResize = () => wake()
  const onPutAside = () => {
    screen.close()
    process.kill(process.pid, 'SIGSTOP')
  }
  for (const signal of Object.keys(exitCodes)) process.on(signal, onSignal)
  process.on('SIGWINCH', onResize)
  process.on('SIGCONT', onResize)
  process.on('SIGTSTP', onPutAside)
  return {
    exitCode: () => exitCode,
    ending: ending.signal,
    next: (ms) =>
      new Promise((resolve) => {
        const timer = setTimeout(resolve, exitCode === undefined ? ms : 0)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      }),
    close() {
      for (const signal of Object.keys(exitCodes)) process.off(signal, onSignal)
      process.off('SIGWINCH', onResize)
      process.off('SIGCONT', onResize)
      process.off('SIGTSTP', onPutAside)
    },
  }
}
