// The error for a word that is no command: what may have been meant.
import { AppError } from '../core/errors.ts'
import { isTokenCode } from '../core/login/token-code.ts'
import { mfadCommand } from '../core/text/commands.ts'
import { nearestName } from '../core/text/nearest-name.ts'

export type Unknown = {
  name: string
  /** The words after it. */
  rest: readonly string[]
  /** Those of all commands. */
  names: readonly string[]
  /** The names by which a profile can be meant. */
  profiles(): Promise<ReadonlySet<string>>
  /** The command that starts the daemon on this machine. */
  start(): Promise<string>
}

/** Habits from `aws`, `git` and the like. */
const habits: Readonly<Record<string, string>> = {
  version: '--version',
  '-v': '--version',
  '--licenses': '--licences',
  licences: '--licences',
  licenses: '--licences',
  ls: 'status',
  list: 'status',
  show: 'status',
  whoami: 'status',
  profiles: 'status --all',
  watch: 'status --watch',
  '--json': 'status --json',
  '--watch': 'status --watch',
  refresh: 'login',
  renew: 'login',
  signin: 'login',
  auth: 'login',
  assume: 'login',
  signout: 'logout',
  clear: 'logout',
  rm: 'logout',
  remove: 'logout',
  settings: 'config',
  configure: 'config',
}

/** A code is not repeated. */
export async function unknownCommand({ name, rest, names, profiles, start }: Unknown): Promise<AppError> {
  if (isTokenCode(name)) return usage('a code alone is no command', 'hand it over with: mfad login CODE')
  const fact = name.startsWith('-')
    ? `there is no option ${name.slice(0, 40)} before a command`
    : `there is no command ${JSON.stringify(name.slice(0, 40))}`
  const profile = profileOf(name, rest)
  if (profile !== undefined) return usage(fact, didYouMean(mfadCommand('login', profile)))
  if (name === 'start') return usage(fact, didYouMean(await start()))
  const habit = Object.hasOwn(habits, name) ? habits[name] : undefined
  if (habit !== undefined) return usage(fact, didYouMean(withProfile(habit, rest)))
  if (name.startsWith('-')) return usage(fact, 'look at: mfad --help')
  if ((await profiles()).has(name)) return usage(fact, didYouMean(mfadCommand('login', name)))
  const near = nearestCommand(name, names)
  return usage(fact, near === undefined ? 'look at: mfad --help' : didYouMean(`mfad ${near}`))
}

/** The one of `--profile dev`, `--profile=dev`, `-p dev`. */
function profileOf(name: string, [next]: readonly string[]): string | undefined {
  if (name === '--profile' || name === '-p') return next
  return name.startsWith('--profile=') ? name.slice('--profile='.length) : undefined
}

/** A word that follows is most likely a profile, unless it may be a code or an option. */
function withProfile(command: string, [next]: readonly string[]): string {
  const takesOne = command === 'login' || command === 'logout' || command === 'status'
  const isName = next !== undefined && next !== '' && !next.startsWith('-') && !/^[\d ]+$/.test(next)
  return takesOne && isName ? mfadCommand(command, next) : `mfad ${command}`
}

/**
 * `sttaus` and `stat` are status. `dev` is two edits from demo, but most likely a profile: so short a word is taken for the
 * beginning of a command only.
 */
function nearestCommand(name: string, names: readonly string[]): string | undefined {
  const near = name.length > 3 ? nearestName(name, names) : undefined
  return near ?? names.find((candidate) => candidate.startsWith(name.slice(0, 3)))
}

function didYouMean(command: string): string {
  return `did you mean: ${command}?`
}

function usage(message: string, hint: string): AppError {
  return new AppError('usage.bad-arguments', message, hint)
}
