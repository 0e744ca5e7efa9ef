// Programs that wait for a session. Their states are in core/plan/waiting.ts.

import { commandProblems } from '../../core/error-codes.ts'
import { AppError, type ErrorBody, errorBody } from '../../core/errors.ts'
import { judgeWaiter, type Waiter } from '../../core/plan/waiting.ts'
import { findProfile } from '../../core/profiles/profiles.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import { formatDuration } from '../../core/time/duration.ts'
import { earliest } from '../../core/time/instant.ts'
import type { WaitAnswer, WaitRequest } from '../../core/wire.ts'
import { profilesNow } from '../agent-state.ts'
import { createWaitingReminders, deviceFor, type WaitingReminderDeps } from './waiting-reminders.ts'

export type WaitersDeps = Omit<WaitingReminderDeps, 'waitingFor' | 'end'> & {
  /** Has the agent look again. Never throws. */
  look(): void
}

export type Waiters = {
  /** Resolves when the session lasts long enough; rejects with session.*, profile.* and daemon.*. `gone`: its client is. */
  wait(request: WaitRequest, gone: AbortSignal): Promise<WaitAnswer>
  /** Ends those whose wait is over; answers when to look again. */
  look(): Date | undefined
  loggedOut(profile: string): void
  /** Does nobody wait? */
  isIdle(): boolean
  close(): void
}

type Outcome = { answer: WaitAnswer } | { error: ErrorBody }

type Entry = Waiter & {
  device: string
  /** The sessions on its device: another one may serve this profile without a code. */
  deviceSessions: string
  settle(outcome: Outcome): void
}

const mostWaiters = 32

export function createWaiters(deps: WaitersDeps): Waiters {
  const { known, state, now, log } = deps
  const waiting = new Set<Entry>()
  const renewWithoutCode = createAttempts(deps)
  let isClosing = false

  const waitingFor = (device: string) => [...waiting].filter((entry) => entry.device === device)
  const end = (device: string, error: ErrorBody) => {
    for (const entry of waitingFor(device)) entry.settle({ error })
  }
  const reminders = createWaitingReminders({ ...deps, waitingFor, end })

  const begin = async (entry: Entry) => {
    const error = await renewWithoutCode(entry.profile)
    deps.look()
    if (!waiting.has(entry)) return
    if (error === undefined || error.code === 'usage.token-code-needed' || commandProblems.has(error.code))
      reminders.show(entry.device)
    else entry.settle({ error })
  }

  const look = (): Date | undefined => {
    if (waiting.size === 0) return undefined
    const profiles = profilesNow(known, state)
    let nextAt: Date | undefined
    for (const entry of waiting) {
      const verdict = judgeWaiter(entry, profiles, now())
      delete entry.goneSince
      if (verdict.kind === 'done') entry.settle({ answer: verdict.answer })
      else if (verdict.kind === 'over') entry.settle({ error: verdict.error })
      else {
        if (verdict.goneSince !== undefined) entry.goneSince = verdict.goneSince
        nextAt = earliest(nextAt, verdict.nextAt)
        const sessions = sessionsOn(deps, entry.device)
        if (sessions === entry.deviceSessions) continue
        entry.deviceSessions = sessions
        void begin(entry)
      }
    }
    return nextAt
  }

  return {
    async wait(request, gone) {
      deps.look()
      if (isClosing) throw thrown(stopping())
      const entry = newEntry(deps, request)
      const verdict = judgeWaiter(entry, profilesNow(known, state), now())
      if (verdict.kind === 'done') return verdict.answer
      if (verdict.kind === 'over') throw thrown(verdict.error)
      if (waiting.size >= mostWaiters) throw thrown(tooMany())
      log.info({ profile: entry.profile, program: entry.program }, 'a program waits')
      const settled = untilSettled(entry, waiting, request.waitSeconds, gone, reminders.release)
      if (waiting.has(entry)) void begin(entry)
      const outcome = await settled
      log.info(
        { profile: entry.profile, end: 'error' in outcome ? outcome.error.code : 'done' },
        'a wait ended',
      )
      if ('error' in outcome) throw thrown(outcome.error)
      return outcome.answer
    },
    look,
    loggedOut(profile) {
      for (const entry of waiting) if (entry.profile === profile) entry.settle({ error: loggedOut(profile) })
    },
    isIdle: () => waiting.size === 0,
    close() {
      isClosing = true
      for (const entry of waiting) entry.settle({ error: stopping() })
      reminders.close()
    },
  }
}

