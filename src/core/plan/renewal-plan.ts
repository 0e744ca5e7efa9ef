// When a device with an mfa_process is renewed without its user, and what becomes of an attempt that failed. A device is in
// one of these states:
//
//   idle      its sessions live, and the time of their renewal has not come
//   running   the command, and then STS, were asked
//   waiting   that failed in a way that may pass: again with the next code, then ever more seldom, every 5 min in the end
//   given up  that failed in a way that does not pass by itself: from here on it is reminded of as any other device. Where
//             the command was not run, since others could write its file, that is checked again every 5 min
//   done      renewed; whatever comes, not again for 5 min
//
// idle → running → done → idle, or running → waiting → running, or running → given up. Other sessions, keys or another
// command begin anew. In quiet hours nothing runs. While a renewal can be hoped for, nobody is reminded: only when a
// session has really run out.
import { commandProblems, hopelessCodes, refusedCodes } from '../error-codes.ts'
import type { ErrorBody } from '../errors.ts'
import { secondsToNextCode } from '../login/token-code.ts'
import type { MfaProcess, Profile } from '../profiles/profile.ts'
import type { Renewal } from '../profiles/renewal.ts'
import { afterQuietHours } from '../time/quiet-hours.ts'
import { type ActiveSession, byDevice } from './active-sessions.ts'
import { applicableLeads, type ReminderRules } from './reminder-plan.ts'

/** A device that renews by itself, with all of its active sessions. */
export type RenewingDevice = {
  device: string
  sessions: ActiveSession[]
  mfaProcess: MfaProcess
  /** What an attempt is about: the sessions, the keys and the command. With another subject, an attempt begins anew. */
  subject: string
}

export type Attempt = { subject: string } & (
  | { kind: 'running'; startedAt: number; failures: number; refusals: number; failingSince?: number }
  | {
      kind: 'waiting'
      retryAt: number
      failures: number
      /** How many of the failures were codes that were not taken. */
      refusals: number
      failingSince: number
      failedAt: number
      error: ErrorBody
    }
  | { kind: 'given-up'; error: ErrorBody; at: number }
  | { kind: 'done'; at: number }
)

/** By device. */
export type Attempts = ReadonlyMap<string, Attempt>

export type RenewalPlan = {
  /** To be started now. */
  start: RenewingDevice[]
  /** By device: before this instant a renewal can still be hoped for. */
  hopeUntil: ReadonlyMap<string, Date>
  nextAt?: Date
}

/** How long before the first reminder a renewal begins: the command has 60 s, STS 15 s, and some retries must fit in. */
const headStartSeconds = 300
/** How long one attempt may take. */
const attemptMs = 120_000
/** A network that is not there for the first codes after a wake-up is not worth a notice. */
const graceMs = 75_000
const firstPauseMs = 5000
const mostPauseMs = 300_000
/** More than the longest pause. */
const forgottenMs = 600_000
/** A refused code may have been in its last second. After three of them, the command is at fault. */
const mostRefusedCodes = 3

const lastingAreas = /^(?:device|profile|settings|usage|internal)\./

/** The devices whose sessions are renewed by a command. */
export function renewingDevices(
  sessions: readonly ActiveSession[],
  profiles: readonly Profile[],
  renewals: ReadonlyMap<string, Renewal>,
): RenewingDevice[] {
  const byName = new Map(profiles.map((profile) => [profile.profile, profile]))
  return byDevice(sessions).flatMap((group) => {
    const members = group.flatMap(({ profile }) => byName.get(profile) ?? [])
    const [mfaProcess] = members.flatMap(({ profile }) => commandOf(renewals.get(profile)))
    const device = group[0]?.device
    if (mfaProcess === undefined || device === undefined) return []
    const parts = [
      ...group.map(({ accessKeyId }) => accessKeyId),
      ...members.map(({ accessKeyId }) => accessKeyId),
    ]
    return [
      { device, sessions: group, mfaProcess, subject: [...new Set(parts), mfaProcess.command].join(' ') },
    ]
  })
}

function commandOf(renewal: Renewal | undefined): MfaProcess[] {
  return renewal?.way === 'command' ? [renewal.mfaProcess] : []
}

/** What to start at `now`, and from when on to remind of what cannot be renewed. */
export function planRenewals(
  devices: readonly RenewingDevice[],
  attempts: Attempts,
  rules: Pick<ReminderRules, 'leadSeconds' | 'quietHours' | 'utcOffset'>,
  now: Date,
): RenewalPlan {
  const start: RenewingDevice[] = []
  const hopeUntil = new Map<string, Date>()
  const later: number[] = []
  for (const device of devices) {
    const attempt = attempts.get(device.device)
    const own = attempt?.subject === device.subject ? attempt : undefined
    if (own?.kind === 'given-up' && !isRefusedCommand(own.error)) continue
    // An attempt that runs for earlier sessions or keys has to end first.
    const current = attempt?.kind === 'running' ? attempt : own
    const startAt = startOf(device, attempt, rules, now)
    if (own?.kind !== 'given-up') hopeUntil.set(device.device, new Date(hopeOf(current, startAt, now)))
    if (current?.kind === 'running') continue
    if (startAt <= now.getTime()) start.push(device)
    else later.push(startAt)
  }
  return { start, hopeUntil, ...(later.length === 0 ? {} : { nextAt: new Date(Math.min(...later)) }) }
}

/** The sessions, with nothing to be told of them while they may be renewed. */
export function withHope(
  sessions: readonly ActiveSession[],
  hopeUntil: RenewalPlan['hopeUntil'],
): ActiveSession[] {
  return sessions.map((session) => {
    const until = hopeUntil.get(session.device)
    if (until === undefined) return session
    return { ...session, tellFrom: new Date(Math.max(until.getTime(), session.expiration.getTime())) }
  })
}

