// The one object with state. Whatever happens (a request, a changed file, a tick of the clock), it looks at the files
// first and derives from them:
//
//   look:    files → profiles → regions kept in step → reminders due → next instant to look
//   login:   look → plan → STS → write → look          one at a time, to its end even if the client is gone
//   logout:  look → write → look
//
// A profile is inactive, valid, expiring, expired or unmanaged; see core/session-state.ts. There is no other state.
import { AppError, errorBody } from '../core/errors.ts'
import { type ActiveSession, planReminders, type Reminder } from '../core/plan.ts'
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
import { createAgentState } from './agent-state.ts'
import type { KnownFiles } from './known-files.ts'
import { type LoginDeps, login, stsNow } from './login.ts'
import { correctRegions } from './region-keeper.ts'
import { removeSession } from './session-writer.ts'

export type AgentDeps = Omit<LoginDeps, 'state'> & {
  known: KnownFiles
  daemon: NonNullable<Status['daemon']>
  log: Log
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

export function createAgent(deps: AgentDeps): Agent {
  const { known, log } = deps
  const state = createAgentState()
  const loginDeps: LoginDeps = { ...deps, state }
  let lastJob: Promise<unknown> = Promise.resolve()

  const look = () => {
    if (known.refresh()) log.debug({ profiles: known.profiles.length }, 'the files have changed')
    keepRegions()
    remind()
  }

  /** Jobs that write run one after another; each begins with files that are believed. */
  const enqueue = <T>(job: () => Promise<T>): Promise<T> => {
    const run = async () => {
      await known.settle()
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

  /** Once for each reading of the files: what failed for one is not tried again before they change. */
  let regionsKeptFor: readonly Profile[] | undefined
  const keepRegions = () => {
    if (regionsKeptFor === known.profiles || known.unsettledUntil !== undefined) return
    regionsKeptFor = known.profiles
    const correction = correctRegions(known)
    if (correction === undefined) return
    lastJob = lastJob.then(correction).catch((error: unknown) => {
      log.warn({ error: errorBody(error) }, 'the region of a session could not be kept in step')
    })
  }

  const remind = () => {
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
    for (const reminder of plan.due) void sendReminder(reminder, now)
    const next = [
      plan.nextAt && new Date(plan.nextAt.getTime() - state.clockOffsetSeconds * 1000),
      known.unsettledUntil,
    ]
    const instants = next.filter((instant) => instant !== undefined).map((instant) => instant.getTime())
    deps.wakeAt(instants.length === 0 ? undefined : new Date(Math.min(...instants)))
  }

  const sendReminder = async (reminder: Reminder, now: Date) => {
    const notification = reminderText(reminder, now)
    const { kind, profiles } = reminder
    const facts = {
      kind,
      profiles,
      expiration: formatExpiration(reminder.expiration),
      title: notification.title,
    }
    if (known.settings.notify === 'none') return log.info(facts, 'reminder (notifications are off)')
    try {
      log.info({ ...facts, way: await deps.show(notification) }, 'reminder shown')
      delete state.notifierWarning
    } catch (error) {
      state.notifierWarning = notifierWarning(error)
      log.warn({ ...facts, problem: state.notifierWarning.message }, 'reminder could not be shown')
    }
  }

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
            ...(state.notifierWarning === undefined ? [] : [state.notifierWarning]),
          ],
          clockOffsetSeconds: state.clockOffsetSeconds,
          snoozedUntil: currentSnoozes(state.snoozedUntil, deps.now()),
          lastErrors: state.lastErrors,
        },
        stsNow(loginDeps),
      )
    },
    login: (request) =>
      enqueue(async () => {
        const answer = await login(loginDeps, request)
        for (const { profile } of answer.renewed) state.snoozedUntil.delete(profile)
        log.info({ renewed: answer.renewed }, 'logged in')
        return answer
      }),
    renew: ({ profile }) => enqueue(() => login(loginDeps, { profiles: [profile] })),
    logout: ({ profile: name }) =>
      enqueue(async () => {
        requireReadable(known)
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
      await lastJob
    },
  }
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

function currentSnoozes(snoozedUntil: Map<string, Date>, now: Date): ReadonlyMap<string, Date> {
  for (const [profile, until] of snoozedUntil) if (until <= now) snoozedUntil.delete(profile)
  return snoozedUntil
}

/** No session can be seen in a file that cannot be read, and that is not the same as none. */
function requireReadable({ credentials }: KnownFiles): void {
  const state = credentials.read()
  if (state.kind === 'unreadable') throw state.error
}

function requireActive(profile: Profile): Profile {
  if (isActive(profile)) return profile
  throw new AppError(
    'profile.not-active',
    `${profile.profile} has no session, so there is nothing to be reminded of`,
    `log in with: mfad login ${profile.profile}`,
  )
}

function notifierWarning(error: unknown): Warning {
  return {
    code: 'notifier.unavailable',
    message: `notifications cannot be shown: ${error instanceof Error ? error.message : 'unknown reason'}`,
    hint: 'Linux needs notify-send (apt-get install libnotify-bin) and a notification service, macOS your permission; or set notify = none',
  }
}
