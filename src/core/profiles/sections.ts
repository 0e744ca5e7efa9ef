// Where the parts of a profile stand, `[dev]` in the credentials file and `[profile dev]` in the config file, and the one
// view of both from which every value of it is taken. The credentials file wins, key by key:
//
//   credentials  [dev]  aws_access_key_id = AKIA…            value: AKIA…        credentials, line 2
//                       region = eu-west-1                   value: eu-west-1    credentials, line 3
//   config       [profile dev]  region = us-east-1
//                               mfa_serial = arn:…:mfa/alice value: arn:…        config, line 3

import { agreed, agreedValue, type CredentialsDocument, type Section } from '../document/document.ts'

export type Documents = { credentials: CredentialsDocument; config: CredentialsDocument }

type Lookup<Found> = Pick<ReadonlyMap<string, Found>, 'get' | 'has'>

/** The sections of both files, to look one up by the name of its profile. */
export type SectionLookup = { credentials: Lookup<Section>; config: Lookup<Section> }
export type ProfileLookup = SectionLookup & { misplaced: Lookup<Misplaced> }

/** Both files by the profile's name, however a section spells it. */
export type ProfileSections = {
  credentials: ReadonlyMap<string, Section>
  config: ReadonlyMap<string, Section>
  /** Sections under the header that the other file would want, by the name that was meant: AWS tools do not read them. */
  misplaced: ReadonlyMap<string, Misplaced>
  /** `[services NAME]` of the config file, by that name. */
  services: ReadonlyMap<string, Section>
}

/** A section that has to be called `header` to be read. */
export type Misplaced = { file: keyof Documents; section: Section; header: string }

/** A line of one of the two files. */
type Place = { file: keyof Documents; line: number }

/** One profile in both files. */
export type ProfileView = {
  /** Does either file give the key, with whatever value? */
  has(key: string): boolean
  /** What every AWS tool reads; undefined where there is nothing, or nothing that they agree on. */
  value(key: string): string | undefined
  /** Where `value` comes from. */
  placeOf(key: string): Place | undefined
  /**
   * All that stands behind the `=` of a key that AWS tools do not read, so that they cannot disagree about it: a command may
   * hold ` #` and ` ;`. Quotes round the whole are left out. Undefined where it goes on in further lines.
   */
  wholeLine(key: string): { text: string; file: keyof Documents } | undefined
  /** Where AWS tools disagree about the key in the file that wins. */
  disputedAt(key: string): Place | undefined
  /** The wanted keys, each with its text as botocore reads it: of a nested block such as `s3 =`, `\nkey = value\n...`. */
  texts(isWanted: (key: string, text: string) => boolean): ReadonlyMap<string, string>
}

export type LongTermCredentials = { accessKeyId: string; secretAccessKey: string }

/** `[profile default]` wins over `[default]` in the config file; of other double spellings the first counts. */
export function profileSections(
  { credentials, config }: Documents,
  { byName, misplaced, services } = configProfiles(config),
): ProfileSections {
  return {
    credentials: credentials.sections,
    config: byName,
    misplaced: new Map([...misplaced, ...misplacedInCredentials(credentials)]),
    services,
  }
}

/** What follows from the config file alone, which changes less often than the credentials file. */
export type ConfigProfiles = {
  byName: ReadonlyMap<string, Section>
  misplaced: ReadonlyMap<string, Misplaced>
  services: ReadonlyMap<string, Section>
}

export function configProfiles(config: CredentialsDocument): ConfigProfiles {
  const byName = new Map<string, Section>()
  const misplaced = new Map<string, Misplaced>()
  const services = new Map<string, Section>()
  for (const section of config.sections.values()) {
    const name = configProfileName(section.name)
    if (name !== undefined && !byName.has(name)) byName.set(name, section)
    const ofServices = name === undefined ? nameBehind('services', section.name) : undefined
    if (ofServices !== undefined) services.set(ofServices, section)
    if (isMisplacedInConfig(section))
      misplaced.set(section.name, { file: 'config', section, header: headerOf('config', section.name) })
  }
  const bare = config.sections.get('default')
  if (bare !== undefined && !byName.has('default')) byName.set('default', bare)
  return { byName, misplaced, services }
}

/** The header that a profile has in a file. */
export function headerOf(file: keyof Documents, profile: string): string {
  return file === 'credentials' || profile === 'default' ? `[${profile}]` : `[profile ${profile}]`
}

/** Keys by which a section of the config file is known to be meant as a profile. */
const profileKeys = ['aws_access_key_id', 'mfa_serial', 'role_arn', 'source_profile', 'credential_process']

