// A notification with buttons: `notify-send --action` (libnotify 0.8 and later), which stays until the notification is
// gone and prints the key of the button that was pressed. At SIGINT it takes the notification off the screen.
import { printable } from '../core/printable.ts'
import type { Notification } from '../core/reminder-text.ts'
import { runProgram } from './child-program.ts'
import { escapeMarkup } from './notification-text.ts'
import { expireMs, failsWithinMs } from './notifier.ts'

const mostCharacters = 300
const mostLines = 10

export type Button = { key: string; label: string }

/**
 * Shows it. Resolves once it is shown, with the key that will have been pressed: undefined where it was dismissed, ran
 * out or was withdrawn. Rejects with the reason where it could not be shown.
 */
export async function showButtons(
  notification: Notification,
  buttons: readonly Button[],
  hasMarkup: boolean,
  environment: Record<string, string>,
  withdraw: AbortSignal,
): Promise<{ pressed: Promise<string | undefined> }> {
  const ended = runProgram('notify-send', buttonArguments(notification, buttons, hasMarkup), {
    environment,
    withdraw,
    endSignal: 'SIGINT',
  })
  let timer: NodeJS.Timeout | undefined
  const isShown = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), failsWithinMs)
  })
  const early = await Promise.race([ended, isShown])
  clearTimeout(timer)
  if (early !== undefined && early.exitCode !== 0 && !withdraw.aborted)
    throw new Error(early.stderr.split('\n')[0]?.slice(0, 200) || 'notify-send failed')
  const isKey = (line: string) => buttons.some(({ key }) => key === line)
  return { pressed: ended.then(({ stdout }) => stdout.split('\n').find(isKey)) }
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
