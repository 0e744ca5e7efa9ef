// What the agent is made of, and how the parts are put together: who is told by whom.

import type { ErrorBody } from '../core/errors.ts'
import { type ActiveSession, activeSessions } from '../core/plan/active-sessions.ts'
import { isHopeless } from '../core/plan/renewal-plan.ts'
import type { UtcOffset } from '../core/time/quiet-hours.ts'
import type { Status } from '../core/wire.ts'
import type { Desktop } from '../edges/desktop/reminder.ts'
import type { KeyPlaces } from '../edges/keys/keys.ts'
import type { Log } from '../edges/logger.ts'
import type { StatusFile } from '../edges/status-file.ts'
import { createAfterWrite } from './after-write.ts'
import { type AgentState, activeNow, keptUntil } from './agent-state.ts'
import { createKeeper } from './files/keeper.ts'
import type { KnownFiles } from './files/known-files.ts'
import { createJobs } from './jobs.ts'
import { createKeyMoves } from './keys/move-keys.ts'
import { type CodeCommandDeps, createCodeCommands } from './login/code-commands.ts'
import type { FindDeviceDeps } from './login/find-device.ts'
import { createLogins } from './login/logins.ts'
import { createLongTermKeys } from './login/long-term-keys.ts'
import { renewRoles } from './login/renew-roles.ts'
import { createRoleCalls } from './login/role-calls.ts'
import { createReminders } from './reminders/reminders.ts'
import { createRenewals } from './reminders/renewals.ts'
import { createRoleRenewals } from './reminders/role-renewals.ts'
import { createWaiters } from './reminders/waiters.ts'
import { createSessionWatch, type SessionWatchDeps } from './session-watch.ts'
import { createStatusLines } from './status-lines.ts'

export type AgentDeps = Omit<FindDeviceDeps, 'state' | 'longTermKeys' | 'sessionWatch' | 'found'> &
  CodeCommandDeps & {
    known: KnownFiles
    keyPlaces: KeyPlaces
    /** For hints: the command that starts this daemon anew. */
    restart: string
    /** So long the answer to a login waits for roles. */
    mostRolesMs: number
    daemon: NonNullable<Status['daemon']>
    log: Log
    /** Milliseconds on a clock that nobody sets. */
    steadyMs(): number
    utcOffset: UtcOffset
    /** From 0 up to 1. */
    random(): number
    desktop: Desktop
    statusFile: StatusFile
    /** Asks for a look at this instant, in place of the one asked for before; undefined asks for none. */
    wakeAt(instant: Date | undefined): void
  }

/** The agent's parts. What happens is passed on from one to the other; what is due is asked of each of them at a look. */
export type Parts = ReturnType<typeof createParts>

/** `lookAgain`: a look after a job that no request waits for. */
export function createParts(deps: AgentDeps, state: AgentState, look: () => void, lookAgain: () => void) {
  const { known } = deps
  const login = createLoginParts(deps, state, look, lookAgain, (session, problem) =>
    reminders.tellLost(session, problem),
  )
  const { loginDeps, logins, sessionWatch } = login
  const reminders = createReminders({
    ...deps,
    state,
    isSilent: () => isSilent(known),
    sessions: () => currentSessions(deps, state),
    logIn: logins.logIn,
    look: lookAgain,
  })
  const renewals = createRenewals({
    ...deps,
    state,
    renew: (profiles) => logins.renew({ profiles: [...profiles] }),
    givenUp: ({ sessions }, error) => {
      if (isHopeless(error)) reminders.tellProblem(sessions, error)
    },
    look: lookAgain,
  })
  const roleRenewals = createRoleRenewals({
    ...deps,
    state,
    sessionWatch,
    renew: (profiles) => renewRoles(loginDeps, profiles),
    givenUp: (profiles, error) =>
      reminders.tellProblem(
        allSessions(deps, state).filter(({ profile }) => profiles.includes(profile)),
        error,
      ),
    look: lookAgain,
  })
  const statusLines = createStatusLines({ ...deps, state })
  const afterWrite = createAfterWrite(deps)
  const waiters = createWaiters({
    ...deps,
    state,
    silence: () => (isSilent(known) ? notificationsOff(known.files.settings) : undefined),
    logIn: logins.logIn,
    look: lookAgain,
  })
  return { ...login, reminders, renewals, roleRenewals, statusLines, afterWrite, waiters }
}

/** What gets sessions, and writes them. `lost`: a live session went without a logout. */
function createLoginParts(
  deps: AgentDeps,
  state: AgentState,
  look: () => void,
  lookAgain: () => void,
  lost: SessionWatchDeps['lost'],
) {
  const { known, log } = deps
  const jobs = createJobs(known, look)
  const codeCommands = createCodeCommands(deps)
  const keeper = createKeeper({
    known,
    log,
    enqueue: jobs.enqueueOwn,
    done(sections) {
      if (sections.length > 0) state.lastErrors.clear()
      lookAgain()
    },
  })
  const sessionWatch = createSessionWatch({
    ...deps,
    state,
    isRestoring: keeper.isRestoring,
    lost,
  })
  const loginDeps = {
    ...deps,
    ...jobs,
    state,
    longTermKeys: createLongTermKeys({ ...deps, state }),
    roleCalls: createRoleCalls(),
    sessionWatch,
  }
  const keyMoves = createKeyMoves({ ...loginDeps, keyring: deps.keyPlaces.keyring })
  const logins = createLogins({ ...loginDeps, codeCommands, look: lookAgain })
  return { jobs, loginDeps, codeCommands, keyMoves, keeper, sessionWatch, logins }
}

/** Those that a user is reminded of, and that codes renew: of a role its device is enough. */
export function currentSessions(deps: AgentDeps, state: AgentState): ActiveSession[] {
  return allSessions(deps, state).filter(({ isBehind }) => !isBehind)
}

export function allSessions({ known, now }: AgentDeps, state: AgentState): ActiveSession[] {
  return activeSessions(activeNow(known, state), {
    ...state,
    durationSeconds: known.settings.durationSeconds,
    kept: keptUntil(known, state, now()),
  })
}

/** Nothing is to be shown and no command to be run: reminders only go to the log. */
export function isSilent({ settings }: KnownFiles): boolean {
  return settings.notify === 'none' && settings.notifyCommand === undefined
}

export function notificationsOff(settings: string): ErrorBody {
  return {
    code: 'settings.notify-none',
    message: `notifications are off: notify = none in ${settings}`,
    hint: 'set notify = desktop there',
  }
}
