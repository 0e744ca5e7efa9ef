// The reminders: at each look of the agent, those that are no longer true are withdrawn, and those that are due are shown.

import type { ErrorBody } from '../../core/errors.ts'
import { type ActiveSession, hasExpired } from '../../core/plan/active-sessions.ts'
import { judgeOpen, standingSessions } from '../../core/plan/open-reminders.ts'
import {
  allTold,
  isAllTold,
  planReminders,
  type Reminder,
  type ReminderRules,
} from '../../core/plan/reminder-plan.ts'
import { reminderQuestion, reminderText, renewalProblemText } from '../../core/plan/reminder-text.ts'
import type { SeenSession } from '../../core/profiles/seen-sessions.ts'
import { earliest } from '../../core/time/instant.ts'
import { afterQuietHours, type UtcOffset } from '../../core/time/quiet-hours.ts'
import type { ReminderRequest } from '../../edges/desktop/reminder.ts'
import { type AgentState, clockOffsetOf } from '../agent-state.ts'
import { createLostNotices } from './lost-notices.ts'
import { createRetryPauses } from './retry-pauses.ts'
import { createShowing, type ShowingDeps } from './showing.ts'

export type ReminderDeps = ShowingDeps & { utcOffset: UtcOffset }

export type Reminders = {
  /**
   * Looks at the sessions and the clock, shows what is due, withdraws what is no longer true; answers when to look again.
   */
  look(sessions: readonly ActiveSession[], rules: ReminderRules): Date | undefined
  /** The next look outside quiet hours shows that these will not be renewed by themselves, and why. */
  tellProblem(sessions: readonly ActiveSession[], problem: ErrorBody): void
  /** The next look outside quiet hours shows, once, that a live session is gone from the file. */
  tellLost(session: SeenSession, problem: ErrorBody): void
  /** Is none open? */
  isIdle(): boolean
  /** Withdraws all that is open. */
  close(): void
}

export function createReminders(deps: ReminderDeps): Reminders {
  const { state } = deps
  const problems: { sessions: readonly ActiveSession[]; problem: ErrorBody }[] = []
  const pauses = createRetryPauses()
  const lost = createLostNotices(deps)
  const { open, show, withdraw, takeBack } = createShowing(deps, pauses)

  const withdrawUntrue = (
    sessions: readonly ActiveSession[],
    rules: ReminderRules,
    now: Date,
  ): Date | undefined => {
    let nextAt: Date | undefined
    for (const entry of open) {
      const verdict = judgeOpen(entry, sessions, rules, now)
      delete entry.goneSince
      if (verdict.kind === 'stays') {
        if (verdict.goneSince !== undefined) entry.goneSince = verdict.goneSince
        nextAt = earliest(nextAt, verdict.nextAt)
        continue
      }
      if (verdict.kind === 'again') takeBack(entry)
      withdraw(entry)
    }
    return nextAt
  }

  /** Shows the problems of sessions that are still in the file, unless it is quiet hours; answers when those end. */
  const tellProblems = (
    current: readonly ActiveSession[],
    { quietHours, utcOffset }: ReminderRules,
    now: Date,
  ): Date | undefined => {
    if (problems.length === 0) return undefined
    const quietUntil = afterQuietHours(now, quietHours, utcOffset)
    if (quietUntil > now) return quietUntil
    for (const { sessions, problem } of problems.splice(0)) {
      const before = state.told
      const standing = standingSessions(sessions, current).filter((session) => !isAllTold(before, session))
      const [first] = standing
      if (first === undefined) continue
      state.told = allTold(before, standing)
      const kind = hasExpired(first, now) ? 'expired' : 'expiring'
      const reminder: Reminder = { kind, sessions: standing, expiration: first.expiration }
      const notification = renewalProblemText(standing, problem)
      const request = { ...requestOf(reminder, deps), notification, canAnswer: false }
      void show({ reminder, isProblem: true, before, request })
    }
    return undefined
  }

  return {
    look(sessions, rules) {
      const now = deps.now()
      const untrueAt = withdrawUntrue(sessions, rules, now)
      const problemsAt = earliest(tellProblems(sessions, rules, now), lost.look(rules, now))
      const before = state.told
      const held = state.notifierWarning === undefined ? rules : pauses.applyTo(rules, sessions, now)
      const { due, told, nextAt } = planReminders(sessions, held, before, now)
      state.told = told
      if (due !== undefined)
        void show({ reminder: due, isProblem: false, before, request: requestOf(due, deps) })
      return earliest(nextAt, untrueAt, problemsAt)
    },
    tellProblem(sessions, problem) {
      problems.push({ sessions, problem })
    },
    tellLost: lost.add,
    isIdle: () => open.size === 0,
    close() {
      lost.close()
      for (const entry of open) withdraw(entry)
    },
  }
}

/** What the desktop is asked to show. */
function requestOf(reminder: Reminder, deps: ReminderDeps): ReminderRequest {
  const { kind, sessions, expiration } = reminder
  return {
    notification: reminderText(reminder, deps.now(), deps.utcOffset, failedCommand(sessions, deps.state)),
    question: () => reminderQuestion(stillOf(sessions, deps.sessions()), deps.now(), deps.utcOffset),
    kind,
    profiles: sessions.map(({ profile }) => profile),
    // As STS stated it, on its own clock.
    expiration: new Date(
      expiration.getTime() + clockOffsetOf(deps.state, sessions[0]?.accessKeyId ?? '') * 1000,
    ),
    canAnswer: sessions.some(({ serialNumber }) => serialNumber !== undefined),
  }
}

/** The sessions that a dialog names: without those that were renewed since. */
function stillOf(reminded: readonly ActiveSession[], current: readonly ActiveSession[]) {
  const standing = standingSessions(reminded, current)
  return standing.length === 0 ? reminded : standing
}

/** Why a device that renews by itself has not done so this time. */
function failedCommand(sessions: readonly ActiveSession[], { attempts }: AgentState): string | undefined {
  for (const { device, accessKeyId } of sessions) {
    const attempt = attempts.get(device)
    const hasFailed = attempt?.kind === 'given-up' || attempt?.kind === 'waiting'
    if (hasFailed && attempt.subject.includes(accessKeyId)) return attempt.error.message
  }
  return undefined
}
