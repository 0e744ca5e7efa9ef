// One profile, out of its sections: what it is, its device, and what stands in the place of its session section.

import { deviceObstacles } from '../error-codes.ts'
import type { ErrorBody } from '../errors.ts'
import { printable } from '../text/printable.ts'
import { isRegion } from './aws-values.ts'
import { type InPlace, roleWarning, takenWarning } from './in-place.ts'
import { inStepOf } from './in-step-settings.ts'
import { isKeyProcess, keyNameOf, keyringKey, keySourceOf } from './key-source.ts'
import { findObstacle } from './obstacles.ts'
import { type FilePaths, keysAt, type MfaProcess, type Profile, type Role } from './profile.ts'
import { type ProfileLookup, type ProfileView, viewOf, viewOfProfile } from './sections.ts'
import { type Session, sessionIn } from './session-section.ts'

export function buildProfile(
  sections: ProfileLookup,
  name: string,
  suffix: string,
  inPlace: InPlace,
  paths: FilePaths,
): Profile {
  const keyProfile = inPlace.keys.get(name)
  const keyed = { profile: name, ...(keyProfile === undefined ? {} : { keyProfile }) }
  const view = viewOfProfile(sections, keyed)
  const sessionProfile = keyProfile === undefined ? name + suffix : name
  const session = sessionOf(sections, keyed, sessionProfile, inPlace)
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
  // What is wrong with the device counts last, since a login can name another one.
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

/** The section may be the place of another profile's session: then what stands there is not this profile's. */
function sessionOf(
  { credentials }: ProfileLookup,
  { keyProfile }: Pick<Profile, 'keyProfile'>,
  sessionProfile: string,
  inPlace: InPlace,
): Session {
  const owner = inPlace.keys.get(sessionProfile)
  if (keyProfile !== undefined || owner === undefined) return sessionIn(credentials.get(sessionProfile))
  const line = credentials.get(sessionProfile)?.line ?? 0
  const reason = `[${sessionProfile}] is for the session of the keys in [${owner}]`
  return { kind: 'foreign', reason, line, isAdoptable: false }
}

function inStep(
  sections: ProfileLookup,
  view: ProfileView,
  { profile, keyProfile }: Pick<Profile, 'profile' | 'keyProfile'>,
  sessionProfile: string,
  inPlace: InPlace,
): Pick<Profile, 'inStep' | 'warnings'> {
  // The session stands in the profile's own section, so everything that the config file says of the profile applies to it already.
  if (keyProfile !== undefined) {
    const role = roleWarning(sections, view, profile, keyProfile)
    return { inStep: new Map(), warnings: role === undefined ? [] : [role] }
  }
  const { settings, warnings } = inStepOf(view, profile, sessionProfile, sections.config.get(sessionProfile))
  const taken = takenWarning(profile, sessionProfile, inPlace)
  return { inStep: settings, warnings: taken === undefined ? warnings : [...warnings, taken] }
}

/** `section`: where its keys are. */
function keyName(sections: ProfileLookup, section: string): string | undefined {
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
  sections: ProfileLookup,
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
function sourceOf(sections: ProfileLookup, view: ProfileView, suffix: string): string | undefined {
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

export function kindOf(view: ProfileView): Profile['kind'] {
  const { has } = view
  const isKept = has(keyringKey)
  if (has('role_arn') && (has('source_profile') || has('aws_access_key_id') || isKept)) return 'role'
  if (has('role_arn') || has('aws_session_token') || has('aws_security_token')) return 'other'
  if ((has('aws_access_key_id') && has('aws_secret_access_key')) || isKept) return 'key'
  if (has('sso_session') || has('sso_start_url')) return 'sso'
  if (has('login_session')) return 'aws-login'
  return isKeyProcess(view) ? 'key' : 'other'
}
