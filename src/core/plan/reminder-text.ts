// The words of a reminder. The title begins with our own word, so that no profile's name can be taken for an option.

import { type ErrorBody, messageOf } from '../errors.ts'
import { isPortableName } from '../profiles/aws-values.ts'
import { printable } from '../text/printable.ts'
import { formatDuration } from '../time/duration.ts'
import type { UtcOffset } from '../time/quiet-hours.ts'
import type { Warning } from '../wire.ts'
import { type ActiveSession, byDevice, hasExpired } from './active-sessions.ts'
import type { Reminder } from './reminder-plan.ts'

export type Notification = { title: string; body: string; isUrgent: boolean }

const shownNames = 3
/** Each with a code of its own; more are left to `mfad`, which asks for one after the other. */
const shownDevices = 2
const mostListed = 5
const mostSerialNumber = 256

/** Title: which profiles and how long they have left. Body: why it was not renewed by itself, and the command to run. */
export function reminderText(reminder: Reminder, now: Date, reason?: string): Notification {
  return {
    title: `mfad: ${summary(reminder, now)}`,
    body: [...(reason === undefined ? [] : [reason]), nextStep(reminder.sessions)].join('\n'),
    isUrgent: reminder.kind === 'expired',
  }
}

/** Title: what will not be renewed by itself. Body: why, and what to do about it. */
export function renewalProblemText(
  sessions: readonly ActiveSession[],
  { message, hint }: ErrorBody,
): Notification {
  return {
    title: `mfad: ${namesOf(sessions)} cannot be renewed`,
    body: `${message}\n${hint}`,
    isUrgent: true,
  }
}

/** What a dialog says that asks for a code: the profiles, the time left, and whose code is meant, in the order of asking. */
export function reminderQuestion(reminder: Reminder, now: Date, utcOffset: UtcOffset): string {
  const clock = wallTime(reminder.expiration, utcOffset)
  const fact = `${summary(reminder, now)}, ${hasExpired(reminder, now) ? 'since' : 'at'} ${clock}`
  const devices = bySerialNumber(reminder.sessions)
  const name = (group: readonly ActiveSession[]) => printable(group[0]?.serialNumber ?? '', mostSerialNumber)
  const [only] = devices
  if (only === undefined) return fact
  if (devices.length === 1) return `${fact}\nCode of ${name(only)}`
  const lines = devices.slice(0, mostListed).map((group) => `${name(group)}, for ${namesOf(group)}`)
  return [fact, 'The codes of these devices, one after the other:', ...lines].join('\n')
}

/** Names as a list in a sentence: `a, b and 2 more`. */
export function namesOf(sessions: readonly Pick<ActiveSession, 'profile'>[]): string {
  const profiles = sessions.map(({ profile }) => printable(profile))
  const shown = profiles.slice(0, shownNames)
  const more = profiles.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${more} more`
  return shown.length === 1 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`
}

function summary({ sessions }: Reminder, now: Date): string {
  const expired = sessions.filter((session) => hasExpired(session, now))
  const expiring = sessions.filter((session) => !expired.includes(session))
  const parts = [
    ...(expired.length === 0 ? [] : [`${namesOf(expired)} ${expired.length === 1 ? 'has' : 'have'} expired`]),
    ...(expiring.length === 0 ? [] : [`${namesOf(expiring)} ${timeLeft(expiring, now)}`]),
  ]
  return parts.join(', ')
}

function timeLeft(sessions: readonly ActiveSession[], now: Date): string {
  const earliest = Math.min(...sessions.map(({ expiration }) => expiration.getTime()))
  const left = Math.max(0, Math.round((earliest - now.getTime()) / 1000))
  const verb = sessions.length === 1 ? 'expires' : 'expire'
  return `${verb} in ${formatDuration(left >= 90 ? Math.round(left / 60) * 60 : left)}`
}

/**
 * By what people know of a device, its serial number: keys that AWS was not asked about yet are most likely of one user.
 */
function bySerialNumber(sessions: readonly ActiveSession[]): ActiveSession[][] {
  return byDevice(sessions.map((session) => ({ ...session, device: session.serialNumber ?? session.device })))
}

/** One code serves one device, and all of its profiles: one name stands for them. */
function nextStep(sessions: readonly ActiveSession[]): string {
  const devices = bySerialNumber(sessions)
  const names = devices.flatMap(
    (group) => group.find(({ profile }) => isPortableName(profile))?.profile ?? [],
  )
  if (devices.length > shownDevices) return `${devices.length} devices, a code each. Run: mfad`
  if (names.length > 1)
    return `Two devices, a code each. Run: mfad login ${names.join(', then: mfad login ')}`
  const name = names[0] ?? sessions.find(({ profile }) => isPortableName(profile))?.profile ?? ''
  return `Run: mfad login ${name}`.trimEnd()
}

function wallTime(instant: Date, utcOffset: UtcOffset): string {
  return new Date(instant.getTime() + utcOffset(instant) * 60_000).toISOString().slice(11, 16)
}

/** What `status` says of a desktop that shows nothing. */
export function notifierWarning(error: unknown): Warning {
  const problem = messageOf(error)
  return {
    code: 'notifier.unavailable',
    message: `notifications cannot be shown: ${problem}`,
    hint: /not installed/.test(problem)
      ? 'apt-get install libnotify-bin, or set notify = none in the settings'
      : 'is there a desktop session, and does it allow notifications? else set notify = none in the settings',
  }
}
