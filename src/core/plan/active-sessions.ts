// The sessions that may be reminded of and renewed, out of the profiles: which device renews each, and how long it lives.

import { roleSeconds } from '../login/role-plan.ts'
import { deviceOf, type Identities } from '../profiles/devices.ts'
import { isOwnRoot, isRoleReady, type Profile } from '../profiles/profile.ts'
import { isActive, sessionState } from '../profiles/session-state.ts'

export type SessionFacts = {
  /** How long a session lives where nothing else is known of it. */
  durationSeconds: number
  /** By access key id: how long a session lives in all. */
  lifeSeconds: ReadonlyMap<string, number>
  identities: Identities
  /** By role with keys of its own: until when the session of those keys lives, which stands in no file. */
  kept: ReadonlyMap<string, Date>
}

/** Every session of ours that stands in the file. `profiles`: with their expirations on our own clock. */
export function activeSessions(profiles: readonly Profile[], facts: SessionFacts): ActiveSession[] {
  const { lifeSeconds, identities } = facts
  const active = new Set(profiles.filter(isActive).map(({ profile }) => profile))
  return profiles.filter(isManaged).flatMap((known) => {
    const { profile, session, serialNumber } = known
    if (session.kind !== 'ours' || session.expiration === undefined) return []
    const { accessKeyId, expiration } = session
    const device = deviceOf(known, identities)
    return [
      {
        profile,
        accessKeyId,
        expiration,
        lifeSeconds: lifeSeconds.get(accessKeyId) ?? usualSeconds(known, facts),
        device: device ?? `none for ${profile}`,
        ...(isBehind(known, active, facts) ? { isBehind: true } : {}),
        ...(device === undefined || serialNumber === undefined ? {} : { serialNumber }),
      },
    ]
  })
}

function usualSeconds(profile: Profile, facts: SessionFacts): number {
  if (isRoleReady(profile)) return roleSeconds(profile)
  return profile.durationSeconds || facts.durationSeconds
}

/** While the session of its root stands, that one is what a user has to renew. */
function isBehind(profile: Profile, active: ReadonlySet<string>, { kept }: SessionFacts): boolean {
  if (!isRoleReady(profile)) return false
  return isOwnRoot(profile) ? kept.has(profile.profile) : active.has(profile.source.root)
}

/** Sessions of profiles that are gone, or that AWS tools would not read, are not renewed. */
function isManaged(profile: Profile): boolean {
  return !profile.isOrphan && sessionState(profile, [], new Date(0)) !== 'unmanaged'
}

/** All instants are on our own clock. */
export type ActiveSession = {
  profile: string
  accessKeyId: string
  expiration: Date
  /** How long the session lives in all, as far as known. */
  lifeSeconds: number
  /** A role whose root has a session of its own in the file, or in memory. */
  isBehind?: boolean
  /** One code serves all sessions with the same device. */
  device: string
  /** The device's name, where the profile can be logged in with a code. */
  serialNumber?: string
  /** Set while it is expected to be renewed without the user: no reminder comes before this. */
  tellFrom?: Date
}

/** What tells sessions apart: two profiles can share one session's keys. */
export function sessionId({ accessKeyId, profile }: Pick<ActiveSession, 'accessKeyId' | 'profile'>): string {
  return `${accessKeyId} ${profile}`
}

/** The sessions that a code can renew, one list for each device. */
export function byDevice(sessions: readonly ActiveSession[]): ActiveSession[][] {
  const groups = new Map<string, ActiveSession[]>()
  for (const session of sessions) {
    if (session.serialNumber === undefined) continue
    groups.set(session.device, [...(groups.get(session.device) ?? []), session])
  }
  return [...groups.values()]
}

/** The instant at which a session counts as expired: timers may come a little early. */
export function hasExpired({ expiration }: Pick<ActiveSession, 'expiration'>, now: Date): boolean {
  return expiration.getTime() <= now.getTime() + 1000
}
