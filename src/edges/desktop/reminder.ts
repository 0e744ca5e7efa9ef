// What the agent asks of a desktop, and what each kind of screen answers.

import type { Notification } from '../../core/plan/reminder-text.ts'
import type { PromptWay } from '../../core/settings/default-settings.ts'
import type { Warning } from '../../core/wire.ts'
import type { Log } from '../logger.ts'
import type { Environment } from '../paths.ts'

export type ReminderRequest = {
  notification: Notification
  /** What the dialog says when it opens: profile names, device, time left. Printable text, one or more lines. */
  question(): string
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
  /** What became of notify_command, where there is one: a warning where it failed. Never rejects. */
  command?: Promise<Warning | undefined>
}

export type Desktop = {
  /**
   * Shows a reminder. Resolves once it is shown, and rejects if it could not be shown at all; aborting `withdraw` takes
   * the notification and any dialog away. It takes the place of an earlier one about nothing but the same profiles;
   * one about no profile, of an earlier such one.
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

/** What shows reminders on desktops of one kind. */
export type Backend = {
  /** As Desktop.remind. `onAsking` is called when a dialog takes the notification's place. */
  show(
    request: ReminderRequest,
    respond: Respond,
    withdraw: AbortSignal,
    onAsking: () => void,
  ): Promise<Reminded>
}

/** A reminder that was told, and that nobody can answer. */
export function unanswerable(way: string): Reminded {
  return { way, ended: Promise.resolve('no-answer-possible'), hasButtons: false }
}
