// A login over several devices: a code belongs to one of them. Which one it is for where nobody says so, and what is left.
//
//   mfad login --all CODE, where dev (until 14:05) and staging are on the phone, ops (until 15:30) is on a token
//     the code is taken for the phone, whose profile expires soonest: dev, staging; left: ops

import { AppError } from '../errors.ts'
import { type Identities, sharesDevice } from '../profiles/devices.ts'
import type { KeyProfile, Profile } from '../profiles/profile.ts'
import { isActive, secondsLeft } from '../profiles/session-state.ts'
import { mfadCommand } from '../text/commands.ts'
import type { DeviceLeft, LoginRequest } from '../wire.ts'

const mostShown = 8

/** The active one that expires soonest; one whose expiration cannot be read comes first. */
export function soonestActive<P extends Profile>(profiles: readonly P[], now: Date): P | undefined {
  const left = (profile: Profile) => secondsLeft(profile, now) ?? Number.NEGATIVE_INFINITY
  return profiles.filter(isActive).sort((a, b) => left(a) - left(b))[0]
}

/**
 * Those of a login of all that are on the device of its code: the one that was named, the only one, or that of the active profile
 * that expires soonest. Throws device.not-found and usage.several-devices.
 */
export function allOnOneDevice(
  ready: readonly KeyProfile[],
  { serialNumber }: LoginRequest,
  now: Date,
): KeyProfile[] {
  const devices = new Set(ready.map((profile) => profile.serialNumber))
  const chosen =
    serialNumber ?? (devices.size === 1 ? [...devices][0] : soonestActive(ready, now)?.serialNumber)
  if (chosen === undefined) throw severalDevices(ready, ({ profile }) => [profile])
  const found = ready.filter((profile) => profile.serialNumber === chosen)
  if (found.length > 0) return found
  throw new AppError(
    'device.not-found',
    `no profile has the device ${chosen}`,
    `log one in with it: ${mfadCommand(`login --serial-number ${chosen}`, ready[0]?.profile ?? '')}`,
  )
}

/** Those of one user, where several users have one device: the user of the profile that expires soonest. */
export function ofOneUser(targets: readonly KeyProfile[], identities: Identities, now: Date): KeyProfile[] {
  const first = soonestActive(targets, now) ?? targets[0]
  return targets.filter((target) => first !== undefined && sharesDevice(first, target, identities))
}

/** The devices of all that can be logged in and are not among the targets, each with its profiles. */
export function devicesLeft(
  ready: readonly KeyProfile[],
  targets: readonly KeyProfile[],
  identities: Identities,
): DeviceLeft[] {
  const names = new Set(targets.map(({ profile }) => profile))
  const groups: KeyProfile[][] = []
  for (const profile of ready.filter((each) => !names.has(each.profile))) {
    const group = groups.find(([first]) => first !== undefined && sharesDevice(first, profile, identities))
    if (group === undefined) groups.push([profile])
    else group.push(profile)
  }
  return groups.map((group) => ({
    serialNumber: group[0]?.serialNumber ?? '',
    profiles: group.map(({ profile }) => profile),
  }))
}

/**
 * Throws usage.several-devices and device.different-users unless one code serves all. `namesOf`: what the user has named, of
 * which a target is the root.
 */
export function requireOneDevice(
  targets: readonly KeyProfile[],
  identities: Identities,
  namesOf: (target: KeyProfile) => string[],
): void {
  const [first] = targets
  const other = targets.find((target) => first !== undefined && !sharesDevice(first, target, identities))
  if (first === undefined || other === undefined) return
  if (first.serialNumber !== other.serialNumber) throw severalDevices(targets, namesOf)
  const names = [...new Set([first, other].map((target) => namesOf(target)[0] ?? target.profile))]
  throw new AppError(
    'device.different-users',
    `${names.join(' and ')} name one device, but their access keys are not known to be of one user`,
    `log them in one by one: ${names.map((name) => mfadCommand('login', name)).join(', and with the next code: ')}`,
  )
}

function severalDevices(targets: readonly KeyProfile[], namesOf: (target: KeyProfile) => string[]): AppError {
  const byDevice = new Map<string, Set<string>>()
  for (const target of targets) {
    const names = byDevice.get(target.serialNumber) ?? new Set()
    for (const name of namesOf(target)) names.add(name)
    byDevice.set(target.serialNumber, names)
  }
  const groups = [...byDevice.values()].map((names) => [...names])
  const commands = groups.slice(0, mostShown).map((names) => mfadCommand('login', ...names))
  return new AppError(
    'usage.several-devices',
    `${groups[0]?.[0]} and ${groups[1]?.[0]} have different devices, and a code belongs to one`,
    `log them in device by device: ${commands.join(', then: ')}${groups.length > mostShown ? ', …' : ''}`,
  )
}
