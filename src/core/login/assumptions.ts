// What a login that was sent without asking for the status first takes for granted. Where that is wrong nothing is done, and
// the command line asks.
import { AppError } from '../errors.ts'
import type { Profile } from '../profiles/profile.ts'
import type { LoginRequest } from '../wire.ts'

/** Checks that no profile has the code as its name. Throws usage.bad-arguments. */
export function checkAssumptions(
  { assuming, tokenCode }: LoginRequest,
  profiles: readonly Pick<Profile, 'profile' | 'sessionProfile'>[],
): void {
  if (assuming === undefined) return
  if (!profiles.some((each) => each.profile === tokenCode || each.sessionProfile === tokenCode)) return
  throw new AppError(
    'usage.bad-arguments',
    'what was taken for the code is the name of a profile',
    'look at: mfad login --help',
  )
}
