// Linux: a notification with the buttons "Enter code" and "Snooze" where the notification service shows buttons, and a
// dialog for the code; else a notification without buttons, whose text names the command to run.
import { messageOf } from '../../core/errors.ts'
import { isInstalled } from '../programs/installed-program.ts'
import { type Button, type Pressed, showButtons } from './buttons.ts'
import { type Capabilities, readCapabilities } from './capabilities.ts'
import { createCodeEntry } from './code-entry.ts'
import { findDialog } from './dialog.ts'
import { desktopEnvironment } from './environment.ts'
import { createNotifier } from './notifier.ts'
import {
  type Backend,
  type DesktopDeps,
  type Ended,
  type Reminded,
  type ReminderRequest,
  type Respond,
  unanswerable,
} from './reminder.ts'

export function createLinuxDesktop(deps: DesktopDeps): Backend {
  const { environment: own, platform, settings, log } = deps
  const notifier = createNotifier(platform)
  const enterCode = createCodeEntry(deps, notifier)

  const afterPress = async (
    key: string | undefined,
    request: ReminderRequest,
    respond: Respond,
    withdraw: AbortSignal,
  ): Promise<Ended> => {
    if (key === 'snooze') {
      respond.snooze()
      return 'snoozed'
    }
    if (withdraw.aborted) return 'withdrawn'
    if (key === undefined) return 'dismissed'
    respond.asking()
    return enterCode(request, respond, withdraw)
  }

  return {
    async show(request, respond, withdraw) {
      const { notification, canAnswer } = request
      const environment = await desktopEnvironment(own, withdraw)
      const capabilities = await readCapabilities(environment, withdraw)
      const { program: dialog, missing } = findDialog(settings().prompt, environment)
      const found = dialog === undefined ? {} : { dialog }
      const showWithoutButtons = async (): Promise<Reminded> => ({
        ...unanswerable(await notifier.show(notification, environment, withdraw)),
        ...found,
      })
      const answer = async (pressed: Pressed): Promise<Ended> => {
        const key = await pressed.catch(() => 'not shown' as const)
        if (key === 'not shown') return (await showWithoutButtons()).ended
        return afterPress(key, request, respond, withdraw)
      }
      if (mayHaveButtons(capabilities) && isInstalled('notify-send', environment.PATH)) {
        try {
          const buttons = buttonsFor(canAnswer && dialog !== undefined)
          const hasMarkup = capabilities !== 'unknown' && capabilities.has('body-markup')
          const { pressed } = await showButtons(notification, buttons, hasMarkup, environment, withdraw)
          const noDialog = missing === undefined ? {} : { noDialog: missing }
          const way = 'notify-send with buttons'
          return { way, ended: answer(pressed), hasButtons: true, ...found, ...noDialog }
        } catch (error) {
          // notify-send is older than libnotify 0.8; or it fails altogether, which the notification without buttons will
          // show.
          log.debug({ problem: messageOf(error) }, 'a notification with buttons could not be shown')
        }
      }
      return showWithoutButtons()
    },
  }
}

type WithButtons = Exclude<Capabilities, 'unreachable'>

function mayHaveButtons(capabilities: Capabilities): capabilities is WithButtons {
  if (capabilities === 'unreachable') return false
  return capabilities === 'unknown' || capabilities.has('actions')
}

/**
 * `default` is what a click on the notification itself does; where buttons are hidden in a menu, it is all there is.
 */
function buttonsFor(canEnterCode: boolean): Button[] {
  const snooze = { key: 'snooze', label: 'Snooze' }
  if (!canEnterCode) return [snooze]
  return [{ key: 'default', label: 'Enter code' }, { key: 'code', label: 'Enter code' }, snooze]
}
