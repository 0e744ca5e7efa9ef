// The status of the profiles that are named on a command line.
import { AppError } from '../errors.ts'
import { findNamed } from '../profiles/named.ts'
import { mfadCommand } from '../text/commands.ts'
import { nearestName } from '../text/nearest-name.ts'
import { printable } from '../text/printable.ts'
import type { ProfileStatus, Status } from '../wire.ts'

/** A word means a profile by its own name or by that of its session. Throws profile.not-found. */
export function onlyNamed(status: Status, words: readonly string[]): Status {
  if (words.length === 0) return status
  const named = new Set(words.map((word) => requireNamed(status, word)))
  return { ...status, profiles: status.profiles.filter((profile) => named.has(profile)) }
}

function requireNamed({ profiles }: Status, word: string): ProfileStatus {
  const found = findNamed(profiles, word)
  if (found !== undefined) return found
  const near = nearestName(
    word,
    profiles.map(({ profile }) => profile),
  )
  throw new AppError(
    'profile.not-found',
    `there is no profile ${printable(word)}`,
    near === undefined
      ? 'see all of them with: mfad status --all'
      : `did you mean: ${mfadCommand('status', near)}?`,
  )
}

/** Has every one of them a live session? */
export function areLive({ profiles }: Status): boolean {
  return profiles.every(({ state }) => state === 'valid' || state === 'expiring')
}
