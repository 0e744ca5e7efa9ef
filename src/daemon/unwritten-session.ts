// A session that STS has issued and that could not be written: the disk was full, the file was being written all the time.
// Its code is used up, so it is kept in memory until it can be written, it has expired, or the daemon ends.

import { AppError } from '../core/errors.ts'
import type { SessionCredentials } from '../core/session-section.ts'
import type { AgentState } from './agent-state.ts'
import type { KnownFiles } from './known-files.ts'
import { type SessionWrite, writeSessions } from './session-writer.ts'

export type UnwrittenSession = {
  /** The device and the long-term access key that it was issued for. */
  serialNumber: string
  callerKeyId: string
  credentials: SessionCredentials
  writes: readonly SessionWrite[]
  nextTryAt: Date
}

const retryMs = 10_000
/** One that ends within a minute is worth no waiting. */
const leastLifeMs = 60_000

/** Keeps the session when the file was what failed; the error that says so. Any other error comes back as it is. */
export function keepUnwritten(
  state: AgentState,
  session: Omit<UnwrittenSession, 'nextTryAt'>,
  error: unknown,
  now: Date,
): unknown {
  if (!(error instanceof AppError) || !error.code.startsWith('file.')) return error
  state.unwritten = { ...session, nextTryAt: new Date(now.getTime() + retryMs) }
  const message = `${error.message}; the new session is kept, and written as soon as it can be`
  return new AppError(error.code, message, error.hint, error)
}

/** The kept session of a device, while it is worth writing. `now`: on STS's clock. */
export function unwrittenSession(
  { unwritten }: AgentState,
  serialNumber: string,
  callerKeyId: string | undefined,
  now: Date,
): SessionCredentials | undefined {
  const isIt = unwritten?.serialNumber === serialNumber && unwritten.callerKeyId === callerKeyId
  return isIt && isAlive(unwritten, now) ? unwritten.credentials : undefined
}

/** The next try to write it; undefined while there is nothing to do. `now`: our time; `stsNow`: on STS's clock. */
export function nextTry(
  state: AgentState,
  known: KnownFiles,
  now: Date,
  stsNow: Date,
): (() => Promise<string[]>) | undefined {
  const { unwritten } = state
  if (unwritten === undefined || now < unwritten.nextTryAt) return undefined
  if (!isAlive(unwritten, stsNow)) {
    delete state.unwritten
    return undefined
  }
  unwritten.nextTryAt = new Date(now.getTime() + retryMs)
  return async () => {
    if (state.unwritten !== unwritten) return []
    try {
      await known.settle()
      const { skipped } = await writeSessions(known, unwritten.writes)
      delete state.unwritten
      return unwritten.writes.map(({ sessionProfile }) => sessionProfile).filter((name) => !skipped.has(name))
    } catch (error) {
      const isOfFile = error instanceof AppError && error.code.startsWith('file.')
      if (!isOfFile && state.unwritten === unwritten) delete state.unwritten
      throw error
    }
  }
}

/** A logout ends what was to be written, too. */
export function forgetUnwritten(state: AgentState, sessionProfile: string): void {
  if (state.unwritten === undefined) return
  const writes = state.unwritten.writes.filter((write) => write.sessionProfile !== sessionProfile)
  if (writes.length > 0) state.unwritten = { ...state.unwritten, writes }
  else delete state.unwritten
}

function isAlive({ credentials }: UnwrittenSession, now: Date): boolean {
  return credentials.expiration.getTime() - now.getTime() > leastLifeMs
}
