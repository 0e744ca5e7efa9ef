// A region that cannot be one counts as a mistake, never as none: the call would go to another region.

import type { ErrorBody } from '../errors.ts'
import { printable } from '../text/printable.ts'
import { isRegion } from './aws-values.ts'

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
