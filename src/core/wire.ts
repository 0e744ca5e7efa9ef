// What crosses the socket, in both directions. Requests come from outside and are checked here, field by field.
import type { ErrorCode } from './error-codes.ts'
import { AppError, type ErrorBody } from './errors.ts'
import type { Colours } from './text/styles.ts'

export type Warning = { code: ErrorCode; message: string; hint: string; file?: string; line?: number }

export type Files = { credentials: string; config: string; settings: string; socket: string }

/** The variables that say which files a command line means. */
export const fileVariables = [
  'HOME',
  'MFAD_CONFIG',
  'MFAD_SOCKET',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CONFIG_FILE',
  'XDG_CONFIG_HOME',
  'XDG_RUNTIME_DIR',
] as const
export type FileVariables = { [name in (typeof fileVariables)[number]]?: string }

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
  /** Another one as soon as anything but the time that is left is another; only a daemon knows it. */
  revision?: string
  daemon: { pid: number; startedAt: string; version: string } | null
  files: Files
  clockOffsetSeconds?: number
  warnings: Warning[]
  profiles: ProfileStatus[]
}

/** What `mfad status` prints, with all that only the command line knows: where it is read. */
export type StatusTextRequest = {
  /** Of who asks: another version may lay it out in another way. */
  version: string
  /** Nothing is said unless the daemon uses the files that they mean. */
  variables: FileVariables
  colours: Colours
  /** Of a terminal. */
  columns?: number
  rows?: number
  /** Minutes by which local time is ahead of UTC now. */
  utcOffset: number
  all?: boolean
  profiles: string[]
}

export type StatusTextAnswer = {
  text: string
  /** Instants in it, in milliseconds, each with the minutes by which local time was taken to be ahead of UTC. */
  times: [number, number][]
  /** Has every one of the profiles a live session? */
  areLive: boolean
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
  /** Of a login that has not asked for the status: nothing is done unless these mean the daemon's files, and no profile has the code
   * as its name. */
  assuming?: FileVariables
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
/** `deleteOther`: the end of the id of another access key of the user, deleted before a new one is made. */
export type KeysRequest = { profile: string; action: 'store' | 'restore' | 'rotate'; deleteOther?: string }
/** `changed`: false where nothing was to be done. */
export type KeysAnswer = Pick<KeysRequest, 'profile' | 'action'> & {
  changed: boolean
  /** The last four characters of the access key id. */
  keyEnding: string
  /** The file that holds the key, or names its item. */
  file: string
  /** An item that an interrupted run had left is gone. */
  leftoverRemoved?: boolean
  /** Of a rotation: the last four characters of the key that is no more, and the profiles that had it. */
  formerKeyEnding?: string
  profiles?: string[]
  warnings: Warning[]
}
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

/** A client may wait this long for the status to change. */
const mostPollSeconds = 300

const mostColumns = 10_000
/** Two days: more than any time zone. */
const mostUtcOffset = 2880
const mostPathLength = 4096

export type WaitRequest = {
  profile: string
  /** How long the session has to last at least; 0: it lives. */
  leastSeconds: number
  waitSeconds: number
  /** Who waits, for the reminder. */
  program?: string
}
export type WaitAnswer = { profile: string; sessionProfile: string; expiration: string }

export const mostWaitSeconds = 86_400
/** The longest session that STS gives. */
export const mostLeastSeconds = 129_600
const mostProgramLength = 64

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
    'assuming',
  ])
  const { profiles, all, tokenCode, serialNumber, durationSeconds, save, adopt } = fields
  const names = readNames(profiles)
  const assuming = fields.assuming === undefined ? undefined : readVariables(fields.assuming)
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
    profiles: names,
    ...(all === undefined ? {} : { all }),
    ...(tokenCode === undefined ? {} : { tokenCode }),
    ...(serialNumber === undefined ? {} : { serialNumber }),
    ...(durationSeconds === undefined ? {} : { durationSeconds: durationSeconds as number }),
    ...(save === undefined ? {} : { save }),
    ...(adopt === undefined ? {} : { adopt }),
    ...(assuming === undefined ? {} : { assuming }),
  }
}

function readVariables(value: unknown): FileVariables {
  const fields = readFields(value, fileVariables)
  if (!Object.values(fields).every(isPath)) throw badRequest('a variable must be a path')
  return fields as FileVariables
}

const statusTextFields = [
  'version',
  'variables',
  'colours',
  'columns',
  'rows',
  'utcOffset',
  'all',
  'profiles',
]

