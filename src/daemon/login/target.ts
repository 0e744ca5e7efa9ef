// Where a profile's calls to AWS go, from all the places that may say so: its sections, the daemon's environment, the settings.
import { AppError } from '../../core/errors.ts'
import {
  type AwsTarget,
  type AwsVariables,
  type Partitions,
  stsTarget,
  type TargetValues,
  targetKeys,
} from '../../core/login/sts-target.ts'
import type { KeyProfile } from '../../core/profiles/profile.ts'
import { profileSections, sectionsOf } from '../../core/profiles/sections.ts'
import type { KnownFiles } from '../files/known-files.ts'

/** Throws profile.* and settings.* for every value that is given and cannot be right. */
export function targetOf(
  known: Pick<KnownFiles, 'documents' | 'files' | 'settings'>,
  variables: AwsVariables,
  partitions: Partitions,
  { profile, serialNumber }: KeyProfile,
): AwsTarget {
  return stsTarget({
    profile,
    serialNumber,
    values: targetValues(known, profile),
    variables,
    settings: known.settings,
    settingsFile: known.files.settings,
    partitions,
  })
}

function targetValues(
  { documents, files }: Pick<KnownFiles, 'documents' | 'files'>,
  profile: string,
): TargetValues {
  const values: TargetValues = {}
  const [inCredentials, inConfig] = sectionsOf(profileSections(documents), profile)
  for (const key of targetKeys) {
    const first = inCredentials?.entries.get(key)
    const entry = first?.value ? first : inConfig?.entries.get(key)
    if (!entry?.value) continue
    const where = `line ${entry.line} of ${entry === first ? files.credentials : files.config}`
    if (entry.disputed) {
      throw new AppError(
        'profile.disputed-value',
        `AWS tools disagree about ${key} of ${profile}: ${where}`,
        'write it as "key = value" at the start of a line, without quotes, comment or second copy',
      )
    }
    values[key] = { value: entry.value, where }
  }
  return values
}
