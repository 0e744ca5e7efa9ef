// The codes that a user gives to a reminder, one for each of its devices. Each is a login like one on the command line.
import { errorBody } from '../../core/errors.ts'
import type { ActiveSession } from '../../core/plan/active-sessions.ts'
import { answerReason, canAskAgain, pendingDevices } from '../../core/plan/reminder-answer.ts'
import { namesOf } from '../../core/plan/reminder-text.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import type { LoginRequest } from '../../core/wire.ts'
import type { CodeOutcome, Respond } from '../../edges/desktop/reminder.ts'
import type { Log } from '../../edges/logger.ts'

export type AnswerDeps = {
  log: Log
  now(): Date
  /** Every active session as it is now. */
  sessions(): readonly ActiveSession[]
  /** The same login as from the command line. */
  logIn(request: LoginRequest): Promise<unknown>
}

const mostWrongCodes = 5

/** Takes a code for each device of `reminded` that still needs one, one after the other. Never rejects. */
export function createAnswer(deps: AnswerDeps, reminded: readonly ActiveSession[]): Respond['tokenCode'] {
  const firstPending = () => pendingDevices(reminded, deps.sessions())[0]
  let wrongCodes = 0
  /** Whose code the user was asked for last. */
  let asked = firstPending()?.[0]?.device

  const askForNext = (before: string): CodeOutcome => {
    const device = firstPending()
    if (device === undefined) return { kind: 'done' }
    asked = device[0]?.device
    return {
      kind: 'again',
      reason: `${before}; now the code of ${printable(device[0]?.serialNumber ?? '', 256)} for ${namesOf(device)}`,
    }
  }

  const afterFailure = (thrown: unknown, profiles: readonly string[]): CodeOutcome => {
    const error = errorBody(thrown)
    deps.log.info({ profiles, code: error.code }, 'a login from a reminder failed')
    if (!canAskAgain(error)) return { kind: 'failed', message: `${error.message}\n${error.hint}` }
    wrongCodes += 1
    if (wrongCodes < mostWrongCodes) return { kind: 'again', reason: answerReason(error, deps.now()) }
    return {
      kind: 'failed',
      message: `${error.message}\nwait some minutes, then: ${mfadCommand('login', ...profiles.slice(0, 1))}`,
    }
  }

  return async (code) => {
    const device = firstPending()
    if (device === undefined) return { kind: 'done' }
    // The device whose code this is was renewed meanwhile, by another login.
    if (device[0]?.device !== asked) return askForNext('that device was renewed meanwhile')
    const profiles = device.map(({ profile }) => profile)
    try {
      await deps.logIn({ profiles, tokenCode: code.replace(/\s/g, '') })
    } catch (thrown) {
      return afterFailure(thrown, profiles)
    }
    return askForNext(`${namesOf(device)} ${device.length === 1 ? 'is' : 'are'} renewed`)
  }
}
