// The one object with state. Whatever happens (a request, a changed file, a tick of the clock), it looks at the files
// first and derives from them:
//
//   look:    files → profiles → regions kept in step → renewals and reminders due → next instant to look
//   login:   look → plan → STS → write → look          one at a time, to its end even if the client is gone;
//            without a code and with an mfa_process: look → plan → command, then the same with its code
//   logout:  look → write → look
//
// A profile is inactive, valid, expiring, expired or unmanaged; see core/session-state.ts. There is no other state.

import type { CredentialsDocument } from '../core/document/document.ts'
import { AppError, type ErrorBody, errorBody } from '../core/errors.ts'
import { activeSessions } from '../core/plan/active-sessions.ts'
import { notifierWarning } from '../core/plan/reminder-text.ts'
import { isHopeless, withHope } from '../core/plan/renewal-plan.ts'
import type { Profile } from '../core/profiles/profile.ts'
import { findProfile } from '../core/profiles/profiles.ts'
import { isActive } from '../core/profiles/session-state.ts'
import { buildStatus } from '../core/status.ts'
import { earliest, formatInstant } from '../core/time/instant.ts'
import type { UtcOffset } from '../core/time/quiet-hours.ts'
import type {
  LoginAnswer,
  LoginRequest,
  LogoutAnswer,
  NotifyTestAnswer,
  SnoozeAnswer,
  Status,
} from '../core/wire.ts'
import type { Desktop } from '../edges/desktop/reminder.ts'
import type { Log } from '../edges/logger.ts'
import { describeBug } from '../edges/logger.ts'
import { type AgentState, createAgentState, stsNow } from './agent-state.ts'
import { correctRegions, type RegionsGiven } from './files/keeper.ts'
import type { KnownFiles } from './files/known-files.ts'
import { removeSession, restoreUndone } from './files/session-writer.ts'
import { type CodeCommandDeps, createCodeCommands } from './login/code-commands.ts'
import { type CommandNeeded, login } from './login/login.ts'
import type { LoginDeps } from './login/sts-session.ts'
import { testReminder } from './reminders/notify-test.ts'
import { createReminders } from './reminders/reminders.ts'
import { createRenewals } from './reminders/renewals.ts'
import { forgetUnwritten, nextTry, nextTryAt } from './unwritten-session.ts'

export type AgentDeps = Omit<LoginDeps, 'state'> &
  CodeCommandDeps & {
    known: KnownFiles
    daemon: NonNullable<Status['daemon']>
    log: Log
    /** Milliseconds on a clock that nobody sets. */
    steadyMs(): number
    utcOffset: UtcOffset
    /** From 0 up to 1. */
    random(): number
    desktop: Desktop
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
  /** Waits that long for an answer to it. */
  notifyTest(request: { waitSeconds: number }): Promise<NotifyTestAnswer>
  /** Lets the write in hand finish. */
  close(): Promise<void>
}

