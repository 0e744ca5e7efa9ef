// Where a profile's calls to AWS go, from all the places that may say so: its sections, the daemon's environment, the settings.
import type { Profile, RoleProfile } from '../profiles/profile.ts'
import type { ProfileSections } from '../profiles/sections.ts'
import type { Files } from '../wire.ts'
import {
  type AwsService,
  type AwsTarget,
  type AwsVariables,
  type Partitions,
  stsTarget,
  type TargetSources,
} from './sts-target.ts'
import { targetValues } from './target-values.ts'

/** What is known of the files. */
type Known = {
  sections: ProfileSections
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
    values: targetValues(known, profile, { service, variables }),
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
  const call = { service: 'sts', variables } as const
  return stsTarget({
    profile,
    serialNumber,
    roleArn: role.arn,
    values: { ...targetValues(known, source.root, call), ...targetValues(known, profile, call) },
    variables,
    settings: known.settings,
    settingsFile: known.files.settings,
    partitions,
  })
}
