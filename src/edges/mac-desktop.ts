// macOS: a notification that the code is typed into, where node-notifier's program runs; else a dialog by osascript. None
// of this has run on a Mac.
import { runProgram } from './child-program.ts'
import type { DesktopDeps, Reminded, ReminderRequest, Screen } from './desktop.ts'
import { childEnvironment } from './desktop-environment.ts'
import {
  type MacAnswer,
  macDialogArguments,
  macNotificationArguments,
  readMacDialog,
  readMacReply,
} from './mac-prompt.ts'
import { createNotifier, showMacReply } from './notifier.ts'
import { askForCode } from './prompt-loop.ts'

type Ended = Awaited<Reminded['ended']>

const notifyLimitMs = 10_000

export function createMacDesktop({ environment: own, platform, settings, log }: DesktopDeps): Screen {
  const notifier = createNotifier(platform)
  const environment = childEnvironment(own)

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

  const openDialog = async (text: string, withdraw: AbortSignal): Promise<MacAnswer> => {
    const { stdout } = await runProgram('osascript', macDialogArguments(`mfad: ${text}`), {
      environment,
      withdraw,
    })
    return readMacDialog(stdout)
  }

  return {
    async show({ notification, question, canAnswer }, respond, withdraw, onAsking) {
      const { prompt } = settings()
      if (!canAnswer || (prompt !== 'auto' && prompt !== 'osascript')) {
        const way = await showPlain(notification)
        return { way, ended: Promise.resolve('no-answer-possible'), hasButtons: false }
      }
      let reply: { answer: Promise<MacAnswer> } | undefined
      if (prompt === 'auto') reply = await startReply(notification, environment, withdraw)
      const answers = async (first: Promise<MacAnswer>): Promise<Ended> => {
        let isFirst = true
        let hasSnoozed = false
        const ask = async (reason: string | undefined) => {
          const again = reason === undefined ? question : `${reason}\n\n${question}`
          const answer = isFirst ? await first : await openDialog(again, withdraw)
          isFirst = false
          onAsking()
          hasSnoozed = answer.kind === 'snooze'
          return answer.kind === 'code' ? answer.typed : undefined
        }
        const { how, failure } = await askForCode(ask, respond.tokenCode, withdraw)
        if (hasSnoozed) respond.snooze()
        if (failure !== undefined) {
          const told = { title: 'mfad: the login failed', body: failure, isUrgent: false }
          await showPlain(told).catch(() => log.warn({}, 'a failed login could not be told'))
        }
        return hasSnoozed ? 'snoozed' : how
      }
      if (reply === undefined) onAsking()
      return {
        way: reply === undefined ? 'osascript' : 'notification center with a reply',
        ended: answers(reply?.answer ?? openDialog(question, withdraw)),
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
