// Ends a session: its section goes, and all that was remembered of it.

import { findProfile } from '../core/profiles/profiles.ts'
import type { LogoutAnswer } from '../core/wire.ts'
import { forgetUnwritten, noteMeant } from '../core/writes/ledger.ts'
import type { AgentDeps } from './agent-parts.ts'
import type { AgentState } from './agent-state.ts'
import { removeSession } from './files/session-writer.ts'
import type { SessionWatch } from './session-watch.ts'

type LogoutDeps = Pick<AgentDeps, 'known' | 'log' | 'now'> & { sessionWatch: SessionWatch }

export async function logOut(
  { known, log, now, sessionWatch }: LogoutDeps,
  state: AgentState,
  name: string,
): Promise<LogoutAnswer> {
  const { profile, sessionProfile, session } = findProfile(known.profiles, name)
  known.setLedger(forgetUnwritten(known.ledger, [sessionProfile]))
  state.keptSessions.delete(profile)
  sessionWatch.removed(sessionProfile)
  if (session.kind === 'none') {
    // Another program may have removed it; it is not to be brought back.
    const meant = new Map([[sessionProfile, undefined]])
    known.setLedger(noteMeant(known.ledger, meant, known.documents.credentials, now()))
    return { profile, sessionProfile, removed: false, warnings: [] }
  }
  const warnings = await removeSession(known, sessionProfile)
  state.snoozedUntil.delete(profile)
  state.lastErrors.delete(profile)
  log.info({ profile, sessionProfile }, 'logged out')
  return { profile, sessionProfile, removed: true, warnings }
}
