// The profiles a user knows, derived from the two files: what each one is, its device, and what stands in the place of
// its session section. A profile is the union of its sections, the credentials file winning key by key.
import type { CredentialsDocument, Section } from './document.ts'
import { AppError, type ErrorBody } from './errors.ts'
import { printable } from './printable.ts'
import {
  agreedValue,
  isPortableName,
  isRegion,
  isSerialNumber,
  readSession,
  readSessionSection,
  type Session,
} from './session-section.ts'

export type Documents = { credentials: CredentialsDocument; config: CredentialsDocument }

export type FilePaths = { credentials: string; config: string }

export type Profile = {
  profile: string
  sessionProfile: string
  kind: 'key' | 'role' | 'other'
  session: Session
  serialNumber?: string
  sourceProfile?: string
  region?: string
  endpointUrl?: string
  durationSeconds?: number
  accessKeyId?: string
  /** What speaks against a login, whatever the code: shown by `status`, thrown by `login`. */
  obstacle?: ErrorBody
  /** The session section stands, but its profile is gone. */
  isOrphan?: boolean
  /** The config file gives the session profile a region of its own, so that ours would only hide it. */
  hasOwnSessionRegion: boolean
}

export type LongTermCredentials = { accessKeyId: string; secretAccessKey: string }

/** Every profile of the two files in the order of the credentials file, then of the config file, then orphans. */
export function buildProfiles(documents: Documents, suffix: string, paths: FilePaths): Profile[] {
  const names = profileNames(documents)
  const known = new Set(names)
  const listed = names.filter((name) => !isSessionOfAnother(documents, name, suffix, known))
  const profiles = listed.map((name) => buildProfile(documents, name, suffix, paths))
  return [...profiles, ...orphans(documents, suffix, new Set(listed))]
}

/**
 * The profile that a name given by the user means: that profile, or the one whose session profile it names.
 * Throws profile.not-found with the nearest name.
 */
export function findProfile(profiles: readonly Profile[], name: string): Profile {
  const exact = profiles.find(({ profile }) => profile === name)
  const found = exact ?? profiles.find(({ sessionProfile }) => sessionProfile === name)
  if (found !== undefined) return found
  const near = nearestName(
    name,
    profiles.map(({ profile }) => profile),
  )
  throw new AppError(
    'profile.not-found',
    `there is no profile ${printable(name)}`,
    near === undefined
      ? 'list the profiles with: mfad status'
      : `did you mean ${near}? all profiles: mfad status`,
  )
}

/** The long-term keys of a key profile. The only place where they leave the document. */
export function longTermCredentialsOf(
  documents: Documents,
  profile: string,
): LongTermCredentials | undefined {
  const [first, second] = sectionsOf(documents, profile)
  const accessKeyId = agreedValue(first, 'aws_access_key_id') ?? agreedValue(second, 'aws_access_key_id')
  const secretAccessKey =
    agreedValue(first, 'aws_secret_access_key') ?? agreedValue(second, 'aws_secret_access_key')
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : { accessKeyId, secretAccessKey }
}

function profileNames({ credentials, config }: Documents): string[] {
  const names = new Set(credentials.sections.keys())
  for (const section of config.sections.keys()) {
    const name = configProfileName(section)
    if (name !== undefined) names.add(name)
  }
  return [...names]
}

function configProfileName(section: string): string | undefined {
  if (section === 'default') return section
  const match = /^profile\s+(?:"([^"]+)"|'([^']+)'|([^\s"']+))$/.exec(section)
  return match === null ? undefined : (match[1] ?? match[2] ?? match[3])
}

/** The profile's sections, the one that wins first. */
function sectionsOf(
  { credentials, config }: Documents,
  name: string,
): [Section | undefined, Section | undefined] {
  return [credentials.sections.get(name), configSection(config, name)]
}

function configSection(config: CredentialsDocument, name: string): Section | undefined {
  for (const spelling of [`profile ${name}`, `profile "${name}"`, `profile '${name}'`]) {
    const section = config.sections.get(spelling)
    if (section !== undefined) return section
  }
  return name === 'default' ? config.sections.get('default') : undefined
}

/** `[dev-mfa]` is no profile of its own while `dev` exists, unless it holds long-term keys or a role. */
function isSessionOfAnother(
  documents: Documents,
  name: string,
  suffix: string,
  known: ReadonlySet<string>,
): boolean {
  const section = documents.credentials.sections.get(name)
  if (section !== undefined && readSessionSection(section).kind === 'ours') return true
  if (!name.endsWith(suffix) || !known.has(name.slice(0, -suffix.length))) return false
  return kindOf(sectionsOf(documents, name)) === 'other'
}

