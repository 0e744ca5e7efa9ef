// The long-term keys that a credential_process printed, or why there are none. Nothing that it printed gets into a message
// unless it can be no part of a key.
import { AppError } from '../errors.ts'
import { isLongTermKeys } from '../profiles/aws-values.ts'
import type { LongTermCredentials } from '../profiles/sections.ts'
import { awsCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import { loosening } from '../text/shell-failure.ts'
import { type CommandEnd, type CommandResult, endingFact } from './command-result.ts'

const mostComplaintCharacters = 200
const mostPathCharacters = 400

/** The profile, and the command to run again, which asked for its keys. */
type Asking = { profile: string; again: string }

/** Throws profile.credential-process-failed, profile.credential-process-gave-no-keys and daemon.stopping. */
export function keysInOutput(
  result: CommandResult,
  { profile, again }: Asking,
  timeoutSeconds: number,
): LongTermCredentials {
  if (result.end.kind === 'stopped')
    throw new AppError('daemon.stopping', 'the daemon is stopping', `when it runs again: ${again}`)
  if (result.end.kind !== 'exited' || result.end.exitCode !== 0)
    throw failed(result, { profile, again }, timeoutSeconds)
  const printed = parsed(result.output)
  if (typeof printed === 'string') throw noKeys(profile, printed)
  const { Version, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = printed
  if (Version !== 1) throw noKeys(profile, 'JSON whose Version is not 1, the only one that AWS tools know')
  if (isGiven(printed.SessionToken) || isGiven(printed.Expiration)) throw isSession(profile)
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string')
    throw noKeys(profile, 'JSON without AccessKeyId and SecretAccessKey')
  const keys = { accessKeyId, secretAccessKey }
  if (accessKeyId.startsWith('ASIA')) throw isSession(profile)
  if (!isLongTermKeys(keys)) throw noKeys(profile, 'an access key that is empty or malformed')
  return keys
}

/** It is not run, since somebody else could have written the file that names it. */
export function refusedCredentialProcess(profile: string, cause: unknown): AppError {
  const { message, hint } =
    cause instanceof AppError ? cause : { message: 'the file that names it cannot be looked at', hint: '' }
  return new AppError(
    'profile.credential-process-refused',
    `credential_process of ${printable(profile)} is not run: ${message}`,
    hint === '' ? 'look at the modes and the owner of that file' : hint,
    cause,
  )
}

function parsed(output: string): Record<string, unknown> | string {
  if (output.trim() === '') return 'nothing'
  try {
    const value: unknown = JSON.parse(output)
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : 'something else than a JSON object'
  } catch {
    return 'something else than JSON'
  }
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== ''
}

function noKeys(profile: string, what: string): AppError {
  return new AppError(
    'profile.credential-process-gave-no-keys',
    `credential_process of ${printable(profile)} printed ${what}`,
    'it must print {"Version": 1, "AccessKeyId": "…", "SecretAccessKey": "…"} and nothing else: run it by hand to see',
  )
}

function isSession(profile: string): AppError {
  return new AppError(
    'profile.credential-process-gave-no-keys',
    `credential_process of ${printable(profile)} gives session credentials, and STS issues sessions only for long-term keys`,
    `AWS tools use them as they are: ${awsCommand('sts get-caller-identity', profile)}; for mfad it must print long-term keys`,
  )
}

function failed(result: CommandResult, { profile, again }: Asking, timeoutSeconds: number): AppError {
  const { end, withheldFrom } = result
  const next = withheldFrom === undefined ? nextStep(end) : loosening(withheldFrom)
  const said = end.kind === 'exited' ? lastLine(result.complaint) : ''
  return new AppError(
    'profile.credential-process-failed',
    `credential_process of ${printable(profile)} ${factOf(result, timeoutSeconds)}${said === '' ? '' : `: ${said}`}`,
    `${next}, then: ${again}`,
  )
}

function factOf({ end, path }: CommandResult, timeoutSeconds: number): string {
  const fact = endingFact(end, timeoutSeconds, 'keys')
  if (end.kind !== 'not-started') return fact
  if (end.reason === 'ENOENT')
    return `${fact}: its program was not found, with PATH ${printable(path ?? '(none)', mostPathCharacters)}`
  return end.reason === 'EACCES' ? `${fact}: its program is not executable` : fact
}

function nextStep(end: CommandEnd): string {
  if (end.kind !== 'not-started') return 'run it by hand to see why'
  return end.reason === 'EACCES'
    ? 'make it executable with chmod u+x'
    : 'name the program by its whole path, since no shell reads the line: ~ and $HOME mean themselves there'
}

/** As a rule the last line says why. What is long enough to be a part of a key is masked. */
function lastLine(complaint: string): string {
  const line = complaint.trim().split('\n').at(-1) ?? ''
  return printable(line.trim().replace(/[A-Za-z0-9+/=_-]{16,}/g, '******'), mostComplaintCharacters)
}
