// Shows the reminders that are due and takes their answers. A reminder stays open until it is answered or dismissed, or
// until nothing is left of what it says: then it is withdrawn, with the dialog that may be open.

import type { ErrorBody } from '../../core/errors.ts'
import { type ActiveSession, hasExpired, sessionId } from '../../core/plan/active-sessions.ts'
import { snoozeEnd } from '../../core/plan/reminder-answer.ts'
import {
  allTold,
  isAllTold,
  planReminders,
  type Reminder,
  type ReminderRules,
  type Told,
  untold,
} from '../../core/plan/reminder-plan.ts'
import {
  notifierWarning,
  reminderQuestion,
  reminderText,
  renewalProblemText,
} from '../../core/plan/reminder-text.ts'
import { earliest, formatInstant } from '../../core/time/instant.ts'
import { afterQuietHours, type UtcOffset } from '../../core/time/quiet-hours.ts'
import type { Desktop, ReminderRequest } from '../../edges/desktop/reminder.ts'
import type { AgentState } from '../agent-state.ts'
import { type AnswerDeps, createAnswer } from './answers.ts'

export type ReminderDeps = AnswerDeps & {
  state: AgentState
  desktop: Desktop
  utcOffset: UtcOffset
  /** Nothing is to be shown: reminders are log lines. */
  isSilent(): boolean
  /** Never throws. */
  look(): void
}

export type Reminders = {
  /** Shows what is due and withdraws what is settled; answers when to look again. */
  look(sessions: readonly ActiveSession[], rules: ReminderRules): Date | undefined
  /** The next look out of quiet hours says that these will not be renewed by themselves, and why. */
  tellProblem(sessions: readonly ActiveSession[], problem: ErrorBody): void
  /** Withdraws all that is open. */
  close(): void
}

/** A reminder on the screen. */
type Open = {
  reminder: Reminder
  /** What was told before it. */
  before: Told
  withdrawal: AbortController
  /** Since when nothing of it stands in the file any more. */
  goneSince?: number
}

const firstRetryMs = 60_000
const mostRetryMs = 15 * 60_000
/** An editor that saves may take the file away for a moment. */
const goneMs = 2000
const mostOpen = 20