/** An attempt that begins. */
export function startedAttempt(
  { subject }: RenewingDevice,
  previous: Attempt | undefined,
  now: Date,
): Attempt & { kind: 'running' } {
  const startedAt = now.getTime()
  const isGoingOn =
    previous?.kind === 'waiting' && previous.subject === subject && !isForgotten(previous, now)
  if (!isGoingOn) return { kind: 'running', subject, startedAt, failures: 0, refusals: 0 }
  const { failures, refusals, failingSince } = previous
  return { kind: 'running', subject, startedAt, failures, refusals, failingSince }
}

/** After ten minutes, in a sleep or in quiet hours, earlier failures say nothing about the next try. */
function isForgotten({ failedAt }: Attempt & { kind: 'waiting' }, now: Date): boolean {
  return Math.abs(now.getTime() - failedAt) >= forgottenMs
}

/**
 * What becomes of an attempt that failed. `random` is from 0 up to 1: not all computers should come back at once. Whatever
 * failed, the next attempt waits for the next code: AWS may have seen this one although its answer did not come.
 */
export function failedAttempt(
  { subject, failures, refusals: refusalsBefore, failingSince }: Attempt & { kind: 'running' },
  error: ErrorBody,
  now: Date,
  random: number,
): Attempt {
  const isRefusedCode = refusedCodes.has(error.code)
  const isLasting = !isRefusedCode && (hopelessCodes.has(error.code) || lastingAreas.test(error.code))
  const refusals = refusalsBefore + (isRefusedCode ? 1 : 0)
  if (isLasting || refusals >= mostRefusedCodes)
    return { kind: 'given-up', subject, error, at: now.getTime() }
  const failedAt = now.getTime()
  const pauseMs = Math.min(mostPauseMs, firstPauseMs * 2 ** Math.min(failures, 10)) * (0.75 + random / 4)
  const nextCodeMs = (secondsToNextCode(now) + 1) * 1000
  return {
    kind: 'waiting',
    subject,
    retryAt: failedAt + Math.max(pauseMs, nextCodeMs),
    failures: failures + 1,
    refusals,
    failingSince: failingSince ?? failedAt,
    failedAt,
    error,
  }
}

/** By profile: why it is not renewed by itself, although it should be. */
export function givenUpErrors(
  devices: readonly RenewingDevice[],
  attempts: Attempts,
): ReadonlyMap<string, ErrorBody> {
  const errors = new Map<string, ErrorBody>()
  for (const { device, subject, sessions } of devices) {
    const attempt = attempts.get(device)
    if (attempt?.kind !== 'given-up' || attempt.subject !== subject) continue
    for (const { profile } of sessions) errors.set(profile, attempt.error)
  }
  return errors
}

/**
 * The files have changed: may that be mended which this was given up for? A command that was run, and failed, is run again
 * for a change of the files every 5 min at most.
 */
export function mayBeMended(attempt: Attempt, now: Date): boolean {
  if (attempt.kind !== 'given-up' || !commandProblems.has(attempt.error.code)) return false
  return isRefusedCommand(attempt.error) || Math.abs(now.getTime() - attempt.at) >= mostPauseMs
}

/** It was not run, since others could have written the file that names it. Checking that once more costs nothing. */
function isRefusedCommand({ code }: ErrorBody): boolean {
  return code === 'device.mfa-process-refused'
}

/** Would AWS refuse a code that the user types, too? */
export function isHopeless({ code }: ErrorBody): boolean {
  return hopelessCodes.has(code)
}

/** Early enough for the first reminder to come in time after a failure, and never in the first half of a session's life. */
function dueOf({ sessions }: RenewingDevice, leadSeconds: readonly number[]): number {
  const dues = sessions.map(({ expiration, lifeSeconds }) => {
    const lead = Math.max(0, ...applicableLeads(leadSeconds, lifeSeconds))
    return expiration.getTime() - Math.min(lead + headStartSeconds, lifeSeconds / 2) * 1000
  })
  return Math.min(...dues)
}

function startOf(
  device: RenewingDevice,
  attempt: Attempt | undefined,
  { leadSeconds, quietHours, utcOffset }: Parameters<typeof planRenewals>[2],
  now: Date,
): number {
  const pauseEnd = pauseEndOf(device, attempt)
  // A clock that was set back must not make a pause any longer.
  const isPause = pauseEnd <= now.getTime() + mostPauseMs
  const at = Math.max(dueOf(device, leadSeconds), isPause ? pauseEnd : 0, now.getTime())
  return afterQuietHours(new Date(at), quietHours, utcOffset).getTime()
}

function pauseEndOf({ subject }: RenewingDevice, attempt: Attempt | undefined): number {
  if (attempt?.kind === 'done') return attempt.at + mostPauseMs
  if (attempt?.subject !== subject) return 0
  if (attempt.kind === 'given-up') return attempt.at + mostPauseMs
  return attempt.kind === 'waiting' ? attempt.retryAt : 0
}

/** Until when an attempt that goes on, or that is yet to begin, may still succeed. */
function hopeOf(attempt: Attempt | undefined, startAt: number, now: Date): number {
  if (attempt?.kind === 'waiting' && !isForgotten(attempt, now)) return attempt.failingSince + graceMs
  if (attempt?.kind !== 'running') return startAt + attemptMs
  return attempt.failingSince === undefined ? attempt.startedAt + attemptMs : attempt.failingSince + graceMs
}
