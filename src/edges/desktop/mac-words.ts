// macOS: the arguments for its own `osascript` and for the programs that show notifications, and what their answers mean. Text is
// passed as an argument of the script, and never becomes a part of it. None of this has run on a Mac; the arguments are
// tested as text.
import type { Notification } from '../../core/plan/reminder-text.ts'
import { shorten, withoutControls } from './markup.ts'

export type MacAnswer = { kind: 'code'; typed: string } | { kind: 'snooze' } | { kind: 'dismissed' }

/** A dialog with a field and three buttons. `text` begins with our own name, so that it cannot be an option. */
export function macDialogArguments(text: string): string[] {
  return script(
    [
      'set answer to display dialog (item 1 of argv) with title "mfad" default answer ""' +
        ' buttons {"Cancel", "Snooze", "Log In"} default button "Log In" cancel button "Cancel"',
      'return (button returned of answer) & linefeed & (text returned of answer)',
    ],
    [text],
  )
}

/** A notification without buttons. */
export function macNotificationArguments(title: string, body: string): string[] {
  return script(['display notification (item 2 of argv) with title (item 1 of argv)'], [title, body])
}

/**
 * What the script of the dialog printed: the button, and below it what was typed. A cancelled dialog prints nothing.
 */
export function readMacDialog(stdout: string): MacAnswer {
  const [button, typed = ''] = stdout.split('\n')
  if (button === 'Snooze') return { kind: 'snooze' }
  return button === 'Log In' ? { kind: 'code', typed } : { kind: 'dismissed' }
}

const replySeconds = 3600
const placeholder = 'six digits, or: snooze'

/** alerter 26 and later. Our titles begin with our own name, so none of them is an option. */
export function alerterArguments({ title, body }: Notification): string[] {
  const [safeTitle, message] = [title, body].map(asValue)
  return [
    ...['--title', safeTitle ?? '', '--message', message ?? '', '--reply', placeholder],
    ...['--timeout', String(replySeconds), '--json'],
  ]
}

/** Its own words for what happened; anything else counts as dismissed. */
export function readAlerter(stdout: string): MacAnswer {
  try {
    return readMacReply(JSON.parse(stdout))
  } catch {
    return { kind: 'dismissed' }
  }
}

/** terminal-notifier 3 and later; before, it has no field to type into. */
export function canReply(version: string): boolean {
  const major = /(\d+)\.\d+/.exec(version)?.[1]
  return major !== undefined && Number(major) >= 3
}

export function terminalNotifierArguments({ title, body }: Notification, group: string): string[] {
  const [safeTitle, message] = [title, body].map(asValue)
  return [
    ...['-title', safeTitle ?? '', '-message', message ?? '', '-group', group],
    ...['-reply', '-timeout', String(replySeconds)],
  ]
}

export function removeArguments(group: string): string[] {
  return ['-remove', group]
}

/** It prints what was typed, or a word that begins with `@` for what else happened. */
export function readTerminalNotifier(stdout: string): MacAnswer {
  const activationValue = stdout.trim()
  const isTyped = activationValue !== '' && !activationValue.startsWith('@')
  return readMacReply(isTyped ? { activationType: 'replied', activationValue } : {})
}

/** macOS reads a value that begins with one of these as a list or the like, or as an option. */
function asValue(text: string): string {
  return withoutControls(shorten(text)).replace(/^(?=[-[({<"\\@])/, ' ')
}

/** What node-notifier reports of a notification with a field to type in: a code, or the word `snooze`. */
export function readMacReply(metadata: unknown): MacAnswer {
  const { activationType, activationValue } = (metadata ?? {}) as Record<string, unknown>
  if (activationType !== 'replied' || typeof activationValue !== 'string') return { kind: 'dismissed' }
  return /^\s*snooze\s*$/i.test(activationValue)
    ? { kind: 'snooze' }
    : { kind: 'code', typed: activationValue }
}

function script(lines: readonly string[], words: readonly string[]): string[] {
  return [
    ...['on run argv', ...lines, 'end run'].flatMap((line) => ['-e', line]),
    ...words.map(withoutControls),
  ]
}