/** From now on it waits, until it is settled. */
function untilSettled(
  entry: Entry,
  waiting: Set<Entry>,
  waitSeconds: number,
  gone: AbortSignal,
  release: (device: string) => void,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const left = () => entry.settle({ error: stopping() })
    const timer = setTimeout(() => entry.settle({ error: noCode(entry, waitSeconds) }), waitSeconds * 1000)
    entry.settle = (outcome) => {
      if (!waiting.delete(entry)) return
      clearTimeout(timer)
      gone.removeEventListener('abort', left)
      resolve(outcome)
      release(entry.device)
    }
    waiting.add(entry)
    if (gone.aborted) return left()
    gone.addEventListener('abort', left)
  })
}

/** Throws profile.not-found. */
function newEntry(deps: WaitersDeps, { profile: name, program, leastSeconds }: WaitRequest): Entry {
  const profiles = profilesNow(deps.known, deps.state)
  const profile = findProfile(profiles, name)
  const { session } = profile
  const device = deviceFor(profile, profiles, deps.state)
  return {
    profile: profile.profile,
    program,
    leastSeconds,
    firstSession: session.kind === 'ours' ? session.accessKeyId : undefined,
    device,
    deviceSessions: sessionsOn(deps, device),
    settle: () => undefined,
  }
}

/** The access keys of the sessions on a device. */
function sessionsOn({ known, state }: WaitersDeps, device: string): string {
  const profiles = profilesNow(known, state)
  return profiles
    .filter(({ session }) => session.kind === 'ours')
    .filter((profile) => deviceFor(profile, profiles, state) === device)
    .map(({ session }) => (session.kind === 'ours' ? session.accessKeyId : ''))
    .join(' ')
}

/** Renews a profile without a code, once at a time; answers what stands against it. Never rejects. */
function createAttempts({ logIn }: WaitersDeps): (profile: string) => Promise<ErrorBody | undefined> {
  const attempts = new Map<string, Promise<ErrorBody | undefined>>()
  return (profile) => {
    const running = attempts.get(profile)
    if (running !== undefined) return running
    const attempt = logIn({ profiles: [profile] })
      .then(() => undefined, errorBody)
      .finally(() => attempts.delete(profile))
    attempts.set(profile, attempt)
    return attempt
  }
}

function thrown({ code, message, hint }: ErrorBody): AppError {
  return new AppError(code, message, hint)
}

function stopping(): ErrorBody {
  return { code: 'daemon.stopping', message: 'the daemon is stopping', hint: 'try again when it runs' }
}

function tooMany(): ErrorBody {
  return {
    code: 'daemon.too-many-waiters',
    message: `${mostWaiters} programs wait for a code already`,
    hint: 'give it with: mfad login',
  }
}

function noCode({ profile }: Waiter, seconds: number): ErrorBody {
  return {
    code: 'session.no-code',
    message: `nobody gave a code for ${printable(profile)} within ${formatDuration(seconds)}`,
    hint: `log in with: ${mfadCommand('login', profile)}`,
  }
}

function loggedOut(profile: string): ErrorBody {
  return {
    code: 'session.logged-out',
    message: `${printable(profile)} was logged out meanwhile`,
    hint: `log in with: ${mfadCommand('login', profile)}`,
  }
}
