// Who a login is for: which device, which profiles are renewed by its one code, and for how long. Everything that can
// be refused without asking AWS is refused here, before a code is used up.

import { deviceObstacles } from '../error-codes.ts'
import { AppError } from '../errors.ts'
import { isSessionDuration } from '../profiles/aws-values.ts'
import { type Identities, sharesDevice } from '../profiles/devices.ts'
import { serialNumberObstacle } from '../profiles/obstacles.ts'
import {
  isCodeReady,
  isLoginReady,
  type KeyProfile,
  keysAt,
  type MfaProcess,
  type Profile,
  type RoleProfile,
} from '../profiles/profile.ts'
import { findProfile } from '../profiles/profiles.ts'
import { isActive } from '../profiles/session-state.ts'
import type { Settings } from '../settings/default-settings.ts'
import { awsCommand, mfadCommand } from '../text/commands.ts'
import type { DeviceLeft, LoginRequest } from '../wire.ts'
import {
  isRootLive,
  type RoleFacts,
  requireRoleReady,
  rolesToAssume,
  rootOf,
  rootSecondsLeft,
} from './role-plan.ts'
import { allOnOneDevice, devicesLeft, ofOneUser, requireOneDevice, soonestActive } from './several-devices.ts'

export type LoginPlan = {
  serialNumber: string
  /** The same where the user chose it with the login. */
  chosenDevice?: string
  /** Whom the user named, roles among them. */
  asked: string[]
  /** They get a session: those named by the user, and the roots of the roles named. The first one's keys make the call. */
  targets: KeyProfile[]
  /** Active profiles on the same device that the same code renews. */
  companions: KeyProfile[]
  durationSeconds: number
  /** Active profiles with the same serial number that cannot share: their keys are not known to be of the same user. */
  strangers: KeyProfile[]
  /** A profile whose live session serves the targets as it stands; no code is needed. */
  sharedFrom?: KeyProfile
  /** Of a login of all: the other devices, which need codes of their own. */
  left: DeviceLeft[]
  /** To be assumed when those sessions stand, sources first. */
  roles: RoleProfile[]
  /** What gives the code of this device where the user gave none. */
  mfaProcess?: MfaProcess
}

/** What a login depends on beside the profiles and the request. */
export type LoginFacts = RoleFacts & {
  settings: Settings
  /** Which access keys belong to one user: without it only profiles with the same key share a session. */
  identities: Identities
  credentialsFile: string
}

/** Plans a login. Throws AppError profile.*, device.* or usage.* for everything that stands against it. */
export function planLogin(profiles: readonly Profile[], request: LoginRequest, facts: LoginFacts): LoginPlan {
  const { settings, identities, now } = facts
  const named = chooseTargets(profiles, request, now)
  const namedRoles = named
    .filter(({ kind }) => kind === 'role')
    .map((role) => requireRole(role, request, facts))
  const needed = sessionsNeeded(profiles, named, request, facts)
  const targets = request.all ? ofOneUser(needed, identities, now) : needed
  const [first] = targets
  if (first === undefined && namedRoles.length > 0) return rolesOnly(profiles, namedRoles, facts)
  if (first === undefined) throw noChoice(profiles, 'no profile was named')
  requireOneDevice(targets, identities, (target) => namesOf(target, named, profiles))
  const others = profiles
    .filter((profile) => isActive(profile) && !targets.some((target) => target.profile === profile.profile))
    .filter((profile): profile is KeyProfile => isCodeReady(profile))
    .filter((profile) => profile.serialNumber === first.serialNumber)
  const companions = others.filter((profile) => sharesDevice(first, profile, identities))
  const strangers = others.filter((profile) => !companions.includes(profile))
  const asked = (request.all ? targets : named).map(({ profile }) => profile)
  const left = request.all ? devicesLeft(everyKeyProfile(profiles), targets, identities) : []
  const plan = { serialNumber: first.serialNumber, asked, targets, companions, strangers, left }
  const sharedFrom = liveSource(plan, request, facts)
  const { mfaProcess } =
    [...targets, ...companions, ...namedRoles].find((profile) => profile.mfaProcess !== undefined) ?? {}
  return {
    ...plan,
    ...(request.serialNumber === undefined ? {} : { chosenDevice: request.serialNumber }),
    ...(mfaProcess === undefined ? {} : { mfaProcess }),
    durationSeconds: sessionDuration(plan, request, settings),
    roles: rolesToAssume(
      profiles,
      namedRoles,
      [...targets, ...(sharedFrom === undefined ? companions : [])],
      facts,
    ),
    ...(sharedFrom === undefined ? {} : { sharedFrom }),
  }
}

