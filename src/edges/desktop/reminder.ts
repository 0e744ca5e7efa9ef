// What the agent asks of a desktop, and what the desktop answers.

import type { Notification } from '../../core/plan/reminder-text.ts'
import type { PromptWay } from '../../core/settings/default-settings.ts'
import type { Warning } from '../../core/wire.ts'
import type { Log } from '../logger.ts'
import type { Environment } from '../paths.ts'

export type ReminderRequest = {
  notification: Notification
  /** What the dialog says when it opens: profiles, until when, and the device. Printable text of one or more lines. */
  question(): string
  kind: 'expiring' | 'expired'
  profiles: readonly string[]
  expiration: Date
  /** Whether a code would help. Where it would not, the notification does not ask for one. */
  canAnswer: boolean
}

export type CodeOutcome =
  | { kind: 'done' }
  /** To be asked once more. The reason is that the code was wrong, or used before and how long to wait. */
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
  /** Whether it has buttons to press. */
  hasButtons?: boolean
  /** The program that asks for the code. */
  dialog?: string
  /** Why it has no button for a code. */
  noDialog?: string
  /** Where there is a notify_command: resolves when it has ended, with a warning where it failed. Never rejects. */
  command?: Promise<Warning | undefined>
}

export type Desktop = {
  /**
   * Shows a reminder. Resolves once it is shown, and rejects if it could not be shown at all. Aborting `withdraw`
   * takes the notification and its dialog away. It replaces an earlier reminder when it is about all the profiles of
   * that one; one about no profile at all, as a test is, replaces only another such one.
   */
  remind(request: ReminderRequest, respond: Respond, withdraw: AbortSignal): Promise<Reminded>
  /** A warning where the last notify_command failed. */
  warnings(): Warning[]
}

export type DesktopSettings = {
  notify: 'desktop' | 'none'
  prompt: PromptWay
  notifyCommand: string | undefined
}

export type DesktopDeps = {
  platform: NodeJS.Platform
  /** Is this an Intel Mac? As Node says, where it is left out. */
  isIntel?: boolean
  /** That of the daemon. */
  environment: Environment
  settings(): DesktopSettings
  log: Log
}

/** What shows reminders on desktops of one kind. */
export type Backend = { show: Desktop['remind'] }

/** The answer for a reminder that was shown without a way to answer it. */
export function unanswerable(way: string): Reminded {
  return { way, ended: Promise.resolve('no-answer-possible'), hasButtons: false }
}

/** The answer for a reminder that was withdrawn before it was shown. */
export function withdrawn(): Reminded {
  return { way: 'none', ended: Promise.resolve('withdrawn') }
}
