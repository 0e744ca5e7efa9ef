// Renews the devices that have an mfa_process, each when its time has come. See core/renewal-plan.ts for the states.
import { type ErrorBody, errorBody } from '../core/errors.ts'
import type { ActiveSession, ReminderRules } from '../core/plan.ts'
import {
  failedAttempt,
  planRenewals,
  type RenewalPlan,
  type RenewingDevice,
  renewingDevices,
  startedAttempt,
} from '../core/renewal-plan.ts'
import type { Log } from '../edges/logger.ts'
import type { AgentState } from './agent-state.ts'
import type { KnownFiles } from './known-files.ts'

export type RenewalDeps = {
  known: KnownFiles
  state: AgentState
  log: Log
  now(): Date
  /** From 0 up to 1. */
  random(): number
  /** New sessions for these, by the command of their device. */
  renew(profiles: readonly string[]): Promise<unknown>
  /** A renewal will not happen: people must see to it. */
  givenUp(device: RenewingDevice, error: ErrorBody): void
  /** Never throws. */
  look(): void
}

export type Renewals = {
  /** Starts what is due; what can still be hoped for, and when to look again. */
  look(sessions: readonly ActiveSession[], rules: ReminderRules): Pick<RenewalPlan, 'hopeUntil' | 'nextAt'>
  /** Waits for what runs. */
  close(): Promise<void>
}

export function createRenewals(deps: RenewalDeps): Renewals {
  const { known, state, log } = deps
  const running = new Set<Promise<void>>()

  const renew = async (device: RenewingDevice) => {
    const attempt = startedAttempt(device, state.attempts.get(device.device), deps.now())
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
      // A network that is away for hours is one line, not hundreds.
      const level = attempt.failures === 0 || next.kind === 'given-up' ? 'warn' : 'debug'
      log[level]({ profiles, error, next: next.kind }, 'a renewal failed')
      if (next.kind === 'given-up') deps.givenUp(device, error)
    }
    deps.look()
  }

  return {
    look(sessions, rules) {
      const devices = renewingDevices(sessions, known.profiles)
      const { start, hopeUntil, nextAt } = planRenewals(devices, state.attempts, rules, deps.now())
      for (const device of start) {
        const job = renew(device).finally(() => running.delete(job))
        running.add(job)
      }
      return { hopeUntil, ...(nextAt === undefined ? {} : { nextAt }) }
    },
    async close() {
      await Promise.all(running)
    },
  }
}
