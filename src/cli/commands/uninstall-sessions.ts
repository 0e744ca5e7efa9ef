// What becomes of the session sections when the service is removed: they are credentials that nothing renews any more. The
// user says it with an option, or is asked; they are never removed without either.
import { AppError } from '../../core/errors.ts'
import { isActive } from '../../core/status-text/status-groups.ts'
import { printable } from '../../core/text/printable.ts'
import type { LogoutAnswer } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { connectOwnDaemon, type Daemon } from '../connection/connection.ts'
import { type Context, loadContext } from '../connection/context.ts'
import { askLine, canAsk } from '../terminal/prompt.ts'

type Session = { profile: string; sessionProfile: string }

/** Removes the sections, or leaves them; answers what it did, in lines. */
export async function endSessions({ values, environment, output }: Invocation): Promise<string[]> {
  const mayRemove = values['keep-sections'] !== true
  if (values.logout === true && !mayRemove)
    throw new AppError(
      'usage.bad-arguments',
      '--logout removes the session sections, and --keep-sections leaves them',
      'leave out one of them',
    )
  const context = await loadContext(environment)
  const daemon = await findDaemonToAsk(context, output)
  const sessions = daemon?.status.profiles.filter(isActive) ?? (await sessionsInFile(context))
  if (sessions.length === 0) return []
  if (values.logout === true || (mayRemove && canAsk() && (await isAgreed(sessions)))) {
    if (daemon === undefined) throw nobodyToLogOut()
    return logOutAll(daemon, sessions)
  }
  if (mayRemove)
    output.note(
      `the sessions stay in ${context.files.credentials}, and nothing renews them: ${names(sessions)}`,
    )
  return []
}

async function findDaemonToAsk(context: Context, output: Invocation['output']): Promise<Daemon | undefined> {
  try {
    return await connectOwnDaemon(context, output)
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

async function sessionsInFile(context: Context): Promise<Session[]> {
  const { localStatus } = await import('../connection/local-status.ts')
  return localStatus(context, new Date()).profiles.filter(isActive)
}

async function isAgreed(sessions: readonly Session[]): Promise<boolean> {
  const answer = await askLine(`remove ${names(sessions)} from the credentials file, too? [y/N] `)
  return /^y(es)?$/i.test(answer.trim())
}

async function logOutAll(daemon: Daemon, sessions: readonly Session[]): Promise<string[]> {
  const lines: string[] = []
  for (const { profile } of sessions) {
    const { sessionProfile } = await daemon.call<LogoutAnswer>('POST', '/v1/logout', { profile })
    lines.push(`removed [${printable(sessionProfile)}]`)
  }
  return lines
}

function nobodyToLogOut(): AppError {
  return new AppError(
    'daemon.not-running',
    'the daemon is not running, and only it removes session sections',
    'start it: mfad daemon --detach, then: mfad logout --all; or leave them: mfad uninstall --keep-sections',
  )
}

function names(sessions: readonly Session[]): string {
  const shown = sessions.slice(0, 5).map(({ sessionProfile }) => `[${printable(sessionProfile)}]`)
  return sessions.length > 5 ? `${shown.join(', ')} and ${sessions.length - 5} more` : shown.join(', ')
}
