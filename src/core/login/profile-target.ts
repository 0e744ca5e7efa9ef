// Where a profile's calls to AWS go, from all the places that may say so: its sections, the daemon's environment, the settings.
import { AppError } from '../errors.ts'
import type { Profile, RoleProfile } from '../profiles/profile.ts'
import { type Documents, profileSections, viewOfProfile } from '../profiles/sections.ts'
import type { Files } from '../wire.ts'
import {
  type AwsService,
  type AwsTarget,
  type AwsVariables,
  type Partitions,
  stsTarget,
  type TargetSources,
  type TargetValues,
  targetKeys,
} from './sts-target.ts'

/** What is known of the files. */
type Known = {
  documents: Documents
  files: Files
  settings: TargetSources['settings']
  profiles: readonly Profile[]
}

/** Throws profile.* and settings.* for every value that is given and cannot be right. */
export function targetOf(
  known: Known,
  variables: AwsVariables,
  partitions: Partitions,
  { profile, serialNumber = '' }: Pick<Profile, 'profile' | 'serialNumber'>,
  service: AwsService = 'sts',
): AwsTarget {
  return stsTarget({
    profile,
    service,
    serialNumber,
    values: targetValues(known, profile),
    variables,
    settings: known.settings,
    settingsFile: known.files.settings,
    partitions,
  })
}

/** The same for a role; what its profile does not say is taken from that of its keys. */
export function roleTargetOf(
  known: Known,
  variables: AwsVariables,
  partitions: Partitions,
  { profile, role, source, serialNumber = '' }: RoleProfile,
): AwsTarget {
  return stsTarget({
    profile,
    serialNumber,
    roleArn: role.arn,
    values: { ...targetValues(known, source.root), ...targetValues(known, profile) },
    variables,
    settings: known.settings,
    settingsFile: known.files.settings,
    partitions,
  })
}

function targetValues(
  { documents, files, profiles }: Omit<Known, 'settings'>,
  profile: string,
): TargetValues {
  const values: TargetValues = {}
  const keyed = profiles.find((each) => each.profile === profile) ?? { profile }
  const view = viewOfProfile(profileSections(documents), keyed)
  for (const key of targetKeys) {
    const disputed = view.disputedAt(key)
    if (disputed !== undefined) {
      throw new AppError(
        'profile.disputed-value',
        `AWS tools disagree about ${key} of ${profile}: line ${disputed.line} of ${files[disputed.file]}`,
        'write it as "key = value" at the start of a line, without quotes, comment or second copy',
      )
    }
    const [value, place] = [view.value(key), view.placeOf(key)]
    if (value !== undefined && place !== undefined)
      values[key] = { value, where: `line ${place.line} of ${files[place.file]}` }
  }
  return values
}
