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

/** What a desktop tells the agent, while a reminder is shown. */
export type Respond = {
  /** A dialog takes the notification's place. */
  asking(): void
  /** Performs the login. Never rejects. */
  tokenCode(code: string): Promise<CodeOutcome>
  snooze(): void
}

/** `no-answer-possible`: it was shown, and nobody will know what became of it. */
export type Ended = 'answered' | 'snoozed' | 'dismissed' | 'withdrawn' | 'no-answer-possible'

export type Reminded = {
  way: string
  /** Resolves when the reminder has ended; rejects where it turns out that it was not shown. */
  ended: Promise<Ended>
  /** Whether it can be pressed. */
  hasButtons?: boolean
  /** The program that asks for the code. */
  dialog?: string
  /** Why it has no button for a code. */
  noDialog?: string
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
export type Backend = { show: Desktop['remind'] }

/** A reminder that was told, and that nobody can answer. */
export function unanswerable(way: string): Reminded {
  return { way, ended: Promise.resolve('no-answer-possible'), hasButtons: false }
}

/** A reminder that was taken back before it could be seen. */
export function withdrawn(): Reminded {
  return { way: 'none', ended: Promise.resolve('withdrawn') }
}
