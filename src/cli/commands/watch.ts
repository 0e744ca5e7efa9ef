// `mfad status --watch`: the status, until somebody ends it. The daemon says when there is another one; the time that is left is drawn
// anew every second.
import type { Invocation } from '../command.ts'
import type { Output } from '../terminal/output.ts'
import { openScreen, type Screen, wrap } from '../terminal/screen.ts'
import { statusText } from '../text/status-text.ts'
import { followStatus, type Seen } from './followed-status.ts'

const stepMs = 1000
/** As a shell reports them: 128 plus the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Ends with a signal, and leaves the terminal as it was, also when it is put aside with Ctrl-Z. */
export async function watchStatus({ environment, output }: Invocation): Promise<number> {
  const screen = openScreen(output)
  const events = listen(screen)
  process.once('exit', screen.close)
  const followed = followStatus(environment, output, events.ending, events.wake)
  try {
    for (;;) {
      const seen = followed.last()
      if (events.exitCode() !== undefined) return events.exitCode() ?? 0
      if (seen !== undefined) screen.draw(picture(seen, output))
      await events.next(stepMs)
    }
  } finally {
    screen.close()
    process.off('exit', screen.close)
    events.close()
    await followed.ended
  }
}

/** The text to draw now: the status, and below it what would otherwise go to standard error. */
function picture({ status, notes, at }: Seen, output: Output): string {
  const { columns } = output.size() ?? { columns: 80 }
  const now = new Date()
  const passed = Math.max(0, Math.round((now.getTime() - at.getTime()) / 1000))
  const profiles = status?.profiles.map((profile) =>
    profile.secondsLeft === undefined ? profile : { ...profile, secondsLeft: profile.secondsLeft - passed },
  )
  const table =
    status === undefined ? [] : [statusText({ ...status, profiles: profiles ?? [] }, now, output.style)]
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
  wake(): void
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
    wake: () => wake(),
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