const mostClockSetToleranceMs = 30_000
const restorePauseMs = 1000
const leastStepBackMs = 1000

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
    // A snooze is as long as it was said to be, also one from while our clock was ahead.
    if (step < -leastStepBackMs)
      for (const [profile, until] of state.snoozedUntil)
        state.snoozedUntil.set(profile, new Date(until.getTime() + step))
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
      renewals.filesChanged()
    }
    restoreLost()
    keepRegions()
    writeUnwritten()
    if (!isClosing) planAhead()
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
  /** A write that nobody waits for. */
  const enqueueOwn = (job: () => Promise<void>, failed: (error: ErrorBody) => void) => {
    lastJob = lastJob.then(job).catch((error: unknown) => failed(errorBody(error)))
  }

  /** Another program has written back what it had read before our last write. */
  let restoredFor: CredentialsDocument | undefined
  let restoreAgainAt: Date | undefined
  const restoreLost = () => {
    const { credentials } = known.documents
    if (restoredFor === credentials || known.unsettledUntil !== undefined || known.unreadable) return
    if (restoreAgainAt !== undefined && deps.now() < restoreAgainAt) return
    restoredFor = credentials
    restoreAgainAt = undefined
    if (known.recentWrites.undone(credentials).length === 0) return
    const restore = async () => {
      const sections = await restoreUndone(known)
      if (sections.length > 0) log.info({ sections }, 'wrote once more what another program had undone')
    }
    enqueueOwn(restore, (error) => {
      log.warn({ error }, 'what another program had undone could not be written once more')
      restoredFor = undefined
      restoreAgainAt = new Date(deps.now().getTime() + restorePauseMs)
      lookAgain()
    })
  }

  /** Once for each reading of the files: what failed for one is not tried again before they change. */
  let regionsKeptFor: readonly Profile[] | undefined
  const regionsGiven: RegionsGiven = new Map()
  const keepRegions = () => {
    if (regionsKeptFor === known.profiles || known.unsettledUntil !== undefined || known.unreadable) return
    regionsKeptFor = known.profiles
    const correction = correctRegions(known, regionsGiven)
    if (correction === undefined) return
    enqueueOwn(correction, (error) => {
      log.warn({ error }, 'the region of a session could not be kept in step')
    })
  }

  const writeUnwritten = () => {
    if (known.unsettledUntil !== undefined || known.unreadable || isClosing) return
    const write = nextTry(state, known, deps.now(), stsNow(loginDeps))
    if (write === undefined) return
    const tryToWrite = async () => {
      const sections = await write()
      if (sections.length === 0) return
      log.info({ sections }, 'wrote what could not be written before')
      state.lastErrors.clear()
      lookAgain()
    }
    enqueueOwn(tryToWrite, (error) => {
      log.debug({ error }, 'a session still cannot be written')
    })
  }

  const currentSessions = () =>
    activeSessions(known.profiles, { ...state, durationSeconds: known.settings.durationSeconds })

  const planAhead = () => {
    const { reminderLeadSeconds: leadSeconds, quietHours } = known.settings
    const rules = {
      leadSeconds,
      quietHours,
      utcOffset: deps.utcOffset,
      snoozedUntil: currentSnoozes(state.snoozedUntil, deps.now()),
    }
    const sessions = currentSessions()
    const renewal = renewals.look(sessions, rules)
    const nextReminderAt = reminders.look(withHope(sessions, renewal.hopeUntil), rules)
    deps.wakeAt(
      earliest(renewal.nextAt, nextReminderAt, known.unsettledUntil, nextTryAt(state), restoreAgainAt),
    )
  }

  const logInOnce = (request: LoginRequest, isCodeFromCommand: boolean) =>
    enqueue(async () => {
      const outcome = await login(loginDeps, request, isCodeFromCommand)
      if (outcome.kind === 'command-needed') return outcome
      for (const { profile } of outcome.answer.renewed) state.snoozedUntil.delete(profile)
      log.info({ renewed: outcome.answer.renewed }, 'logged in')
      return outcome
    })

  /** The command runs outside the queue: another device must not wait for it. */
  const logIn = async (request: LoginRequest): Promise<LoginAnswer> => {
    const outcome = await logInOnce(request, false)
    if (outcome.kind === 'done') return outcome.answer
    const tokenCode = await codeFor(outcome)
    const second = await logInOnce({ ...request, tokenCode }, true)
    if (second.kind === 'done') return second.answer
    throw stoppingError()
  }

  const codeFor = async ({ mfaProcess, profiles }: CommandNeeded): Promise<string> => {
    try {
      return await codeCommands.codeFrom(mfaProcess)
    } catch (error) {
      const body = errorBody(error)
      for (const profile of profiles) state.lastErrors.set(profile, { error: body })
      throw error
    }
  }

  /** After what nobody waits for. What goes wrong in it must not end the daemon. */
  const lookAgain = () => {
    try {
      look()
    } catch (error) {
      log.error({ problem: describeBug(error) }, 'a look at the files failed')
    }
  }

  const codeCommands = createCodeCommands(deps)
  const isSilent = () => known.settings.notify === 'none' && known.settings.notifyCommand === undefined
  const reminders = createReminders({
    ...deps,
    state,
    isSilent,
    sessions: currentSessions,
    logIn,
    look: lookAgain,
  })
  const renewals = createRenewals({
    ...deps,
    state,
    renew: (profiles) => logIn({ profiles: [...profiles] }),
    givenUp: ({ sessions }, error) => {
      if (isHopeless(error)) reminders.tellProblem(sessions, error)
    },
    look: lookAgain,
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
            ...deps.desktop.warnings(),
          ],
          clockOffsetSeconds: state.clockOffsetSeconds,
          identities: state.identities,
          snoozedUntil: currentSnoozes(state.snoozedUntil, deps.now()),
          lastErrors: currentErrors(state.lastErrors, deps.now()),
          givenUp: renewals.givenUp(currentSessions()),
        },
        stsNow(loginDeps),
      )
    },
    login: logIn,
    renew: ({ profile }) => logIn({ profiles: [profile] }),
    logout: ({ profile: name }) =>
      enqueue(async () => {
        const { profile, sessionProfile, session } = findProfile(known.profiles, name)
        forgetUnwritten(state, sessionProfile)
        if (session.kind === 'none') {
          // Another program may have removed it; it is not to be brought back.
          known.recentWrites.settle([sessionProfile], known.documents.credentials)
          return { profile, sessionProfile, removed: false, warnings: [] }
        }
        const warnings = await removeSession(known, sessionProfile)
        state.snoozedUntil.delete(profile)
        state.lastErrors.delete(profile)
        log.info({ profile, sessionProfile }, 'logged out')
        return { profile, sessionProfile, removed: true, warnings }
      }),
    snooze({ profile: name, seconds }) {
      look()
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
      return { snoozed: chosen.map(({ profile }) => ({ profile, until: formatInstant(until) })) }
    },
    async notifyTest({ waitSeconds }) {
      if (isSilent()) return { shown: false, way: 'none', error: notificationsOff(known.files.settings) }
      try {
        const answer = await testReminder(deps.desktop, waitSeconds * 1000, deps.now(), deps.stopping)
        delete state.notifierWarning
        // What waited for the notification service is due now.
        lookAgain()
        return answer
      } catch (error) {
        state.notifierWarning = notifierWarning(error)
        return { shown: false, way: 'none', error: state.notifierWarning }
      }
    },
    async close() {
      isClosing = true
      reminders.close()
      codeCommands.close()
      await renewals.close()
      await lastJob
      await known.close()
    },
  }
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
