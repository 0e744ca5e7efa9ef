// The reminders that programs wait behind: one for each device, shown at once, and answered like any other.

import { type ErrorBody, messageOf } from '../../core/errors.ts'
import { rootOf } from '../../core/login/role-plan.ts'
import { snoozeEnd } from '../../core/plan/reminder-answer.ts'
import { type Waiter, type Wanted, waitingQuestion, waitingText } from '../../core/plan/waiting.ts'
import { deviceOf } from '../../core/profiles/devices.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { UtcOffset } from '../../core/time/quiet-hours.ts'
import type { LoginRequest } from '../../core/wire.ts'
import type { Desktop } from '../../edges/desktop/reminder.ts'
import type { Log } from '../../edges/logger.ts'
import { type AgentState, profilesNow } from '../agent-state.ts'
import type { KnownFiles } from '../files/known-files.ts'
import { createAnswer } from './answers.ts'

export type WaitingReminderDeps = {
  known: KnownFiles
  state: AgentState
  desktop: Desktop
  log: Log
  now(): Date
  utcOffset: UtcOffset
  /** Why nothing is to be shown; undefined where reminders are on. */
  silence(): ErrorBody | undefined
  logIn(request: LoginRequest): Promise<unknown>
  /** Those who wait for a device. */
  waitingFor(device: string): readonly Waiter[]
  /** Ends all of them. */
  end(device: string, error: ErrorBody): void
}

export type WaitingReminders = {
  /** Shows it, unless there is one. Ends those who wait where it cannot be shown, or was put off. */
  show(device: string): void
  /** Takes it away where nobody waits for the device any more, and nobody is typing. */
  release(device: string): void
  close(): void
}

type Shown = { withdrawal: AbortController; isAsking: boolean; profiles: readonly string[] }

export function createWaitingReminders(deps: WaitingReminderDeps): WaitingReminders {
  const { desktop, log, now, waitingFor, end, state } = deps
  const shown = new Map<string, Shown>()
  const putOff = new Map<string, Date>()

  const release = (device: string) => {
    const entry = shown.get(device)
    if (entry === undefined || entry.isAsking || waitingFor(device).length > 0) return
    shown.delete(device)
    entry.withdrawal.abort()
  }

  const snooze = (device: string, wanted: readonly Wanted[]) => {
    const until = snoozeEnd(wanted, now())
    putOff.set(device, until)
    for (const { profile, hasSession } of wanted) if (hasSession) state.snoozedUntil.set(profile, until)
    shown.delete(device)
    log.info({ profiles: wanted.map(({ profile }) => profile), until }, 'snoozed')
    end(device, putOffError(wanted[0], until))
  }

  const notShown = (device: string, entry: Shown, reason: string) => {
    if (shown.get(device) !== entry) return
    shown.delete(device)
    log.warn({ profiles: entry.profiles, problem: reason }, 'reminder could not be shown')
    end(device, cannotAsk(entry.profiles[0] ?? '', reason))
  }

  const logInAll = (device: string, entry: Shown) => (request: LoginRequest) =>
    deps.logIn({ ...request, profiles: namesFor(deps, device, entry) })

  const remind = async (device: string, wanted: readonly Wanted[], entry: Shown) => {
    const facts = { kind: 'waiting', profiles: entry.profiles }
    const isShown = () => shown.get(device) === entry
    const current = () => wantedOf(deps, entry.profiles)
    try {
      const { way, ended } = await desktop.remind(
        requestFor(deps, device, wanted),
        {
          asking: () => {
            entry.isAsking = true
          },
          tokenCode: createAnswer({ log, now, sessions: current, logIn: logInAll(device, entry) }, wanted),
          snooze: () => snooze(device, current()),
        },
        entry.withdrawal.signal,
      )
      log.info({ ...facts, way }, 'reminder shown')
      const how = await ended
      log.debug({ ...facts, how }, 'reminder ended')
      entry.isAsking = false
      if (isShown()) release(device)
    } catch (error) {
      notShown(device, entry, messageOf(error))
    }
  }

  return {
    show(device) {
      const profiles = [...new Set(waitingFor(device).map(({ profile }) => profile))]
      if (profiles.length === 0 || shown.has(device)) return
      const wanted = wantedOf(deps, profiles)
      const until = putOff.get(device)
      if (until !== undefined && until > now()) return end(device, putOffError(wanted[0], until))
      putOff.delete(device)
      const silence = deps.silence()
      if (silence !== undefined) return end(device, cannotAsk(profiles[0] ?? '', silence.message))
      const entry = { withdrawal: new AbortController(), isAsking: false, profiles }
      shown.set(device, entry)
      void remind(device, wanted, entry)
    },
    release,
    close() {
      for (const { withdrawal } of shown.values()) withdrawal.abort()
      shown.clear()
    },
  }
}

function requestFor(deps: WaitingReminderDeps, device: string, wanted: readonly Wanted[]) {
  const { now, utcOffset } = deps
  const waiters = deps.waitingFor(device)
  const [first] = wanted
  const kind: 'expired' | 'expiring' =
    first !== undefined && first.expiration > now() ? 'expiring' : 'expired'
  return {
    notification: waitingText(waiters, wanted, now(), utcOffset),
    question: () => waitingQuestion(waiters, wanted),
    kind,
    profiles: wanted.map(({ profile }) => profile),
    expiration: first?.expiration ?? now(),
    canAnswer: true,
  }
}

/** A code renews for all who wait by now. */
function namesFor({ waitingFor }: WaitingReminderDeps, device: string, { profiles }: Shown): string[] {
  return [...new Set([...profiles, ...waitingFor(device).map(({ profile }) => profile)])]
}

function wantedOf({ known, state, now }: WaitingReminderDeps, names: readonly string[]): Wanted[] {
  const profiles = profilesNow(known, state)
  return names.flatMap((name) => {
    const profile = profiles.find((each) => each.profile === name)
    if (profile === undefined) return []
    const { session } = profile
    const serialNumber = profile.serialNumber ?? rootOf(profile, profiles).serialNumber
    const hasSession = session.kind === 'ours' && session.expiration !== undefined
    return [
      {
        profile: name,
        accessKeyId: session.kind === 'ours' ? session.accessKeyId : '',
        expiration: (hasSession ? session.expiration : undefined) ?? now(),
        lifeSeconds: 0,
        device: deviceFor(profile, profiles, state),
        hasSession,
        serialNumber: serialNumber ?? '',
      },
    ]
  })
}

/** What one code is for: the device of a profile, or of the root of a role. */
export function deviceFor(
  profile: Profile,
  profiles: readonly Profile[],
  { identities }: Pick<AgentState, 'identities'>,
): string {
  const root = rootOf(profile, profiles)
  const { serialNumber } = profile
  return (
    deviceOf(serialNumber === undefined ? root : { ...root, serialNumber }, identities) ??
    `none for ${profile.profile}`
  )
}

function cannotAsk(profile: string, reason: string): ErrorBody {
  return {
    code: 'session.cannot-ask',
    message: `${printable(profile)} needs a code, and no reminder can be shown: ${reason}`,
    hint: `log in with: ${mfadCommand('login', profile)}`,
  }
}

function putOffError(wanted: Wanted | undefined, until: Date): ErrorBody {
  const profile = wanted?.profile ?? ''
  return {
    code: 'session.put-off',
    message: `the user put the reminder of ${printable(profile)} off until ${formatInstant(until)}`,
    hint: `try again then, or log in with: ${mfadCommand('login', profile)}`,
  }
}
