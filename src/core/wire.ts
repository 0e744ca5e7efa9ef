// What crosses the socket, in both directions. Requests come from outside and are checked here, field by field.
import type { ErrorCode } from './error-codes.ts'
import { AppError, type ErrorBody } from './errors.ts'

export type Warning = { code: ErrorCode; message: string; hint: string; file?: string; line?: number }

export type Files = { credentials: string; config: string; settings: string; socket: string }

export type SessionState = 'valid' | 'expiring' | 'expired' | 'inactive' | 'unmanaged'

export type ProfileStatus = {
  profile: string
  sessionProfile: string
  kind: 'key' | 'role' | 'sso' | 'aws-login' | 'other'
  serialNumber?: string
  sourceProfile?: string
  state: SessionState
  /** RFC 3339, UTC. */
  expiration?: string
  /** Negative once expired. */
  secondsLeft?: number
  renews: 'by-code' | 'by-itself'
  snoozedUntil?: string
  /** Why the profile is unmanaged or cannot be logged in. */
  reason?: string
  lastError?: ErrorBody
}

export type Status = {
  version: string
  daemon: { pid: number; startedAt: string; version: string } | null
  files: Files
  clockOffsetSeconds?: number
  warnings: Warning[]
  profiles: ProfileStatus[]
}

export type LoginRequest = {
  profiles: string[]
  all?: boolean
  tokenCode?: string
  serialNumber?: string
  durationSeconds?: number
  /** The device becomes the mfa_serial of the profiles. */
  save?: boolean
  adopt?: boolean
}

export type LoginAnswer = {
  renewed: { profile: string; sessionProfile: string; expiration: string }[]
  failed: { profile: string; error: ErrorBody }[]
  /** Roles that AWS has not answered for yet; they are written when it does. */
  pending?: string[]
  /** Of a login of all. */
  left?: DeviceLeft[]
  /** What `save` has written, or has found there. */
  saved?: { profile: string; serialNumber: string; file: string }[]
  warnings: Warning[]
}

/** A device whose profiles a login of all did not reach: a code belongs to one device. */
export type DeviceLeft = { serialNumber: string; profiles: string[] }

/** `serialNumbers`: the devices of the profile's user that give codes. `securityKeys`: those that give none. */
export type DevicesAnswer = { profile: string; serialNumbers: string[]; securityKeys: string[] }

/** Whose keys a profile has, as AWS says. */
export type IdentityAnswer = { profile: string; arn: string }

/**
 * A change of the user's own sections. device: mfa_serial, kept where none is given and one is known already. in-place, beside:
 * where the keys stand; see key-place.ts. live: a profile of that name for programs that run for long; see live-profile.ts.
 */
export type ProfileEdit = { profile: string } & (
  | { change: 'device'; serialNumber?: string }
  | { change: 'in-place' | 'beside' }
  | { change: 'live'; name: string }
)
/** `isChanged`: false where it was so already. `serialNumber`: of a change of the device. */
export type ProfileEditAnswer = {
  profile: string
  isChanged: boolean
  file: string
  serialNumber?: string
  warnings: Warning[]
}

export type LogoutAnswer = { profile: string; sessionProfile: string; removed: boolean; warnings: Warning[] }
export type SnoozeAnswer = { snoozed: { profile: string; until: string }[] }
export type NotifyTestAnswer = {
  shown: boolean
  way: string
  /** Whether the reminder had buttons. */
  buttons?: boolean
  /** The program that asks for the code. */
  dialog?: string
  /** Why a code cannot be entered. */
  noDialog?: string
  /** What the user answered; missing where no answer was waited for. */
  answer?: 'code' | 'snooze' | 'dismissed' | 'none'
  error?: ErrorBody
}

export const mostSnoozeSeconds = 7 * 86_400

/** The longest that a test waits for its answer: less than the command line waits for the daemon. */
export const mostTestWaitSeconds = 80