function kindOf([first, second]: [Section | undefined, Section | undefined]): Profile['kind'] {
  const has = (key: string) => first?.entries.has(key) || second?.entries.has(key)
  if (has('role_arn') && (has('source_profile') || has('aws_access_key_id'))) return 'role'
  if (has('role_arn') || has('aws_session_token') || has('aws_security_token')) return 'other'
  return has('aws_access_key_id') && has('aws_secret_access_key') ? 'key' : 'other'
}

function buildProfile(documents: Documents, name: string, suffix: string, paths: FilePaths): Profile {
  const sections = sectionsOf(documents, name)
  const value = (key: string) => agreedValue(sections[0], key) ?? agreedValue(sections[1], key)
  const sessionProfile = name + suffix
  const session = readSession(documents.credentials, sessionProfile)
  const kind = kindOf(sections)
  const durationSeconds = Number(value('duration_seconds'))
  const fields = {
    serialNumber: value('mfa_serial'),
    sourceProfile: value('source_profile'),
    region: validRegion(value('region')),
    endpointUrl: value('endpoint_url'),
    accessKeyId: kind === 'key' ? value('aws_access_key_id') : undefined,
    durationSeconds: Number.isSafeInteger(durationSeconds) ? durationSeconds : undefined,
  }
  const profile: Profile = {
    profile: name,
    sessionProfile,
    kind,
    session,
    hasOwnSessionRegion: configSection(documents.config, sessionProfile)?.entries.has('region') ?? false,
    ...definedOnly(fields),
  }
  const obstacle = findObstacle(documents, profile, paths)
  return obstacle === undefined ? profile : { ...profile, obstacle }
}

function validRegion(region: string | undefined): string | undefined {
  return region !== undefined && isRegion(region) ? region : undefined
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function definedOnly<T extends object>(fields: T): Defined<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>
}

/** The device comes last: `--serial-number` replaces it, and must find all the rest looked at. */
function findObstacle(documents: Documents, profile: Profile, paths: FilePaths): ErrorBody | undefined {
  return (
    nameObstacle(profile) ??
    kindObstacle(documents, profile, paths) ??
    keyObstacle(documents, profile, paths) ??
    shadowObstacle(documents, profile, paths) ??
    deviceObstacle(profile)
  )
}

function nameObstacle({ profile, sessionProfile }: Profile): ErrorBody | undefined {
  if (isPortableName(profile) && isPortableName(sessionProfile)) return undefined
  return {
    code: 'profile.unusable-name',
    message: `the name ${JSON.stringify(printable(profile))} cannot be read by every AWS tool`,
    hint: 'rename the profile; letters, digits and _ . / % @ : + - are safe',
  }
}

function kindObstacle(
  documents: Documents,
  { profile, sessionProfile, kind, sourceProfile }: Profile,
  paths: FilePaths,
): ErrorBody | undefined {
  if (kind === 'key') return undefined
  if (kind === 'role') {
    const source = sourceProfile ?? profile
    const suffix = sessionProfile.slice(profile.length)
    return {
      code: 'profile.is-a-role',
      message: `${profile} is a role profile, and mfad writes sessions for profiles that hold an access key`,
      hint: `log in its source (mfad login ${source}) and set source_profile = ${source}${suffix} in [profile ${profile}]: AWS tools then assume the role without a code`,
    }
  }
  const section = documents.credentials.sections.get(profile)
  if (section?.entries.has('aws_session_token') || section?.entries.has('aws_security_token')) {
    return {
      code: 'profile.holds-session',
      message: `${profile} holds session credentials, and STS issues sessions only for long-term keys`,
      hint: `put the long-term keys of an IAM user into [${profile}] of ${paths.credentials}`,
    }
  }
  return {
    code: 'profile.no-keys',
    message: `profile ${profile} has no access key`,
    hint: `add one with: aws configure --profile ${profile}`,
  }
}

const keysThatMustAgree = [
  'aws_access_key_id',
  'aws_secret_access_key',
  'mfa_serial',
  'region',
  'endpoint_url',
  'duration_seconds',
] as const

