// The one object with state. Whatever happens (a request, a changed file, a tick of the clock), it first looks. To look
// means here and in its parts: look at the files and the clock, start what is due, and say when to look next.
//
//   look:    files → profiles → repairs of the file, renewals and reminders that are due → next instant to look
//   login:   look → plan → STS → write → look          one at a time, to its end even if the client is gone;
//            without a code and with an mfa_process: look → plan → command, then the same with its code
//   logout:  look → write → look
//
// A profile is inactive, valid, expiring, expired or unmanaged; see core/profiles/session-state.ts. There is no other
// state.

import { notifierWarning } from '../core/plan/reminder-text.ts'
import { withHope } from '../core/plan/renewal-plan.ts'
import { clockStepMs, mendsOffset } from '../core/time/clock-step.ts'
import { earliest } from '../core/time/instant.ts'
import type {
  DevicesAnswer,
  IdentityAnswer,
  KeysAnswer,
  KeysRequest,
  LoginAnswer,
  LoginRequest,
  LogoutAnswer,
  NotifyTestAnswer,
  ProfileEdit,
  ProfileEditAnswer,
  SnoozeAnswer,
  Status,
  WaitAnswer,
  WaitRequest,
} from '../core/wire.ts'
import { remembered } from '../core/writes/ledger.ts'
import { describeBug } from '../edges/logger.ts'
import {
  type AgentDeps,
  allSessions,
  createParts,
  currentSessions,
  isSilent,
  notificationsOff,
  type Parts,
} from './agent-parts.ts'
import { type AgentState, createAgentState } from './agent-state.ts'
import { agentStatus, statusChangesAt } from './agent-status.ts'
import { editProfile } from './login/edit-profile.ts'
import { devicesOf } from './login/find-device.ts'
import { identityOf } from './login/identity.ts'
import { logOut } from './logout.ts'
import { testReminder } from './reminders/notify-test.ts'
import { currentSnoozes, snooze } from './reminders/snoozes.ts'

export type Agent = {
  /** Looks at the files and the clock, and starts what is due: after every change and at every tick. */
  look(): void
  status(): Status
  /** When the status changes by time alone. */
  statusChangesAt(): Date | undefined
  /** Calls it after each look. */
  follow(listener: () => void): void
  login(request: LoginRequest): Promise<LoginAnswer>
  /** New credentials without the user; possible while another profile on the device has a live session. */
  renew(request: { profile: string }): Promise<LoginAnswer>
  logout(request: { profile: string }): Promise<LogoutAnswer>
  /** Asks IAM for the devices of the profile's user. */
  devices(request: { profile: string }): Promise<DevicesAnswer>
  /** Into the keyring, or back. */
  moveKeys(request: KeysRequest): Promise<KeysAnswer>
  /** Asks AWS whose keys the profile has. */
  identity(request: { profile: string }): Promise<IdentityAnswer>
  /** Changes the user's own sections, as `mfad setup` asks for it. */
  editProfile(request: ProfileEdit): Promise<ProfileEditAnswer>
  snooze(request: { profile?: string; seconds: number }): SnoozeAnswer
  /** Ends when the session lasts long enough, having raised its reminder; `gone` is aborted when nobody waits any more. */
  wait(request: WaitRequest, gone: AbortSignal): Promise<WaitAnswer>
  /** Waits that long for an answer to it. */
  notifyTest(request: { waitSeconds: number }): Promise<NotifyTestAnswer>
  /** Would nothing be lost if the daemon were started anew now: no work in hand, no question on the screen, nothing remembered? */
  isIdle(): boolean
  /** Lets the write in hand finish. */
  close(): Promise<void>
}

export function createAgent(deps: AgentDeps): Agent {
  const { known, log } = deps
  const state = createAgentState()
  const noticeClockSet = createClockWatch(deps, state)
  const listeners = new Set<() => void>()

  const look = () => {
    noticeClockSet()
    if (known.refresh()) {
      log.debug({ profiles: known.profiles.length }, 'the files have changed')
      // What failed may have been mended.
      state.lastErrors.clear()
      parts.renewals.filesChanged()
    }
    if (!parts.jobs.isClosing()) planAhead(deps, state, parts)
    for (const listener of listeners) listener()
  }
  /** The look after a job that no request waits for. What goes wrong in it must not end the daemon. */
  const lookAgain = () => {
    try {
      look()
    } catch (error) {
      log.error({ problem: describeBug(error) }, 'a look at the files failed')
    }
  }
  const parts = createParts(deps, state, look, lookAgain)
  const { jobs, logins, renewals, roleRenewals, sessionWatch } = parts

  return {
    look,
    status() {
      look()
      return agentStatus(deps, state, {
        givenUp: new Map([
          ...renewals.givenUp(() => currentSessions(deps, state)),
          ...roleRenewals.givenUp(),
        ]),
        sessionProblems: sessionWatch.problems(),
        warnings: [...parts.statusLines.warnings(), ...parts.afterWrite.warnings()],
      })
    },
    statusChangesAt: () => statusChangesAt(deps, state),
    follow(listener) {
      listeners.add(listener)
    },
    login: logins.logIn,
    renew: ({ profile }) => logins.logIn({ profiles: [profile] }),
    async logout({ profile }) {
      await jobs.begin()
      return jobs.enqueue(async () => {
        const answer = await logOut({ ...deps, sessionWatch }, state, profile)
        parts.waiters.loggedOut(answer.profile)
        return answer
      })
    },
    moveKeys: parts.keyMoves.move,
    ...setupRequests(parts),
    snooze(request) {
      look()
      const answer = snooze(state, known.profiles, request, deps.now())
      look()
      return answer
    },
    wait: parts.waiters.wait,
    notifyTest: ({ waitSeconds }) =>
      isSilent(known)
        ? Promise.resolve({ shown: false, way: 'none', error: notificationsOff(known.files.settings) })
        : testNotification(deps, state, waitSeconds, lookAgain),
    isIdle: () => isIdle(deps, state, parts),
    async close() {
      await closeParts(parts)
      await known.close()
    },
  }
}