/** The key profiles named, and the roots of the roles named, other than those whose live session serves as it is. */
function sessionsNeeded(
  profiles: readonly Profile[],
  named: readonly Profile[],
  request: LoginRequest,
  facts: LoginFacts,
): KeyProfile[] {
  const keys = named.filter(({ kind }) => kind !== 'role')
  const roots = named.filter(({ kind }) => kind === 'role').map((role) => withRootDevice(role, profiles))
  const isRenewed = request.tokenCode !== undefined || request.durationSeconds !== undefined
  const waiting = roots.filter((root) => !isRootLive(root, facts))
  const chosen = [...keys, ...(isRenewed && keys.length + waiting.length === 0 ? roots : waiting)]
  const unique = [...new Map(chosen.map((profile) => [profile.profile, profile])).values()]
  return unique.map((profile) => requireLoginReady(profile, request, facts.credentialsFile))
}

/** What the user has named that needs the session of a target: itself, and the roles that begin with its keys. */
function namesOf(target: KeyProfile, named: readonly Profile[], profiles: readonly Profile[]): string[] {
  return named
    .filter((each) => (each.kind === 'role' ? rootOf(each, profiles) : each).profile === target.profile)
    .map(({ profile }) => profile)
}

/** The root of a role. A device that only the role names is the root's, too. */
function withRootDevice(role: Profile, profiles: readonly Profile[]): Profile {
  const root = rootOf(role, profiles)
  return role.serialNumber === undefined ? root : { ...root, serialNumber: role.serialNumber }
}

function rolesOnly(
  profiles: readonly Profile[],
  named: readonly RoleProfile[],
  facts: LoginFacts,
): LoginPlan {
  const { settings } = facts
  return {
    serialNumber: named[0]?.serialNumber ?? '',
    asked: named.map(({ profile }) => profile),
    targets: [],
    companions: [],
    strangers: [],
    left: [],
    durationSeconds: settings.durationSeconds,
    roles: rolesToAssume(profiles, named, [], facts),
  }
}

function requireRole(role: Profile, request: LoginRequest, facts: LoginFacts): RoleProfile {
  const ready = requireRoleReady(role)
  requireOurs(role, request.adopt ?? false, facts.credentialsFile)
  return ready
}

/**
 * The profiles whose user must be asked of AWS before a login can be planned: those on the device of the targets, when
 * they use different access keys. Empty in the usual case of one key.
 */
export function profilesToIdentify(
  profiles: readonly Profile[],
  request: LoginRequest,
  now: Date,
): KeyProfile[] {
  const targets = chooseTargets(profiles, request, now).map((profile) => withRootDevice(profile, profiles))
  const { serialNumber = targets[0]?.serialNumber } = request
  const others = profiles.filter((profile) => isActive(profile) && !targets.includes(profile))
  const onDevice = [...targets.map((target) => withDevice(target, request)), ...others]
    .filter((profile): profile is KeyProfile => isCodeReady(profile))
    .filter((profile) => profile.serialNumber === serialNumber)
  const keys = new Set(onDevice.map(({ accessKeyId }) => accessKeyId))
  return keys.size > 1 ? onDevice : []
}

/**
 * The key profiles that a login is for, as far as that can be told before it is planned: those that were named, and the roots of
 * the roles that were.
 */
export function profilesOfLogin(profiles: readonly Profile[], request: LoginRequest, now: Date): Profile[] {
  try {
    const roots = chooseTargets(profiles, request, now).map((profile) => withRootDevice(profile, profiles))
    return [...new Map(roots.map((root) => [root.profile, root])).values()]
  } catch (error) {
    if (error instanceof AppError) return []
    throw error
  }
}

