// A notification with buttons: `notify-send --action` (libnotify 0.8 and later), which stays until the notification is
// gone and prints the key of the button that was pressed. At SIGINT it takes the notification off the screen.

import type { Notification } from '../../core/plan/reminder-text.ts'
import { printable } from '../../core/text/printable.ts'
import { runProgram, untilShown } from '../programs/child-program.ts'
import { escapeMarkup } from './markup.ts'
import { expireMs } from './notifier.ts'

const mostCharacters = 300
const mostLines = 10

export type Button = { key: string; label: string }

/** The key of a button; undefined where it was dismissed, ran out or was withdrawn. Rejects where it was not shown after all. */
export type Pressed = Promise<string | undefined>

/**
 * Shows it. Resolves once it is shown, as far as can be told; rejects with the reason where it could not be shown. What
 * will have been pressed is to be handled by the caller.
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

/** The words for notify-send: no text can be an option, and none is read as markup or for backslashes. */
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
