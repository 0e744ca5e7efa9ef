// Where the parts of a profile stand, `[dev]` in the credentials file and `[profile dev]` in the config file, and the one
// view of both from which every value of it is taken. The credentials file wins, key by key:
//
//   credentials  [dev]  aws_access_key_id = AKIA…            value: AKIA…        credentials, line 2
//                       region = eu-west-1                   value: eu-west-1    credentials, line 3
//   config       [profile dev]  region = us-east-1
//                               mfa_serial = arn:…:mfa/alice value: arn:…        config, line 3

import { agreedValue, type CredentialsDocument, type Section } from '../document/document.ts'

export type Documents = { credentials: CredentialsDocument; config: CredentialsDocument }

/** Both files by the profile's name, however a section spells it. */
export type ProfileSections = {
  credentials: ReadonlyMap<string, Section>
  config: ReadonlyMap<string, Section>
  /** Sections under the header that the other file would want, by the name that was meant: AWS tools do not read them. */
  misplaced: ReadonlyMap<string, Misplaced>
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
}

export type LongTermCredentials = { accessKeyId: string; secretAccessKey: string }

/** `[profile default]` wins over `[default]` in the config file; of other double spellings the first counts. */
export function profileSections({ credentials, config }: Documents): ProfileSections {
  const byName = new Map<string, Section>()
  for (const section of config.sections.values()) {
    const name = configProfileName(section.name)
    if (name !== undefined && !byName.has(name)) byName.set(name, section)
  }
  const bare = config.sections.get('default')
  if (bare !== undefined && !byName.has('default')) byName.set('default', bare)
  return {
    credentials: credentials.sections,
    config: byName,
    misplaced: misplacedSections(credentials, config),
  }
}

/** The header that a profile has in a file. */
export function headerOf(file: keyof Documents, profile: string): string {
  return file === 'credentials' || profile === 'default' ? `[${profile}]` : `[profile ${profile}]`
}

/** Keys by which a section of the config file is known to be meant as a profile. */
const profileKeys = ['aws_access_key_id', 'mfa_serial', 'role_arn', 'source_profile', 'credential_process']

function misplacedSections(
  credentials: CredentialsDocument,
  config: CredentialsDocument,
): Map<string, Misplaced> {
  const found = new Map<string, Misplaced>()
  for (const section of config.sections.values()) {
    const { name, entries } = section
    if (name === 'default' || /\s/.test(name) || !profileKeys.some((key) => entries.has(key))) continue
    found.set(name, { file: 'config', section, header: headerOf('config', name) })
  }
  for (const section of credentials.sections.values()) {
    const name = configProfileName(section.name)
    if (name !== undefined)
      found.set(name, { file: 'credentials', section, header: headerOf('credentials', name) })
  }
  return found
}

/** A profile that stands in neither file is an empty view. */
export function viewOf({ credentials, config }: ProfileSections, name: string): ProfileView {
  const inOrder = [
    ['credentials', credentials.get(name)],
    ['config', config.get(name)],
  ] as const
  const find = (isIt: (section: Section | undefined) => boolean) =>
    inOrder.find(([, section]) => isIt(section))
  return {
    has: (key) => find((section) => section?.entries.has(key) ?? false) !== undefined,
    value: (key) => agreedValue(inOrder[0][1], key) ?? agreedValue(inOrder[1][1], key),
    placeOf(key) {
      const [file, section] = find((each) => agreedValue(each, key) !== undefined) ?? []
      return placeIn(file, section, key)
    },
    wholeLine(key) {
      const [file, section] = find((each) => each?.entries.has(key) ?? false) ?? []
      const text = withoutQuotes(section?.entries.get(key)?.value ?? '')
      return file === undefined || text === '' || text.includes('\n') ? undefined : { text, file }
    },
    disputedAt(key) {
      const [file, section] = find((each) => each?.entries.has(key) ?? false) ?? []
      return section?.entries.get(key)?.disputed ? placeIn(file, section, key) : undefined
    },
  }
}

/** The long-term keys of a key profile. The only place where they leave the documents. */
export function longTermCredentialsOf(
  sections: ProfileSections,
  profile: string,
): LongTermCredentials | undefined {
  const view = viewOf(sections, profile)
  const accessKeyId = view.value('aws_access_key_id')
  const secretAccessKey = view.value('aws_secret_access_key')
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : { accessKeyId, secretAccessKey }
}

function withoutQuotes(value: string): string {
  return /^"([^"]*)"$/.exec(value)?.[1] ?? /^'([^']*)'$/.exec(value)?.[1] ?? value
}

function placeIn(
  file: keyof Documents | undefined,
  section: Section | undefined,
  key: string,
): Place | undefined {
  const line = section?.entries.get(key)?.line
  return file === undefined || line === undefined ? undefined : { file, line }
}

export function configProfileName(section: string): string | undefined {
  const match = /^profile\s+(?:"([^"]+)"|'([^']+)'|([^\s"']+))$/.exec(section)
  return match === null ? undefined : (match[1] ?? match[2] ?? match[3])
}