function isMisplacedInConfig({ name, entries }: Section): boolean {
  return name !== 'default' && !/\s/.test(name) && profileKeys.some((key) => entries.has(key))
}

function misplacedInCredentials(credentials: CredentialsDocument): Map<string, Misplaced> {
  const found = new Map<string, Misplaced>()
  for (const [header, section] of credentials.sections) {
    const name = header.startsWith('profile') ? configProfileName(header) : undefined
    if (name !== undefined)
      found.set(name, { file: 'credentials', section, header: headerOf('credentials', name) })
  }
  return found
}

/**
 * A profile that stands in neither file is an empty view. Some are made of every profile at every change of a file, so a question
 * costs no more than looking the key up twice.
 */
export function viewOf({ credentials, config }: SectionLookup, name: string): ProfileView {
  const first = credentials.get(name)?.entries
  const second = config.get(name)?.entries
  const fileOf = (isFirst: boolean) => (isFirst ? 'credentials' : 'config')
  const entryOf = (key: string) => first?.get(key) ?? second?.get(key)
  const isInFirst = (key: string) => first?.has(key) ?? false
  return {
    has: (key) => isInFirst(key) || (second?.has(key) ?? false),
    value: (key) => agreed(first?.get(key)) ?? agreed(second?.get(key)),
    placeOf(key) {
      const isFirst = agreed(first?.get(key)) !== undefined
      const entry = isFirst ? first?.get(key) : second?.get(key)
      return entry === undefined || agreed(entry) === undefined
        ? undefined
        : { file: fileOf(isFirst), line: entry.line }
    },
    wholeLine(key) {
      const text = withoutQuotes(entryOf(key)?.value ?? '')
      return text === '' || text.includes('\n') ? undefined : { text, file: fileOf(isInFirst(key)) }
    },
    disputedAt(key) {
      const entry = entryOf(key)
      return entry?.disputed ? { file: fileOf(isInFirst(key)), line: entry.line } : undefined
    },
    texts(isWanted) {
      const found = new Map<string, string>()
      for (const entries of [first, second])
        for (const { key, value } of entries?.values() ?? [])
          if (isWanted(key, value) && !found.has(key)) found.set(key, value)
      return found
    },
  }
}

/**
 * A profile as mfad takes it. Where its keys stand in a section of their own, `keyProfile`, that one says what the profile
 * itself does not; and of access keys only those count, since the profile's own section holds the session.
 */
export function viewOfProfile(
  sections: SectionLookup,
  { profile, keyProfile }: { profile: string; keyProfile?: string },
): ProfileView {
  const own = viewOf(sections, profile)
  if (keyProfile === undefined) return own
  const keys = viewOf(sections, keyProfile)
  const viewFor = (key: string) => (accessKeys.test(key) || !own.has(key) ? keys : own)
  return {
    has: (key) => viewFor(key).has(key),
    value: (key) => viewFor(key).value(key),
    placeOf: (key) => viewFor(key).placeOf(key),
    wholeLine: (key) => viewFor(key).wholeLine(key),
    disputedAt: (key) => viewFor(key).disputedAt(key),
    texts: (isWanted) => new Map([...keys.texts(isWanted), ...own.texts(isWanted)]),
  }
}

const accessKeys = /^aws_(?:access_key_id|secret_access_key|session_token|security_token)$/

/** The long-term keys of the section `profile`: see keysAt. The only place where they leave the documents. */
export function longTermCredentialsOf(
  sections: SectionLookup,
  profile: string,
): LongTermCredentials | undefined {
  const [first, second] = [sections.credentials.get(profile), sections.config.get(profile)]
  const value = (key: string) => agreedValue(first, key) ?? agreedValue(second, key)
  const accessKeyId = value('aws_access_key_id')
  const secretAccessKey = value('aws_secret_access_key')
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : { accessKeyId, secretAccessKey }
}

function withoutQuotes(value: string): string {
  return /^"([^"]*)"$/.exec(value)?.[1] ?? /^'([^']*)'$/.exec(value)?.[1] ?? value
}

export function configProfileName(section: string): string | undefined {
  return nameBehind('profile', section)
}

function nameBehind(word: 'profile' | 'services', section: string): string | undefined {
  if (!section.startsWith(word)) return undefined
  const match = /^\s+(?:"([^"]+)"|'([^']+)'|([^\s"']+))$/.exec(section.slice(word.length))
  return match === null ? undefined : (match[1] ?? match[2] ?? match[3])
}
