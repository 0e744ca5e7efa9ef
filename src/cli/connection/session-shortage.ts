// Why a command does not get the session that it needs, and what to do about it. This needs more of the two files, and more code, than
// reading a session, so it is loaded apart.
import { AppError } from '../../core/errors.ts'
import { longerLogin, plainLoginSeconds } from '../../core/login/longer-login.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import { formatDuration } from '../../core/time/duration.ts'
import type { Context } from './context.ts'

/** For a session with too little time left. */
export async function notEnough(
  context: Context,
  sessionProfile: string,
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
  return new AppError(
    'session.too-short',
    `the session of ${name} lasts ${formatDuration(secondsLeft)} more, which is less than ${formatDuration(leastSeconds)}`,
    longerLogin(known, leastSeconds, plainLoginSeconds(known, durationSeconds)),
  )
}

function ago(seconds: number): string {
  return seconds === 0 ? 'just now' : `${formatDuration(seconds)} ago`
}

/** For a session that is not there, or that cannot be used. */
export async function missingSession(context: Context, name: string): Promise<AppError> {
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
