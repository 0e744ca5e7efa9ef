// All that the agent remembers. Everything else is derived from the files; losing this costs one repeated reminder.
import type { ErrorBody } from '../core/errors.ts'
import type { UsedCode } from '../core/login/token-code.ts'
import type { Told } from '../core/plan/reminder-plan.ts'
import type { Attempt } from '../core/plan/renewal-plan.ts'
import type { RoleAttempt } from '../core/plan/role-renewals.ts'
import type { Profile } from '../core/profiles/profile.ts'
import type { SectionLookup } from '../core/profiles/sections.ts'
import type { SessionCredentials } from '../core/profiles/session-section.ts'
import { onOurClock } from '../core/profiles/session-state.ts'
import type { Warning } from '../core/wire.ts'
import type { Source } from '../core/writes/ledger.ts'
import { standsIn } from '../core/writes/plan-writes.ts'

/** The session of a role's own keys, which stands in no file: after a restart the role needs a code. */
type KeptSession = { credentials: SessionCredentials; source: Source }

export type AgentState = {
  usedCodes: UsedCode[]
  /** The IAM user behind an access key id, as GetCallerIdentity said. */
  identities: Map<string, string>
  /** By profile: why the last call for it failed, and until when that is worth saying. */
  lastErrors: Map<string, { error: ErrorBody; until?: Date }>
  /** By profile. */
  snoozedUntil: Map<string, Date>
  /** The reminders shown; see planReminders. */
  told: Told
  /** What became of the renewals that nobody asked for; see planRenewals. */
  attempts: Map<string, Attempt>
  /** What became of the renewals of roles, by profile; see planRoleRenewals. */
  roleAttempts: Map<string, RoleAttempt>
  /** By role with keys of its own. */
  keptSessions: Map<string, KeptSession>
  /** By the access key id of a session: how long it lives in all. Known only for those issued to this process. */
  lifeSeconds: Map<string, number>
  /** By access key id of a session: the host that issued it. Known only for those issued to this process. */
  issuers: Map<string, string>
  /** By host: its clock minus ours, in seconds, as its last usable answer said. */
  clockOffsets: Map<string, number>
  /** Why the last notification could not be shown. */
  notifierWarning?: Warning
}

/** More than are live at any time, so what is dropped belongs to sessions that ended long ago. */
const mostSessions = 1000

/** A session was issued: how long it lives in all, and by whom. */
export function noteIssued(
  { lifeSeconds, issuers }: AgentState,
  accessKeyId: string,
  seconds: number,
  host: string | undefined,
): void {
  remember(lifeSeconds, accessKeyId, seconds)
  if (host !== undefined) remember(issuers, accessKeyId, host)
}

/** By how much the clock of the host that issued a session is ahead of ours, in seconds; 0 where that is not known. */
export function clockOffsetOf({ issuers, clockOffsets }: AgentState, accessKeyId: string): number {
  return clockOffsets.get(issuers.get(accessKeyId) ?? '') ?? 0
}

/** The largest difference between our clock and another one that is known. */
export function largestClockOffset({ clockOffsets }: AgentState): number {
  return [...clockOffsets.values()].sort((a, b) => Math.abs(b) - Math.abs(a))[0] ?? 0
}

/**
 * The profiles with the expirations of their sessions on our own clock. `found`: by profile that names no device, the one that
 * its user has.
 */
export function profilesNow(
  known: { profiles: readonly Profile[] },
  state: AgentState,
  found: ReadonlyMap<string, string> = new Map(),
): readonly Profile[] {
  const profiles = withOffsets(known.profiles, state)
  if (found.size === 0) return profiles
  return profiles.map((profile) => {
    const serialNumber = profile.serialNumber ?? found.get(profile.profile)
    return serialNumber === undefined ? profile : { ...profile, serialNumber }
  })
}

/** The active profiles, with their expirations on our own clock. */
export function activeNow(known: { active: readonly Profile[] }, state: AgentState): readonly Profile[] {
  return withOffsets(known.active, state)
}

/** Most clocks agree, and then there is nothing to be changed. */
function withOffsets(profiles: readonly Profile[], state: AgentState): readonly Profile[] {
  if (largestClockOffset(state) === 0) return profiles
  return onOurClock(profiles, (accessKeyId) => clockOffsetOf(state, accessKeyId))
}

/** By role with keys of its own: until when the session of those keys lives, while they stand in the file. */
export function keptUntil(
  known: { sections: SectionLookup },
  state: AgentState,
  now: Date,
): ReadonlyMap<string, Date> {
  if (state.keptSessions.size === 0) return new Map()
  const stands = standsIn(known.sections)
  const until = new Map<string, Date>()
  for (const [profile, { credentials, source }] of state.keptSessions) {
    const offsetMs = clockOffsetOf(state, credentials.accessKeyId) * 1000
    const endsAt = new Date(credentials.expiration.getTime() - offsetMs)
    if (endsAt > now && stands(source)) until.set(profile, endsAt)
  }
  return until
}

/** Keeps what is known of one session, and drops what was kept first. */
export function remember<T>(map: Map<string, T>, session: string, value: T): void {
  map.set(session, value)
  const [oldest] = map.keys()
  if (map.size > mostSessions && oldest !== undefined) map.delete(oldest)
}

export function createAgentState(): AgentState {
  return {
    usedCodes: [],
    identities: new Map(),
    lastErrors: new Map(),
    snoozedUntil: new Map(),
    told: new Map(),
    attempts: new Map(),
    roleAttempts: new Map(),
    keptSessions: new Map(),
    lifeSeconds: new Map(),
    issuers: new Map(),
    clockOffsets: new Map(),
  }
}
