// The words of a reminder. The title begins with our own word, so that no profile's name can be taken for an option.

import { type ErrorBody, messageOf } from '../errors.ts'
import { isPortableName } from '../profiles/aws-values.ts'
import { mfadCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import type { UtcOffset } from '../time/quiet-hours.ts'
import type { Warning } from '../wire.ts'
import { type ActiveSession, byDevice, hasExpired } from './active-sessions.ts'
import { expiredAt, validUntil } from './reminder-instants.ts'
import type { Reminder } from './reminder-plan.ts'

export type Notification = { title: string; body: string; isUrgent: boolean }

const shownNames = 3
const shownInstants = 2
/**
 * Each needs a code of its own. With more than these the command to run is `mfad` alone, which asks for one code after the
 * other.
 */
const shownDevices = 2
const mostListed = 5
const mostSerialNumber = 256

/**
 * Title: which profiles, and until when: instants, since `in 10 min` would soon be wrong on the screen. Body: why
 * it was not renewed by itself, and the command to run.
 */
export function reminderText(
  reminder: Reminder,
  now: Date,
  utcOffset: UtcOffset,
  reason?: string,
): Notification {
  return {
    title: `mfad: ${summary(reminder.sessions, now, utcOffset)}`,
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

/** Title: whose session is gone. Body: what is known of it, and what to do about it. */
export function lostText(profile: string, { message, hint }: ErrorBody): Notification {
  return {
    title: `mfad: the session of ${printable(profile)} is gone`,
    body: `${message}\n${hint}`,
    isUrgent: true,
  }
}

/**
 * What a dialog says that asks for a code: the profiles, until when, and whose code is meant, in the order of asking.
 */
export function reminderQuestion(
  sessions: readonly ActiveSession[],
  now: Date,
  utcOffset: UtcOffset,
): string {
  const fact = summary(sessions, now, utcOffset)
  const devices = bySerialNumber(sessions)
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

/**
 * At 14:00, of sessions that expired at 13:59 and 13:59:30, and expire at 14:05, 14:06 and 14:07:
 * `a and b expired at 13:59, c is valid until 14:05, d until 14:06, 1 more longer`.
 */
function summary(sessions: readonly ActiveSession[], now: Date, utcOffset: UtcOffset): string {
  const expired = sessions.filter((session) => hasExpired(session, now))
  const valid = sessions.filter((session) => !expired.includes(session))
  return [...expiredParts(expired, now, utcOffset), ...validParts(valid, now, utcOffset)].join(', ')
}

function expiredParts(sessions: readonly ActiveSession[], now: Date, utcOffset: UtcOffset): string[] {
  const instants = byInstant(sessions, ({ expiration }) => expiredAt(expiration, now, utcOffset))
  const [first] = instants.keys()
  if (first === undefined) return []
  if (instants.size === 1) return [`${namesOf(sessions)} expired ${first}`]
  return [`${namesOf(sessions)} have expired, the first ${first}`]
}

function validParts(sessions: readonly ActiveSession[], now: Date, utcOffset: UtcOffset): string[] {
  const instants = byInstant(sessions, ({ expiration }) => validUntil(expiration, now, utcOffset))
  const parts = [...instants].map(([instant, group], index) => {
    const verb = group.length === 1 ? ' is valid' : ' are valid'
    return `${namesOf(group)}${index === 0 ? verb : ''} until ${instant}`
  })
  if (parts.length <= shownInstants) return parts
  const others = [...instants.values()].slice(shownInstants).flat()
  return [...parts.slice(0, shownInstants), `${others.length} more longer`]
}

/** By the words for their instants, the earliest first. */
function byInstant(
  sessions: readonly ActiveSession[],
  words: (session: ActiveSession) => string,
): Map<string, ActiveSession[]> {
  const groups = new Map<string, ActiveSession[]>()
  for (const session of [...sessions].sort((a, b) => a.expiration.getTime() - b.expiration.getTime())) {
    const instant = words(session)
    const group = groups.get(instant)
    if (group === undefined) groups.set(instant, [session])
    else group.push(session)
  }
  return groups
}

/**
 * By serial number, which is what people know of a device. Two access keys with the same one most likely belong to one
 * user, also while AWS has not been asked.
 */
function bySerialNumber(sessions: readonly ActiveSession[]): ActiveSession[][] {
  return byDevice(sessions.map((session) => ({ ...session, device: session.serialNumber ?? session.device })))
}

/** One code serves all profiles of a device, so one of them is enough to name. */
function nextStep(sessions: readonly ActiveSession[]): string {
  const devices = bySerialNumber(sessions)
  if (devices.length > shownDevices) return `${devices.length} devices, a code each. Run: mfad`
  const names = devices.flatMap((group) => nameForCommand(group) ?? [])
  if (names.length > 1) {
    const commands = names.map((name) => mfadCommand('login', name))
    return `Two devices, a code each. Run: ${commands.join(', then: ')}`
  }
  const name = names[0] ?? nameForCommand(sessions)
  return `Run: ${name === undefined ? 'mfad login' : mfadCommand('login', name)}`
}

/** The first profile that can be logged in: AWS tools can read its name. */
function nameForCommand(sessions: readonly ActiveSession[]): string | undefined {
  return sessions.find(({ profile }) => isPortableName(profile))?.profile
}

/** What `status` says of a desktop that shows nothing. */
export function notifierWarning(error: unknown): Warning {
  const problem = messageOf(error)
  return {
    code: 'notifier.unavailable',
    message: `notifications cannot be shown: ${problem}`,
    hint: /not installed/.test(problem)
      ? 'apt-get install libnotify-bin; or, to have no reminders: mfad config set notify none'
      : 'look whether a desktop session runs and allows notifications; where there is no desktop: mfad config set notify none',
  }
}
