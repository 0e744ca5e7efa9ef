// The section mfad writes: its keys, whose it is, and which values may ever stand in it.

import { type Agreeable, agreedValue, type CredentialsDocument, type Section } from '../document/document.ts'
import { AppError } from '../errors.ts'
import { formatInstant } from '../time/instant.ts'
import { isRegion, isSerialNumber, patterns } from './aws-values.ts'
import { inStepKeys } from './in-step-settings.ts'

/** Every key that may be ours in a session section, in the order in which they are written. Which are, says own-keys.ts. */
export const sessionKeys: readonly string[] = [
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
  'aws_security_token',
  'expiration',
  ...inStepKeys,
  'manager',
  'mfad_key',
  'mfad_settings',
  'mfad_serial',
]

/** Temporary credentials as STS issues them. */
export type SessionCredentials = {
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string
  expiration: Date
}

/**
 * What stands in the place of a session section. `expiration` is missing where ours cannot be read. `serialNumber`: the device
 * that the user chose for it, where that is not the one of the profile's mfa_serial.
 */
export type Session =
  | { kind: 'none' }
  | { kind: 'ours'; accessKeyId: string; expiration?: Date; serialNumber?: string; line: number }
  | { kind: 'foreign'; reason: string; line: number; isAdoptable: boolean }

const ownKeyIdLength = 8
/** One alone is worth keeping, too. */
const longTermKeys = ['aws_access_key_id', 'aws_secret_access_key'] as const
const maxTokenLength = 8192
/** What a section holds beside its credentials. */
export type SectionValues = {
  region?: string | undefined
  /** The region among them, where it is not given by itself. Each has been looked at; see in-step-settings.ts. */
  settings?: ReadonlyMap<string, string>
  /** No setting in the section is ours: it is the profile's own. */
  isInPlace?: boolean
  serialNumber?: string | undefined
}

/**
 * The values of a session section, each checked against its own pattern: a hostile endpoint could put a line break and
 * a `credential_process` into a token, and AWS tools would run it. Throws sts.invalid-answer; nothing is ever quoted or
 * trimmed to fit.
 */
export function sessionValues(
  credentials: SessionCredentials,
  { region: ownRegion, settings = new Map(), isInPlace = false, serialNumber }: SectionValues,
): Map<string, string> {
  const region = ownRegion ?? settings.get('region')
  const others = [...settings].filter(([key]) => key !== 'region')
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials
  const malformed =
    malformedValue(credentials) ??
    (region === undefined || isRegion(region) ? undefined : 'region') ??
    (serialNumber === undefined || isSerialNumber(serialNumber) ? undefined : 'serial number')
  if (malformed !== undefined) {
    throw new AppError(
      'sts.invalid-answer',
      `the answer from STS holds a malformed ${malformed}; nothing was written`,
      'check the endpoint and the network: something between here and AWS may have changed the answer',
    )
  }
  return new Map([
    ['aws_access_key_id', accessKeyId],
    ['aws_secret_access_key', secretAccessKey],
    ['aws_session_token', sessionToken],
    ['expiration', formatInstant(expiration)],
    ...(region === undefined ? [] : [['region', region] as const]),
    ...others,
    ['manager', 'mfad'],
    ['mfad_key', accessKeyId.slice(-ownKeyIdLength)],
    ...listOf([...(region === undefined ? [] : ['region']), ...others.map(([key]) => key)], isInPlace),
    ...(serialNumber === undefined ? [] : [['mfad_serial', serialNumber] as const]),
  ])
}

/**
 * The line that says which settings in a section are ours. Without it that is the region, as in most sections.
 *
 *     region                     no line
 *     region and output          mfad_settings = region, output
 *     none, and not the region   mfad_settings = none
 */
export function listOf(settings: readonly string[], isRegionOfUser: boolean): [string, string][] {
  if (!isRegionOfUser && settings.every((key) => key === 'region')) return []
  return [['mfad_settings', settings.length === 0 ? 'none' : settings.join(', ')]]
}

/**
 * What stands in the section of this name: nothing, a session of ours, or something that is not ours. A section with settings
 * alone has room for a session; the header of an empty one would go with the session, and is the user's.
 */
export function readSession({ sections }: Pick<CredentialsDocument, 'sections'>, name: string): Session {
  return sessionIn(sections.get(name))
}

