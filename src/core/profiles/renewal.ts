// How a profile gets its next session: with a code from its user, or by itself.

import { deviceOf, type Identities } from './devices.ts'
import { isLoginReady, type MfaProcess, type Profile } from './profile.ts'
import { isActive } from './session-state.ts'

export type Renewal = { way: 'code' } | { way: 'command'; mfaProcess: MfaProcess }

/**
 * By profile. One command's code renews every active profile of its device:
 *
 *     dev      active, mfa_process = ykman …   command
 *     staging  active, on the same device      command, that of dev
 *     prod     not active, the same device     code: nobody has asked for it yet
 */
export function renewalsOf(
  profiles: readonly Profile[],
  identities: Identities,
): ReadonlyMap<string, Renewal> {
  const commands = new Map<string, MfaProcess>()
  for (const profile of profiles) {
    const device = deviceOf(profile, identities)
    const { mfaProcess } = profile
    if (device === undefined || mfaProcess === undefined || !isActive(profile)) continue
    if (!commands.has(device)) commands.set(device, mfaProcess)
  }
  return new Map(profiles.map((profile) => [profile.profile, renewalOf(profile, identities, commands)]))
}

function renewalOf(
  profile: Profile,
  identities: Identities,
  commands: ReadonlyMap<string, MfaProcess>,
): Renewal {
  const device = deviceOf(profile, identities)
  if (!isLoginReady(profile) || device === undefined) return { way: 'code' }
  const mfaProcess = profile.mfaProcess ?? (isActive(profile) ? commands.get(device) : undefined)
  return mfaProcess === undefined ? { way: 'code' } : { way: 'command', mfaProcess }
}
