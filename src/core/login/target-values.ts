// What a profile's sections say of the way to AWS, each value with the place where it stands.
import { AppError } from '../errors.ts'
import type { FilePaths, Profile } from '../profiles/profile.ts'
import { type ProfileSections, viewOfProfile } from '../profiles/sections.ts'
import { type TargetValues, targetKeys } from './sts-target.ts'

type TargetSourceFiles = { sections: ProfileSections; files: FilePaths; profiles: readonly Profile[] }

/** Throws profile.disputed-value where AWS tools do not agree about one. */
export function targetValues(
  { sections, files, profiles }: TargetSourceFiles,
  profile: string,
): TargetValues {
  const values: TargetValues = {}
  const keyed = profiles.find((each) => each.profile === profile) ?? { profile }
  const view = viewOfProfile(sections, keyed)
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