/** What `mfad setup` asks for. */
function setupRequests({ jobs, loginDeps }: Parts): Pick<Agent, 'devices' | 'identity' | 'editProfile'> {
  const begun = async <T>(job: () => Promise<T>) => {
    await jobs.begin()
    return job()
  }
  return {
    devices: ({ profile }) => begun(() => devicesOf(loginDeps, profile)),
    identity: ({ profile }) => begun(() => identityOf(loginDeps, profile)),
    editProfile: (request) => begun(() => editProfile(loginDeps, request)),
  }
}

/** Nothing new begins, and what has begun comes to its end. */
async function closeParts(parts: Parts): Promise<void> {
  parts.jobs.refuseNew()
  parts.waiters.close()
  parts.reminders.close()
  parts.codeCommands.close()
  parts.afterWrite.close()
  await parts.renewals.close()
  await parts.roleRenewals.close()
  await parts.logins.idle()
  await parts.keyMoves.idle()
  await parts.jobs.idle()
}

function isIdle({ known, now }: AgentDeps, state: AgentState, parts: Parts): boolean {
  return (
    [parts.jobs, parts.logins, parts.reminders, parts.waiters].every((part) => part.isIdle()) &&
    remembered(known.ledger, now()).length === 0 &&
    known.ledger.unwritten.length === 0 &&
    state.keptSessions.size === 0 &&
    currentSnoozes(state.snoozedUntil, now()).size === 0
  )
}

/** Starts what is due, and asks to be woken for what comes next. */
function planAhead(deps: AgentDeps, state: AgentState, parts: Parts): void {
  const { known, utcOffset } = deps
  const { reminderLeadSeconds: leadSeconds, quietHours } = known.settings
  const snoozedUntil = currentSnoozes(state.snoozedUntil, deps.now())
  const rules = { leadSeconds, quietHours, utcOffset, snoozedUntil }
  const keepAt = parts.keeper.look()
  const watchAt = parts.sessionWatch.look()
  const all = allSessions(deps, state)
  const sessions = all.filter(({ isBehind }) => !isBehind)
  const renewal = parts.renewals.look(sessions, rules)
  const roleAt = parts.roleRenewals.look()
  const givenUp = parts.roleRenewals.givenUp()
  // Of these it was told that they are not renewed, or will be.
  const given = all.filter(({ isBehind, profile }) => isBehind && givenUp.has(profile))
  const remindAt = parts.reminders.look([...withHope(sessions, renewal.hopeUntil), ...given], rules)
  parts.statusLines.look()
  parts.afterWrite.look()
  const waitAt = parts.waiters.look()
  deps.wakeAt(earliest(renewal.nextAt, roleAt, remindAt, known.doubtfulUntil, keepAt, watchAt, waitAt))
}

const leastStepBackMs = 1000

/**
 * Notices that our clock was set, by how it moved against the steady one. Where AWS's clock was 5 min ahead, and ours has
 * just been set ahead by about 5 min, ours is right now, and that difference is forgotten.
 */
function createClockWatch(
  { now, steadyMs }: Pick<AgentDeps, 'now' | 'steadyMs'>,
  state: AgentState,
): () => void {
  const read = () => ({ wallMs: now().getTime(), steadyMs: steadyMs() })
  let before = read()
  return () => {
    const after = read()
    const step = clockStepMs(before, after)
    before = after
    // A snooze stays as long as it was: where the clock is set back by an hour, so is the end of the snooze.
    if (step < -leastStepBackMs)
      for (const [profile, until] of state.snoozedUntil)
        state.snoozedUntil.set(profile, new Date(until.getTime() + step))
    for (const [host, seconds] of state.clockOffsets)
      if (mendsOffset(step, seconds * 1000)) state.clockOffsets.delete(host)
  }
}

async function testNotification(
  { desktop, now, stopping }: AgentDeps,
  state: AgentState,
  waitSeconds: number,
  look: () => void,
): Promise<NotifyTestAnswer> {
  try {
    const answer = await testReminder(desktop, waitSeconds * 1000, now(), stopping)
    delete state.notifierWarning
    // Notifications work: the reminders that could not be shown before are due now.
    look()
    return answer
  } catch (error) {
    state.notifierWarning = notifierWarning(error)
    return { shown: false, way: 'none', error: state.notifierWarning }
  }
}