/** A request for the text of a status. Throws usage.bad-request. */
export function readStatusTextRequest(body: unknown): StatusTextRequest {
  const fields = readFields(body, statusTextFields)
  const { version, variables, colours, columns, rows, utcOffset, all, profiles } = fields
  if (!isName(version)) throw badRequest('version must be a string')
  if (colours !== 'none' && colours !== 'sixteen' && colours !== 'many')
    throw badRequest('colours must be none, sixteen or many')
  if (![columns, rows].every((size) => size === undefined || isCount(size, 1, mostColumns)))
    throw badRequest(`columns and rows must be whole numbers from 1 to ${mostColumns}`)
  if (!isCount(utcOffset, -mostUtcOffset, mostUtcOffset))
    throw badRequest(`utcOffset must be a whole number from -${mostUtcOffset} to ${mostUtcOffset}`)
  if (all !== undefined && typeof all !== 'boolean') throw badRequest('all must be true or false')
  return {
    version,
    variables: readVariables(variables),
    colours,
    ...(columns === undefined ? {} : { columns: columns as number }),
    ...(rows === undefined ? {} : { rows: rows as number }),
    utcOffset,
    ...(all === undefined ? {} : { all }),
    profiles: readNames(profiles),
  }
}

function readNames(value: unknown): string[] {
  if (Array.isArray(value) && value.length <= 100 && value.every(isName)) return value
  throw badRequest('profiles must be a list of at most 100 names')
}

/** The profile of a logout, a renew or a devices request. Throws usage.bad-request. */
export function readProfileRequest(body: unknown): { profile: string } {
  const { profile } = readFields(body, ['profile'])
  if (!isName(profile)) throw badRequest('profile must be a name')
  return { profile }
}

/** A request to move the keys of a profile. Throws usage.bad-request. */
export function readKeysRequest(body: unknown): KeysRequest {
  const { profile, action, deleteOther } = readFields(body, ['profile', 'action', 'deleteOther'])
  if (!isName(profile)) throw badRequest('profile must be a name')
  if (action !== 'store' && action !== 'restore' && action !== 'rotate')
    throw badRequest('action must be store, restore or rotate')
  if (deleteOther === undefined) return { profile, action }
  if (typeof deleteOther !== 'string' || !/^[A-Z0-9]{4,128}$/.test(deleteOther))
    throw badRequest('deleteOther must be the end of an access key id, four characters or more')
  return { profile, action, deleteOther }
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

/** After which revision a status is wanted, and how long that may take. Throws usage.bad-request. */
export function readStatusQuery(query: URLSearchParams): { after: string; waitSeconds: number } {
  const stranger = [...query.keys()].find((key) => key !== 'after' && key !== 'wait')
  if (stranger !== undefined) throw badRequest('the query of a status holds after and wait, and nothing else')
  const wait = query.get('wait') ?? '0'
  const waitSeconds = /^\d{1,9}$/.test(wait) ? Number(wait) : -1
  if (!isCount(waitSeconds, 0, mostPollSeconds))
    throw badRequest(`wait must be a whole number of seconds from 0 to ${mostPollSeconds}`)
  return { after: (query.get('after') ?? '').slice(0, 64), waitSeconds }
}

/** A request to wait for a session. Throws usage.bad-request. */
export function readWaitRequest(body: unknown): WaitRequest {
  const fields = readFields(body, ['profile', 'leastSeconds', 'waitSeconds', 'program'])
  const { profile, leastSeconds = 0, waitSeconds, program } = fields
  if (!isName(profile)) throw badRequest('profile must be a name')
  if (!isCount(leastSeconds, 0, mostLeastSeconds))
    throw badRequest(`leastSeconds must be a whole number from 0 to ${mostLeastSeconds}`)
  if (!isCount(waitSeconds, 1, mostWaitSeconds))
    throw badRequest(`waitSeconds must be a whole number from 1 to ${mostWaitSeconds}`)
  if (program !== undefined && !(typeof program === 'string' && program.length <= mostProgramLength))
    throw badRequest(`program must be a string of at most ${mostProgramLength} characters`)
  return { profile, leastSeconds, waitSeconds, ...(program === undefined ? {} : { program }) }
}

function isCount(value: unknown, least: number, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most
}

function readFields(body: unknown, known: readonly string[]): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw badRequest('the body must be a JSON object')
  const stranger = Object.keys(body).find((key) => !known.includes(key))
  if (stranger !== undefined)
    throw badRequest(`the body holds a field that this request does not have; it knows ${known.join(', ')}`)
  return body as Record<string, unknown>
}

function isPath(value: unknown): boolean {
  return typeof value === 'string' && value.length <= mostPathLength
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
