// Assumes roles anew, each when it is due. See core/plan/role-renewals.ts.
import { type ErrorBody, errorBody } from '../../core/errors.ts'
import {
  failedRoleAttempt,
  givenUpRoles,
  planRoleRenewals,
  type RenewingRole,
  renewingRoles,
  startedRoleAttempt,
} from '../../core/plan/role-renewals.ts'
import type { Log } from '../../edges/logger.ts'
import { type AgentState, keptUntil, profilesNow } from '../agent-state.ts'
import type { KnownFiles } from '../files/known-files.ts'
import type { SessionWatch } from '../session-watch.ts'

export type RoleRenewalDeps = {
  known: KnownFiles
  state: AgentState
  sessionWatch: Pick<SessionWatch, 'outdated'>
  log: Log
  now(): Date
  /** From 0 up to 1. */
  random(): number
  /** New sessions for these; answers why some could not be renewed. */
  renew(profiles: readonly string[]): Promise<ReadonlyMap<string, ErrorBody>>
  /** These will not be renewed, all for the same reason. */
  givenUp(profiles: readonly string[], error: ErrorBody): void
  /** Never throws. */
  look(): void
}

type Running = ReturnType<typeof startedRoleAttempt>

export type RoleRenewals = {
  /** Starts what is due; answers when to look again. */
  look(): Date | undefined
  /** By profile: why it is no longer renewed by itself. */
  givenUp(): ReadonlyMap<string, ErrorBody>
  /** Waits for what runs. */
  close(): Promise<void>
}

export function createRoleRenewals(deps: RoleRenewalDeps): RoleRenewals {
  const { known, state, log } = deps
  const running = new Set<Promise<void>>()
  const rolesNow = () => {
    // Most have none, and this is asked at every look.
    if (!known.active.some(({ kind }) => kind === 'role')) return []
    return renewingRoles(profilesNow(known, state), {
      lifeSeconds: state.lifeSeconds,
      outdated: deps.sessionWatch.outdated(),
      kept: keptUntil(known, state, deps.now()),
      now: deps.now(),
    })
  }

  /** Answers why it was given up, where it was. */
  const settle = (attempt: Running, profile: string, error: ErrorBody | undefined): ErrorBody | undefined => {
    if (error === undefined) {
      state.roleAttempts.delete(profile)
      return undefined
    }
    const next = failedRoleAttempt(attempt, error, deps.now(), deps.random())
    state.roleAttempts.set(profile, next)
    log[attempt.failures === 0 ? 'warn' : 'debug']({ profile, error, next: next.kind }, 'a role failed')
    return next.kind === 'given-up' ? error : undefined
  }

  const renew = async (roles: readonly RenewingRole[]) => {
    const attempts = new Map<string, Running>()
    for (const role of roles)
      attempts.set(role.profile, startedRoleAttempt(role, state.roleAttempts.get(role.profile)))
    for (const [profile, attempt] of attempts) state.roleAttempts.set(profile, attempt)
    const profiles = [...attempts.keys()]
    log.debug({ profiles }, 'roles begin to renew')
    const problems = await deps
      .renew(profiles)
      .catch((thrown) => new Map(profiles.map((profile) => [profile, errorBody(thrown)])))
    /** By code: what has one cause is told once. */
    const givenUp = new Map<string, { error: ErrorBody; profiles: string[] }>()
    for (const [profile, attempt] of attempts) {
      const error = settle(attempt, profile, problems.get(profile))
      if (error === undefined) continue
      const group = givenUp.get(error.code) ?? { error, profiles: [] }
      givenUp.set(error.code, { ...group, profiles: [...group.profiles, profile] })
    }
    for (const group of givenUp.values()) deps.givenUp(group.profiles, group.error)
    log.debug({ profiles }, 'roles end to renew')
    deps.look()
  }

  return {
    look() {
      const { start, nextAt } = planRoleRenewals(rolesNow(), state.roleAttempts, deps.now())
      if (start.length > 0) {
        const job = renew(start).finally(() => running.delete(job))
        running.add(job)
      }
      return nextAt
    },
    givenUp() {
      const isAny = [...state.roleAttempts.values()].some(({ kind }) => kind === 'given-up')
      return isAny ? givenUpRoles(rolesNow(), state.roleAttempts) : new Map()
    },
    async close() {
      await Promise.all(running)
    },
  }
}
