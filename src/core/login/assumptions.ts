// What a login that was sent without asking for the status first takes for granted. Where that is wrong nothing is done, and
// the command line asks.
import { AppError } from '../errors.ts'
import type { Profile } from '../profiles/profile.ts'
import type { Files, LoginRequest } from '../wire.ts'

/**
 * That the daemon uses the same files, so that no other account is logged in, and that no profile is called like the code.
 * Throws settings.files-differ and usage.bad-arguments.
 */
export function checkAssumptions(
  { assuming, tokenCode }: LoginRequest,
  files: Pick<Files, 'credentials' | 'config'>,
  profiles: readonly Pick<Profile, 'profile' | 'sessionProfile'>[],
): void {
  if (assuming === undefined) return
  for (const file of ['credentials', 'config'] as const) {
    if (assuming[file] === files[file]) continue
    throw new AppError(
      'settings.files-differ',
      `the daemon uses ${files[file]}, not ${assuming[file]}`,
      'ask for its files with: mfad status --json',
    )
  }
  if (!profiles.some((each) => each.profile === tokenCode || each.sessionProfile === tokenCode)) return
  throw new AppError(
    'usage.bad-arguments',
    'what was taken for the code is the name of a profile',
    'look at: mfad login --help',
  )
}
