// Desktop notifications, through node-notifier's class for this platform. Its Linux class builds a shell command, takes
// a title that begins with a dash for an option, ends every notification after 10 s, passes markup on, and remembers for
// ever that `notify-send` was missing: the text and the options are made safe here, and the program is looked for each time.
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import type { Notification } from '../core/reminder-text.ts'

export type Notifier = {
  /** Shows it, and answers by which way. Rejects with the reason where it could not be shown. */
  show(notification: Notification): Promise<string>
}

type Reporter = { notify(options: object, callback: (error: Error | string | null) => void): unknown }

const timeoutMs = 10_000
const reminderSeconds = 60

export function createNotifier(platform: NodeJS.Platform, searchPath: () => string | undefined): Notifier {
  return platform === 'darwin' ? createMacNotifier() : createLinuxNotifier(searchPath)
}

function createLinuxNotifier(searchPath: () => string | undefined): Notifier {
  return {
    async show(notification) {
      if (!isOnPath('notify-send', searchPath()))
        throw new Error('notify-send is not installed (libnotify-bin)')
      const { default: NotifySend } = await import('node-notifier/notifiers/notifysend.js')
      await report(new NotifySend(), linuxOptions(notification))
      return 'notify-send'
    },
  }
}

function createMacNotifier(): Notifier {
  return {
    async show({ title, body }) {
      const { default: NotificationCenter } = await import('node-notifier/notifiers/notificationcenter.js')
      await report(new NotificationCenter({ withFallback: false }), {
        title,
        message: body,
        wait: false,
        timeout: false,
      })
      return 'notification center'
    },
  }
}

/** What node-notifier passes to notify-send. An expire time in text is taken as milliseconds; 0 means never. */
export function linuxOptions({ title, body, isUrgent }: Notification): Record<string, string | boolean> {
  return {
    title: shellSafe(title),
    message: shellSafe(escapeMarkup(body)),
    urgency: isUrgent ? 'critical' : 'normal',
    'expire-time': isUrgent ? '0' : String(reminderSeconds * 1000),
    'app-name': 'mfad',
    icon: 'dialog-password',
    suppressOsdCheck: true,
  }
}

function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** Characters without which a double-quoted shell word is only text, whatever the library escapes. */
function shellSafe(text: string): string {
  return text.replace(/\p{Cc}/gu, ' ').replace(/["$`\\!]/g, '?')
}

function report(reporter: Reporter, options: object): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the notification service did not answer')), timeoutMs)
    reporter.notify(options, (error) => {
      clearTimeout(timer)
      if (error) reject(new Error(firstLine(error instanceof Error ? error.message : error)))
      else resolve()
    })
  })
}

/** The library's error repeats the whole command; what the program itself said is in the last line. */
function firstLine(text: string): string {
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
