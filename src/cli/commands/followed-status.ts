// The status as it was seen last, while it is followed: by waiting for the daemon's next one, or by looking every second where there
// is none that can tell.
import { AppError } from '../../core/errors.ts'
import type { Status } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { type OpenStatus, openStatus } from '../connection/current-status.ts'
import type { Output } from '../terminal/output.ts'

export type Seen = {
  /** Undefined where there is nothing to show but the notes. */
  status: Status | undefined
  notes: readonly string[]
  at: Date
}

export type FollowedStatus = {
  /** Undefined until something was seen. Throws what no status could be made of. */
  last(): Seen | undefined
  ended: Promise<void>
}

const pauseMs = 1000

/** Until `ending` is aborted. `changed` is called whenever another status was seen. */
export function followStatus(
  environment: Invocation['environment'],
  output: Output,
  ending: AbortSignal,
  changed: () => void,
): FollowedStatus {
  let last: Seen | undefined
  let failure: { error: unknown } | undefined
  const follow = async () => {
    while (!ending.aborted) {
      const notes: string[] = []
      const see = (status: Status | undefined) => {
        if (ending.aborted) return
        last = { status, notes, at: new Date() }
        changed()
      }
      try {
        const open = await openStatus(environment, notedIn(notes, output), ending)
        see(open.status)
        await followOpen(open, ending, see)
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        if (ending.aborted) return
        // The daemon may have ended in the middle of a wait: the next look says what there is then.
        if (last?.notes !== notes) {
          notes.push(`mfad: ${error.message}${error.hint === '' ? '' : `\n  → ${error.hint}`}`)
          see(undefined)
        }
      }
      await pause(pauseMs, ending)
    }
  }
  const ended = follow().catch((error: unknown) => {
    failure = { error }
    changed()
  })
  return {
    last() {
      if (failure !== undefined) throw failure.error
      return last
    },
    ended,
  }
}

/** Ends where nobody can tell when there is another one. */
async function followOpen(
  { status, next }: OpenStatus,
  ending: AbortSignal,
  see: (status: Status) => void,
): Promise<void> {
  let revision = status.revision
  while (next !== undefined && revision !== undefined && !ending.aborted) {
    const later = await next(revision)
    see(later)
    revision = later.revision
  }
}

function notedIn(notes: string[], output: Output): Output {
  return {
    ...output,
    note: (text) => void notes.push(text),
    printError: ({ message, hint }) =>
      void notes.push(`mfad: ${message}${hint === '' ? '' : `\n  → ${hint}`}`),
  }
}

function pause(ms: number, ending: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (ending.aborted) return resolve()
    const end = () => {
      clearTimeout(timer)
      ending.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    ending.addEventListener('abort', end)
  })
}
