// Desktop notifications, through node-notifier's class for this platform. Its Linux class builds a shell command, takes
// a title that begins with a dash for an option, ends every notification after 10 s, passes markup on, remembers for ever
// that `notify-send` was missing, and gives no hold on the process that it starts: the text and the options are made safe
// here, the program is looked for each time, and one that hangs is ended.
import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { readFileSync } from 'node:fs'
import type { Notification } from '../../core/plan/reminder-text.ts'
import { printable } from '../../core/text/printable.ts'
import { untilShown } from '../programs/child-program.ts'
import { isInstalled } from '../programs/installed-program.ts'
import { escapeMarkup, oneLine, shorten } from './markup.ts'

export type Notifier = {
  /**
   * Shows it on the desktop of that environment, and answers by which way. Rejects with the reason where it could not be
   * shown, and as soon as it is withdrawn: its program is ended then.
   */
  show(
    notification: Notification,
    environment: Record<string, string>,
    withdraw: AbortSignal,
  ): Promise<string>
}

type Reporter = {
  notify(
    options: object,
    callback: (error: Error | string | null, response?: unknown, metadata?: unknown) => void,
  ): unknown
}

const answerLimitMs = 10_000
const reminderSeconds = 60
const replySeconds = 3600
const withdrawnMessage = 'the notification was withdrawn'

export function createNotifier(platform: NodeJS.Platform, limitMs = answerLimitMs): Notifier {
  return platform === 'darwin' ? createMacNotifier(limitMs) : createLinuxNotifier(limitMs)
}

function createLinuxNotifier(limitMs: number): Notifier {
  return {
    async show(notification, environment, withdraw) {
      if (!isInstalled('notify-send', environment.PATH))
        throw new Error('notify-send is not installed (libnotify-bin)')
      const { default: NotifySend } = await import('node-notifier/notifiers/notifysend.js')
      await report(new NotifySend(), linuxOptions(notification), environment, { withdraw, limitMs })
      return 'notify-send'
    },
  }
}

function createMacNotifier(limitMs: number): Notifier {
  return {
    async show(notification, environment, withdraw) {
      const { default: NotificationCenter } = await import('node-notifier/notifiers/notificationcenter.js')
      const reporter = new NotificationCenter({ withFallback: false })
      await report(reporter, macOptions(notification), environment, { withdraw, limitMs })
      return 'notification center'
    },
  }
}

/** What node-notifier passes to notify-send. An expire time in text is taken as milliseconds; 0 means never. */
export function linuxOptions({ title, body, isUrgent }: Notification): Record<string, string | boolean> {
  return {
    title: harmlessWord(shorten(title)),
    message: harmlessWord(escapeMarkup(shorten(oneLine(body)))),
    urgency: isUrgent ? 'critical' : 'normal',
    'expire-time': String(expireMs(isUrgent)),
    'app-name': 'mfad',
    icon: 'dialog-password',
    suppressOsdCheck: true,
  }
}

/** As macOptions, with a field to type in; it waits for what is typed. */
export function macReplyOptions(notification: Notification): Record<string, string | boolean | number> {
  return { ...macOptions(notification), reply: 'six digits, or: snooze', wait: true, timeout: replySeconds }
}

/**
 * macOS: shows a notification with a field to type in. Resolves once it is shown, with what will have been told of it;
 * rejects where it could not be shown, as without Rosetta, whose processors the library's program is not for.
 */
export async function showMacReply(
  notification: Notification,
  environment: Record<string, string>,
  withdraw: AbortSignal,
): Promise<{ told: Promise<unknown> }> {
  const { default: NotificationCenter } = await import('node-notifier/notifiers/notificationcenter.js')
  const reporter: Reporter = new NotificationCenter({ withFallback: false })
  const told = new Promise<unknown>((resolve, reject) => {
    const notify = () =>
      reporter.notify(macReplyOptions(notification), (error, _response, metadata) => {
        if (error instanceof Error) reject(new Error(ownMessage(error.message)))
        else resolve(metadata)
      })
    const child = childOf(() => withEnvironment(environment, notify))
    if (withdraw.aborted) child?.kill()
    withdraw.addEventListener('abort', () => child?.kill(), { once: true })
  })
  await untilShown(told)
  return { told: told.catch(() => undefined) }
}

/** How long a notification stays; 0 means until it is dismissed. */
export function expireMs(isUrgent: boolean): number {
  return isUrgent ? 0 : reminderSeconds * 1000
}

/** What node-notifier passes to its terminal-notifier, without a shell. `timeout: false` has that end at once. */
export function macOptions({ title, body }: Notification): Record<string, string | boolean> {
  return { title: shorten(title), message: shorten(body), wait: false, timeout: false }
}

/** Without these characters a double-quoted shell word is only text, whatever the library escapes; nor is it an option. */
function harmlessWord(text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .replace(/["$`\\!]/g, '?')
    .replace(/^-/, ' -')
}

type Patience = { withdraw: AbortSignal; limitMs: number }

/** A program that shows the notification and grumbles has shown it. */
function report(
  reporter: Reporter,
  options: object,
  environment: Record<string, string>,
  { withdraw, limitMs }: Patience,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (withdraw.aborted) return reject(new Error(withdrawnMessage))
    let child: ChildProcess | undefined
    const leave = () => {
      clearTimeout(timer)
      withdraw.removeEventListener('abort', onWithdraw)
    }
    const giveUp = (reason: string) => {
      leave()
      reject(new Error(reason))
      endWithChildren(child)
    }
    const onWithdraw = () => giveUp(withdrawnMessage)
    const timer = setTimeout(
      () => giveUp(`the notification service did not answer within ${limitMs / 1000} s`),
      limitMs,
    )
    withdraw.addEventListener('abort', onWithdraw)
    const notify = () =>
      reporter.notify(options, (error) => {
        leave()
        if (error instanceof Error) reject(new Error(ownMessage(error.message)))
        else resolve()
      })
    try {
      child = childOf(() => withEnvironment(environment, notify))
    } catch (error) {
      leave()
      reject(error)
    }
  })
}

/** The library gives its child this process's environment, which is another one for as long as `start` takes. */
function withEnvironment(environment: Record<string, string>, start: () => void): void {
  const own = process.env
  process.env = { ...environment }
  try {
    start()
  } finally {
    process.env = own
  }
}

/** The process that `start` starts: the library keeps it to itself, but Node announces it. */
function childOf(start: () => void): ChildProcess | undefined {
  let child: ChildProcess | undefined
  const note = (message: unknown) => {
    child = (message as { process: ChildProcess }).process
  }
  subscribe('child_process', note)
  try {
    start()
  } finally {
    unsubscribe('child_process', note)
  }
  return child
}

/** Also what the shell runs, which would outlive it. */
function endWithChildren(child: ChildProcess | undefined): void {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  for (const pid of childrenOf(child.pid)) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has just ended by itself.
    }
  }
  child.kill('SIGKILL')
}

/** Linux only; elsewhere no shell stands between. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** The library's error repeats the whole command; what the program itself said is in the next line. */
function ownMessage(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('Command failed'))
  return printable(lines[0] ?? 'the notification could not be shown', 200)
}
