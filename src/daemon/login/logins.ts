// Logins. Those of one device go one after another, so that the second can share what the first got; those of other devices
// go on meanwhile. Without a code and with an mfa_process, a login comes twice: it finds out that the command is needed, lets
// it run, and comes back with the code. A user who gives a code does not wait for a command that waits for a touch.

import { AppError, errorBody } from '../../core/errors.ts'
import { checkAssumptions } from '../../core/login/assumptions.ts'
import { serialNumberFor } from '../../core/login/login-plan.ts'
import type { TokenCode } from '../../core/login/token-code.ts'
import { missingRegion } from '../../core/profiles/region-problem.ts'
import type { LogLevel } from '../../core/settings/default-settings.ts'
import type { LoginAnswer, LoginRequest } from '../../core/wire.ts'
import type { Log } from '../../edges/logger.ts'
import { profilesNow } from '../agent-state.ts'
import { checkMeant } from '../meant-files.ts'
import { createQueue, type Queue } from '../queue.ts'
import type { RoleDeps, RoleRun } from './assume-roles.ts'
import type { CodeCommands } from './code-commands.ts'
import { type FindDeviceDeps, findDevices, type LoginDevices } from './find-device.ts'
import { type CommandNeeded, type LoginOutcome, login } from './login.ts'
import { onceEach } from './long-term-keys.ts'

export type LoginsDeps = RoleDeps &
  FindDeviceDeps & {
    /** So long an answer waits for roles. */
    mostRolesMs: number
    log: Log
    codeCommands: CodeCommands
    /** Throws where nothing new may begin, or the files cannot be read; else the files are believed afterwards. */
    begin(): Promise<void>
    /** After every login, whatever came of it. Never throws. */
    look(): void
  }

export type Logins = {
  logIn(request: LoginRequest): Promise<LoginAnswer>
  /** A login that nobody asked for; who does so says what came of it. */
  renew(request: LoginRequest): Promise<LoginAnswer>
  /** Ends when the logins that run have ended. */
  idle(): Promise<void>
  isIdle(): boolean
}

export function createLogins(deps: LoginsDeps): Logins {
  const { known, state, log } = deps
  /** By serial number. */
  const devices = new Map<string, Queue>()
  const running = new Set<Promise<unknown>>()

  /** The daemon does not end before it has. */
  const tracked = <T>(job: Promise<T>): Promise<T> => {
    const result = job.finally(() => running.delete(result))
    running.add(result)
    return result
  }

  const onDevice = (
    { request, found }: LoginDevices,
    job: () => Promise<LoginOutcome>,
  ): Promise<LoginOutcome> => {
    const serialNumber = serialNumberFor(profilesNow(known, state, found), request, deps.now()) ?? ''
    const queue = devices.get(serialNumber) ?? createQueue()
    devices.set(serialNumber, queue)
    return tracked(
      queue.add(job).finally(() => {
        if (queue.isIdle()) devices.delete(serialNumber)
        deps.look()
      }),
    )
  }

  const follow = ({ settled }: RoleRun) => {
    void tracked(settled.finally(deps.look))
  }

  const logInOnce = async (devices: LoginDevices, code: TokenCode | undefined, level: LogLevel) => {
    known.refresh()
    const { request, found } = devices
    return onDevice(devices, async () => {
      await deps.begin()
      const longTermKeys = onceEach(deps.longTermKeys)
      const active = new Set(known.active.map(({ profile }) => profile))
      const outcome = await login({ ...deps, longTermKeys, follow, found }, request, code)
      if (outcome.kind === 'command-needed') return outcome
      for (const { profile } of outcome.answer.renewed) state.snoozedUntil.delete(profile)
      log[level]({ renewed: outcome.answer.renewed }, 'logged in')
      // Said once, when it becomes active.
      const added = outcome.answer.renewed.filter(({ profile }) => !active.has(profile))
      const regionless = added.flatMap((profile) => missingRegion(known.sections, profile) ?? [])
      return {
        ...outcome,
        answer: { ...outcome.answer, warnings: [...outcome.answer.warnings, ...regionless] },
      }
    })
  }

  const codeFromCommand = async ({ mfaProcess, profiles }: CommandNeeded): Promise<TokenCode> => {
    try {
      return { tokenCode: await deps.codeCommands.codeFrom(mfaProcess), from: 'command' }
    } catch (error) {
      for (const profile of profiles) state.lastErrors.set(profile, { error: errorBody(error) })
      throw error
    }
  }

  const logIn = async (request: LoginRequest, level: LogLevel): Promise<LoginAnswer> => {
    const { tokenCode } = request
    const code: TokenCode | undefined = tokenCode === undefined ? undefined : { tokenCode, from: 'user' }
    known.refresh()
    if (request.assuming !== undefined) checkMeant(known, request.assuming)
    checkAssumptions(request, known.profiles)
    await deps.begin()
    const devices = await tracked(findDevices(deps, request))
    const outcome = await logInOnce(devices, code, level)
    if (outcome.kind === 'done') return outcome.answer
    const second = await logInOnce(devices, await codeFromCommand(outcome), level)
    if (second.kind === 'done') return second.answer
    throw new AppError('internal.bug', 'a login with a code asked for another one', 'report it')
  }

  return {
    logIn: (request) => logIn(request, 'info'),
    renew: (request) => logIn(request, 'debug'),
    async idle() {
      await Promise.allSettled(running)
    },
    isIdle: () => running.size === 0,
  }
}
