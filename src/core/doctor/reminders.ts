// Reminders: can they be shown here, and answered?
import type { Settings } from '../settings/default-settings.ts'
import { type Check, type Finding, finding } from './finding.ts'

export type RemindersFacts = {
  platform: string
  settings: Pick<Settings, 'notify' | 'notifyCommand'>
  hasDisplay: boolean
  hasNotifySend: boolean
  /** On a Mac: the program whose notifications can be typed into. */
  macNotifier?: string
  /** What the notification service can do; or that there is no program to ask it with, or no answer (nor a display). */
  capabilities: ReadonlySet<string> | 'unknown' | 'unreachable'
  dialog?: string
  /** Why no program asks for a code. */
  noDialog?: string
}

export function checkReminders(facts: RemindersFacts): Check {
  const { settings, platform } = facts
  const findings =
    settings.notify === 'none'
      ? switchedOff(settings)
      : platform === 'darwin'
        ? macFindings(facts)
        : linuxFindings(facts)
  return { area: 'reminders', looked: describe(facts), findings }
}

function switchedOff({ notifyCommand }: RemindersFacts['settings']): Finding[] {
  if (notifyCommand !== undefined) return []
  return [
    finding('note', {
      code: 'settings.notify-none',
      message: 'reminders are switched off: notify = none, and no notify_command',
      hint: 'to have them: mfad config unset notify',
    }),
  ]
}

function macFindings({ macNotifier }: RemindersFacts): Finding[] {
  if (macNotifier !== undefined) return []
  return [
    finding('note', {
      code: 'notifier.no-buttons',
      message: 'neither alerter nor terminal-notifier is installed: a reminder opens a dialog',
      hint: 'for a notification to type the code into: brew install vjeantet/tap/alerter, then: mfad notify-test',
    }),
  ]
}

function linuxFindings({ hasDisplay, hasNotifySend, capabilities, noDialog }: RemindersFacts): Finding[] {
  if (!hasDisplay)
    return [
      finding('note', {
        code: 'notifier.no-desktop',
        message: 'there is no desktop here',
        hint: 'to be reminded in another way: mfad config set notify_command COMMAND',
      }),
    ]
  if (!hasNotifySend)
    return [
      finding('warning', {
        code: 'notifier.unavailable',
        message: 'notify-send is not installed, so no reminder can be shown',
        hint: 'apt-get install libnotify-bin, then: mfad notify-test',
      }),
    ]
  if (capabilities === 'unreachable')
    return [
      finding('warning', {
        code: 'notifier.unavailable',
        message: 'no notification service answers on the desktop',
        hint: 'start one (dunst, mako, that of your desktop), then: mfad notify-test',
      }),
    ]
  if (capabilities !== 'unknown' && !capabilities.has('actions'))
    return [
      finding('note', {
        code: 'notifier.no-buttons',
        message: 'the notification service shows no buttons',
        hint: 'one that does: dunst, or that of GNOME or KDE',
      }),
    ]
  return noDialog === undefined ? [] : [withoutDialog(noDialog)]
}

function withoutDialog(reason: string): Finding {
  const isChosen = reason.startsWith('prompt =')
  return finding(isChosen ? 'note' : 'warning', {
    code: 'notifier.no-dialog',
    message: `no program asks for codes: ${reason}`,
    hint: isChosen ? 'to have one: mfad config unset prompt' : 'then: mfad notify-test',
  })
}

function describe({
  platform,
  settings,
  capabilities,
  dialog,
  hasDisplay,
  macNotifier,
}: RemindersFacts): string {
  const { notify, notifyCommand } = settings
  const command = notifyCommand === undefined ? '' : 'notify_command, '
  if (notify === 'none') return `${command}notify = none`
  if (platform === 'darwin')
    return `${command}macOS, with ${macNotifier ?? 'osascript'}: try it with mfad notify-test`
  if (!hasDisplay) return `${command}no display`
  const service =
    typeof capabilities === 'string'
      ? { unknown: 'a service that cannot be asked', unreachable: 'no service answers' }[capabilities]
      : `a service ${capabilities.has('actions') ? 'with' : 'without'} buttons`
  return `${command}a display, ${service}, ${dialog ?? 'no program'} for codes`
}
