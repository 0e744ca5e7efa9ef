// The sessions that may be reminded of and renewed, out of the profiles: whose device they hang on, and how long they live.
import { isLoginReady } from '../login/login-plan.ts'
import type { Profile } from '../profiles/profiles.ts'
import { sessionState } from '../profiles/session-state.ts'
import type { ActiveSession } from './reminder-plan.ts'

export type SessionFacts = {
  /** Of a session where nothing else is known. */
  durationSeconds: number
  /** By access key id: how long a session lives in all. */
  lifeSeconds: ReadonlyMap<string, number>
  /** The IAM user behind an access key id, as far as AWS was asked. */
  identities: ReadonlyMap<string, string>
  /** STS's clock, on which expirations are stated, minus ours. */
  clockOffsetSeconds: number
}

/** Every session of ours that stands in the file, with the instants of our own clock. */
export function activeSessions(profiles: readonly Profile[], facts: SessionFacts): ActiveSession[] {
  const { lifeSeconds, identities, clockOffsetSeconds } = facts
  return profiles.filter(isManaged).flatMap((known) => {
    const { profile, session, durationSeconds } = known
    if (session.kind !== 'ours' || session.expiration === undefined) return []
    const { accessKeyId, expiration } = session
    return [
      {
        profile,
        accessKeyId,
        expiration: new Date(expiration.getTime() - clockOffsetSeconds * 1000),
        lifeSeconds: lifeSeconds.get(accessKeyId) ?? (durationSeconds || facts.durationSeconds),
        ...deviceOf(known, identities),
      },
    ]
  })
}

/** A code serves the profiles with one serial number whose keys are of one user. */
function deviceOf(
  profile: Profile,
  identities: SessionFacts['identities'],
): Pick<ActiveSession, 'device' | 'serialNumber'> {
  if (!isLoginReady(profile)) return { device: `none for ${profile.profile}` }
  const { serialNumber, accessKeyId } = profile
  return { device: `${serialNumber} ${identities.get(accessKeyId) ?? accessKeyId}`, serialNumber }
}

/** Sessions of profiles that are gone, or that AWS tools would not read, are nothing to renew. */
function isManaged(profile: Profile): boolean {
  return !profile.isOrphan && sessionState(profile, [], new Date(0)) !== 'unmanaged'
}
