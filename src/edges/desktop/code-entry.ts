// Linux, after "Enter code" was pressed: a dialog asks for the code. A notification says that the login failed, or
// that the dialog has to wait for another one.
import { messageOf } from '../../core/errors.ts'
import { printable } from '../../core/text/printable.ts'
import { type Asked, askForCode, createTurns } from './code-question.ts'
import { findDialog, openDialog } from './dialog.ts'
import { desktopEnvironment } from './environment.ts'
import { oneLine } from './markup.ts'
import type { Notifier } from './notifier.ts'
import type { DesktopDeps, Ended, ReminderRequest, Respond } from './reminder.ts'

const mostCharacters = 500

/** Resolves with how the reminder ended. Never rejects. */
export type EnterCode = (request: ReminderRequest, respond: Respond, withdraw: AbortSignal) => Promise<Ended>

export function createCodeEntry(
  { environment: own, settings, log }: DesktopDeps,
  notifier: Notifier,
): EnterCode {
  const takeTurn = createTurns()

  /** Asks systemd for the desktop again: hours may have passed since the reminder was shown. */
  const ask = async (
    { question }: ReminderRequest,
    { tokenCode }: Respond,
    withdraw: AbortSignal,
  ): Promise<Asked> => {
    const environment = await desktopEnvironment(own, withdraw)
    const { program, missing } = findDialog(settings().prompt, environment)
    if (program === undefined) throw new Error(`no dialog can ask for the code: ${missing}`)
    const open = (reason: string | undefined) =>
      openDialog(program, dialogText(question(), reason), environment, withdraw)
    return askForCode(open, tokenCode, withdraw)
  }

  /** Never rejects. */
  const tell = async (title: string, message: string, withdraw: AbortSignal) => {
    try {
      const body = printable(oneLine(message), mostCharacters)
      const environment = await desktopEnvironment(own, withdraw)
      await notifier.show({ title, body, isUrgent: false }, environment, withdraw)
    } catch (error) {
      if (!withdraw.aborted)
        log.warn({ title, problem: messageOf(error) }, 'a notification could not be shown')
    }
  }
  const tellFailure = (message: string, withdraw: AbortSignal) =>
    tell('mfad: the login failed', message, withdraw)

  return async (request, respond, withdraw) => {
    const nextStep = request.notification.body
    try {
      const { how, failure } = await takeTurn(
        () => ask(request, respond, withdraw),
        () => request.question().split('\n')[0],
        (openOne) => void tell('mfad: another dialog is open', `answer it first: ${openOne}`, withdraw),
      )
      if (failure !== undefined)
        await tellFailure(how === 'answered' ? failure : `${failure}\n${nextStep}`, withdraw)
      return how
    } catch (error) {
      await tellFailure(`${messageOf(error)}\n${nextStep}`, withdraw)
      return 'dismissed'
    }
  }
}

function dialogText(question: string, reason: string | undefined): string {
  return `mfad: ${reason === undefined ? '' : `${reason}\n\n`}${question}`
}
