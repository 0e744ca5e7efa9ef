// A reminder that is answered: which device needs a code, when a code is asked for again, and how long a snooze lasts.
import { codeProblems } from '../error-codes.ts'
import type { ErrorBody } from '../errors.ts'
import { secondsToNextCode } from '../login/token-code.ts'
import { type ActiveSession, byDevice } from './active-sessions.ts'
import { standingSessions } from './open-reminders.ts'

const snoozeMs = 30 * 60_000
const leastSnoozeMs = 60_000

/** The devices of a reminder that still need a code: those whose sessions were not replaced since. */
export function pendingDevices(
  reminded: readonly ActiveSession[],
  current: readonly ActiveSession[],
): ActiveSession[][] {
  return byDevice(standingSessions(reminded, current))
}

/** Whether another code can help. */
export function canAskAgain({ code }: ErrorBody): boolean {
  return codeProblems.has(code)
}

/** Why a code is asked for again, and when the device shows the next one. */
export function answerReason({ code, message }: ErrorBody, now: Date): string {
  if (code === 'usage.malformed-token-code') return message
  return `${message}; the next code comes in ${secondsToNextCode(now)} s`
}

/**
 * Until when a reminder is put off: half an hour, or half of the time that the session still lives, where that is
 * less; and at least a minute. For a session that expires at 10:00, a snooze at 09:50 ends at 09:55, and one at 10:00
 * at 10:30.
 */
export function snoozeEnd(sessions: readonly ActiveSession[], now: Date): Date {
  const lefts = sessions
    .map(({ expiration }) => expiration.getTime() - now.getTime())
    .filter((left) => left > 0)
  const halfMs = lefts.length === 0 ? snoozeMs : Math.min(...lefts) / 2
  return new Date(now.getTime() + Math.max(leastSnoozeMs, Math.min(snoozeMs, halfMs)))
}
