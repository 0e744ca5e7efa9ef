// When a role is assumed again without its user, and what becomes of an attempt that failed. A role lives an hour at most, and
// the session of its source half a day, so each is assumed anew while that session lives:
//
//   due       when less is left than the larger of 20 min and a third of its life, never before half of it. Roles that were
//             assumed together are spread over the time between, each at the same place every time
//   waiting   it failed in a way that may pass: again after a pause that grows up to 5 min
//   given up  AWS said no, or the profile cannot be right: not again before another session of its source, or another profile
//
// Roles renew in quiet hours, too: nobody is asked for anything.
import { hopelessCodes } from '../error-codes.ts'
import type { ErrorBody } from '../errors.ts'
import { isRootLive, type RoleFacts, roleSeconds } from '../login/role-plan.ts'
import { isRoleReady, type Profile } from '../profiles/profile.ts'
import { isActive } from '../profiles/session-state.ts'

/** An active role whose source has a live session. */
export type RenewingRole = {
  profile: string
  expiration: Date
  lifeSeconds: number
  /** What an attempt is about: it tells apart sessions of the role and of its root, and what is asked for. A getter, since it is
   * asked for only where there was an attempt. */
  readonly subject: string
}

export type RoleAttempt = { subject: string } & (
  | { kind: 'running'; failures: number }
  | { kind: 'waiting'; retryAt: number; failures: number }
  | { kind: 'given-up'; error: ErrorBody }
)

/** By profile. */
export type RoleAttempts = ReadonlyMap<string, RoleAttempt>

export type RoleRenewalPlan = { start: RenewingRole[]; nextAt?: Date }

const leastLeadMs = 20 * 60_000
const firstPauseMs = 30_000
const mostPauseMs = 300_000
const lastingAreas = /^(?:profile|settings|internal)\./

/** `profiles`: with their expirations on our own clock. `lifeSeconds`: by access key id. */
export function renewingRoles(
  profiles: readonly Profile[],
  facts: RoleFacts & { lifeSeconds: ReadonlyMap<string, number> },
): RenewingRole[] {
  const byName = new Map(profiles.map((profile) => [profile.profile, profile]))
  return profiles.flatMap((profile) => {
    if (!isRoleReady(profile) || !isActive(profile)) return []
    const { session, role, region } = profile
    const root = byName.get(profile.source.root)
    if (session.kind !== 'ours' || session.expiration === undefined) return []
    if (root === undefined || !isRootLive(root, facts)) return []
    const { accessKeyId, expiration } = session
    const lifeSeconds = facts.lifeSeconds.get(accessKeyId) ?? roleSeconds(profile)
    return [
      {
        profile: profile.profile,
        expiration,
        lifeSeconds,
        get subject() {
          const rootSession = facts.kept.get(root.profile)?.toISOString() ?? sessionKey(root)
          const asked = JSON.stringify([role, profile.source, roleSeconds(profile), region])
          return `${accessKeyId} ${rootSession} ${asked}`
        },
      },
    ]
  })
}

function sessionKey({ session }: Profile): string {
  return session.kind === 'ours' ? session.accessKeyId : ''
}

/** What to start at `now`, and when to look again. */
export function planRoleRenewals(
  roles: readonly RenewingRole[],
  attempts: RoleAttempts,
  now: Date,
): RoleRenewalPlan {
  const start: RenewingRole[] = []
  let nextAt = Number.POSITIVE_INFINITY
  for (const role of roles) {
    const attempt = attempts.get(role.profile)
    if (attempt?.kind === 'running') continue
    const own = attempt !== undefined && attempt.subject === role.subject ? attempt : undefined
    if (own?.kind === 'given-up') continue
    const at = Math.max(dueAt(role), pauseEnd(own, now))
    if (at <= now.getTime()) start.push(role)
    else nextAt = Math.min(nextAt, at)
  }
  return { start, ...(nextAt === Number.POSITIVE_INFINITY ? {} : { nextAt: new Date(nextAt) }) }
}

function dueAt({ profile, expiration, lifeSeconds }: RenewingRole): number {
  const half = (lifeSeconds * 1000) / 2
  const least = Math.min(Math.max(leastLeadMs, (lifeSeconds * 1000) / 3), half)
  return expiration.getTime() - (least + placeOf(profile) * (half - least))
}

/** From 0 up to 1, always the same for a name. */
function placeOf(profile: string): number {
  let hash = 2_166_136_261
  for (const letter of profile) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16_777_619) >>> 0
  // Names that differ in their last letter only would be neighbours.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b) >>> 0
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35) >>> 0
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

/** A clock that was set back must not make a pause any longer. */
function pauseEnd(attempt: RoleAttempt | undefined, now: Date): number {
  if (attempt?.kind !== 'waiting' || attempt.retryAt > now.getTime() + mostPauseMs) return 0
  return attempt.retryAt
}

/** An attempt that begins. */
export function startedRoleAttempt(
  { subject }: RenewingRole,
  previous: RoleAttempt | undefined,
): RoleAttempt & { kind: 'running' } {
  const isGoingOn = previous?.kind === 'waiting' && previous.subject === subject
  return { kind: 'running', subject, failures: isGoingOn ? previous.failures : 0 }
}

/** What becomes of one that failed. `random` is from 0 up to 1. */
export function failedRoleAttempt(
  { subject, failures }: RoleAttempt & { kind: 'running' },
  error: ErrorBody,
  now: Date,
  random: number,
): RoleAttempt {
  if (hopelessCodes.has(error.code) || lastingAreas.test(error.code))
    return { kind: 'given-up', subject, error }
  const pauseMs = Math.min(mostPauseMs, firstPauseMs * 2 ** Math.min(failures, 10)) * (0.75 + random / 4)
  return { kind: 'waiting', subject, failures: failures + 1, retryAt: now.getTime() + pauseMs }
}

/** By profile: why it is not renewed by itself, although the session of its source lives. */
export function givenUpRoles(
  roles: readonly RenewingRole[],
  attempts: RoleAttempts,
): ReadonlyMap<string, ErrorBody> {
  const errors = new Map<string, ErrorBody>()
  for (const role of roles) {
    const attempt = attempts.get(role.profile)
    if (attempt?.kind === 'given-up' && attempt.subject === role.subject)
      errors.set(role.profile, attempt.error)
  }
  return errors
}
