// What becomes of a reminder that is answered: whose code is wanted, what may be tried again, and how long a snooze is.
import type { ErrorBody } from '../errors.ts'
import { secondsToNextCode } from '../login/token-code.ts'
import { type ActiveSession, byDevice } from './active-sessions.ts'
import { standingSessions } from './open-reminders.ts'

const snoozeMs = 30 * 60_000
const leastSnoozeMs = 60_000

const codeProblems: ReadonlySet<string> = new Set([
  'sts.token-code-rejected',
  'device.token-code-used',
  'usage.malformed-token-code',
])

/** The devices of a reminder that still wait for a code: those of the sessions that stand as they were. */
export function pendingDevices(
  reminded: readonly ActiveSession[],
  current: readonly ActiveSession[],
): ActiveSession[][] {
  return byDevice(standingSessions(reminded, current))
}

/** Can another code mend it? */
export function canAskAgain({ code }: ErrorBody): boolean {
  return codeProblems.has(code)
}

/** Why a code is asked for again, and from when on there is another one. */
export function answerReason({ code, message }: ErrorBody, now: Date): string {
  if (code === 'usage.malformed-token-code') return message
  return `${message}; the next code comes in ${secondsToNextCode(now)} s`
}

/**
 * Until when a reminder is put off: half an hour, but while the session lives no longer than half of what is left of it.
 * A snooze of the ten minutes' reminder comes back after five.
 */
export function snoozeEnd(sessions: readonly ActiveSession[], now: Date): Date {
  const lefts = sessions
    .map(({ expiration }) => expiration.getTime() - now.getTime())
    .filter((left) => left > 0)
  const halfMs = lefts.length === 0 ? snoozeMs : Math.min(...lefts) / 2
  return new Date(now.getTime() + Math.max(leastSnoozeMs, Math.min(snoozeMs, halfMs)))
}
