// `notify_command`: the user's own way of being reminded, run by /bin/sh. Which profiles it is about is told in
// variables only: a profile's name never becomes part of a command line.

import { messageOf } from '../../core/errors.ts'
import type { CommandResult } from '../../core/login/mfa-process.ts'
import { isPortableName } from '../../core/profiles/aws-values.ts'
import { printable } from '../../core/text/printable.ts'
import { shellFailure } from '../../core/text/shell-failure.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { Warning } from '../../core/wire.ts'
import type { Environment } from '../paths.ts'
import { runHelperCommand } from '../programs/helper-command.ts'
import { desktopEnvironment } from './environment.ts'
import { type DesktopDeps, type Reminded, type ReminderRequest, unanswerable } from './reminder.ts'

const limitMs = 60_000
/** Linux limits a variable to 128 KiB, and all of them together to a share of the stack. */
const mostNamesLength = 32 * 1024

type Told = {
  /** Once it has started it may have reached the user, however it ended. */
  isStarted: boolean
  /** What went wrong; undefined where it ended well. */
  warning: Warning | undefined
}

const generalHint = 'mend notify_command in the settings, and try it with: mfad notify-test'
const notStarted: Told = { isStarted: false, warning: warningOf('notify_command could not be started') }

export type NotifyCommand = {
  /** Tells of the reminder by the command only. Rejects where it could not be started. */
  alone(command: string, request: ReminderRequest): Promise<Reminded>
  /** Runs the command while `show` shows the reminder. Rejects where neither of them worked. */
  beside(show: () => Promise<Reminded>, command: string, request: ReminderRequest): Promise<Reminded>
  /** Of the last command, for as long as one is set. */
  warnings(): Warning[]
}

export function createNotifyCommand(deps: DesktopDeps, stopping: AbortSignal): NotifyCommand {
  let lastWarning: Warning | undefined

  /** Never rejects, since nobody may wait for it. */
  const run = async (command: string, request: ReminderRequest): Promise<Told> => {
    const told = await runNotifyCommand(command, request, deps.environment, stopping).catch(() => notStarted)
    lastWarning = told.warning
    if (told.warning !== undefined) deps.log.warn({ problem: told.warning.message }, 'notify_command failed')
    return told
  }

  /**
   * After the desktop failed with `error`. A reminder that fails is tried again, and the command with it: so it fails
   * only where the command could not be started either.
   */
  const onlyCommand = async (running: Promise<Told>, error: unknown): Promise<Reminded> => {
    if (!(await running).isStarted) throw error
    deps.log.warn({ problem: printable(messageOf(error), 200) }, 'only notify_command told of a reminder')
    return unanswerable('notify_command')
  }

  return {
    async alone(command, request) {
      const { isStarted, warning } = await run(command, request)
      if (!isStarted) throw new Error(warning?.message)
      return { ...unanswerable('notify_command'), command: Promise.resolve(warning) }
    },
    async beside(show, command, request) {
      const running = run(command, request)
      const warning = running.then((told) => told.warning)
      try {
        const shown = await show()
        const ended = shown.ended.catch(async (error) => (await onlyCommand(running, error)).ended)
        return { ...shown, way: `${shown.way} and notify_command`, ended, command: warning }
      } catch (error) {
        return { ...(await onlyCommand(running, error)), command: warning }
      }
    },
    warnings: () =>
      lastWarning === undefined || deps.settings().notifyCommand === undefined ? [] : [lastWarning],
  }
}

async function runNotifyCommand(
  command: string,
  request: ReminderRequest,
  own: Environment,
  stopping: AbortSignal,
): Promise<Told> {
  const environment = await desktopEnvironment(own, stopping)
  const variables = commandVariables(request)
  const result = await runHelperCommand(command, { environment, variables, timeoutMs: limitMs, stopping })
  return result.end.kind === 'not-started' ? notStarted : { isStarted: true, warning: warningAbout(result) }
}

/** Nothing that it has printed: that could be a secret. */
function warningAbout({ end, complaint, path }: CommandResult): Warning | undefined {
  if (end.kind === 'exited') {
    if (end.exitCode === 0) return undefined
    const failure = shellFailure(end.exitCode, complaint, path)
    if (failure !== undefined)
      return warningOf(
        `notify_command failed: ${failure.fact}`,
        `${failure.nextStep}; then try it with: mfad notify-test`,
      )
    return warningOf(`notify_command failed with exit code ${end.exitCode}`)
  }
  if (end.kind === 'signalled') return warningOf(`notify_command was ended by ${end.signal}`)
  if (end.kind === 'timed-out') return warningOf(`notify_command took longer than ${limitMs / 1000} s`)
  return end.kind === 'too-long' ? warningOf('notify_command printed more than 64 KiB') : undefined
}

function warningOf(message: string, hint = generalHint): Warning {
  return { code: 'notifier.command-failed', message, hint }
}

/** Names with a space between; one that AWS tools cannot all read, such as one with a space, is left out. */
function commandVariables({
  profiles,
  expiration,
  kind,
}: Pick<ReminderRequest, 'profiles' | 'expiration' | 'kind'>): Record<string, string> {
  return {
    MFAD_PROFILES: namesThatFit(profiles.filter(isPortableName)),
    MFAD_EXPIRATION: formatInstant(expiration),
    MFAD_KIND: kind,
  }
}

/** Whole names only. A portable name is ASCII. */
function namesThatFit(names: readonly string[]): string {
  const text = names.join(' ')
  if (text.length <= mostNamesLength) return text
  const start = text.slice(0, mostNamesLength + 1)
  return start.slice(0, Math.max(start.lastIndexOf(' '), 0))
}
