// Which of its states a profile is in at a given instant.

import { unmanagedCodes } from '../error-codes.ts'
import { earliest } from '../time/instant.ts'
import type { SessionState } from '../wire.ts'
import type { Profile } from './profile.ts'

const leastExpiringSeconds = 600

/** Active: the session section exists and is ours, expired or not. */
export function isActive({ session }: Profile): boolean {
  return session.kind === 'ours'
}

/** Seconds from `now` to the expiration; negative once expired; undefined without a session of ours that can be read. */
export function secondsLeft({ session }: Profile, now: Date): number | undefined {
  if (session.kind !== 'ours' || session.expiration === undefined) return undefined
  return Math.floor((session.expiration.getTime() - now.getTime()) / 1000)
}

/** `expiring` is less than the longest reminder lead time, and never less than 10 minutes. */
export function sessionState(
  profile: Profile,
  reminderLeadSeconds: readonly number[],
  now: Date,
): SessionState {
  if (profile.session.kind === 'foreign') return 'unmanaged'
  if (profile.obstacle !== undefined && unmanagedCodes.has(profile.obstacle.code)) return 'unmanaged'
  if (profile.session.kind === 'none') return 'inactive'
  const seconds = secondsLeft(profile, now)
  if (seconds === undefined || seconds <= 0) return 'expired'
  return seconds < expiringSeconds(reminderLeadSeconds) ? 'expiring' : 'valid'
}

function expiringSeconds(reminderLeadSeconds: readonly number[]): number {
  return Math.max(leastExpiringSeconds, ...reminderLeadSeconds)
}

/**
 * When a profile changes its state next, by time alone. Whole seconds are what counts: a session counts as expired in its last one.
 * `profiles`: with their expirations on our own clock.
 */
export function nextStateAt(
  profiles: readonly Profile[],
  reminderLeadSeconds: readonly number[],
  now: Date,
): Date | undefined {
  const leads = [expiringSeconds(reminderLeadSeconds), 1]
  const instants = profiles.flatMap(({ session }) => {
    const expiration = session.kind === 'ours' ? session.expiration : undefined
    return expiration === undefined ? [] : leads.map((lead) => new Date(expiration.getTime() - lead * 1000))
  })
  return earliest(...instants.filter((instant) => instant > now))
}

/**
 * The profiles with the expirations of their sessions on our own clock: they are stated on that of the host that issued them.
 * `offsetOf`: by access key id, by how many seconds that clock is ahead of ours.
 */
export function onOurClock(
  profiles: readonly Profile[],
  offsetOf: (accessKeyId: string) => number,
): readonly Profile[] {
  return profiles.map((profile) => {
    const { session } = profile
    if (session.kind !== 'ours' || session.expiration === undefined) return profile
    const offset = offsetOf(session.accessKeyId)
    if (offset === 0) return profile
    const expiration = new Date(session.expiration.getTime() - offset * 1000)
    return { ...profile, session: { ...session, expiration } }
  })
}
