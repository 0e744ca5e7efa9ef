// The device of a login whose profile names none, and of one that names it by its end only. IAM is asked before anybody is asked
// for a code, and before STS sees one.
import { deviceObstacles } from '../../core/error-codes.ts'
import { AppError } from '../../core/errors.ts'
import {
  deviceByEnd,
  devicesNamed,
  namedDevice,
  onlyDevice,
  type UserDevices,
  userDevices,
} from '../../core/login/device-choice.ts'
import { profilesOfLogin } from '../../core/login/login-plan.ts'
import { targetOf } from '../../core/login/profile-target.ts'
import { rootOf } from '../../core/login/role-plan.ts'
import { type Profile, requireUsable } from '../../core/profiles/profile.ts'
import { findProfile } from '../../core/profiles/profiles.ts'
import type { DevicesAnswer, LoginRequest } from '../../core/wire.ts'
import type { Iam } from '../../edges/aws/iam.ts'
import { profilesNow } from '../agent-state.ts'
import { type LoginDeps, rememberFailure } from './sts-session.ts'

export type FindDeviceDeps = LoginDeps & {
  /** Loaded when it is asked something for the first time. */
  loadIam(): Promise<Iam>
}

/** `found`: by profile that names no device, the one that its user has. */
export type LoginDevices = { request: LoginRequest; found: ReadonlyMap<string, string> }

/**
 * Finds what is missing. Throws device.*, iam.*, and what keeps a call from AWS; what else speaks against the login, its plan will
 * say. The files must be believed.
 */
export async function findDevices(deps: FindDeviceDeps, request: LoginRequest): Promise<LoginDevices> {
  const named = await withWholeSerialNumber(deps, request)
  if (named.serialNumber !== undefined) return { request: named, found: new Map() }
  const found = new Map<string, string>()
  const byKey = new Map<string, Promise<UserDevices>>()
  for (const profile of profilesToAsk(deps, named).filter(({ serialNumber }) => serialNumber === undefined)) {
    const key = profile.accessKeyId ?? profile.profile
    const devices = byKey.get(key) ?? listDevices(deps, profile)
    byKey.set(key, devices)
    found.set(profile.profile, onlyDevice(profile.profile, await devices))
  }
  return { request: named, found }
}

/** The devices of the user behind a profile; a role has those of its root. Throws like `findDevices`, and profile.*. */
export async function devicesOf(deps: FindDeviceDeps, name: string): Promise<DevicesAnswer> {
  const profiles = profilesNow(deps.known, deps.state)
  const named = findProfile(profiles, name)
  requireUsable(named)
  const { usable, securityKeys } = await listDevices(deps, rootOf(named, profiles))
  return { profile: named.profile, serialNumbers: usable, securityKeys }
}

/** Those that nothing but the device stands against: for the others a call would be in vain. */
function profilesToAsk({ known, state, now }: FindDeviceDeps, request: LoginRequest): Profile[] {
  return profilesOfLogin(profilesNow(known, state), request, now()).filter(
    ({ obstacle, session }) =>
      (obstacle === undefined ||
        (request.serialNumber !== undefined && deviceObstacles.has(obstacle.code))) &&
      (session.kind !== 'foreign' || request.adopt === true),
  )
}

/** Where the user gave the end of an ARN, the ARN that ends so: of the profile itself, or of its user's devices. */
export async function withWholeSerialNumber(
  deps: FindDeviceDeps,
  request: LoginRequest,
): Promise<LoginRequest> {
  const { serialNumber: end } = request
  if (end === undefined || !/^(?!arn:)[\w+=/:,.@-]{1,256}$/.test(end)) return request
  const profiles = profilesNow(deps.known, deps.state)
  if (request.all) return withDevice(request, devicesNamed(end, serialNumbersOf(profiles))[0])
  const [first] = profilesToAsk(deps, request)
  if (first === undefined) return request
  const ofSameKey = profiles.filter(({ accessKeyId }) => accessKeyId === first.accessKeyId)
  const [own, ...others] = devicesNamed(end, serialNumbersOf([first, ...ofSameKey]))
  if (own !== undefined && others.length === 0) return withDevice(request, own)
  try {
    return withDevice(request, namedDevice(first.profile, end, await listDevices(deps, first)))
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'iam.access-denied') throw error
    return withDevice(request, deviceByEnd(first.profile, end, serialNumbersOf(profiles), error))
  }
}

function withDevice(request: LoginRequest, serialNumber: string | undefined): LoginRequest {
  return serialNumber === undefined ? request : { ...request, serialNumber }
}

function serialNumbersOf(profiles: readonly Profile[]): string[] {
  const all = profiles.flatMap(({ serialNumber, mfaSerial }) => [serialNumber, mfaSerial])
  return [...new Set(all.filter((serialNumber) => serialNumber !== undefined))]
}

async function listDevices(deps: FindDeviceDeps, profile: Profile): Promise<UserDevices> {
  const { known, variables, stopping } = deps
  known.checkTrusted()
  const credentials = await deps.longTermKeys(profile)
  const iam = await deps.loadIam()
  const target = targetOf(known, variables, iam.partitions, profile, 'iam')
  const result = await iam.listMfaDevices({ ...target, credentials }, stopping)
  if ('failure' in result)
    throw rememberFailure(deps, profile, result.failure, [], { action: 'ListMFADevices', target })
  deps.log.debug(
    { profile: profile.profile, host: result.host, devices: result.answer.length },
    'IAM answered',
  )
  return userDevices(result.answer)
}
