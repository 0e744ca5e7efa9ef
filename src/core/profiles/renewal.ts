// How a profile gets its next session: with a code from its user, or by itself.

import { deviceOf, type Identities } from './devices.ts'
import { isCodeReady, isRoleReady, type MfaProcess, type Profile } from './profile.ts'
import { isActive } from './session-state.ts'

export type Renewal =
  | { way: 'code' }
  | { way: 'command'; mfaProcess: MfaProcess }
  /** A role, while the session of its root lives. */
  | { way: 'source'; sourceProfile: string }

/**
 * By profile. One command's code renews every active profile of its device:
 *
 *     dev      active, mfa_process = ykman …   command
 *     staging  active, on the same device      command, that of dev
 *     prod     not active, the same device     code: nobody has asked for it yet
 *     admin    active, a role behind dev       source, while the session of dev lives
 *
 * `liveRoots`: the profiles whose keys have a live session.
 */
export function renewalsOf(
  profiles: readonly Profile[],
  identities: Identities,
  liveRoots: ReadonlySet<string>,
): ReadonlyMap<string, Renewal> {
  const commands = new Map<string, MfaProcess>()
  for (const profile of profiles) {
    const device = deviceOf(profile, identities)
    const { mfaProcess } = profile
    if (device === undefined || mfaProcess === undefined || !isActive(profile)) continue
    if (!commands.has(device)) commands.set(device, mfaProcess)
  }
  return new Map(
    profiles.map((profile) => {
      const isBySource = isRoleReady(profile) && isActive(profile) && liveRoots.has(profile.source.root)
      return [
        profile.profile,
        isBySource
          ? { way: 'source', sourceProfile: profile.source.root }
          : renewalOf(profile, identities, commands),
      ]
    }),
  )
}

function renewalOf(
  profile: Profile,
  identities: Identities,
  commands: ReadonlyMap<string, MfaProcess>,
): Renewal {
  const device = deviceOf(profile, identities)
  if (!isCodeReady(profile) || device === undefined) return { way: 'code' }
  const mfaProcess = profile.mfaProcess ?? (isActive(profile) ? commands.get(device) : undefined)
  return mfaProcess === undefined ? { way: 'code' } : { way: 'command', mfaProcess }
}
