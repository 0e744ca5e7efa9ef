// The roles of a login: which of them are assumed once the sessions of their sources stand, in which order, and whose keys they
// begin with.
//
//   mfad login audit, where audit → admin → base, nobody is active   new session for base; then admin; then audit
//   the same while base has a live session                           no code: admin, then audit
//   mfad login base with a code, while audit and deploy are active   new session for base; then every active role behind it

import { AppError } from '../errors.ts'
import { isOwnRoot, isRoleReady, type Profile, type RoleProfile } from '../profiles/profile.ts'
import { isActive, secondsLeft } from '../profiles/session-state.ts'

/** A session that is about to end is not worth building on. */
const leastLiveSeconds = 60

/** The profile whose keys a login of this profile needs: its own, or its root's. */
export function rootOf(profile: Profile, profiles: readonly Profile[]): Profile {
  const { source } = profile
  if (source === undefined || source.root === profile.profile) return profile
  return profiles.find((each) => each.profile === source.root) ?? profile
}

/** Throws what speaks against a role, before a code is used. */
export function requireRoleReady(profile: Profile): RoleProfile {
  const { obstacle } = profile
  if (obstacle !== undefined) throw new AppError(obstacle.code, obstacle.message, obstacle.hint)
  if (isRoleReady(profile)) return profile
  throw new AppError('internal.bug', `${profile.profile} is no role that can be assumed`, 'report it')
}

export type RoleFacts = {
  /** The profiles whose sessions were made with another access key than theirs. */
  outdated: ReadonlySet<string>
  /** By role with keys of its own: until when the session of those keys lives, on the clock of `now`. */
  kept: ReadonlyMap<string, Date>
  now: Date
}

/** Does a profile have a session that others can build on? */
function isLive(profile: Profile, { outdated, now }: RoleFacts): boolean {
  return !outdated.has(profile.profile) && (secondsLeft(profile, now) ?? 0) >= leastLiveSeconds
}

/** How long the session lives that a code gave for a profile's own keys; 0 where there is none. */
export function rootSecondsLeft(root: Profile, { outdated, kept, now }: RoleFacts): number {
  const until = kept.get(root.profile)?.getTime() ?? 0
  if (isOwnRoot(root)) return Math.max(0, Math.floor((until - now.getTime()) / 1000))
  return outdated.has(root.profile) ? 0 : (secondsLeft(root, now) ?? 0)
}

/** Does it live long enough for others to build on it? */
export function isRootLive(root: Profile, facts: RoleFacts): boolean {
  return rootSecondsLeft(root, facts) >= leastLiveSeconds
}

/** The profile whose session asks for a role. */
export function askingProfile({ source }: RoleProfile): string {
  return source.chain.at(-1) ?? source.root
}

/** AWS gives a role that is asked for with a session an hour at most. */
export const mostRoleSeconds = 3600

export function roleSeconds({ durationSeconds }: Pick<Profile, 'durationSeconds'>): number {
  return Math.min(mostRoleSeconds, durationSeconds ?? mostRoleSeconds)
}

/** What CloudTrail shows of who assumed a role. */
export function roleSessionName({ profile, role }: RoleProfile): string {
  return role.sessionName ?? `mfad-${profile}`.replace(/[^\w+=,.@-]/g, '-').slice(0, 64)
}

/**
 * The roles to assume, sources first. `named`: by the user. `renewed`: the profiles that get a new session, whose active roles
 * are renewed with them. A role between is assumed where it has no live session, or where the named roles are to be new.
 */
export function rolesToAssume(
  profiles: readonly Profile[],
  named: readonly RoleProfile[],
  renewed: readonly Profile[],
  facts: RoleFacts,
): RoleProfile[] {
  const byName = new Map(profiles.map((profile) => [profile.profile, profile]))
  const renewedNames = new Set(renewed.map(({ profile }) => profile))
  const behind = profiles.filter(
    (profile): profile is RoleProfile =>
      isRoleReady(profile) && isActive(profile) && renewedNames.has(profile.source.root),
  )
  const wanted = new Set<RoleProfile>([...named, ...behind])
  for (const { source } of [...wanted]) {
    for (const name of source.chain.slice(1)) {
      const between = byName.get(name)
      if (between === undefined || !isRoleReady(between)) continue
      if (renewedNames.has(source.root) || !isLive(between, facts)) wanted.add(between)
    }
  }
  return [...wanted].sort((a, b) => a.source.chain.length - b.source.chain.length)
}
