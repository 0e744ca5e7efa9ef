// The one object with state. Whatever happens (a request, a changed file, a tick of the clock), it looks at the files
// first and derives from them:
//
//   look:    files → profiles → regions kept in step → reminders due → next instant to look
//   login:   look → plan → STS → write → look          one at a time, to its end even if the client is gone
//   logout:  look → write → look
//
// A profile is inactive, valid, expiring, expired or unmanaged; see core/session-state.ts. There is no other state.
import type { CredentialsDocument } from '../core/document.ts'
import { AppError, type ErrorBody, errorBody } from '../core/errors.ts'
import { type ActiveSession, planReminders, type Reminder, type ReminderPlan } from '../core/plan.ts'
import { findProfile, type Profile } from '../core/profiles.ts'
import { type Notification, reminderText } from '../core/reminder-text.ts'
import { formatExpiration } from '../core/session-section.ts'
import { isActive, sessionState } from '../core/session-state.ts'
import { buildStatus } from '../core/status.ts'
import type {
  LoginAnswer,
  LoginRequest,
  LogoutAnswer,
  NotifyTestAnswer,
  SnoozeAnswer,
  Status,
  Warning,
} from '../core/wire.ts'
import type { Log } from '../edges/logger.ts'
import { type AgentState, createAgentState } from './agent-state.ts'
import type { KnownFiles } from './known-files.ts'
import { type LoginDeps, login, stsNow } from './login.ts'
import { correctRegions } from './region-keeper.ts'
import { removeSession, restoreUndone } from './session-writer.ts'

export type AgentDeps = Omit<LoginDeps, 'state'> & {
  known: KnownFiles
  daemon: NonNullable<Status['daemon']>
  log: Log
  /** Milliseconds on a clock that nobody sets. */
  steadyMs(): number
  /** Shows a notification, and answers by which way. Rejects where it could not be shown. */
  show(notification: Notification): Promise<string>
  /** Asks for a look at this instant; undefined takes an earlier wish back. */
  wakeAt(instant: Date | undefined): void
}

export type Agent = {
  /** Something may have changed, or time has passed. */
  look(): void
  status(): Status
  login(request: LoginRequest): Promise<LoginAnswer>
  /** New credentials without the user; possible while another profile on the device has a live session. */
  renew(request: { profile: string }): Promise<LoginAnswer>
  logout(request: { profile: string }): Promise<LogoutAnswer>
  snooze(request: { profile?: string; seconds: number }): SnoozeAnswer
  notifyTest(): Promise<NotifyTestAnswer>
  /** Lets the write in hand finish. */
  close(): Promise<void>
}

const mostClockSetToleranceMs = 30_000
const firstRetryMs = 60_000
const mostRetryMs = 15 * 60_000

