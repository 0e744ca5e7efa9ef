// A session that STS has issued and that could not be written: the disk was full, the file was being written all the time.
// Its code is used up, so it is kept in memory until it can be written, it has expired, or the daemon ends.

import { AppError } from '../core/errors.ts'
import type { SessionCredentials } from '../core/profiles/session-section.ts'
import type { AgentState, UnwrittenSession } from './agent-state.ts'
import type { KnownFiles } from './files/known-files.ts'
import { writeSessions } from './files/session-writer.ts'

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
  for (const { sessionProfile } of session.writes) forgetUnwritten(state, sessionProfile)
  state.unwritten.push({ ...session, nextTryAt: new Date(now.getTime() + retryMs) })
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
  const isIt = (session: UnwrittenSession) =>
    session.serialNumber === serialNumber && session.callerKeyId === callerKeyId && isAlive(session, now)
  return unwritten.findLast(isIt)?.credentials
}

/** The instant of the next try; undefined while there is nothing to write. */
export function nextTryAt({ unwritten }: AgentState): Date | undefined {
  const [first, ...others] = unwritten.map((session) => session.nextTryAt)
  return others.reduce((earliest, at) => (earliest !== undefined && earliest < at ? earliest : at), first)
}

/** The next try to write what was kept; undefined while it is too early. `now`: our time; `stsNow`: on STS's clock. */
export function nextTry(
  state: AgentState,
  known: KnownFiles,
  now: Date,
  stsNow: Date,
): (() => Promise<string[]>) | undefined {
  state.unwritten = state.unwritten.filter((session) => isAlive(session, stsNow))
  const session = state.unwritten.find((each) => now >= each.nextTryAt)
  if (session === undefined) return undefined
  session.nextTryAt = new Date(now.getTime() + retryMs)
  return async () => {
    if (!state.unwritten.includes(session)) return []
    const { writes } = session
    try {
      await known.settle()
      const { skipped } = await writeSessions(known, writes)
      forget(state, session)
      return writes.map(({ sessionProfile }) => sessionProfile).filter((name) => !skipped.has(name))
    } catch (error) {
      if (!(error instanceof AppError && error.code.startsWith('file.'))) forget(state, session)
      throw error
    }
  }
}

/** What a later login, or a logout, makes needless. */
export function forgetUnwritten(state: AgentState, sessionProfile: string): void {
  for (const session of state.unwritten)
    session.writes = session.writes.filter((write) => write.sessionProfile !== sessionProfile)
  state.unwritten = state.unwritten.filter(({ writes }) => writes.length > 0)
}

function forget(state: AgentState, session: UnwrittenSession): void {
  state.unwritten = state.unwritten.filter((each) => each !== session)
}

function isAlive({ credentials }: UnwrittenSession, now: Date): boolean {
  return credentials.expiration.getTime() - now.getTime() > leastLifeMs
}
