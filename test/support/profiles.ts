// Profiles out of literal file texts, as the daemon builds them.
import { parseDocument } from '../../src/core/document/parse.ts'
import type { Profile } from '../../src/core/profiles/profile.ts'
import { buildProfiles } from '../../src/core/profiles/profiles.ts'
import type { Documents } from '../../src/core/profiles/sections.ts'

export const paths = { credentials: '/home/me/.aws/credentials', config: '/home/me/.aws/config' }

export const parse = (text: string) => parseDocument(new TextEncoder().encode(text))

export function documentsOf(credentials: string, config = ''): Documents {
  return { credentials: parse(credentials), config: parse(config) }
}

export function profilesOf(
  credentials: string,
  config = '',
  suffix = '-mfa',
  longTermSuffix = '-long-term',
): Profile[] {
  return buildProfiles(documentsOf(credentials, config), { suffix, longTermSuffix }, paths)
}

/** The lines of a profile with long-term keys. */
export const keysOf = (accessKeyId: string) =>
  `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY\n`

/** A section of ours. */
export function sessionOf(name: string, expiration: string, accessKeyId = 'ASIAIOSFODNN7EXAMPLE'): string {
  return `[${name}]
aws_access_key_id = ${accessKeyId}
aws_secret_access_key = c2VjcmV0
aws_session_token = dG9rZW4=
expiration = ${expiration}
manager = mfad
mfad_key = ${accessKeyId.slice(-8)}
`
}
