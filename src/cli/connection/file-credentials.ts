// The only place where the command line takes the credentials of a session from the file. It works with the daemon up or down,
// and asks it only where our own clock cannot tell whether there is time enough left: the daemon knows by how much AWS's clock
// differs.
import { statSync } from 'node:fs'
import { AppError } from '../../core/errors.ts'
import { formatInstant } from '../../core/time/instant.ts'
import { socketCandidates } from '../../edges/paths.ts'
import { userId } from '../../edges/user.ts'
import type { Invocation } from '../command.ts'
import type { Output } from '../terminal/output.ts'
import type { Context } from './context.ts'
import { quickSession } from './quick-session.ts'
import type { FileSession } from './session-reader.ts'

export type LiveSession = FileSession & { secondsLeft: number }

/** A clock that is further off than this would not do for AWS either: it refuses the signatures. */
const doubtSeconds = 900

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
  const session = await findSession(context, name)
  const secondsLeft = await timeLeft(context, session, leastSeconds)
  if (secondsLeft > 0 && secondsLeft >= leastSeconds) return { ...session, secondsLeft }
  const { notEnough } = await import('./session-shortage.ts')
  throw await notEnough(context, session.sessionProfile, secondsLeft, leastSeconds)
}

async function findSession(context: Context, name: string): Promise<FileSession> {
  const { files, settings } = context
  const quick = quickSession(files, settings.suffix, name)
  if (quick !== undefined) return quick
  const { readFileSession } = await import('./session-reader.ts')
  const session = await readFileSession(files, settings.suffix, name)
  if (session !== undefined) return session
  const { missingSession } = await import('./session-shortage.ts')
  throw await missingSession(context, name)
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

/** That there is no socket is seen at once; that nobody listens at the one that a killed daemon has left is not. */
function noteNoDaemon({ environment, files }: Context, output: Output): void {
  if (socketCandidates(environment, files.socket, userId()).some(isSocket)) return
  output.note('mfad: the daemon is not running; this is what the file says')
}

function isSocket(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isSocket() === true
  } catch {
    return false
  }
}