export function createAgent(deps: AgentDeps): Agent {
  const { known, log } = deps
  const state = createAgentState()
  const loginDeps: LoginDeps = { ...deps, state }
  let lastJob: Promise<unknown> = Promise.resolve()
  let isClosing = false

  let lastLook = { wallMs: deps.now().getTime(), steadyMs: deps.steadyMs() }
  /** A clock that was wrong and is set right moves against the steady one by about what STS's differed. */
  const noticeClockSet = () => {
    const thisLook = { wallMs: deps.now().getTime(), steadyMs: deps.steadyMs() }
    const step = thisLook.wallMs - lastLook.wallMs - (thisLook.steadyMs - lastLook.steadyMs)
    lastLook = thisLook
    const offsetMs = state.clockOffsetSeconds * 1000
    // A small difference must not be taken for having been mended by a clock that did not move at all.
    const toleranceMs = Math.min(mostClockSetToleranceMs, Math.abs(offsetMs) / 2)
    if (offsetMs !== 0 && Math.abs(step - offsetMs) < toleranceMs) state.clockOffsetSeconds = 0
  }

  const look = () => {
    noticeClockSet()
    if (known.refresh()) {
      log.debug({ profiles: known.profiles.length }, 'the files have changed')
      // What failed may have been mended.
      state.lastErrors.clear()
    }
    restoreLost()
    keepRegions()
    remind()
  }

  /** Jobs that write run one after another; each begins with files that are believed. */
  const enqueue = <T>(job: () => Promise<T>): Promise<T> => {
    const run = async () => {
      if (isClosing) throw stoppingError()
      await known.settle()
      requireReadable(known)
      try {
        return await job()
      } finally {
        look()
      }
    }
    const result = lastJob.then(run, run)
    lastJob = result.catch(() => undefined)
    return result
  }

  /** Another program has written back what it had read before our last write. */
  let restoredFor: CredentialsDocument | undefined
  const restoreLost = () => {
    const { credentials } = known.documents
    if (restoredFor === credentials || known.unsettledUntil !== undefined || known.unreadable) return
    restoredFor = credentials
    if (known.recentWrites.undone(credentials).length === 0) return
    const restore = async () => {
      const sections = await restoreUndone(known)
      if (sections.length > 0) log.info({ sections }, 'wrote once more what another program had undone')
    }
    lastJob = lastJob.then(restore).catch((error: unknown) => {
      log.warn({ error: errorBody(error) }, 'what another program had undone could not be written once more')
    })
  }

  /** Once for each reading of the files: what failed for one is not tried again before they change. */
  let regionsKeptFor: readonly Profile[] | undefined
  const keepRegions = () => {
    if (regionsKeptFor === known.profiles || known.unsettledUntil !== undefined || known.unreadable) return
    regionsKeptFor = known.profiles
    const correction = correctRegions(known)
    if (correction === undefined) return
    lastJob = lastJob.then(correction).catch((error: unknown) => {
      log.warn({ error: errorBody(error) }, 'the region of a session could not be kept in step')
    })
  }

  const remind = () => {
    if (retryAt !== undefined && deps.now() < retryAt)
      return deps.wakeAt(earliest(retryAt, known.unsettledUntil))
    forgetGone(known.profiles, state.sentReminders, state.lifeSeconds)
    const sessions = activeSessions(known, state.lifeSeconds)
    const now = stsNow(loginDeps)
    const plan = planReminders(
      sessions,
      known.settings.reminderLeadSeconds,
      state.sentReminders,
      onStsClock(state.snoozedUntil, state.clockOffsetSeconds),
      now,
    )
    for (const id of plan.sent) state.sentReminders.add(id)
    if (plan.due.length > 0) void sendReminders(plan, now)
    const nextAt = plan.nextAt && new Date(plan.nextAt.getTime() - state.clockOffsetSeconds * 1000)
    deps.wakeAt(earliest(nextAt, known.unsettledUntil))
  }

  /** The notification service may come up after the daemon: what could not be shown is tried again, ever more seldom. */
  let retryAt: Date | undefined
  let retryPauseMs = firstRetryMs
  const sendReminders = async ({ due, sent }: ReminderPlan, now: Date) => {
    try {
      for (const reminder of due) await sendReminder(reminder, now)
      retryAt = undefined
      retryPauseMs = firstRetryMs
      delete state.notifierWarning
    } catch (error) {
      const warning = notifierWarning(error)
      const level = warning.message === state.notifierWarning?.message ? 'debug' : 'warn'
      for (const reminder of due)
        log[level](
          { ...reminderFacts(reminder, now), problem: warning.message },
          'reminder could not be shown',
        )
      state.notifierWarning = warning
      for (const id of sent) state.sentReminders.delete(id)
      retryAt = new Date(deps.now().getTime() + retryPauseMs)
      retryPauseMs = Math.min(2 * retryPauseMs, mostRetryMs)
      deps.wakeAt(earliest(retryAt, known.unsettledUntil))
    }
  }

  const sendReminder = async (reminder: Reminder, now: Date) => {
    const facts = reminderFacts(reminder, now)
    if (known.settings.notify === 'none') log.info(facts, 'reminder (notifications are off)')
    else log.info({ ...facts, way: await deps.show(reminderText(reminder, now)) }, 'reminder shown')
  }

  const logIn = (request: LoginRequest) =>
    enqueue(async () => {
      const answer = await login(loginDeps, request)
      for (const { profile } of answer.renewed) state.snoozedUntil.delete(profile)
      log.info({ renewed: answer.renewed }, 'logged in')
      return answer
    })

  return {
    look,
    status() {
      look()
      return buildStatus(
        {
          version: deps.daemon.version,
          daemon: deps.daemon,
          files: known.files,
          profiles: known.profiles,
          reminderLeadSeconds: known.settings.reminderLeadSeconds,
          warnings: [
            ...known.warnings,
            ...(state.notifierWarning === undefined || known.settings.notify === 'none'
              ? []
              : [state.notifierWarning]),
          ],
          clockOffsetSeconds: state.clockOffsetSeconds,
          snoozedUntil: currentSnoozes(state.snoozedUntil, deps.now()),
          lastErrors: currentErrors(state.lastErrors, deps.now()),
        },
        stsNow(loginDeps),
      )
    },
    login: logIn,
    renew: ({ profile }) => logIn({ profiles: [profile] }),
    logout: ({ profile: name }) =>
      enqueue(async () => {
        const { profile, sessionProfile, session } = findProfile(known.profiles, name)
        if (session.kind === 'none') return { profile, sessionProfile, removed: false, warnings: [] }
        const warnings = await removeSession(known, sessionProfile)
        state.lastErrors.delete(profile)
        log.info({ profile, sessionProfile }, 'logged out')
        return { profile, sessionProfile, removed: true, warnings }
      }),
    snooze({ profile: name, seconds }) {
      known.refresh()
      const chosen =
        name === undefined
          ? known.profiles.filter(isActive)
          : [requireActive(findProfile(known.profiles, name))]
      const until = new Date(deps.now().getTime() + seconds * 1000)
      for (const { profile } of chosen) {
        if (seconds === 0) state.snoozedUntil.delete(profile)
        else state.snoozedUntil.set(profile, until)
      }
      look()
      return { snoozed: chosen.map(({ profile }) => ({ profile, until: formatExpiration(until) })) }
    },
    async notifyTest() {
      if (known.settings.notify === 'none') {
        return { shown: false, way: 'none', error: notificationsOff(known.files.settings) }
      }
      try {
        const way = await deps.show({
          title: 'mfad: this is a test',
          body: 'Reminders look like this one.',
          isUrgent: false,
        })
        delete state.notifierWarning
        return { shown: true, way }
      } catch (error) {
        state.notifierWarning = notifierWarning(error)
        return { shown: false, way: 'none', error: state.notifierWarning }
      }
    },
    async close() {
      isClosing = true
      await lastJob
      await known.credentials.close()
    },
  }
}

