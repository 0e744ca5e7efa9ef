// Shows one reminder after the other on the desktop, and keeps those that are open. A reminder stays open until it is
// answered, dismissed or withdrawn.

import type { OpenReminder } from '../../core/plan/open-reminders.ts'
import { snoozeEnd } from '../../core/plan/reminder-answer.ts'
import { type Reminder, type Told, untold } from '../../core/plan/reminder-plan.ts'
import { notifierWarning } from '../../core/plan/reminder-text.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { Desktop, ReminderRequest } from '../../edges/desktop/reminder.ts'
import type { AgentState } from '../agent-state.ts'
import { type AnswerDeps, createAnswer } from './answers.ts'
import type { RetryPauses } from './retry-pauses.ts'

export type ShowingDeps = AnswerDeps & {
  state: AgentState
  desktop: Desktop
  /** Nothing is to be shown and no command to be run: reminders only go to the log. */
  isSilent(): boolean
  /** Has the agent look again. Never throws. */
  look(): void
}

type Open = OpenReminder & {
  /** What had been told before it was shown. */
  before: Told
  withdrawal: AbortController
}

type NewReminder = { reminder: Reminder; isProblem: boolean; before: Told; request: ReminderRequest }

export type Showing = {
  open: ReadonlySet<Open>
  /** Never rejects. */
  show(reminder: NewReminder): Promise<void>
  withdraw(entry: Open): void
  /** Counts it as not told, so that the plan brings it again. */
  takeBack(entry: Open): void
}

const mostOpen = 20

export function createShowing(deps: ShowingDeps, pauses: RetryPauses): Showing {
  const { state, log, desktop } = deps
  const open = new Set<Open>()

  const withdraw = (entry: Open) => {
    open.delete(entry)
    entry.withdrawal.abort()
  }

  const takeBack = ({ before, reminder }: Open) => {
    state.told = untold(state.told, before, reminder)
  }

  const snooze = (entry: Open) => {
    open.delete(entry)
    const { sessions } = entry.reminder
    const until = snoozeEnd(sessions, deps.now())
    for (const { profile } of sessions) state.snoozedUntil.set(profile, until)
    takeBack(entry)
    log.info({ profiles: sessions.map(({ profile }) => profile), until }, 'snoozed')
    deps.look()
  }

  const noteShown = ({ sessions }: Reminder) => {
    delete state.notifierWarning
    if (pauses.forgetOthers(sessions)) deps.look()
  }

  const noteNotShown = (entry: Open, facts: object, error: unknown) => {
    open.delete(entry)
    if (entry.withdrawal.signal.aborted) return
    noteProblem(deps, facts, error)
    takeBack(entry)
    pauses.lengthen(entry.reminder.sessions, deps.now())
    deps.look()
  }

  const noteEnd = (entry: Open, how: string) => {
    if (how === 'no-answer-possible') entry.isBeyondReach = true
    else open.delete(entry)
    pauses.forget(entry.reminder.sessions)
  }

  const respondTo = (entry: Open) => ({
    asking: () => {
      entry.isAsking = true
    },
    tokenCode: createAnswer(deps, entry.reminder.sessions),
    snooze: () => snooze(entry),
  })

  return {
    open,
    withdraw,
    takeBack,
    async show({ reminder, isProblem, before, request }) {
      const facts = factsOf(request)
      if (deps.isSilent()) return log.info(facts, 'reminder (notifications are off)')
      const entry = newEntry(reminder, isProblem, before)
      const [oldest] = open.add(entry)
      if (open.size > mostOpen && oldest !== undefined) withdraw(oldest)
      const notShown = (error: unknown) => noteNotShown(entry, facts, error)
      try {
        const { way, ended } = await desktop.remind(request, respondTo(entry), entry.withdrawal.signal)
        log.info({ ...facts, way }, 'reminder shown')
        noteShown(reminder)
        void ended.then((how) => {
          log.debug({ ...facts, how }, 'reminder ended')
          noteEnd(entry, how)
        }, notShown)
      } catch (error) {
        notShown(error)
      }
    },
  }
}

function newEntry(reminder: Reminder, isProblem: boolean, before: Told): Open {
  return {
    reminder,
    isProblem,
    before,
    withdrawal: new AbortController(),
    isAsking: false,
    isBeyondReach: false,
  }
}

/** Keeps it for `status`, and logs it: as a warning only where it is another problem than the last one. */
function noteProblem({ state, log }: ShowingDeps, facts: object, error: unknown): void {
  const warning = notifierWarning(error)
  const level = warning.message === state.notifierWarning?.message ? 'debug' : 'warn'
  log[level]({ ...facts, problem: warning.message }, 'reminder could not be shown')
  state.notifierWarning = warning
}

function factsOf({ kind, profiles, expiration, notification }: ReminderRequest): object {
  return { kind, profiles, expiration: formatInstant(expiration), title: notification.title }
}
