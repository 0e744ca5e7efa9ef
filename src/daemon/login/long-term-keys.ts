// The long-term keys of a profile, out of the two files. Asked for only when a call to AWS is about to be signed.

import { AppError } from '../../core/errors.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import {
  type Documents,
  type LongTermCredentials,
  longTermCredentialsOf,
  profileSections,
} from '../../core/profiles/sections.ts'
import { awsCommand } from '../../core/text/commands.ts'

/** Throws profile.no-keys. */
export async function keysInFiles(
  documents: Documents,
  { profile }: Pick<Profile, 'profile'>,
): Promise<LongTermCredentials> {
  const keys = longTermCredentialsOf(profileSections(documents), profile)
  if (keys !== undefined) return keys
  throw new AppError(
    'profile.no-keys',
    `profile ${profile} has no access key`,
    `add one with: ${awsCommand('configure', profile)}`,
  )
}
