// Desktop notifications, through node-notifier's class for this platform. Its Linux class builds a shell command, takes
// a title that begins with a dash for an option, ends every notification after 10 s, passes markup on, remembers for ever
// that `notify-send` was missing, and gives no hold on the process that it starts: the text and the options are made safe
// here, the program is looked for each time, and one that hangs is ended.
import type { ChildProcess } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { accessSync, constants, readFileSync, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Notification } from '../core/reminder-text.ts'

export type Notifier = {
  /** Shows it, and answers by which way. Rejects with the reason where it could not be shown. */
  show(notification: Notification): Promise<string>
}

type Reporter = { notify(options: object, callback: (error: Error | string | null) => void): unknown }

const answerLimitMs = 10_000
const reminderSeconds = 60
const mostCharacters = 1000

export function createNotifier(
  platform: NodeJS.Platform,
  searchPath: () => string | undefined,
  limitMs = answerLimitMs,
): Notifier {
  return platform === 'darwin' ? createMacNotifier(limitMs) : createLinuxNotifier(searchPath, limitMs)
}

function createLinuxNotifier(searchPath: () => string | undefined, limitMs: number): Notifier {
  return {
    async show(notification) {
      if (!isOnPath('notify-send', searchPath()))
        throw new Error('notify-send is not installed (libnotify-bin)')
      const { default: NotifySend } = await import('node-notifier/notifiers/notifysend.js')
      await report(new NotifySend(), linuxOptions(notification), limitMs)
      return 'notify-send'
    },
  }
}

function createMacNotifier(limitMs: number): Notifier {
  return {
    async show(notification) {
      const { default: NotificationCenter } = await import('node-notifier/notifiers/notificationcenter.js')
      await report(new NotificationCenter({ withFallback: false }), macOptions(notification), limitMs)
      return 'notification center'
    },
  }
}

/** What node-notifier passes to notify-send. An expire time in text is taken as milliseconds; 0 means never. */
export function linuxOptions({ title, body, isUrgent }: Notification): Record<string, string | boolean> {
  return {
    title: plainWord(shorten(title)),
    message: plainWord(escapeMarkup(shorten(body))),
    urgency: isUrgent ? 'critical' : 'normal',
    'expire-time': isUrgent ? '0' : String(reminderSeconds * 1000),
    'app-name': 'mfad',
    icon: 'dialog-password',
    suppressOsdCheck: true,
  }
}

/** What node-notifier passes to its terminal-notifier, without a shell. `timeout: false` has that end at once. */
export function macOptions({ title, body }: Notification): Record<string, string | boolean> {
  return { title: shorten(title), message: shorten(body), wait: false, timeout: false }
}

function shorten(text: string): string {
  const characters = [...text]
  return characters.length <= mostCharacters ? text : `${characters.slice(0, mostCharacters - 1).join('')}…`
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Without these characters a double-quoted shell word is only text, whatever the library escapes; nor is it an option. */
function plainWord(text: string): string {
  return text
    .replace(/\p{Cc}/gu, ' ')
    .replace(/["$`\\!]/g, '?')
    .replace(/^-/, ' -')
}

/** A program that shows the notification and grumbles has shown it. */
function report(reporter: Reporter, options: object, limitMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      reject(new Error(`the notification service did not answer within ${limitMs / 1000} s`))
      endWithChildren(child)
    }, limitMs)
    const child = childOf(() =>
      reporter.notify(options, (error) => {
        clearTimeout(timer)
        if (error instanceof Error) reject(new Error(ownMessage(error.message)))
        else resolve()
      }),
    )
  })
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
  return (lines[0] ?? 'the notification could not be shown').slice(0, 200)
}

function isOnPath(program: string, path: string | undefined): boolean {
  return (path ?? '').split(delimiter).some((directory) => isExecutable(join(directory || '.', program)))
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}
