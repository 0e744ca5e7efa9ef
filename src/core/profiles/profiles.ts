// The profiles a user knows, derived from the two files: what each one is, its device, and what stands in the place of
// its session section. A profile is the union of its sections, the credentials file winning key by key.
import { deviceObstacles } from '../error-codes.ts'
import { AppError, type ErrorBody } from '../errors.ts'
import { mfadCommand } from '../text/commands.ts'
import { nearestName } from '../text/nearest-name.ts'
import { printable } from '../text/printable.ts'
import { isRegion } from './aws-values.ts'
import { findInPlace, type InPlace, roleWarning, type Suffixes, takenWarning } from './in-place.ts'
import { inStepOf } from './in-step-settings.ts'
import { isKeyProcess, keyNameOf, keyringKey, keySourceOf } from './key-source.ts'
import { findNamed } from './named.ts'
import { findObstacle } from './obstacles.ts'
import { type FilePaths, keysAt, type MfaProcess, type Profile, type Role } from './profile.ts'
import { withSources } from './roles.ts'
import {
  type Documents,
  type ProfileSections,
  type ProfileView,
  profileSections,
  viewOf,
  viewOfProfile,
} from './sections.ts'
import { readSession, readSessionSection, type Session } from './session-section.ts'

/**
 * Every profile of the two files in the order of the credentials file, then of the config file, then orphans. `sections`: those of
 * the documents.
 */
export function buildProfiles(
  documents: Documents,
  suffixes: Suffixes,
  paths: FilePaths,
  sections: ProfileSections = profileSections(documents),
): Profile[] {
  const { suffix } = suffixes
  const known = new Set([
    ...sections.credentials.keys(),
    ...sections.config.keys(),
    ...sections.misplaced.keys(),
  ])
  const inPlace = findInPlace(sections, known, suffixes.longTermSuffix, kindOf)
  const ownerOf = new Map([...inPlace.keys].map(([profile, keys]) => [keys, profile]))
  const named = new Set([...known].map((name) => ownerOf.get(name) ?? name))
  const listed = [...named].filter(
    (name) => inPlace.keys.has(name) || !isSessionOfAnother(sections, name, suffix, named),
  )
  const profiles = listed.map((name) => buildProfile(documents, sections, name, suffix, inPlace, paths))
  const once = withoutTwice(profiles, sections)
  return [...withSources(once, suffix), ...orphans(documents, suffix, new Set(listed), inPlace)]
}

/** `[profile z]` in the credentials file is z, where z tells of it. */
function withoutTwice(profiles: readonly Profile[], { misplaced }: ProfileSections): readonly Profile[] {
  if (misplaced.size === 0) return profiles
  const told = profiles.filter(({ obstacle }) => obstacle?.code === 'profile.misplaced-section')
  const twice = new Set(told.map(({ profile }) => misplaced.get(profile)?.section.name))
  return profiles.filter(({ profile }) => !twice.has(profile) || misplaced.has(profile))
}

/**
 * The profile that a name given by the user means: that profile, or the one whose session profile or section of keys it names.
 * Throws profile.not-found with the nearest name.
 */
