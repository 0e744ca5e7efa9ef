// Linux: a notification with the buttons "Enter code" and "Snooze" where the service offers any, and a dialog for the
// code; else a plain notification, whose text names the command to run.
import { messageOf } from '../../core/errors.ts'
import { printable } from '../../core/text/printable.ts'
import { isInstalled } from '../programs/installed-program.ts'
import { type Button, type Pressed, showButtons } from './buttons.ts'
import { type Capabilities, readCapabilities } from './capabilities.ts'
import { type Asked, askForCode, createTurns } from './code-question.ts'
import { findDialog, openDialog } from './dialog.ts'
import { desktopEnvironment } from './environment.ts'
import { oneLine } from './markup.ts'
import { createNotifier } from './notifier.ts'
import {
  type Backend,
  type DesktopDeps,
  type Reminded,
  type ReminderRequest,
  type Respond,
  unanswerable,
} from './reminder.ts'

const mostCharacters = 500

type Ended = Awaited<Reminded['ended']>

export function createLinuxDesktop({ environment: own, platform, settings, log }: DesktopDeps): Backend {
  const notifier = createNotifier(platform)
  const takeTurn = createTurns()

  /** The desktop is looked at anew: hours may have passed since the reminder was shown. */
  const ask = async (
    { question }: ReminderRequest,
    { tokenCode }: Respond,
    withdraw: AbortSignal,
  ): Promise<Asked> => {
    const environment = await desktopEnvironment(own)
    const dialog = findDialog(settings().prompt, environment)
    if (dialog === undefined) throw new Error('neither zenity nor kdialog is there to ask for the code')
    const open = (reason: string | undefined) =>
      openDialog(dialog, dialogText(question(), reason), environment, withdraw)
    return askForCode(open, tokenCode, withdraw)
  }

  /** Where no dialog is there to say it. Never rejects. */
  const tell = async (title: string, message: string) => {
    try {
      const body = printable(oneLine(message), mostCharacters)
      await notifier.show({ title, body, isUrgent: false }, await desktopEnvironment(own))
    } catch (error) {
      log.warn({ title, problem: messageOf(error) }, 'a notification could not be shown')
    }
  }
  const tellFailure = (message: string) => tell('mfad: the login failed', message)
  const tellWait = (openOne: string) =>
    void tell('mfad: another dialog is open', `answer it first: ${openOne}`)

  const enterCode = async (
    request: ReminderRequest,
    respond: Respond,
    withdraw: AbortSignal,
  ): Promise<Ended> => {
    try {
      const { how, failure } = await takeTurn(
        () => ask(request, respond, withdraw),
        () => request.question().split('\n')[0],
        tellWait,
      )
      if (failure !== undefined) await tellFailure(failure)
      return how
    } catch (error) {
      await tellFailure(`${messageOf(error)}\n${request.notification.body}`)
      return 'dismissed'
    }
  }

  return {
    async show(request, respond, withdraw, onAsking) {
      const { notification, canAnswer } = request
      const environment = await desktopEnvironment(own, withdraw)
      const capabilities = await readCapabilities(environment, withdraw)
      const dialog = findDialog(settings().prompt, environment)
      const found = dialog === undefined ? {} : { dialog }
      const showPlain = async (): Promise<Reminded> => {
        return { ...unanswerable(await notifier.show(notification, environment)), ...found }
      }
      const answer = async (pressed: Pressed): Promise<Ended> => {
        const press = await pressed.catch(() => 'not shown' as const)
        if (press === 'not shown') return (await showPlain()).ended
        if (press === 'snooze') {
          respond.snooze()
          return 'snoozed'
        }
        if (withdraw.aborted) return 'withdrawn'
        if (press === undefined) return 'dismissed'
        onAsking()
        return enterCode(request, respond, withdraw)
      }
      if (mayHaveButtons(capabilities) && isInstalled('notify-send', environment.PATH)) {
        try {
          const buttons = buttonsFor(canAnswer && dialog !== undefined)
          const hasMarkup = capabilities !== 'unknown' && capabilities.has('body-markup')
          const { pressed } = await showButtons(notification, buttons, hasMarkup, environment, withdraw)
          return { way: 'notify-send with buttons', ended: answer(pressed), hasButtons: true, ...found }
        } catch (error) {
          // Older than libnotify 0.8, or something that the plain one fails at too.
          log.debug({ problem: messageOf(error) }, 'a notification with buttons could not be shown')
        }
      }
      return withdraw.aborted ? { way: 'none', ended: Promise.resolve('withdrawn') } : showPlain()
    },
  }
}

type WithButtons = Exclude<Capabilities, 'unreachable'>

function mayHaveButtons(capabilities: Capabilities): capabilities is WithButtons {
  if (capabilities === 'unreachable') return false
  return capabilities === 'unknown' || capabilities.has('actions')
}

/** `default` is what a click on the notification itself does; where buttons are hidden in a menu, it is all there is. */
function buttonsFor(canEnterCode: boolean): Button[] {
  const snooze = { key: 'snooze', label: 'Snooze' }
  if (!canEnterCode) return [snooze]
  return [{ key: 'default', label: 'Enter code' }, { key: 'code', label: 'Enter code' }, snooze]
}

function dialogText(question: string, reason: string | undefined): string {
  return `mfad: ${reason === undefined ? '' : `${reason}\n\n`}${question}`
}
