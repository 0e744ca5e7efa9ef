// Renews the devices that have an mfa_process, each when it is due. See core/plan/renewal-plan.ts for the states.
import { type ErrorBody, errorBody } from '../../core/errors.ts'
import type { ActiveSession } from '../../core/plan/active-sessions.ts'
import type { ReminderRules } from '../../core/plan/reminder-plan.ts'
import {
  type Attempt,
  failedAttempt,
  givenUpErrors,
  mayBeMended,
  planRenewals,
  type RenewalPlan,
  type RenewingDevice,
  renewingDevices,
  startedAttempt,
} from '../../core/plan/renewal-plan.ts'
import { renewalsOf } from '../../core/profiles/renewal.ts'
import type { Log } from '../../edges/logger.ts'
import type { AgentState } from '../agent-state.ts'
import type { KnownFiles } from '../files/known-files.ts'

export type RenewalDeps = {
  known: KnownFiles
  state: AgentState
  log: Log
  now(): Date
  /** From 0 up to 1. */
  random(): number
  /** New sessions for these, by the command of their device. */
  renew(profiles: readonly string[]): Promise<unknown>
  /** Called when a renewal is given up: the user has to do something about it. */
  givenUp(device: RenewingDevice, error: ErrorBody): void
  /** Never throws. */
  look(): void
}

export type Renewals = {
  /**
   * Looks at the sessions and the clock, and starts what is due; answers how long to hope for each, and when to look again.
   */
  look(sessions: readonly ActiveSession[], rules: ReminderRules): Pick<RenewalPlan, 'hopeUntil' | 'nextAt'>
  /** Called when the files have changed: what was given up may work now. */
  filesChanged(): void
  /** By profile: why it is no longer renewed by itself. */
  givenUp(sessions: () => readonly ActiveSession[]): ReadonlyMap<string, ErrorBody>
  /** Waits for what runs. */
  close(): Promise<void>
}

export function createRenewals(deps: RenewalDeps): Renewals {
  const { known, state, log } = deps
  const running = new Set<Promise<void>>()
  const devicesOf = (sessions: readonly ActiveSession[]) => {
    // Most have no command, and this is asked at every look.
    if (known.active.every(({ mfaProcess }) => mfaProcess === undefined)) return []
    return renewingDevices(sessions, known.active, renewalsOf(known.active, state.identities, new Set()))
  }

  const renew = async (device: RenewingDevice) => {
    const previous = state.attempts.get(device.device)
    const attempt = startedAttempt(device, previous, deps.now())
    state.attempts.set(device.device, attempt)
    const profiles = device.sessions.map(({ profile }) => profile)
    log.debug({ profiles }, 'a renewal begins')
    try {
      await deps.renew(profiles)
      log.info({ profiles }, 'renewed by itself')
      state.attempts.set(device.device, { kind: 'done', subject: attempt.subject, at: deps.now().getTime() })
    } catch (thrown) {
      const error = errorBody(thrown)
      const next = failedAttempt(attempt, error, deps.now(), deps.random())
      state.attempts.set(device.device, next)
      // A network that is away for hours makes one line in the log, not hundreds.
      const isNews = attempt.failures === 0 || next.kind === 'given-up'
      const level = isNews && !isSameEnd(previous, next) ? 'warn' : 'debug'
      log[level]({ profiles, error, next: next.kind }, 'a renewal failed')
      if (next.kind === 'given-up') deps.givenUp(device, error)
    }
    deps.look()
  }

  return {
    look(sessions, rules) {
      const { start, hopeUntil, nextAt } = planRenewals(
        devicesOf(sessions),
        state.attempts,
        rules,
        deps.now(),
      )
      for (const device of start) {
        const job = renew(device).finally(() => running.delete(job))
        running.add(job)
      }
      return { hopeUntil, ...(nextAt === undefined ? {} : { nextAt }) }
    },
    filesChanged() {
      for (const [device, attempt] of state.attempts)
        if (mayBeMended(attempt, deps.now())) state.attempts.delete(device)
    },
    givenUp(sessions) {
      const isAny = [...state.attempts.values()].some(({ kind }) => kind === 'given-up')
      return isAny ? givenUpErrors(devicesOf(sessions()), state.attempts) : new Map()
    },
    async close() {
      await Promise.all(running)
    },
  }
}

/** Whether it had been given up for the same reason before: then it is no news. */
function isSameEnd(previous: Attempt | undefined, next: Attempt): boolean {
  return (
    previous?.kind === 'given-up' &&
    next.kind === 'given-up' &&
    previous.subject === next.subject &&
    previous.error.code === next.error.code
  )
}
