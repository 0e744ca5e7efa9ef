// `GET /v1/status?after=REVISION&wait=SECONDS`: the answer comes as soon as the status is another one. While nobody waits there is
// no timer; while somebody does, there is one for the instant at which a session changes its state by time alone.
import { AppError } from '../../core/errors.ts'
import { readStatusQuery, type Status } from '../../core/wire.ts'

export type StatusPollDeps = {
  /** The status now, but for its revision. */
  read(): Omit<Status, 'revision'>
  /** When it changes by itself next, should nothing happen. */
  changesAt(): Date | undefined
  now(): Date
}

export type StatusPolls = {
  /** The status, at once or when it differs from the revision that the query names. Throws usage.bad-request. */
  answer(query: URLSearchParams, gone: AbortSignal): Promise<Status>
  /** Something may have changed. */
  changed(): void
  /** Answers all who wait. */
  close(): void
}

type Poll = { after: string; resolve(status: Status): void }

const mostPolls = 16
const mostTimerMs = 2 ** 31 - 1
/** A timer may fire a moment early. */
const lateMs = 20

export function createStatusPolls({ read, changesAt, now }: StatusPollDeps): StatusPolls {
  const polls = new Set<Poll>()
  let soon: NodeJS.Immediate | undefined
  let timer: NodeJS.Timeout | undefined
  /** Reading has the agent look, which says again that something may have changed. */
  let isReading = false

  const revisionOf = createRevisions(now())
  const current = (): Status => {
    isReading = true
    try {
      const status = read()
      return { ...status, revision: revisionOf(status) }
    } finally {
      isReading = false
    }
  }

  const arm = () => {
    clearTimeout(timer)
    const at = polls.size === 0 ? undefined : changesAt()
    if (at === undefined) return
    const delayMs = Math.max(0, at.getTime() - now().getTime()) + lateMs
    timer = setTimeout(look, Math.min(delayMs, mostTimerMs))
  }

  const look = () => {
    soon = undefined
    if (polls.size === 0) return
    const status = current()
    for (const { after, resolve } of polls) if (after !== status.revision) resolve(status)
    arm()
  }

  return {
    async answer(query, gone) {
      const { after, waitSeconds } = readStatusQuery(query)
      const status = current()
      if (after !== status.revision || waitSeconds === 0) return status
      if (polls.size >= mostPolls) throw tooMany()
      return new Promise<Status>((resolve) => {
        const end = (answer: Status) => {
          polls.delete(poll)
          clearTimeout(limit)
          if (polls.size === 0) clearTimeout(timer)
          resolve(answer)
        }
        const poll: Poll = { after, resolve: end }
        const limit = setTimeout(() => end(current()), waitSeconds * 1000)
        gone.addEventListener('abort', () => end(status))
        polls.add(poll)
        arm()
      })
    },
    changed() {
      if (polls.size > 0 && !isReading) soon ??= setImmediate(look)
    },
    close() {
      if (soon !== undefined) clearImmediate(soon)
      for (const { resolve } of polls) resolve(current())
    },
  }
}

/**
 * A revision is the same until more of the status changes than the time that is left, and never that of a daemon that was started
 * before. It is counted: for a hash, Node would load 2 MiB of cryptography.
 */
function createRevisions(startedAt: Date): (status: Omit<Status, 'revision'>) => string {
  let last = ''
  let count = 0
  return (status) => {
    const text = JSON.stringify(status, (key, value) => (key === 'secondsLeft' ? undefined : value))
    if (text !== last) count += 1
    last = text
    return `${startedAt.getTime().toString(36)}-${count}`
  }
}

function tooMany(): AppError {
  return new AppError(
    'daemon.too-many-waiters',
    `${mostPolls} programs wait for the status to change already`,
    'end one of them',
  )
}
