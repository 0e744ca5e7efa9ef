// Notifications without buttons, through node-notifier's class for this platform. Its Linux class builds a shell
// command, takes a title that begins with a dash for an option, ends every notification after 10 s, passes markup on,
// remembers for ever that `notify-send` was missing, and does not hand out the process that it starts. So texts and
// options are made safe here, the program is looked for each time, and the process is found and ended where it hangs.
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
   * Shows it on the desktop of that environment, and answers by which way. Rejects with the reason where it could not
   * be shown, and as soon as it is withdrawn: its program is ended then.
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

/** As macOptions, with a field to type in. */
export function macReplyOptions(notification: Notification): Record<string, string | boolean | number> {
  return { ...macOptions(notification), reply: 'six digits, or: snooze', wait: true, timeout: replySeconds }
}

/**
 * macOS: shows a notification with a field to type in. Resolves once it is shown; `told` resolves with what
 * node-notifier reports in the end. Rejects where it could not be shown, as on Apple silicon without Rosetta: the
 * library's program is an Intel binary.
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

/**
 * Without these characters a double-quoted shell word is text only, whatever the library escapes. It is no option
 * either.
 */
function harmlessWord(text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .replace(/["$`\\!]/g, '?')
    .replace(/^-/, ' -')
}

type Patience = { withdraw: AbortSignal; limitMs: number }

/** Output on standard error with exit status 0 is no failure: the notification was shown. */
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

/** The library starts its program with this process's environment, which is replaced while `start` runs. */
function withEnvironment(environment: Record<string, string>, start: () => void): void {
  const own = process.env
  process.env = { ...environment }
  try {
    start()
  } finally {
    process.env = own
  }
}

/** The process that `start` starts: the library does not hand it out, but Node announces it. */
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

/** The children of the shell first: they would outlive it. */
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

/** Linux only; on macOS the library starts its program without a shell. */
function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** The library's error begins with the whole command; what the program itself printed is on the next line. */
function ownMessage(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('Command failed'))
  return printable(lines[0] ?? 'the notification could not be shown', 200)
}
