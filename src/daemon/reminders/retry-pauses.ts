// The notification service may come up after the daemon: what could not be shown is tried again, ever more seldom. The
// pauses are by session, so that nothing else waits.
import { type ActiveSession, sessionId } from '../../core/plan/active-sessions.ts'
import type { ReminderRules } from '../../core/plan/reminder-plan.ts'

export type RetryPauses = {
  /** These could not be shown: their first pause is a minute, and each further one twice as long, up to 15 minutes. */
  lengthen(sessions: readonly ActiveSession[], now: Date): void
  /** Nothing of these waits any more. */
  forget(sessions: readonly ActiveSession[]): void
  /** A reminder of `sessions` was shown, so others can be, too: their pauses end. Answers whether there were any. */
  forgetOthers(sessions: readonly ActiveSession[]): boolean
  /** The rules with what could not be shown put off, as a snooze would. */
  applyTo(rules: ReminderRules, sessions: readonly ActiveSession[], now: Date): ReminderRules
}

const firstMs = 60_000
const mostMs = 15 * 60_000

export function createRetryPauses(): RetryPauses {
  const pauses = new Map<string, { until: Date; lengthMs: number }>()
  return {
    lengthen(sessions, now) {
      for (const id of sessions.map(sessionId)) {
        const lengthMs = Math.min(2 * (pauses.get(id)?.lengthMs ?? firstMs / 2), mostMs)
        pauses.set(id, { until: new Date(now.getTime() + lengthMs), lengthMs })
      }
    },
    forget(sessions) {
      for (const session of sessions) pauses.delete(sessionId(session))
    },
    forgetOthers(sessions) {
      const own = new Set(sessions.map(sessionId))
      const others = [...pauses.keys()].filter((id) => !own.has(id))
      for (const id of others) pauses.delete(id)
      return others.length > 0
    },
    applyTo(rules, sessions, now) {
      const snoozedUntil = new Map(rules.snoozedUntil)
      for (const session of sessions) {
        const until = pauses.get(sessionId(session))?.until
        if (until === undefined || !isPause(until, now)) continue
        const snoozed = snoozedUntil.get(session.profile)
        if (snoozed === undefined || snoozed < until) snoozedUntil.set(session.profile, until)
      }
      return { ...rules, snoozedUntil }
    },
  }
}

/** A clock that was set back must not make a pause any longer. */
function isPause(until: Date, now: Date): boolean {
  return now < until && until.getTime() - now.getTime() <= mostMs
}
