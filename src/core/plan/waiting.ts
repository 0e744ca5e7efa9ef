// Programs that wait for a session: `mfad require --wait` and the like. What becomes of one that waits:
//
//   begins   there is time enough            it ends at once
//            no code is needed               renewed: a role behind a live session, an mfa_process
//            a code is needed                a reminder of the device, at once, quiet hours or not; no second one while somebody
//                                            waits for that device
//   ends     there is time enough            well, for each of those who wait for it at the same time
//            a new session, and too short    too short: another one would be as short
//            somebody else's section         not ours
//            logged out, profile gone        said so
//            "Snooze" on that reminder       put off, and so is who begins to wait before the snooze is over
//            no reminder can be shown        said so at once, instead of waiting for nobody
//            its time is up; the daemon ends
//            its connection is closed        nobody is told
//
// A reminder that is closed, or that was answered with a wrong code too often, leaves them waiting: the user may log in elsewhere.

import type { ErrorBody } from '../errors.ts'
import { longerLogin } from '../login/longer-login.ts'
import type { Profile } from '../profiles/profile.ts'
import { secondsLeft } from '../profiles/session-state.ts'
import { mfadCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import { formatDuration } from '../time/duration.ts'
import { formatInstant } from '../time/instant.ts'
import type { UtcOffset } from '../time/quiet-hours.ts'
import type { WaitAnswer } from '../wire.ts'
import { type ActiveSession, hasExpired } from './active-sessions.ts'
import { expiredAt, validUntil } from './reminder-instants.ts'
import type { Notification } from './reminder-text.ts'

export type Waiter = {
  profile: string
  /** Who waits, as it calls itself. */
  program: string | undefined
  leastSeconds: number
  /** The session that was there when it began to wait. */
  firstSession: string | undefined
  /** Since when its profile has been missing from the files. */
  goneSince?: Date
}

export type WaiterVerdict =
  | { kind: 'waits'; goneSince?: Date; nextAt?: Date }
  | { kind: 'done'; answer: WaitAnswer }
  | { kind: 'over'; error: ErrorBody }

/** An editor that saves may take the file away for a moment. */
const goneMs = 2000

/** `profiles`: with their expirations on our own clock. */
export function judgeWaiter(waiter: Waiter, profiles: readonly Profile[], now: Date): WaiterVerdict {
  const profile = profiles.find((each) => each.profile === waiter.profile)
  if (profile === undefined) return judgeGone(waiter, now)
  const { session, sessionProfile } = profile
  if (session.kind === 'foreign')
    return over(
      'profile.session-not-ours',
      `${session.reason}: line ${session.line}`,
      `look at it with: ${mfadCommand('status')}`,
    )
  if (session.kind === 'none' || session.expiration === undefined) return { kind: 'waits' }
  const left = secondsLeft(profile, now) ?? 0
  const { expiration, accessKeyId } = session
  if (left > 0 && left >= waiter.leastSeconds)
    return {
      kind: 'done',
      answer: { profile: waiter.profile, sessionProfile, expiration: formatInstant(expiration) },
    }
  if (left <= 0 || accessKeyId === waiter.firstSession) return { kind: 'waits' }
  return over(
    'session.too-short',
    `the new session of ${printable(waiter.profile)} lasts ${formatDuration(left)}, which is less than ${formatDuration(waiter.leastSeconds)}`,
    // The new one is what a plain login gives.
    longerLogin(profile, waiter.leastSeconds, 0),
  )
}

function judgeGone({ profile, goneSince }: Waiter, now: Date): WaiterVerdict {
  const since = goneSince ?? now
  if (Math.abs(now.getTime() - since.getTime()) < goneMs)
    return { kind: 'waits', goneSince: since, nextAt: new Date(since.getTime() + goneMs) }
  return over(
    'profile.not-found',
    `there is no profile ${printable(profile)} any more`,
    'list the profiles with: mfad status',
  )
}

function over(code: ErrorBody['code'], message: string, hint: string): WaiterVerdict {
  return { kind: 'over', error: { code, message, hint } }
}

/** What of a profile a reminder may be about, though it has no session. */
export type Wanted = ActiveSession & { hasSession: boolean }

/** Title: who waits for what. Body: what there is of it, and the command to run. */
export function waitingText(
  waiters: readonly Pick<Waiter, 'program'>[],
  wanted: readonly Wanted[],
  now: Date,
  utcOffset: UtcOffset,
): Notification {
  const [first] = wanted
  return {
    title: `mfad: ${waitingFact(waiters, wanted)}`,
    body: [
      ...wanted.slice(0, shownNames).map((each) => sessionFact(each, now, utcOffset)),
      `Run: ${mfadCommand('login', first?.profile ?? '')}`,
    ].join('\n'),
    isUrgent: true,
  }
}

/** What the dialog says: the same, and whose code is meant. */
export function waitingQuestion(
  waiters: readonly Pick<Waiter, 'program'>[],
  wanted: readonly Wanted[],
): string {
  const fact = waitingFact(waiters, wanted)
  const { serialNumber } = wanted[0] ?? {}
  // A profile that names no device: AWS is asked for it when there is a code.
  return serialNumber ? `${fact}\nCode of ${printable(serialNumber, 256)}` : `${fact}\nMFA code`
}

const shownNames = 3
const mostProgram = 32

function waitingFact(waiters: readonly Pick<Waiter, 'program'>[], wanted: readonly Wanted[]): string {
  const programs = [...new Set(waiters.map(({ program }) => program ?? ''))]
  const [first = ''] = programs
  const name = first === '' ? 'a program' : printable(first, mostProgram)
  const who = programs.length > 1 ? `${name} and ${programs.length - 1} more are` : `${name} is`
  return `${who} waiting for ${listOf(wanted.map(({ profile }) => printable(profile)))}`
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, shownNames).join(', ')
  return names.length > shownNames ? `${shown} and ${names.length - shownNames} more` : shown
}

function sessionFact(wanted: Wanted, now: Date, utcOffset: UtcOffset): string {
  const name = printable(wanted.profile)
  if (!wanted.hasSession) return `${name} has no session`
  return hasExpired(wanted, now)
    ? `${name} expired ${expiredAt(wanted.expiration, now, utcOffset)}`
    : `${name} is valid until ${validUntil(wanted.expiration, now, utcOffset)}`
}
