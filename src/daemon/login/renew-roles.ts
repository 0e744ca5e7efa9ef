// New sessions for active roles, while the sessions of their sources live; nobody waits for it, and no code is needed.
import type { ErrorBody } from '../../core/errors.ts'
import { rolesToAssume } from '../../core/login/role-plan.ts'
import { isRoleReady, type RoleProfile } from '../../core/profiles/profile.ts'
import { isActive } from '../../core/profiles/session-state.ts'
import { keptUntil, profilesNow } from '../agent-state.ts'
import { assumeRoles, type RoleDeps, type RoleWish } from './assume-roles.ts'

/** Why some of them could not be renewed, by profile. Throws where the files cannot be read, or are not to be believed. */
export async function renewRoles(
  deps: RoleDeps & { begin(): Promise<void> },
  names: readonly string[],
): Promise<ReadonlyMap<string, ErrorBody>> {
  await deps.begin()
  const { known, state } = deps
  known.checkTrusted()
  const profiles = profilesNow(known, state)
  const due = profiles.filter(
    (profile): profile is RoleProfile =>
      names.includes(profile.profile) && isRoleReady(profile) && isActive(profile),
  )
  const facts = {
    outdated: deps.sessionWatch.outdated(),
    kept: keptUntil(known, state, deps.now()),
    now: deps.now(),
  }
  const roles = rolesToAssume(profiles, due, [], facts)
  const { results, settled } = assumeRoles(deps, roles.map(wishOf))
  await settled
  const renewed = results.renewed.map(({ profile }) => profile)
  if (renewed.length > 0) deps.log.info({ profiles: renewed }, 'roles renewed by themselves')
  return new Map(results.failed.map(({ profile, error }) => [profile, error]))
}

/** One that is not active is only on the way to another. */
function wishOf(role: RoleProfile): RoleWish {
  const { session } = role
  return session.kind === 'ours'
    ? { role, adopt: false, replaces: session.accessKeyId }
    : { role, adopt: false, isPassing: true }
}
