// Which profiles a status is about: those that are named on the command line, else all but those that the settings hide.

import { AppError } from '../../core/errors.ts'
import { findNamed } from '../../core/profiles/named.ts'
import type { StatusView } from '../../core/status-text/status-groups.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { nearestName } from '../../core/text/nearest-name.ts'
import { printable } from '../../core/text/printable.ts'
import type { ProfileStatus, Status } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { loadContext } from '../connection/context.ts'

/** What is left out: nothing that was named. */
export async function viewOf(
  environment: Invocation['environment'],
  values: Invocation['values'],
  positionals: readonly string[],
): Promise<StatusView> {
  const { settings } = await loadContext(environment)
  return { hide: settings.hide, isAll: values.all === true || positionals.length > 0 }
}

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
