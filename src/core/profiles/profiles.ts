// The profiles a user knows, derived from the two files: what each one is, its device, and what stands in the place of
// its session section. A profile is the union of its sections, the credentials file winning key by key.
import { AppError } from '../errors.ts'
import { mfadCommand } from '../text/commands.ts'
import { nearestName } from '../text/nearest-name.ts'
import { printable } from '../text/printable.ts'
import { isRegion } from './aws-values.ts'
import { isKeyProcess, keyNameOf, keyringKey, keySourceOf } from './key-source.ts'
import { findObstacle } from './obstacles.ts'
import type { FilePaths, MfaProcess, Profile, Role } from './profile.ts'
import { withSources } from './roles.ts'
import {
  type Documents,
  type ProfileSections,
  type ProfileView,
  profileSections,
  viewOf,
} from './sections.ts'
import { readSession, readSessionSection } from './session-section.ts'

/** Every profile of the two files in the order of the credentials file, then of the config file, then orphans. */
export function buildProfiles(documents: Documents, suffix: string, paths: FilePaths): Profile[] {
  const sections = profileSections(documents)
  const known = new Set([
    ...sections.credentials.keys(),
    ...sections.config.keys(),
    ...sections.misplaced.keys(),
  ])
  const listed = [...known].filter((name) => !isSessionOfAnother(sections, name, suffix, known))
  const profiles = listed.map((name) => buildProfile(documents, sections, name, suffix, paths))
  return [...withSources(profiles, suffix), ...orphans(documents, suffix, new Set(listed))]
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
  paths: FilePaths,
): Profile {
  const view = viewOf(sections, name)
  const sessionProfile = name + suffix
  const session = readSession(documents.credentials, sessionProfile)
  const kind = kindOf(view)
  const duration = view.value('duration_seconds')
  const inConfig = sections.config.get(sessionProfile)
  const isOwnSource = kind === 'role' && [undefined, name].includes(view.value('source_profile'))
  const hasOwnKeys =
    (view.has('aws_access_key_id') && view.has('aws_secret_access_key')) || view.has(keyringKey)
  const fields = {
    serialNumber: (session.kind === 'ours' ? session.serialNumber : undefined) ?? view.value('mfa_serial'),
    mfaSerial: view.value('mfa_serial'),
    sourceProfile: view.value('source_profile'),
    region: validRegion(view.value('region')),
    endpointUrl: view.value('endpoint_url'),
    accessKeyId: kind === 'key' || (isOwnSource && hasOwnKeys) ? keyName(sections, name) : undefined,
    durationSeconds: duration === undefined ? undefined : wholeNumber(duration),
    mfaProcess: ['key', 'role'].includes(kind) ? findMfaProcess(sections, name, suffix, paths) : undefined,
    role: kind === 'role' ? roleOf(view) : undefined,
    hasOwnKeys: kind === 'role' ? hasOwnKeys : undefined,
  }
  const profile: Profile = {
    profile: name,
    sessionProfile,
    kind,
    session,
    hasOwnSessionRegion: inConfig?.entries.has('region') ?? false,
    notInherited: ['endpoint_url', 'ca_bundle'].filter(
      (key) => view.value(key) !== undefined && !inConfig?.entries.has(key),
    ),
    ...definedOnly(fields),
  }
  const obstacle = findObstacle(sections, profile, paths)
  return obstacle === undefined ? profile : { ...profile, obstacle }
}

function keyName(sections: ProfileSections, profile: string): string | undefined {
  const source = keySourceOf(sections, profile)
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
  suffix: string,
  paths: FilePaths,
): MfaProcess | undefined {
  const seen = new Set<string>()
  let name: string | undefined = profile
  while (name !== undefined && !seen.has(name)) {
    seen.add(name)
    const view = viewOf(sections, name)
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
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Defined<T>
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
      notInherited: [],
      obstacle: {
        code: 'profile.orphan',
        message: isSuffixed
          ? `profile ${profile} is gone, its session is still there`
          : `[${name}] was written under another suffix`,
        hint: `remove it with: ${mfadCommand('logout', profile)}`,
      },
    })
  }
  return found
}