export function createReminders(deps: ReminderDeps): Reminders {
  const { state, log, desktop } = deps
  const open = new Set<Open>()
  const problems: { sessions: readonly ActiveSession[]; problem: ErrorBody }[] = []
  /**
   * The notification service may come up after the daemon: what could not be shown is tried again, ever more seldom.
   * By session, so that nothing else waits; and none waits once anything has been shown, be it a test.
   */
  const pauses = new Map<string, { until: Date; lengthMs: number }>()

  /** Whether `reminder` itself stays on the screen is known at its end. */
  const noteShown = (reminder: Reminder) => {
    const own = new Set(reminder.sessions.map(sessionId))
    const waiting = [...pauses.keys()].filter((id) => !own.has(id))
    for (const id of waiting) pauses.delete(id)
    delete state.notifierWarning
    if (waiting.length > 0) deps.look()
  }

  const noteNotShown = (error: unknown, facts: object, reminder: Reminder) => {
    const warning = notifierWarning(error)
    const level = warning.message === state.notifierWarning?.message ? 'debug' : 'warn'
    log[level]({ ...facts, problem: warning.message }, 'reminder could not be shown')
    state.notifierWarning = warning
    for (const id of reminder.sessions.map(sessionId)) {
      const lengthMs = Math.min(2 * (pauses.get(id)?.lengthMs ?? firstRetryMs / 2), mostRetryMs)
      pauses.set(id, { until: new Date(deps.now().getTime() + lengthMs), lengthMs })
    }
  }

  /** The rules with what could not be shown put off, as a snooze would. */
  const withPauses = (sessions: readonly ActiveSession[], rules: ReminderRules, now: Date): ReminderRules => {
    if (state.notifierWarning === undefined) return rules
    const snoozedUntil = new Map(rules.snoozedUntil)
    for (const session of sessions) {
      const until = pauses.get(sessionId(session))?.until
      if (until === undefined || !isPause(until, now)) continue
      const snoozed = snoozedUntil.get(session.profile)
      if (snoozed === undefined || snoozed < until) snoozedUntil.set(session.profile, until)
    }
    return { ...rules, snoozedUntil }
  }

  const show = async (reminder: Reminder, before: Told, request: ReminderRequest) => {
    const { title } = request.notification
    const facts = {
      kind: reminder.kind,
      profiles: request.profiles,
      expiration: formatInstant(request.expiration),
      title,
    }
    if (deps.isSilent()) return log.info(facts, 'reminder (notifications are off)')
    const entry: Open = { reminder, before, withdrawal: new AbortController() }
    open.add(entry)
    if (open.size > mostOpen) withdraw([...open].slice(0, 1))
    const notShown = (error: unknown) => {
      open.delete(entry)
      if (entry.withdrawal.signal.aborted) return
      state.told = untold(state.told, before, reminder)
      noteNotShown(error, facts, reminder)
      deps.look()
    }
    try {
      const respond = {
        asking: () => undefined,
        tokenCode: createAnswer(deps, reminder.sessions),
        snooze: () => snooze(entry),
      }
      const { way, ended } = await desktop.remind(request, respond, entry.withdrawal.signal)
      log.info({ ...facts, way }, 'reminder shown')
      noteShown(reminder)
      void ended.then((how) => {
        log.info({ ...facts, how }, 'reminder ended')
        // One that cannot be answered may still be on the screen.
        if (how !== 'no-answer-possible') open.delete(entry)
        for (const session of reminder.sessions) pauses.delete(sessionId(session))
      }, notShown)
    } catch (error) {
      notShown(error)
    }
  }

  /** It comes again when the snooze is over. */
  const snooze = (entry: Open) => {
    open.delete(entry)
    const { sessions } = entry.reminder
    const until = snoozeEnd(sessions, deps.now())
    for (const { profile } of sessions) state.snoozedUntil.set(profile, until)
    state.told = untold(state.told, entry.before, entry.reminder)
    log.info({ profiles: sessions.map(({ profile }) => profile), until }, 'snoozed')
    deps.look()
  }

  const withdraw = (entries: readonly Open[]) => {
    for (const entry of entries) {
      open.delete(entry)
      entry.withdrawal.abort()
    }
  }

  /** Those of which nothing is left, and those that were snoozed: these come again. Answers when to look again. */
  const withdrawSettled = (
    sessions: readonly ActiveSession[],
    { snoozedUntil }: ReminderRules,
  ): Date | undefined => {
    const now = deps.now()
    const current = new Map(sessions.map((session) => [session.profile, sessionId(session)]))
    let lookAt: Date | undefined
    for (const entry of open) {
      const own = entry.reminder.sessions
      const standing = own.filter((session) => current.get(session.profile) === sessionId(session))
      if (standing.length > 0) {
        delete entry.goneSince
        if (standing.some(({ profile }) => (snoozedUntil.get(profile) ?? now) <= now)) continue
        state.told = untold(state.told, entry.before, entry.reminder)
        withdraw([entry])
        continue
      }
      entry.goneSince ??= now.getTime()
      const isReplaced = own.some(({ profile }) => current.has(profile))
      const goneAt = entry.goneSince + goneMs
      if (isReplaced || Math.abs(now.getTime() - entry.goneSince) >= goneMs) withdraw([entry])
      else lookAt = new Date(goneAt)
    }
    return lookAt
  }

  /** Of sessions that still stand. Answers when quiet hours end that keep it back. */
  const tellProblems = (
    current: readonly ActiveSession[],
    { quietHours, utcOffset }: ReminderRules,
    now: Date,
  ): Date | undefined => {
    if (problems.length === 0) return undefined
    const quietUntil = afterQuietHours(now, quietHours, utcOffset)
    if (quietUntil > now) return quietUntil
    const ids = new Set(current.map(sessionId))
    for (const { sessions, problem } of problems.splice(0)) {
      const before = state.told
      const standing = sessions.filter(
        (session) => ids.has(sessionId(session)) && !isAllTold(before, session),
      )
      const [first] = standing
      if (first === undefined) continue
      state.told = allTold(before, standing)
      const kind = hasExpired(first, now) ? 'expired' : 'expiring'
      const reminder: Reminder = { kind, sessions: standing, expiration: first.expiration }
      void show(reminder, before, {
        ...requestOf(reminder, deps),
        notification: renewalProblemText(standing, problem),
        canAnswer: false,
      })
    }
    return undefined
  }

  return {
    look(sessions, rules) {
      const settledAt = withdrawSettled(sessions, rules)
      const now = deps.now()
      const problemsAt = tellProblems(sessions, rules, now)
      const before = state.told
      const { due, told, nextAt } = planReminders(sessions, withPauses(sessions, rules, now), before, now)
      state.told = told
      if (due !== undefined) void show(due, before, requestOf(due, deps))
      return earliest(nextAt, settledAt, problemsAt)
    },
    tellProblem(sessions, problem) {
      problems.push({ sessions, problem })
    },
    close() {
      withdraw([...open])
    },
  }
}

/** A clock that was set back must not make a pause any longer. */
function isPause(until: Date, now: Date): boolean {
  return now < until && until.getTime() - now.getTime() <= mostRetryMs
}

/** What the desktop is asked to show. */
function requestOf(reminder: Reminder, deps: ReminderDeps): ReminderRequest {
  const { kind, sessions, expiration } = reminder
  return {
    notification: reminderText(reminder, deps.now(), failedCommand(sessions, deps.state)),
    question: () => reminderQuestion(reminder, deps.now(), deps.utcOffset),
    kind,
    profiles: sessions.map(({ profile }) => profile),
    // As STS stated it.
    expiration: new Date(expiration.getTime() + deps.state.clockOffsetSeconds * 1000),
    canAnswer: sessions.some(({ serialNumber }) => serialNumber !== undefined),
  }
}

/** Why a device that renews by itself as a rule did not. */
function failedCommand(sessions: readonly ActiveSession[], { attempts }: AgentState): string | undefined {
  for (const { device, accessKeyId } of sessions) {
    const attempt = attempts.get(device)
    if (attempt?.kind === 'given-up' && attempt.subject.includes(accessKeyId)) return attempt.error.message
    if (attempt?.kind === 'waiting' && attempt.subject.includes(accessKeyId)) return attempt.error.message
  }
  return undefined
}
