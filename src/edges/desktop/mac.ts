// macOS: a notification that the code is typed into, where node-notifier's program runs; else a dialog by osascript. None
// of this has run on a Mac.
import { printable } from '../../core/text/printable.ts'
import { childEnvironment } from '../programs/child-environment.ts'
import { runProgram, untilShown } from '../programs/child-program.ts'
import { askForCode, createTurns } from './code-question.ts'
import {
  type MacAnswer,
  macDialogArguments,
  macNotificationArguments,
  readMacDialog,
  readMacReply,
} from './mac-words.ts'
import { createNotifier, showMacReply } from './notifier.ts'
import {
  type Backend,
  type DesktopDeps,
  type Reminded,
  type ReminderRequest,
  type Respond,
  unanswerable,
} from './reminder.ts'

type Ended = Awaited<Reminded['ended']>

const notifyLimitMs = 10_000
/** AppleScript's number for it. */
const cancelled = '(-128)'

export function createMacDesktop({ environment: own, platform, settings, log }: DesktopDeps): Backend {
  const notifier = createNotifier(platform)
  const environment = childEnvironment(own)
  const takeTurn = createTurns()

  const showPlain = async ({ title, body, isUrgent }: ReminderRequest['notification']): Promise<string> => {
    try {
      return await notifier.show({ title, body, isUrgent }, environment)
    } catch (error) {
      const args = macNotificationArguments(title, body)
      const { exitCode } = await runProgram('osascript', args, { environment, limitMs: notifyLimitMs })
      if (exitCode !== 0) throw error
      return 'osascript'
    }
  }

  const tellFailure = async (body: string) => {
    try {
      await showPlain({ title: 'mfad: the login failed', body, isUrgent: false })
    } catch {
      log.warn({}, 'a failed login could not be told')
    }
  }

  const openDialog = (text: string, withdraw: AbortSignal): Promise<MacAnswer> =>
    takeTurn(async () => {
      if (withdraw.aborted) return { kind: 'dismissed' }
      const words = macDialogArguments(`mfad: ${text}`)
      const { exitCode, stdout, stderr } = await runProgram('osascript', words, {
        environment,
        stop: withdraw,
      })
      if (exitCode !== 0 && !withdraw.aborted && !stderr.includes(cancelled))
        throw new Error(`osascript could not ask for the code: ${printable(stderr, 200)}`)
      return readMacDialog(stdout)
    })

  /** `first` is what the reminder itself was answered; every further question is a dialog. */
  const answer = async (
    first: Promise<MacAnswer>,
    { question }: ReminderRequest,
    { tokenCode, snooze }: Respond,
    withdraw: AbortSignal,
    onAsking: () => void,
  ): Promise<Ended> => {
    let hasSnoozed = false
    const ask = async (reason: string | undefined) => {
      if (reason !== undefined) onAsking()
      const answered =
        reason === undefined ? await first : await openDialog(`${reason}\n\n${question()}`, withdraw)
      hasSnoozed = answered.kind === 'snooze'
      return answered.kind === 'code' ? answered.typed : undefined
    }
    const { how, failure } = await askForCode(ask, tokenCode, withdraw)
    if (hasSnoozed) snooze()
    if (failure !== undefined) await tellFailure(failure)
    return hasSnoozed ? 'snoozed' : how
  }

  return {
    async show(request, respond, withdraw, onAsking) {
      const { notification, question, canAnswer } = request
      const { prompt } = settings()
      if (!canAnswer || (prompt !== 'auto' && prompt !== 'osascript'))
        return unanswerable(await showPlain(notification))
      const reply = prompt === 'auto' ? await startReply(notification, environment, withdraw) : undefined
      const first = reply?.answer ?? openDialog(question(), withdraw)
      if (reply === undefined) onAsking()
      await untilShown(first)
      return {
        way: reply === undefined ? 'osascript' : 'notification center with a reply',
        ended: answer(first, request, respond, withdraw, onAsking),
        hasButtons: true,
        dialog: 'osascript',
      }
    },
  }
}

/** Undefined where node-notifier's program does not run. */
async function startReply(
  notification: ReminderRequest['notification'],
  environment: Record<string, string>,
  withdraw: AbortSignal,
): Promise<{ answer: Promise<MacAnswer> } | undefined> {
  try {
    const { told } = await showMacReply(notification, environment, withdraw)
    return { answer: told.then(readMacReply) }
  } catch {
    return undefined
  }
}
