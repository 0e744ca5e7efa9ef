// At a terminal: the devices of a login, before a code is asked for. A profile that names none gets the one that its user has, or
// that is chosen here; profiles on several devices are logged in device by device.

import { AppError } from '../../core/errors.ts'
import { shortName } from '../../core/login/device-choice.ts'
import { findNamed } from '../../core/profiles/named.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import type { DevicesAnswer, LoginRequest, ProfileStatus } from '../../core/wire.ts'
import type { Daemon } from '../connection/connection.ts'
import type { Output } from '../terminal/output.ts'
import { askLine } from '../terminal/prompt.ts'
import { deviceChoiceText } from '../text/login-text.ts'

const mostAttempts = 3

/** The logins that a request comes to: itself, or one for each device. Throws what speaks against asking for a device. */
export async function loginsByDevice(
  daemon: Daemon,
  request: LoginRequest,
  output: Output,
): Promise<LoginRequest[]> {
  const meant = profilesMeant(daemon.status.profiles, request)
  const canBeSplit = request.serialNumber === undefined && meant.length > 0
  if (!canBeSplit || !meant.every((profile) => isReady(profile, request))) return [request]
  const found = await findMissing(daemon, meant, output)
  const groups = groupByDevice(meant, found)
  const only = groups.length === 1 ? groups[0] : undefined
  if (only !== undefined) return [request.all ? request : { ...request, ...withDevice(only, found) }]
  if (request.tokenCode !== undefined) return [request]
  const { all: _all, ...rest } = request
  return groups.map((group) => ({ ...rest, ...withDevice(group, found) }))
}

/** Empty where the daemon has to say what is meant, or that there is no such profile. */
function profilesMeant(profiles: readonly ProfileStatus[], request: LoginRequest): ProfileStatus[] {
  const keys = profiles.filter(
    ({ kind, state, reason }) => kind === 'key' && state !== 'unmanaged' && reason === undefined,
  )
  const ready = keys.filter(({ serialNumber }) => serialNumber !== undefined)
  if (request.all) return ready
  if (request.profiles.length === 0) return ready.length === 0 && keys.length === 1 ? keys : []
  const named = [...new Set(request.profiles)].map((name) => findNamed(profiles, name))
  const known = named.filter((profile) => profile !== undefined)
  return known.length === named.length ? known : []
}

/** What stands against a profile the daemon is to say before a code is asked for. */
function isReady({ kind, state, reason }: ProfileStatus, { adopt }: LoginRequest): boolean {
  const isAdopted = state === 'unmanaged' && adopt === true
  return (kind === 'key' || kind === 'role') && (reason === undefined || isAdopted)
}

/** By profile: the device of each that names none. */
async function findMissing(
  daemon: Daemon,
  meant: readonly ProfileStatus[],
  output: Output,
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  const choices = new Map<string, string>()
  for (const { profile } of meant.filter(({ serialNumber }) => serialNumber === undefined)) {
    const devices = await daemon.call<DevicesAnswer>('POST', '/v1/devices', { profile })
    // The same devices are those of the same user.
    const user = devices.serialNumbers.join(' ')
    const chosen = choices.get(user) ?? (await chooseDevice(devices, output))
    if (chosen === undefined) continue
    choices.set(user, chosen)
    found.set(profile, chosen)
  }
  return found
}

/** Undefined where there is none. Throws device.choice-needed. */
export async function chooseDevice(devices: DevicesAnswer, output: Output): Promise<string | undefined> {
  const { profile, serialNumbers } = devices
  const [first] = serialNumbers
  if (first === undefined || serialNumbers.length === 1) return first
  output.note(deviceChoiceText(devices))
  for (let asked = 0; asked < mostAttempts; asked++) {
    const answer = (await askLine(`Which one? (1-${serialNumbers.length}) `)).trim()
    const chosen = /^\d{1,3}$/.test(answer) ? serialNumbers[Number(answer) - 1] : undefined
    if (chosen !== undefined) return chosen
    output.note(`answer with a number from 1 to ${serialNumbers.length}`)
  }
  throw new AppError(
    'device.choice-needed',
    'no device was chosen',
    `name it: ${mfadCommand(`login --serial-number ${shortName(first, serialNumbers)}`, profile)}`,
  )
}

function groupByDevice(
  meant: readonly ProfileStatus[],
  found: ReadonlyMap<string, string>,
): ProfileStatus[][] {
  const groups = new Map<string, ProfileStatus[]>()
  for (const profile of meant) {
    const device = profile.serialNumber ?? found.get(profile.profile) ?? ''
    groups.set(device, [...(groups.get(device) ?? []), profile])
  }
  return [...groups.values()]
}

/** The device is named only where it was found, so that the others' stays their own. */
function withDevice(
  group: readonly ProfileStatus[],
  found: ReadonlyMap<string, string>,
): Pick<LoginRequest, 'profiles' | 'serialNumber'> {
  const names = group.map(({ profile }) => profile)
  const serialNumber = names.map((name) => found.get(name)).find((device) => device !== undefined)
  return { profiles: names, ...(serialNumber === undefined ? {} : { serialNumber }) }
}