export function findProfile(profiles: readonly Profile[], name: string): Profile {
  const found = findNamed(profiles, name)
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

/** `[dev-mfa]` is no profile of its own while `dev` exists, unless it holds long-term keys or a role. */
function isSessionOfAnother(
  sections: ProfileSections,
  name: string,
  suffix: string,
  known: ReadonlySet<string>,
): boolean {
  const section = sections.credentials.get(name)
  if (section !== undefined && readSessionSection(section).kind === 'ours') return true
  if (!name.endsWith(suffix) || !known.has(name.slice(0, -suffix.length))) return false
  return !['key', 'role'].includes(kindOf(viewOf(sections, name)))
}

function kindOf(view: ProfileView): Profile['kind'] {
  const { has } = view
  const isKept = has(keyringKey)
  if (has('role_arn') && (has('source_profile') || has('aws_access_key_id') || isKept)) return 'role'
  if (has('role_arn') || has('aws_session_token') || has('aws_security_token')) return 'other'
  if ((has('aws_access_key_id') && has('aws_secret_access_key')) || isKept) return 'key'
  if (has('sso_session') || has('sso_start_url')) return 'sso'
  if (has('login_session')) return 'aws-login'
  return isKeyProcess(view) ? 'key' : 'other'
}

function buildProfile(
  documents: Documents,
  sections: ProfileSections,
  name: string,
  suffix: string,
  inPlace: InPlace,
  paths: FilePaths,
): Profile {
  const keyProfile = inPlace.keys.get(name)
  const keyed = { profile: name, ...(keyProfile === undefined ? {} : { keyProfile }) }
  const view = viewOfProfile(sections, keyed)
  const sessionProfile = keyProfile === undefined ? name + suffix : name
  const session = sessionOf(documents, keyed, sessionProfile, inPlace)
  const kind = keyProfile === undefined ? kindOf(view) : 'key'
  const duration = view.value('duration_seconds')
  const mfaSerial =
    view.value('mfa_serial') ?? (keyProfile === undefined ? undefined : view.value('aws_mfa_device'))
  const isOwnSource = kind === 'role' && [undefined, name].includes(view.value('source_profile'))
  const hasOwnKeys =
    (view.has('aws_access_key_id') && view.has('aws_secret_access_key')) || view.has(keyringKey)
  const fields = {
    keyProfile,
    serialNumber: (session.kind === 'ours' ? session.serialNumber : undefined) ?? mfaSerial,
    mfaSerial,
    sourceProfile: view.value('source_profile'),
    region: validRegion(view.value('region')),
    endpointUrl: view.value('endpoint_url'),
    accessKeyId: kind === 'key' || (isOwnSource && hasOwnKeys) ? keyName(sections, keysAt(keyed)) : undefined,
    durationSeconds: duration === undefined ? undefined : wholeNumber(duration),
    mfaProcess: ['key', 'role'].includes(kind)
      ? findMfaProcess(sections, name, view, suffix, paths)
      : undefined,
    role: kind === 'role' ? roleOf(view) : undefined,
    hasOwnKeys: kind === 'role' ? hasOwnKeys : undefined,
  }
  const profile: Profile = {
    profile: name,
    sessionProfile,
    kind,
    session,
    ...inStep(sections, view, keyed, sessionProfile, inPlace),
    ...definedOnly(fields),
  }
  const found = findObstacle(sections, profile, paths)
  // The device comes last: another one can be given for a login.
  const isFirst = found !== undefined && !deviceObstacles.has(found.code)
  const obstacle = isFirst ? found : (placeObstacle(profile, inPlace) ?? found)
  return obstacle === undefined ? profile : { ...profile, obstacle }
}

function placeObstacle({ sessionProfile, keyProfile }: Profile, { keys }: InPlace): ErrorBody | undefined {
  const owner = keys.get(sessionProfile)
  if (keyProfile !== undefined || owner === undefined) return undefined
  return {
    code: 'profile.session-is-key-profile',
    message: `[${printable(sessionProfile)}] is for the session of the keys in [${printable(owner)}]`,
    hint: "rename one of the two, or choose another suffix in mfad's settings",
  }
}

/** A session in the place of another profile's is not this one's. */
function sessionOf(
  { credentials }: Documents,
  { keyProfile }: Pick<Profile, 'keyProfile'>,
  sessionProfile: string,
  inPlace: InPlace,
): Session {
  const owner = inPlace.keys.get(sessionProfile)
  if (keyProfile !== undefined || owner === undefined) return readSession(credentials, sessionProfile)
  const line = credentials.sections.get(sessionProfile)?.line ?? 0
  const reason = `[${sessionProfile}] is for the session of the keys in [${owner}]`
  return { kind: 'foreign', reason, line, isAdoptable: false }
}

function inStep(
  sections: ProfileSections,
  view: ProfileView,
  { profile, keyProfile }: Pick<Profile, 'profile' | 'keyProfile'>,
  sessionProfile: string,
  inPlace: InPlace,
): Pick<Profile, 'inStep' | 'warnings'> {
  // The profile's own section in the config file applies as a whole.
  if (keyProfile !== undefined) {
    const role = roleWarning(sections, view, profile, keyProfile)
    return { inStep: new Map(), warnings: role === undefined ? [] : [role] }
  }
  const { settings, warnings } = inStepOf(view, profile, sessionProfile, sections.config.get(sessionProfile))
  const taken = takenWarning(profile, sessionProfile, inPlace)
  return { inStep: settings, warnings: taken === undefined ? warnings : [...warnings, taken] }
}

/** `section`: where its keys are. */
function keyName(sections: ProfileSections, section: string): string | undefined {
  const source = keySourceOf(sections, section)
  return source === undefined ? undefined : keyNameOf(source)
}

function roleOf({ value }: ProfileView): Role {
  return {
    arn: value('role_arn') ?? '',
    ...definedOnly({ externalId: value('external_id'), sessionName: value('role_session_name') }),
  }
}

/** As in aws-vault, `mfa_process` is inherited along `source_profile`; that may go in a circle. */
function findMfaProcess(
  sections: ProfileSections,
  profile: string,
  own: ProfileView,
  suffix: string,
  paths: FilePaths,
): MfaProcess | undefined {
  const seen = new Set<string>()
  let name: string | undefined = profile
  while (name !== undefined && !seen.has(name)) {
    const view: ProfileView = seen.size === 0 ? own : viewOf(sections, name)
    seen.add(name)
    const line = view.wholeLine('mfa_process')
    if (line !== undefined) return { command: line.text, profile: name, file: paths[line.file] }
    name = sourceOf(sections, view, suffix)
  }
  return undefined
}

/** A source that names a session profile means its profile. */
function sourceOf(sections: ProfileSections, view: ProfileView, suffix: string): string | undefined {
  const source = view.value('source_profile')
  if (source === undefined || !source.endsWith(suffix)) return source
  const { has } = viewOf(sections, source)
  return has('mfa_process') || has('source_profile') ? source : source.slice(0, -suffix.length)
}

/** NaN where it is none: `1e3` and `0x384` are numbers to us, and none to AWS tools. */
function wholeNumber(text: string): number {
  return /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN
}

function validRegion(region: string | undefined): string | undefined {
  return region !== undefined && isRegion(region) ? region : undefined
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> }

function definedOnly<T extends object>(fields: T): Defined<T> {
  const defined: Partial<T> = {}
  for (const key in fields) if (fields[key] !== undefined) defined[key] = fields[key]
  return defined as Defined<T>
}

function orphans(
  documents: Documents,
  suffix: string,
  listed: ReadonlySet<string>,
  { keys }: InPlace,
): Profile[] {
  const keySections = new Set(keys.values())
  const found: Profile[] = []
  for (const [name, section] of documents.credentials.sections) {
    const session = readSessionSection(section)
    if (session.kind !== 'ours' || keys.has(name)) continue
    const base = name.endsWith(suffix) && name.length > suffix.length ? name.slice(0, -suffix.length) : name
    const isElsewhere = keys.has(base) || keySections.has(base)
    if (base !== name && listed.has(base) && !isElsewhere) continue
    const profile = isElsewhere ? name : base
    found.push({
      profile,
      sessionProfile: name,
      kind: 'other',
      session,
      isOrphan: true,
      inStep: new Map(),
      warnings: [],
      obstacle: {
        code: 'profile.orphan',
        message:
          profile === name
            ? `[${name}] holds a session that mfad wrote, and no profile has its session there now`
            : `profile ${profile} is gone, its session is still there`,
        hint: `remove it with: ${mfadCommand('logout', profile)}`,
      },
    })
  }
  return found
}