/** A login request out of parsed JSON. Throws usage.bad-request. */
export function readLoginRequest(body: unknown): LoginRequest {
  const fields = readFields(body, [
    'profiles',
    'all',
    'tokenCode',
    'serialNumber',
    'durationSeconds',
    'save',
    'adopt',
  ])
  const { profiles, all, tokenCode, serialNumber, durationSeconds, save, adopt } = fields
  if (!Array.isArray(profiles) || profiles.length > 100 || !profiles.every(isName)) {
    throw badRequest('profiles must be a list of at most 100 names')
  }
  if (all !== undefined && typeof all !== 'boolean') throw badRequest('all must be true or false')
  if (save !== undefined && typeof save !== 'boolean') throw badRequest('save must be true or false')
  if (adopt !== undefined && typeof adopt !== 'boolean') throw badRequest('adopt must be true or false')
  if (tokenCode !== undefined && !(typeof tokenCode === 'string' && tokenCode.length <= 64)) {
    throw badRequest('tokenCode must be a string of six digits')
  }
  if (serialNumber !== undefined && !isName(serialNumber)) throw badRequest('serialNumber must be a string')
  if (durationSeconds !== undefined && !Number.isSafeInteger(durationSeconds)) {
    throw badRequest('durationSeconds must be a whole number of seconds')
  }
  return {
    profiles,
    ...(all === undefined ? {} : { all }),
    ...(tokenCode === undefined ? {} : { tokenCode }),
    ...(serialNumber === undefined ? {} : { serialNumber }),
    ...(durationSeconds === undefined ? {} : { durationSeconds: durationSeconds as number }),
    ...(save === undefined ? {} : { save }),
    ...(adopt === undefined ? {} : { adopt }),
  }
}

/** The profile of a logout, a renew or a devices request. Throws usage.bad-request. */
export function readProfileRequest(body: unknown): { profile: string } {
  const { profile } = readFields(body, ['profile'])
  if (!isName(profile)) throw badRequest('profile must be a name')
  return { profile }
}

/** A change of the user's own sections. Throws usage.bad-request. */
export function readProfileEdit(body: unknown): ProfileEdit {
  const { profile, change, serialNumber, name } = readFields(body, [
    'profile',
    'change',
    'serialNumber',
    'name',
  ])
  if (!isName(profile)) throw badRequest('profile must be a name')
  if (serialNumber !== undefined && !isName(serialNumber)) throw badRequest('serialNumber must be a string')
  if (change === 'device') return { profile, change, ...(serialNumber === undefined ? {} : { serialNumber }) }
  if (change === 'in-place' || change === 'beside') return { profile, change }
  if (change !== 'live') throw badRequest('change must be device, in-place, beside or live')
  if (!isName(name)) throw badRequest('name must be a name')
  return { profile, change, name }
}

/** A snooze request: for one profile, or for all. Throws usage.bad-request. */
export function readSnoozeRequest(body: unknown): { profile?: string; seconds: number } {
  const { profile, seconds } = readFields(body, ['profile', 'seconds'])
  if (profile !== undefined && !isName(profile)) throw badRequest('profile must be a name')
  if (!Number.isSafeInteger(seconds) || (seconds as number) < 0 || (seconds as number) > mostSnoozeSeconds) {
    throw badRequest(`seconds must be a whole number from 0 to ${mostSnoozeSeconds}`)
  }
  return { seconds: seconds as number, ...(profile === undefined ? {} : { profile }) }
}

/** A request for a test reminder. Throws usage.bad-request. */
export function readNotifyTestRequest(body: unknown): { waitSeconds: number } {
  const { waitSeconds = 0 } = readFields(body, ['waitSeconds'])
  if (
    !Number.isSafeInteger(waitSeconds) ||
    !((waitSeconds as number) >= 0 && (waitSeconds as number) <= mostTestWaitSeconds)
  ) {
    throw badRequest(`waitSeconds must be a whole number from 0 to ${mostTestWaitSeconds}`)
  }
  return { waitSeconds: waitSeconds as number }
}

function readFields(body: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('the body must be a JSON object')
  const stranger = Object.keys(body).find((key) => !known.includes(key))
  if (stranger !== undefined)
    throw badRequest(`the body holds a field that this request does not have; it knows ${known.join(', ')}`)
  return body as Record<string, unknown>
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= 512
}

function badRequest(message: string): AppError {
  return new AppError(
    'usage.bad-request',
    message,
    'use an mfad command line of the same version as the daemon',
  )
}
