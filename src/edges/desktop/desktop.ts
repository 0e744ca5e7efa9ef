// Reminders on the desktop that can be answered: what the agent asks for, and what it is told. Which way a reminder goes
// is decided for each one anew: the desktop, its programs and the settings may have changed since the last.

import { messageOf } from '../../core/errors.ts'
import { printable } from '../../core/text/printable.ts'
import type { Warning } from '../../core/wire.ts'
import { createLinuxDesktop } from './linux.ts'
import { createMacDesktop } from './mac.ts'
import { type NotifyCommandEnd, notStarted, runNotifyCommand } from './notify-command.ts'
import type { Desktop, DesktopDeps, Reminded, ReminderRequest, Respond } from './reminder.ts'

type Standing = { profiles: readonly string[]; withdrawal: AbortController; isAsking: boolean }

/** Closing it withdraws whatever is still there, and waits until it is gone: a second at most. */
export function createDesktop(deps: DesktopDeps): Desktop & { close(): Promise<void> } {
  const screen = deps.platform === 'darwin' ? createMacDesktop(deps) : createLinuxDesktop(deps)
  const standing = new Set<Standing>()
  const running = new Set<Promise<unknown>>()
  const closing = new AbortController()
  let commandProblem: string | undefined

  /** What an earlier one says about the time left is no longer true. A dialog that is being typed into stays. */
  const replaceEarlier = (profiles: readonly string[]) => {
    for (const earlier of standing) {
      if (isCovered(earlier.profiles, profiles) && !earlier.isAsking) earlier.withdrawal.abort()
    }
  }

  const showOnScreen = async (
    request: ReminderRequest,
    respond: Respond,
    withdraw: AbortSignal,
  ): Promise<Reminded> => {
    replaceEarlier(request.profiles)
    const entry = { profiles: request.profiles, withdrawal: new AbortController(), isAsking: false }
    const signal = AbortSignal.any([withdraw, entry.withdrawal.signal, closing.signal])
    const onAsking = () => {
      entry.isAsking = true
    }
    standing.add(entry)
    try {
      const shown = await screen.show(request, respond, signal, onAsking)
      const ended = shown.ended.catch(() => undefined)
      running.add(ended)
      void ended.then(() => {
        standing.delete(entry)
        running.delete(ended)
      })
      return shown
    } catch (error) {
      standing.delete(entry)
      throw error
    }
  }

  /** Never rejects: where the desktop shows the reminder, nobody waits for it. */
  const runCommand = async (command: string, request: ReminderRequest): Promise<NotifyCommandEnd> => {
    const running = runNotifyCommand(command, request, deps.environment, closing.signal)
    const end = await running.catch(() => notStarted)
    commandProblem = end.problem
    if (end.problem !== undefined) deps.log.warn({ problem: end.problem }, 'notify_command failed')
    return end
  }

  /** Rejects with the desktop's problem where the command could not be started either: to try again would repeat it. */
  const onlyCommand = async (command: Promise<NotifyCommandEnd>, error: unknown): Promise<Reminded> => {
    if (!(await command).isStarted) throw error
    deps.log.warn({ problem: printable(messageOf(error), 200) }, 'only notify_command told of a reminder')
    return unanswerable('notify_command')
  }

  return {
    async remind(request, respond, withdraw) {
      const { notify, notifyCommand } = deps.settings()
      const show = () => showOnScreen(request, respond, withdraw)
      if (notifyCommand === undefined) return notify === 'none' ? unanswerable('none') : show()
      const running = runCommand(notifyCommand, request)
      const command = running.then(({ problem }) =>
        problem === undefined ? undefined : commandWarning(problem),
      )
      if (notify === 'none') {
        const { isStarted, problem } = await running
        if (!isStarted) throw new Error(problem)
        return { ...unanswerable('notify_command'), command }
      }
      try {
        const shown = await show()
        const ended = shown.ended.catch(async (error) => (await onlyCommand(running, error)).ended)
        return { ...shown, way: `${shown.way} and notify_command`, ended, command }
      } catch (error) {
        return { ...(await onlyCommand(running, error)), command }
      }
    },
    warnings: () =>
      commandProblem === undefined || deps.settings().notifyCommand === undefined
        ? []
        : [commandWarning(commandProblem)],
    async close() {
      closing.abort()
      await Promise.all(running)
    },
  }
}

function isCovered(earlier: readonly string[], later: readonly string[]): boolean {
  return earlier.length === 0 ? later.length === 0 : earlier.every((profile) => later.includes(profile))
}

function unanswerable(way: string): Reminded {
  return { way, ended: Promise.resolve('no-answer-possible'), hasButtons: false }
}

function commandWarning(problem: string): Warning {
  return {
    code: 'notifier.command-failed',
    message: problem,
    hint: 'mend notify_command in the settings, and try it with: mfad notify-test',
  }
}
