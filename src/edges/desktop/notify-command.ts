// `notify_command`: the user's own way of being reminded, run by /bin/sh. Which profiles it is about is told in
// variables only: a profile's name never becomes part of a command line.

import { messageOf } from '../../core/errors.ts'
import type { CommandResult } from '../../core/login/command-result.ts'
import { commandFailure, profilesVariable } from '../../core/login/settings-command.ts'
import { printable } from '../../core/text/printable.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { Warning } from '../../core/wire.ts'
import type { Environment } from '../paths.ts'
import { runHelperCommand } from '../programs/helper-command.ts'
import { desktopEnvironment } from './environment.ts'
import { type DesktopDeps, type Reminded, type ReminderRequest, unanswerable } from './reminder.ts'

const limitMs = 60_000

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

function warningAbout(result: CommandResult): Warning | undefined {
  const failure = commandFailure('notify_command', result, limitMs / 1000)
  if (failure === undefined) return undefined
  const { message, nextStep } = failure
  return warningOf(message, nextStep && `${nextStep}; then try it with: mfad notify-test`)
}

function warningOf(message: string, hint = generalHint): Warning {
  return { code: 'notifier.command-failed', message, hint }
}

function commandVariables({
  profiles,
  expiration,
  kind,
}: Pick<ReminderRequest, 'profiles' | 'expiration' | 'kind'>): Record<string, string> {
  return {
    MFAD_PROFILES: profilesVariable(profiles),
    MFAD_EXPIRATION: formatInstant(expiration),
    MFAD_KIND: kind,
  }
}
