// Reminders on the desktop that can be answered: what the agent asks for, and what it is told. Which way a reminder goes
// is decided for each one anew: the desktop, its programs and the settings may have changed since the last.
import type { PromptWay } from '../core/default-settings.ts'
import { printable } from '../core/printable.ts'
import type { Notification } from '../core/reminder-text.ts'
import type { Warning } from '../core/wire.ts'
import { createLinuxDesktop } from './linux-desktop.ts'
import type { Log } from './logger.ts'
import { createMacDesktop } from './mac-desktop.ts'
import { runNotifyCommand } from './notify-command.ts'
import type { Environment } from './paths.ts'

export type ReminderRequest = {
  notification: Notification
  /** What the dialog says: profile names, device, time left. Already printable text, one or more lines. */
  question: string
  kind: 'expiring' | 'expired'
  profiles: readonly string[]
  expiration: Date
  /** Whether a code can be given. Where it cannot, the notification offers none. */
  canAnswer: boolean
}

export type CodeOutcome =
  | { kind: 'done' }
  /** To be asked once more, with the reason: a wrong code, or one that was used and how long to wait. */
  | { kind: 'again'; reason: string }
  | { kind: 'failed'; message: string }

export type Respond = {
  /** Performs the login. Never rejects. */
  tokenCode(code: string): Promise<CodeOutcome>
  snooze(): void
}

export type Reminded = {
  way: string
  /** Settles when the reminder was answered, dismissed, withdrawn, or turns out to be one that nobody can answer. */
  ended: Promise<'answered' | 'snoozed' | 'dismissed' | 'withdrawn' | 'no-answer-possible'>
  /** Whether it can be pressed. */
  hasButtons?: boolean
  /** The program that asks for the code. */
  dialog?: string
}

export type Desktop = {
  /**
   * Shows a reminder. Resolves once it is shown, and rejects if it could not be shown at all; aborting `withdraw` takes
   * the notification and any dialog away. It takes the place of an earlier one about nothing but the same profiles.
   */
  remind(request: ReminderRequest, respond: Respond, withdraw: AbortSignal): Promise<Reminded>
  /** That the last notify_command failed. */
  warnings(): Warning[]
}

export type DesktopSettings = {
  notify: 'desktop' | 'none'
  prompt: PromptWay
  notifyCommand: string | undefined
}

export type DesktopDeps = {
  platform: NodeJS.Platform
  /** The daemon's own. */
  environment: Environment
  settings(): DesktopSettings
  log: Log
}

/** What a desktop of one kind does. */
export type Screen = {
  /** `onAsking` is called when a dialog takes the notification's place. */
  show(
    request: ReminderRequest,
    respond: Respond,
    withdraw: AbortSignal,
    onAsking: () => void,
  ): Promise<Reminded>
}

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
      const isCovered = earlier.profiles.every((profile) => profiles.includes(profile))
      if (isCovered && !earlier.isAsking) earlier.withdrawal.abort()
    }
  }

  const show = async (
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

  /** Resolves with whether it ended well. */
  const runCommand = async (command: string, request: ReminderRequest): Promise<boolean> => {
    commandProblem = await runNotifyCommand(command, request, deps.environment, closing.signal)
    if (commandProblem !== undefined) deps.log.warn({ problem: commandProblem }, 'notify_command failed')
    return commandProblem === undefined
  }

  return {
    async remind(request, respond, withdraw) {
      const { notify, notifyCommand } = deps.settings()
      const command = notifyCommand === undefined ? undefined : runCommand(notifyCommand, request)
      if (notify === 'none') {
        if (command !== undefined && !(await command)) throw new Error(commandProblem)
        return unanswerable(command === undefined ? 'none' : 'notify_command')
      }
      try {
        const shown = await show(request, respond, withdraw)
        return command === undefined ? shown : { ...shown, way: `${shown.way} and notify_command` }
      } catch (error) {
        // The user was told; to try again and again would run the command again and again.
        if (!(await command)) throw error
        deps.log.warn({ problem: printable(messageOf(error), 200) }, 'only notify_command told of a reminder')
        return unanswerable('notify_command')
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

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown reason'
}