export function sessionIn(section: Section | undefined): Session {
  return section === undefined || hasRoom(section) ? { kind: 'none' } : readSessionSection(section)
}

const credentialKeys =
  /^(?:aws_(?:access|secret|session|security)|expiration$|manager$|mfad_|credential_|role_|source_profile$|sso_|web_identity|login_session$)/

function hasRoom({ entries }: Section): boolean {
  const keys = [...entries.values()]
  return keys.length > 0 && keys.every(({ key, disputed }) => !disputed && !credentialKeys.test(key))
}

/**
 * Ours is a section whose `manager` is mfad and whose `mfad_key` still ends its access key id: another tool that
 * replaces the keys leaves those two standing.
 */
export function isOurs(section: Agreeable): boolean {
  const accessKeyId = agreedValue(section, 'aws_access_key_id')
  return (
    agreedValue(section, 'manager') === 'mfad' &&
    accessKeyId !== undefined &&
    patterns.accessKeyId.test(accessKeyId) &&
    agreedValue(section, 'mfad_key') === accessKeyId.slice(-ownKeyIdLength)
  )
}

export function readSessionSection(section: Section): Session {
  const accessKeyId = agreedValue(section, 'aws_access_key_id')
  if (accessKeyId !== undefined && isOurs(section)) {
    const expiration = parseExpiration(agreedValue(section, 'expiration'))
    const serialNumber = agreedValue(section, 'mfad_serial')
    return {
      kind: 'ours',
      accessKeyId,
      line: section.line,
      ...(expiration === undefined ? {} : { expiration }),
      ...(serialNumber === undefined || !isSerialNumber(serialNumber) ? {} : { serialNumber }),
    }
  }
  const hasSessionKeys = accessKeyId !== undefined && patterns.accessKeyId.test(accessKeyId)
  return {
    kind: 'foreign',
    line: section.line,
    isAdoptable: hasSessionKeys || !longTermKeys.some((key) => section.entries.has(key)),
    reason: foreignReason(section, hasSessionKeys),
  }
}

/** The session credentials that a section of ours holds, or undefined where one is missing or malformed. */
export function readSessionCredentials(section: Agreeable): SessionCredentials | undefined {
  const accessKeyId = agreedValue(section, 'aws_access_key_id')
  const secretAccessKey = agreedValue(section, 'aws_secret_access_key')
  const sessionToken = agreedValue(section, 'aws_session_token')
  const expiration = parseExpiration(agreedValue(section, 'expiration'))
  if (!accessKeyId || !secretAccessKey || !sessionToken || expiration === undefined) return undefined
  const credentials = { accessKeyId, secretAccessKey, sessionToken, expiration }
  return malformedValue(credentials) === undefined ? credentials : undefined
}

function foreignReason(section: Section, hasSessionKeys: boolean): string {
  if (agreedValue(section, 'manager') === 'mfad')
    return `[${section.name}] was written by mfad, but another program has changed its keys since`
  if (hasSessionKeys) return `[${section.name}] holds session credentials that mfad did not write`
  return `[${section.name}] is not mfad's`
}

function parseExpiration(text: string | undefined): Date | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text)) return undefined
  const expiration = new Date(text)
  return Number.isNaN(expiration.getTime()) ? undefined : expiration
}

function isFourDigitYear(date: Date): boolean {
  return date.getUTCFullYear() >= 1970 && date.getUTCFullYear() <= 9999
}

function malformedValue({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  expiration,
}: SessionCredentials): string | undefined {
  if (!patterns.accessKeyId.test(accessKeyId)) return 'access key id'
  if (secretAccessKey.length > maxTokenLength || !patterns.secretAccessKey.test(secretAccessKey))
    return 'secret access key'
  if (sessionToken.length > maxTokenLength || !patterns.sessionToken.test(sessionToken))
    return 'session token'
  return Number.isFinite(expiration.getTime()) && isFourDigitYear(expiration) ? undefined : 'expiration'
}

/** What our section should hold beside its credentials. `serialNumber`: the device of the session. */
export function sectionValues(
  profile: { inStep: ReadonlyMap<string, string>; keyProfile?: string; mfaSerial?: string },
  serialNumber: string | undefined,
): SectionValues {
  return {
    settings: profile.inStep,
    isInPlace: profile.keyProfile !== undefined,
    serialNumber: serialNumber === profile.mfaSerial ? undefined : serialNumber,
  }
}
