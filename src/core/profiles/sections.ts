// Where the parts of a profile stand: `[dev]` in the credentials file, `[profile dev]` in the config file.
import type { CredentialsDocument, Section } from '../document/document.ts'
import { agreedValue } from '../document/document.ts'

export type Documents = { credentials: CredentialsDocument; config: CredentialsDocument }

/** Both files by the profile's name, however a section spells it. */
export type ProfileSections = {
  credentials: ReadonlyMap<string, Section>
  config: ReadonlyMap<string, Section>
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
  return { credentials: credentials.sections, config: byName }
}

/** The profile's sections, the one that wins first. */
export function sectionsOf(
  { credentials, config }: ProfileSections,
  name: string,
): [Section | undefined, Section | undefined] {
  return [credentials.get(name), config.get(name)]
}

/** The long-term keys of a key profile. The only place where they leave the document. */
export function longTermCredentialsOf(
  sections: ProfileSections,
  profile: string,
): LongTermCredentials | undefined {
  const [first, second] = sectionsOf(sections, profile)
  const accessKeyId = agreedValue(first, 'aws_access_key_id') ?? agreedValue(second, 'aws_access_key_id')
  const secretAccessKey =
    agreedValue(first, 'aws_secret_access_key') ?? agreedValue(second, 'aws_secret_access_key')
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : { accessKeyId, secretAccessKey }
}

function configProfileName(section: string): string | undefined {
  const match = /^profile\s+(?:"([^"]+)"|'([^']+)'|([^\s"']+))$/.exec(section)
  return match === null ? undefined : (match[1] ?? match[2] ?? match[3])
}
