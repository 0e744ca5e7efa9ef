// Reminders on the desktop that can be answered: what the agent asks for, and what it is told.
import type { Notification } from '../core/reminder-text.ts'

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
}

export type Desktop = {
  /**
   * Shows a reminder. Resolves once it is shown, and rejects if it could not be shown at all; aborting `withdraw` takes
   * the notification and any dialog away.
   */
  remind(request: ReminderRequest, respond: Respond, withdraw: AbortSignal): Promise<Reminded>
}

export type DesktopSettings = {
  notify: 'desktop' | 'none'
  prompt: 'auto' | 'zenity' | 'kdialog' | 'osascript' | 'none'
  notifyCommand: string | undefined
}
