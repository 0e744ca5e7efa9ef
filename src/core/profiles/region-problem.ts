// A region that cannot be one counts as a mistake, never as none: the call would go to another region. Where there is none, it is not
// guessed.

import type { ErrorBody } from '../errors.ts'
import { awsCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import { isRegion } from './aws-values.ts'
import type { Profile } from './profile.ts'
import { type ProfileSections, viewOf } from './sections.ts'

/** `where` it was given: `AWS_REGION`, or `line 3 of /home/me/.aws/config`. */
export function regionProblem(profile: string, region: string, where: string): ErrorBody | undefined {
  if (isRegion(region)) return undefined
  const lower = region.toLowerCase()
  return {
    code: 'profile.bad-region',
    message: `the region of ${printable(profile)} is not one of AWS's: ${JSON.stringify(printable(region))} in ${where}`,
    hint: `correct it there, to ${isRegion(lower) ? lower : 'one such as eu-west-1'}`,
  }
}

/** Where AWS tools find none for the session, in neither file: most of their commands then end with an error. */
export function missingRegion(
  sections: ProfileSections,
  { profile, sessionProfile }: Pick<Profile, 'profile' | 'sessionProfile'>,
): ErrorBody | undefined {
  if (viewOf(sections, sessionProfile).has('region')) return undefined
  return {
    code: 'profile.no-region',
    message: `${printable(profile)} has no region, and AWS tools need one for most commands`,
    hint: `set it with: ${awsCommand('configure set region REGION', profile)}`,
  }
}
