// macOS: a notification that the code is typed into, where a program can show one; else a dialog by osascript. None of this has
// run on a Mac.
import { printable } from '../../core/text/printable.ts'
import { childEnvironment } from '../programs/child-environment.ts'
import { runProgram, untilShown } from '../programs/child-program.ts'
import { askForCode, createTurns } from './code-question.ts'
import { type MacReply, showReply } from './mac-reply.ts'
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
  type Ended,
  type ReminderRequest,
  type Respond,
  unanswerable,
} from './reminder.ts'

type Notification = ReminderRequest['notification']

const notifyLimitMs = 10_000
/** What `mfad notify-test` says of the dialog: what is missing for something better. */
const dialogOnly = 'osascript (for a notification to type into: brew install vjeantet/tap/alerter)'
/** AppleScript's number for it. */
const cancelled = '(-128)'

export function createMacDesktop(deps: DesktopDeps): Backend {
  const environment = childEnvironment(deps.environment)
  const showWithoutButtons = createNotifierWithoutButtons(deps, environment)
  const openDialog = createDialogs(environment)

  const tellFailure = async (body: string, withdraw: AbortSignal) => {
    try {
      await showWithoutButtons({ title: 'mfad: the login failed', body, isUrgent: false }, withdraw)
    } catch {
      if (!withdraw.aborted) deps.log.warn({}, 'a failed login could not be told')
    }
  }

  /** `first` is what the reminder itself was answered; every further question is a dialog. */
  const answer = async (
    first: Promise<MacAnswer>,
    { question, notification }: ReminderRequest,
    { tokenCode, snooze, asking }: Respond,
    withdraw: AbortSignal,
  ): Promise<Ended> => {
    let hasSnoozed = false
    const ask = async (reason: string | undefined) => {
      if (reason !== undefined) asking()
      const answered =
        reason === undefined ? await first : await openDialog(`${reason}\n\n${question()}`, withdraw)
      hasSnoozed = answered.kind === 'snooze'
      return answered.kind === 'code' ? answered.typed : undefined
    }
    const { how, failure } = await askForCode(ask, tokenCode, withdraw)
    if (hasSnoozed) snooze()
    if (failure !== undefined)
      await tellFailure(how === 'answered' ? failure : `${failure}\n${notification.body}`, withdraw)
    return hasSnoozed ? 'snoozed' : how
  }

  return {
    async show(request, respond, withdraw) {
      const { notification, question, canAnswer } = request
      const { prompt } = deps.settings()
      const isAllowed = prompt === 'auto' || prompt === 'osascript'
      if (!canAnswer || !isAllowed) {
        const shown = unanswerable(await showWithoutButtons(notification, withdraw))
        return isAllowed ? shown : { ...shown, noDialog: `prompt = ${prompt} in the settings` }
      }
      const reply =
        prompt === 'auto' ? await startReply(deps, notification, environment, withdraw) : undefined
      const first = reply?.answer ?? openDialog(question(), withdraw)
      if (reply === undefined) respond.asking()
      await untilShown(first)
      return {
        way: reply?.way ?? (prompt === 'auto' ? dialogOnly : 'osascript'),
        ended: answer(first, request, respond, withdraw),
        hasButtons: true,
        dialog: 'osascript',
      }
    },
  }
}

/** Shows a notification without buttons, and answers by which way. Rejects where neither way works. */
function createNotifierWithoutButtons(
  { platform, isIntel = process.arch === 'x64' }: DesktopDeps,
  environment: Record<string, string>,
) {
  const notifier = createNotifier(platform)
  const isShownByScript = async ({ title, body }: Notification, withdraw: AbortSignal) => {
    const options = { environment, limitMs: notifyLimitMs, stop: withdraw }
    return (await runProgram('osascript', macNotificationArguments(title, body), options)).exitCode === 0
  }
  return async (notification: Notification, withdraw: AbortSignal): Promise<string> => {
    const problem = isIntel
      ? await notifier.show(notification, environment, withdraw).then(
          () => undefined,
          (error: unknown) => error,
        )
      : new Error('osascript could not show the notification')
    if (problem === undefined) return 'notification center'
    if (await isShownByScript(notification, withdraw)) return 'osascript'
    throw problem
  }
}

/** One dialog at a time. */
function createDialogs(environment: Record<string, string>) {
  const takeTurn = createTurns()
  return (text: string, withdraw: AbortSignal): Promise<MacAnswer> =>
    takeTurn(async () => {
      if (withdraw.aborted) return { kind: 'dismissed' }
      const words = macDialogArguments(`mfad: ${text}`)
      const options = { environment, stop: withdraw }
      const { exitCode, stdout, stderr } = await runProgram('osascript', words, options)
      if (exitCode !== 0 && !withdraw.aborted && !stderr.includes(cancelled))
        throw new Error(`osascript could not ask for the code: ${printable(stderr, 200)}`)
      return readMacDialog(stdout)
    })
}

/** Undefined where nothing shows a notification to type into. */
async function startReply(
  { isIntel = process.arch === 'x64' }: DesktopDeps,
  notification: Notification,
  environment: Record<string, string>,
  withdraw: AbortSignal,
): Promise<MacReply | undefined> {
  const reply = await showReply(notification, environment, withdraw)
  if (reply !== undefined || !isIntel) return reply
  try {
    const { told } = await showMacReply(notification, environment, withdraw)
    return { way: 'notification center with a reply', answer: told.then(readMacReply) }
  } catch {
    return undefined
  }
}
