// `mfad status --watch`: the status, until somebody ends it. The daemon says when there is another one; the time that is left is
// drawn anew every second.
import { AppError } from '../../core/errors.ts'
import { onlyNamed } from '../../core/status-text/only-named.ts'
import type { StatusView } from '../../core/status-text/status-groups.ts'
import { statusText } from '../../core/status-text/status-text.ts'
import { wrap } from '../../core/text/width.ts'
import type { Status } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { type Keys, openKeys } from '../terminal/keys.ts'
import type { Output } from '../terminal/output.ts'
import { openScreen, type Screen } from '../terminal/screen.ts'
import { here } from '../text/local-time.ts'
import { followStatus, type Seen } from './followed-status.ts'
import { viewOf } from './status-view.ts'

const stepMs = 1000
/** As a shell reports them: 128 plus the signal's number. */
const exitCodes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const

/** Ends with `q` or a signal, and leaves the terminal as it was, also when it is put aside with Ctrl-Z. */
export async function watchStatus(invocation: Invocation): Promise<number> {
  const { environment, output } = invocation
  const screen = openScreen(output)
  const keys = openKeys()
  const events = listen(screen, keys)
  process.once('exit', screen.close)
  const followed = followStatus(environment, output, events.ending, events.wake)
  let found: Found | undefined
  try {
    for (;;) {
      const seen = followed.last()
      if (seen !== undefined && seen !== found?.seen) found = await look(seen, invocation)
      if (events.exitCode() !== undefined) return events.exitCode() ?? 0
      if (found !== undefined) screen.draw(picture(found, output))
      await events.next(stepMs)
    }
  } finally {
    screen.close()
    process.off('exit', screen.close)
    events.close()
    keys.close()
    await followed.ended
  }
}

/** What is drawn, of what was seen: those that were named, in the view that the settings give. */
type Found = { seen: Seen; status: Status | undefined; notes: readonly string[]; view: StatusView }

async function look(seen: Seen, { environment, values, positionals }: Invocation): Promise<Found> {
  const { status, notes } = seen
  try {
    const view = await viewOf(environment, values, positionals)
    return { seen, status: status && onlyNamed(status, positionals), notes, view }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const note = `mfad: ${error.message}${error.hint === '' ? '' : `\n  → ${error.hint}`}`
    return { seen, status: undefined, notes: [...notes, note], view: {} }
  }
}

/** The text to draw now. What does not fit beside the notes is folded. */
function picture({ seen, status, notes, view }: Found, output: Output): string {
  const { columns, rows } = output.size() ?? { columns: 80, rows: 24 }
  const below = [...notes.map((note) => wrap(note, columns)), output.style('dim', 'press q to quit')].join(
    '\n\n',
  )
  if (status === undefined) return below
  const left = rows - below.split('\n').length - 1
  const now = new Date()
  const passed = Math.max(0, Math.round((now.getTime() - seen.at.getTime()) / 1000))
  const profiles = status.profiles.map((profile) =>
    profile.secondsLeft === undefined ? profile : { ...profile, secondsLeft: profile.secondsLeft - passed },
  )
  const table = statusText({ ...status, profiles }, here(now), output.style, {
    ...view,
    columns,
    rows: left,
    wraps: true,
  })
  return `${table}\n\n${below}`
}

/** Signals and keys. Each cuts the wait of a second short; what ends the program also cuts short the wait for the daemon. */
function listen(
  screen: Screen,
  keys: Keys,
): {
  exitCode(): number | undefined
  ending: AbortSignal
  wake(): void
  next(ms: number): Promise<void>
  close(): void
} {
  let exitCode: number | undefined
  const ending = new AbortController()
  let wake: () => void = () => undefined
  const end = (code: number) => {
    exitCode = code
    ending.abort()
    wake()
  }
  const onSignal = (signal: keyof typeof exitCodes) => end(exitCodes[signal])
  const onResize = () => wake()
  const onPutAside = () => {
    screen.close()
    keys.giveBack()
    process.kill(process.pid, 'SIGSTOP')
  }
  const onComeBack = () => {
    keys.take()
    wake()
  }
  keys.onKey((key) => {
    if (key === 'q' || key === 'Q') end(0)
  })
  for (const signal of Object.keys(exitCodes)) process.on(signal, onSignal)
  process.on('SIGWINCH', onResize)
  process.on('SIGCONT', onComeBack)
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
      process.off('SIGCONT', onComeBack)
      process.off('SIGTSTP', onPutAside)
    },
  }
}
