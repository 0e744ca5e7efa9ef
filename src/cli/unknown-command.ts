// The error for a word that is no command: what may have been meant.
import { AppError } from '../core/errors.ts'
import { isTokenCode } from '../core/login/token-code.ts'
import { nearestName } from '../core/text/nearest-name.ts'

/** `names` are those of all commands. A code is not repeated. */
export function unknownCommand(name: string, names: readonly string[]): AppError {
  if (isTokenCode(name)) return usage('a code alone is no command', 'hand it over with: mfad login CODE')
  const near = nearestCommand(name, names)
  return usage(
    `there is no command ${JSON.stringify(name.slice(0, 40))}`,
    near === undefined ? 'look at: mfad --help' : `did you mean: mfad ${near}?`,
  )
}

/**
 * `sttaus` and `stat` are status. `dev` is two edits from demo, but most likely a profile: so short a word is taken for the
 * beginning of a command only.
 */
function nearestCommand(name: string, names: readonly string[]): string | undefined {
  const near = name.length > 3 ? nearestName(name, names) : undefined
  return near ?? names.find((candidate) => candidate.startsWith(name.slice(0, 3)))
}

function usage(message: string, hint: string): AppError {
  return new AppError('usage.bad-arguments', message, hint)
}
