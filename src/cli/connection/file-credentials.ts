// The only place where the command line takes the credentials of a session from the file. It works with the daemon up or down,
// and asks it only where our own clock cannot tell whether there is time enough left: the daemon knows by how much AWS's clock
// differs.
import { existsSync } from 'node:fs'
import { AppError } from '../../core/errors.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import { formatDuration } from '../../core/time/duration.ts'
import { formatInstant } from '../../core/time/instant.ts'
import { socketCandidates } from '../../edges/paths.ts'
import { userId } from '../../edges/user.ts'
import type { Invocation } from '../command.ts'
import type { Output } from '../terminal/output.ts'
import type { Context } from './context.ts'
import { type FileSession, readFileSession } from './session-reader.ts'

export type LiveSession = FileSession & { secondsLeft: number }

/** A clock that is further off than this would not do for AWS either: it refuses the signatures. */
const doubtSeconds = 900
/** A file that was changed this short a time ago may be half written: it is looked at again until it has been still for so long. */
const stillMs = 500
const stepMs = 50

/** Which profile is meant: the one named, else that of `AWS_PROFILE`. Throws usage.no-profile. */
export function chosenProfile(
  named: string | undefined,
  environment: Invocation['environment'],
  usage: string,
): string {
  const profile = named ?? environment.AWS_PROFILE
  if (profile) return profile
  throw new AppError('usage.no-profile', 'no profile was named', `name one: ${usage}`)
}

/**
 * The session of a profile, with the seconds that it has left. Throws session.none, session.expired and session.too-short where
 * it has less than `leastSeconds`, and profile.*, settings.* and file.* for what stands against it.
 */
export async function sessionFromFile(
  context: Context,
  output: Output,
  name: string,
  leastSeconds = 0,
): Promise<LiveSession> {
  noteNoDaemon(context, output)
  const session = await readStill(context, name)
  if (session === undefined) throw await missingSession(context, name)
  const secondsLeft = await timeLeft(context, session, leastSeconds)
  if (secondsLeft > 0 && secondsLeft >= leastSeconds) return { ...session, secondsLeft }
  throw await notEnough(context, session, secondsLeft, leastSeconds)
}

async function readStill(context: Context, name: string): Promise<FileSession | undefined> {
  for (;;) {
    const { session, changedAt } = readFileSession(context.files, context.settings.suffix, name)
    const age = changedAt === undefined ? stillMs : Date.now() - changedAt.getTime()
    if (session !== undefined || age < 0 || age >= stillMs) return session
    await new Promise((resolve) => setTimeout(resolve, stepMs))
  }
}

async function timeLeft(
  context: Context,
  { sessionProfile, credentials: { expiration } }: FileSession,
  leastSeconds: number,
): Promise<number> {
  const byOurClock = Math.floor((expiration.getTime() - Date.now()) / 1000)
  if (byOurClock - leastSeconds > doubtSeconds) return byOurClock
  const { daemonStatus } = await import('./connection.ts')
  const known = (await daemonStatus(context))?.profiles.find((each) => each.sessionProfile === sessionProfile)
  return known?.expiration === formatInstant(expiration) ? (known.secondsLeft ?? byOurClock) : byOurClock
}

async function notEnough(
  context: Context,
  { sessionProfile }: FileSession,
  secondsLeft: number,
  leastSeconds: number,
): Promise<AppError> {
  const { suffix, durationSeconds } = context.settings
  const isSuffixed = sessionProfile.endsWith(suffix) && sessionProfile.length > suffix.length
  const profile = isSuffixed ? sessionProfile.slice(0, -suffix.length) : sessionProfile
  const name = printable(profile)
  if (secondsLeft <= 0)
    return new AppError(
      'session.expired',
      `the session of ${name} expired ${ago(-secondsLeft)}`,
      `renew it with: ${mfadCommand('login', profile)}`,
    )
  const { localProfile } = await import('./local-status.ts')
  const known = localProfile(context, sessionProfile)
  const { longerLogin, plainLoginSeconds } = await import('../../core/login/longer-login.ts')
  return new AppError(
    'session.too-short',
    `the session of ${name} lasts ${formatDuration(secondsLeft)} more, which is less than ${formatDuration(leastSeconds)}`,
    longerLogin(known, leastSeconds, plainLoginSeconds(known, durationSeconds)),
  )
}

function ago(seconds: number): string {
  return seconds === 0 ? 'just now' : `${formatDuration(seconds)} ago`
}

/** Why there is none. What tells loads much more than reading one did. */
async function missingSession(context: Context, name: string): Promise<AppError> {
  // Broken settings may name another suffix, or other files.
  if (context.problem !== undefined) return context.problem
  const { localProfile } = await import('./local-status.ts')
  const { profile, session, obstacle } = localProfile(context, name)
  const login = mfadCommand('login', profile)
  if (session.kind === 'foreign') {
    const hint = session.isAdoptable
      ? `let mfad take it over with: ${mfadCommand('login --adopt', profile)}`
      : `look at it with: ${mfadCommand('status')}`
    const place = `line ${session.line} of ${context.files.credentials}`
    return new AppError('profile.session-not-ours', `${session.reason}: ${place}`, hint)
  }
  if (session.kind === 'ours')
    return new AppError(
      'session.malformed',
      `a value of the session of ${printable(profile)} cannot be right: line ${session.line} of ${context.files.credentials}`,
      `write it anew with: ${login}`,
    )
  if (obstacle !== undefined) return new AppError(obstacle.code, obstacle.message, obstacle.hint)
  return new AppError('session.none', `${printable(profile)} has no session`, `log in with: ${login}`)
}

/** That there is no socket is seen at once; the one that a killed daemon has left is not. */
function noteNoDaemon({ environment, files }: Context, output: Output): void {
  if (socketCandidates(environment, files.socket, userId()).some((path) => existsSync(path))) return
  output.note('mfad: the daemon is not running; this is what the file says')
}