function keyObstacle(documents: Documents, { profile }: Profile, paths: FilePaths): ErrorBody | undefined {
  const sections = sectionsOf(documents, profile)
  for (const key of keysThatMustAgree) {
    const index = sections.findIndex((section) => section?.entries.has(key))
    const entry = sections[index]?.entries.get(key)
    if (entry === undefined || !entry.disputed) continue
    return {
      code: 'profile.disputed-value',
      message: `AWS tools disagree about ${key} of ${profile}: line ${entry.line} of ${index === 0 ? paths.credentials : paths.config}`,
      hint: 'write it as "key = value" at the start of a line, without quotes, comment or second copy',
    }
  }
  const keys = longTermCredentialsOf(documents, profile)
  if (
    keys !== undefined &&
    /^[A-Z0-9]{16,128}$/.test(keys.accessKeyId) &&
    /^[\x21-\x7e]{1,512}$/.test(keys.secretAccessKey)
  ) {
    return undefined
  }
  return {
    code: 'profile.malformed-keys',
    message: `the access key of ${profile} is empty or malformed`,
    hint: `enter it again with: aws configure --profile ${profile}`,
  }
}

function deviceObstacle({ profile, serialNumber }: Profile): ErrorBody | undefined {
  if (serialNumber === undefined) return undefined
  return serialNumberObstacle(profile, serialNumber)
}

/** What speaks against a serial number: its form, or a FIDO security key, which GetSessionToken cannot use. */
export function serialNumberObstacle(profile: string, serialNumber: string): ErrorBody | undefined {
  if (!isSerialNumber(serialNumber)) {
    return {
      code: 'profile.malformed-serial-number',
      message: `the mfa_serial of ${profile} is neither an ARN nor a hardware serial number`,
      hint: `set it with: aws configure set mfa_serial arn:aws:iam::ACCOUNT:mfa/NAME --profile ${profile}`,
    }
  }
  if (!serialNumber.includes(':u2f/')) return undefined
  return {
    code: 'profile.security-key',
    message: `the device of ${profile} is a FIDO security key, which AWS does not accept for GetSessionToken`,
    hint: 'register an authenticator app (TOTP) for this user as well and use its ARN as mfa_serial',
  }
}

/** What would keep AWS tools from looking at our section: they prefer these in the session profile's config section. */
function shadowObstacle(
  documents: Documents,
  { sessionProfile }: Profile,
  paths: FilePaths,
): ErrorBody | undefined {
  const config = configSection(documents.config, sessionProfile)
  const inCredentials = documents.credentials.sections.get(sessionProfile)
  for (const section of [config, inCredentials]) {
    for (const [key, { line }] of section?.entries ?? []) {
      if (!/^(?:role_arn|web_identity_token_file|credential_source|sso_.+)$/.test(key)) continue
      return {
        code: 'profile.session-shadowed',
        message: `AWS tools would not use [${sessionProfile}]: ${key} in line ${line} of ${section === config ? paths.config : paths.credentials} comes first`,
        hint: `remove ${key} there, or choose another suffix in mfad's settings`,
      }
    }
  }
  if (config?.entries.has('aws_access_key_id') && !config.entries.has('aws_session_token')) {
    return {
      code: 'profile.session-is-key-profile',
      message: `${sessionProfile} is a profile with an access key of its own in ${paths.config}`,
      hint: "rename it, or choose another suffix in mfad's settings",
    }
  }
  return undefined
}

function orphans(documents: Documents, suffix: string, listed: ReadonlySet<string>): Profile[] {
  const found: Profile[] = []
  for (const [name, section] of documents.credentials.sections) {
    const session = readSessionSection(section)
    if (session.kind !== 'ours') continue
    const isSuffixed = name.endsWith(suffix) && name.length > suffix.length
    const profile = isSuffixed ? name.slice(0, -suffix.length) : name
    if (isSuffixed && listed.has(profile)) continue
    found.push({
      profile,
      sessionProfile: name,
      kind: 'other',
      session,
      isOrphan: true,
      hasOwnSessionRegion: false,
      obstacle: {
        code: 'profile.orphan',
        message: isSuffixed
          ? `profile ${profile} is gone, its session is still there`
          : `[${name}] was written under another suffix`,
        hint: `remove it with: mfad logout ${profile}`,
      },
    })
  }
  return found
}

/** The name within two edits, the closest first; undefined where none is that near. */
function nearestName(name: string, names: readonly string[]): string | undefined {
  const wanted = name.slice(0, 64).toLowerCase()
  let best: { name: string; distance: number } | undefined
  for (const candidate of names.slice(0, 10_000)) {
    if (Math.abs(candidate.length - wanted.length) > 2) continue
    const distance = editDistance(wanted, candidate.toLowerCase())
    if (distance <= 2 && distance < wanted.length && (best === undefined || distance < best.distance)) {
      best = { name: candidate, distance }
    }
  }
  return best?.name
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i++) {
    const next = [i]
    for (let j = 1; j <= right.length; j++) {
      const substitution = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(substitution, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