/** The device of a login, as far as it can be told before the login is planned. */
export function serialNumberFor(
  profiles: readonly Profile[],
  request: LoginRequest,
  now: Date,
): string | undefined {
  if (request.serialNumber !== undefined) return request.serialNumber
  try {
    return chooseTargets(profiles, request, now)[0]?.serialNumber
  } catch {
    // The plan will say what is wrong with the request.
    return undefined
  }
}

function withDevice(profile: Profile, { serialNumber }: LoginRequest): Profile {
  return serialNumber === undefined ? profile : { ...profile, serialNumber }
}

function chooseTargets(profiles: readonly Profile[], request: LoginRequest, now: Date): Profile[] {
  if (request.all) return allOnOneDevice(everyKeyProfile(profiles), request, now)
  if (request.profiles.length > 0) {
    return [...new Set(request.profiles.map((name) => findProfile(profiles, name)))]
  }
  return chooseDevice(profiles, now)
}

function everyKeyProfile(profiles: readonly Profile[]): KeyProfile[] {
  const found = profiles.filter(isLoginReady).filter(({ session }) => session.kind !== 'foreign')
  if (found.length > 0) return found
  const [bare] = profiles.filter(isWithoutDevice)
  throw new AppError(
    'profile.none-with-device',
    'no profile has both an access key and an mfa_serial',
    bare === undefined
      ? 'look at what is there with: mfad status'
      : `log one in by its name, and IAM is asked for its device: ${mfadCommand('login', bare.profile)}`,
  )
}

/** Everything but the device is there, and IAM may know that. */
function isWithoutDevice({ kind, serialNumber, obstacle, session }: Profile): boolean {
  return kind === 'key' && serialNumber === undefined && obstacle === undefined && session.kind !== 'foreign'
}

/**
 * Nobody was named: the active profile that expires soonest; while none is active, all on the only device, or the only profile,
 * for whose device IAM is asked.
 */
function chooseDevice(profiles: readonly Profile[], now: Date): Profile[] {
  const ready = profiles.filter(isLoginReady)
  const soonest = soonestActive(ready, now)
  if (soonest !== undefined) return [soonest]
  const fresh = ready.filter(({ session }) => session.kind === 'none')
  if (new Set(fresh.map(({ serialNumber }) => serialNumber)).size === 1) return fresh
  const bare = profiles.filter(isWithoutDevice)
  if (ready.length === 0 && bare.length === 1) return bare
  throw noChoice(profiles, 'no profile was named, and none is active yet')
}

function noChoice(profiles: readonly Profile[], fact: string): AppError {
  const ready = profiles.filter(isLoginReady)
  const names = (ready.length > 0 ? ready : profiles.filter(isWithoutDevice)).map(({ profile }) => profile)
  if (names.length === 0)
    return new AppError('profile.none-with-device', fact, 'look at what is there with: mfad status')
  const shown = names.slice(0, 8).join(', ') + (names.length > 8 ? ', …' : '')
  return new AppError(
    'usage.no-profile',
    fact,
    `choose one of ${shown}: ${mfadCommand('login', names[0] ?? 'PROFILE')}`,
  )
}

function requireLoginReady(profile: Profile, request: LoginRequest, credentialsFile: string): KeyProfile {
  const { obstacle, accessKeyId } = profile
  const serialNumber = request.serialNumber ?? profile.serialNumber
  const isDeviceReplaced =
    request.serialNumber !== undefined && obstacle !== undefined && deviceObstacles.has(obstacle.code)
  if (obstacle !== undefined && !isDeviceReplaced)
    throw new AppError(obstacle.code, obstacle.message, obstacle.hint)
  requireOurs(profile, request.adopt ?? false, credentialsFile)
  if (serialNumber === undefined) {
    throw noSerialNumber(profile.profile)
  }
  const malformed = serialNumberObstacle(profile.profile, serialNumber)
  if (malformed?.code === 'profile.malformed-serial-number' && request.serialNumber !== undefined) {
    throw new AppError(
      'usage.bad-serial-number',
      '--serial-number is neither an ARN nor a hardware serial number',
      'copy it from the IAM console: --serial-number arn:aws:iam::ACCOUNT:mfa/NAME',
    )
  }
  if (malformed !== undefined) throw new AppError(malformed.code, malformed.message, malformed.hint)
  if (accessKeyId === undefined)
    throw new AppError(
      'profile.no-keys',
      `profile ${profile.profile} has no access key`,
      `add one with: ${awsCommand('configure', keysAt(profile))}`,
    )
  return { ...profile, serialNumber, accessKeyId }
}