/** What the log says of a reminder. */
function reminderFacts(reminder: Reminder, now: Date): object {
  const { kind, profiles, expiration } = reminder
  return {
    kind,
    profiles,
    expiration: formatExpiration(expiration),
    title: reminderText(reminder, now).title,
  }
}

function earliest(...instants: readonly (Date | undefined)[]): Date | undefined {
  const times = instants.filter((instant) => instant !== undefined).map((instant) => instant.getTime())
  return times.length === 0 ? undefined : new Date(Math.min(...times))
}

/** Sessions of profiles that are gone, or that AWS tools would not read, are nothing to renew. */
function isManaged(profile: Profile): boolean {
  return !profile.isOrphan && sessionState(profile, [], new Date(0)) !== 'unmanaged'
}

function activeSessions(
  { profiles, settings }: KnownFiles,
  lifeSeconds: ReadonlyMap<string, number>,
): ActiveSession[] {
  const sessions: ActiveSession[] = []
  for (const known of profiles) {
    const { profile, session, durationSeconds } = known
    if (session.kind !== 'ours' || session.expiration === undefined || !isManaged(known)) continue
    const { accessKeyId, expiration } = session
    sessions.push({
      profile,
      accessKeyId,
      expiration,
      lifeSeconds: lifeSeconds.get(accessKeyId) ?? (durationSeconds || settings.durationSeconds),
    })
  }
  return sessions
}

/** The user snoozes by our clock; expirations are stated on STS's. */
function onStsClock(
  snoozedUntil: ReadonlyMap<string, Date>,
  offsetSeconds: number,
): ReadonlyMap<string, Date> {
  return new Map(
    [...snoozedUntil].map(([profile, until]) => [profile, new Date(until.getTime() + offsetSeconds * 1000)]),
  )
}

const mostRemembered = 1000

/**
 * What is remembered of sessions that are gone from the file is of no use. But a file that is gone for a moment, while
 * an editor saves it, must not have its reminders shown again: so nothing is forgotten before it is a lot.
 */
function forgetGone(
  profiles: readonly Profile[],
  sentReminders: Set<string>,
  lifeSeconds: Map<string, number>,
): void {
  if (sentReminders.size + lifeSeconds.size <= mostRemembered) return
  const keys = new Set(profiles.map(({ session }) => (session.kind === 'ours' ? session.accessKeyId : '')))
  for (const id of sentReminders) if (!keys.has(id.slice(0, id.indexOf(' ')))) sentReminders.delete(id)
  for (const key of lifeSeconds.keys()) if (!keys.has(key)) lifeSeconds.delete(key)
}

/** That a code was wrong is soon of no interest. */
function currentErrors(lastErrors: AgentState['lastErrors'], now: Date): ReadonlyMap<string, ErrorBody> {
  const current = [...lastErrors].filter(([, { until }]) => until === undefined || until > now)
  return new Map(current.map(([profile, { error }]) => [profile, error]))
}

function currentSnoozes(snoozedUntil: Map<string, Date>, now: Date): ReadonlyMap<string, Date> {
  for (const [profile, until] of snoozedUntil) if (until <= now) snoozedUntil.delete(profile)
  return snoozedUntil
}

/** Nothing is decided about files that cannot be read. */
function requireReadable({ unreadable }: KnownFiles): void {
  if (unreadable !== undefined) throw unreadable
}

function requireActive(profile: Profile): Profile {
  if (isActive(profile)) return profile
  throw new AppError(
    'profile.not-active',
    `${profile.profile} has no session, so there is nothing to be reminded of`,
    `log in with: mfad login ${profile.profile}`,
  )
}

function stoppingError(): AppError {
  return new AppError('daemon.stopping', 'the daemon is stopping', 'try again when it runs')
}

function notificationsOff(settings: string): ErrorBody {
  return {
    code: 'settings.notify-none',
    message: `notifications are off: notify = none in ${settings}`,
    hint: 'set notify = desktop there',
  }
}

function notifierWarning(error: unknown): Warning {
  const problem = error instanceof Error ? error.message : 'unknown reason'
  return {
    code: 'notifier.unavailable',
    message: `notifications cannot be shown: ${problem}`,
    hint: /not installed/.test(problem)
      ? 'apt-get install libnotify-bin, or set notify = none in the settings'
      : 'is there a desktop session, and does it allow notifications? else set notify = none in the settings',
  }
}
