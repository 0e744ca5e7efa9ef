// Which of the reminders on the screen are still true. One that is not is withdrawn, with the dialog that may be open.

import { type ActiveSession, hasExpired, sessionId } from './active-sessions.ts'
import type { Reminder, ReminderRules } from './reminder-plan.ts'

/** A reminder on the screen. */
export type OpenReminder = {
  reminder: Reminder
  /** It says why something is not renewed, rather than how long it is valid. */
  isProblem: boolean
  /** Its dialog is open, and may be typed into. */
  isAsking: boolean
  /** It cannot be taken off the screen. */
  isBeyondReach: boolean
  /** Since when at least one of its sessions has been missing from the file. */
  goneSince?: Date
}

export type OpenVerdict =
  /** To be judged again at `nextAt`, when nothing changes until then. */
  | { kind: 'stays'; goneSince?: Date; nextAt?: Date }
  /** Withdrawn. */
  | { kind: 'over' }
  /** Withdrawn, and what is left of it is told anew, now or when a snooze ends. */
  | { kind: 'again' }

/** An editor that saves may take the file away for a moment. */
const goneMs = 2000

/**
 * What becomes of an open reminder. For one of 13:55 that says "a and b are valid until 14:05":
 *
 *     13:57  a and b are renewed                    over
 *     13:57  a is renewed                           again: another one names b only
 *     13:57  the file is gone, and back after 1 s   stays
 *     13:57  both are snoozed                       again, after the snooze
 *     14:05  they expire                            over: another one tells of that
 *
 * One that says "a and b expired at 14:05" stays true as time goes on; but when the clock is set back to 14:00, it comes
 * again at 14:05. While its dialog is open, a reminder stays until all of it is renewed or snoozed: what is being typed
 * must not be lost.
 */
export function judgeOpen(
  open: OpenReminder,
  sessions: readonly ActiveSession[],
  { snoozedUntil }: Pick<ReminderRules, 'snoozedUntil'>,
  now: Date,
): OpenVerdict {
  const { reminder, isProblem, isAsking, isBeyondReach } = open
  const standing = standingSessions(reminder.sessions, sessions)
  const missing = missingOf(open, standing, sessions, now)
  if (standing.length === 0) return missing === 'for good' ? { kind: 'over' } : missing
  if (standing.every(({ profile }) => (snoozedUntil.get(profile) ?? now) > now)) return { kind: 'again' }
  if (isProblem || isAsking || isBeyondReach) return { kind: 'stays' }
  if (missing === 'for good') return { kind: 'again' }
  const isOver = hasExpired(reminder, now)
  if (reminder.kind === 'expired') return isOver ? missing : { kind: 'again' }
  return isOver ? { kind: 'over' } : { nextAt: reminder.expiration, ...missing }
}

/** Those of `reminded` that stand in the file as they were. */
export function standingSessions(
  reminded: readonly ActiveSession[],
  current: readonly ActiveSession[],
): ActiveSession[] {
  const ids = new Set(current.map(sessionId))
  return reminded.filter((session) => ids.has(sessionId(session)))
}

/** Is one of its sessions missing for good? After 2 s; at once where the profile has another session now. */
function missingOf(
  { reminder, goneSince = undefined }: OpenReminder,
  standing: readonly ActiveSession[],
  current: readonly ActiveSession[],
  now: Date,
): 'for good' | Extract<OpenVerdict, { kind: 'stays' }> {
  const missing = reminder.sessions.filter((session) => !standing.includes(session))
  if (missing.length === 0) return { kind: 'stays' }
  const profiles = new Set(current.map(({ profile }) => profile))
  if (missing.some(({ profile }) => profiles.has(profile))) return 'for good'
  const since = goneSince ?? now
  if (Math.abs(now.getTime() - since.getTime()) >= goneMs) return 'for good'
  return { kind: 'stays', goneSince: since, nextAt: new Date(since.getTime() + goneMs) }
}