function noSerialNumber(profile: string): AppError {
  return new AppError(
    'profile.no-serial-number',
    `profile ${profile} has no mfa_serial`,
    `add its device with: ${awsCommand('configure set mfa_serial arn:aws:iam::ACCOUNT:mfa/NAME', profile)}`,
  )
}

function requireOurs(profile: Profile, adopt: boolean, credentialsFile: string): void {
  const problem = foreignSession(profile, credentialsFile)
  if (problem === undefined || (adopt && profile.session.kind === 'foreign' && profile.session.isAdoptable))
    return
  throw problem
}

/** What stands in the place of the session and is not ours. */
export function foreignSession(
  { profile, keyProfile, session }: Profile,
  credentialsFile: string,
): AppError | undefined {
  if (session.kind !== 'foreign') return undefined
  if (!session.isAdoptable) {
    return new AppError(
      'profile.session-not-ours',
      `${session.reason}, and it has an access key of its own: line ${session.line} of ${credentialsFile}`,
      keyProfile === undefined
        ? "mfad will not replace it: rename that section, or choose another suffix in mfad's settings"
        : `mfad will not replace it: take it out of that section, where the session of the keys in [${keyProfile}] belongs`,
    )
  }
  return new AppError(
    'profile.session-not-ours',
    `${session.reason}: line ${session.line} of ${credentialsFile}`,
    `let mfad take it over with: ${mfadCommand('login --adopt', profile)}`,
  )
}

/** A session that is about to end is not worth sharing. */
const leastSharedSeconds = 60

/**
 * A live session of the device, when no target has one itself: logging in beside it needs no code, unless the user asked
 * for a duration of their own.
 */
function liveSource(
  { targets, companions }: Pick<LoginPlan, 'targets' | 'companions'>,
  request: LoginRequest,
  facts: LoginFacts,
): KeyProfile | undefined {
  if (request.tokenCode !== undefined || request.durationSeconds !== undefined) return undefined
  const left = (profile: Profile) => rootSecondsLeft(profile, facts)
  if (targets.some((target) => left(target) > 0)) return undefined
  const live = companions.filter((companion) => left(companion) >= leastSharedSeconds)
  return live.sort((a, b) => left(b) - left(a))[0]
}

/** The shortest of the wishes of all who share the session. Throws for a target's that is outside STS's limits. */
function sessionDuration(
  { targets, companions }: Pick<LoginPlan, 'targets' | 'companions'>,
  request: LoginRequest,
  settings: Settings,
): number {
  if (request.durationSeconds !== undefined) {
    if (isSessionDuration(request.durationSeconds)) return request.durationSeconds
    throw new AppError(
      'usage.bad-duration',
      'a session lasts between 15 minutes and 36 hours',
      'give a duration such as: --duration 8h',
    )
  }
  // What a role with keys of its own says is about the role.
  const malformed = targets.find(
    ({ kind, durationSeconds: wish }) => kind === 'key' && wish !== undefined && !isSessionDuration(wish),
  )
  if (malformed !== undefined) {
    throw new AppError(
      'profile.bad-duration',
      `duration_seconds of ${malformed.profile} is not a number from 900 to 129600, as STS takes them for a session`,
      `change it with: ${awsCommand('configure set duration_seconds 43200', malformed.profile)}`,
    )
  }
  const wishes = [...targets, ...companions].map(({ kind, durationSeconds: wish }) =>
    kind === 'key' && isSessionDuration(wish) ? wish : settings.durationSeconds,
  )
  return Math.min(...wishes)
}
