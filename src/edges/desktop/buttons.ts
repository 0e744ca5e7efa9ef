// A notification with buttons, by `notify-send --action` (libnotify 0.8 or later). The program runs until the
// notification is gone, prints the key of the button that was pressed, and at SIGINT takes the notification away.

import type { Notification } from '../../core/plan/reminder-text.ts'
import { printable } from '../../core/text/printable.ts'
import { runProgram, untilShown } from '../programs/child-program.ts'
import { escapeMarkup } from './markup.ts'
import { expireMs } from './notifier.ts'

const mostCharacters = 300
const mostLines = 10

export type Button = { key: string; label: string }

/**
 * Resolves with the key of the button that was pressed; undefined where the notification was dismissed, timed out or
 * was withdrawn. Rejects where notify-send fails late: then nothing was shown.
 */
export type Pressed = Promise<string | undefined>

/**
 * Shows a notification. notify-send does not say when it is on the screen, so it counts as shown when notify-send
 * still runs after a moment; rejects with what notify-send says where it fails before. The caller handles `pressed`,
 * which may reject later.
 */
export async function showButtons(
  notification: Notification,
  buttons: readonly Button[],
  hasMarkup: boolean,
  environment: Record<string, string>,
  withdraw: AbortSignal,
): Promise<{ pressed: Pressed }> {
  const isKey = (line: string) => buttons.some(({ key }) => key === line)
  const run = async () => {
    const { exitCode, stdout, stderr } = await runProgram(
      'notify-send',
      buttonArguments(notification, buttons, hasMarkup),
      { environment, stop: withdraw, endSignal: 'SIGINT' },
    )
    if (exitCode !== 0 && !withdraw.aborted)
      throw new Error(printable(stderr.split('\n')[0] ?? '', mostCharacters) || 'notify-send failed')
    return stdout.split('\n').find(isKey)
  }
  const pressed = run()
  await untilShown(pressed)
  return { pressed }
}

/** The arguments of notify-send. After `--` no text is an option; markup and backslashes are escaped. */
export function buttonArguments(
  { title, body, isUrgent }: Notification,
  buttons: readonly Button[],
  hasMarkup: boolean,
): string[] {
  const text = body
    .split('\n')
    .slice(0, mostLines)
    .map((line) => printable(line, mostCharacters))
    .join('\n')
  return [
    '--app-name=mfad',
    '--icon=dialog-password',
    `--urgency=${isUrgent ? 'critical' : 'normal'}`,
    `--expire-time=${expireMs(isUrgent)}`,
    ...buttons.map(({ key, label }) => `--action=${key}=${label}`),
    '--',
    printable(title, mostCharacters),
    (hasMarkup ? escapeMarkup(text) : text).replaceAll('\\', '\\\\'),
  ]
}
