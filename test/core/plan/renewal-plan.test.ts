import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../../src/core/error-codes.ts'
import type { ActiveSession } from '../../../src/core/plan/active-sessions.ts'
import {
  type Attempt,
  failedAttempt,
  isHopeless,
  planRenewals,
  type RenewingDevice,
  renewingDevices,
  startedAttempt,
  withHope,
} from '../../../src/core/plan/renewal-plan.ts'
import { renewalsOf } from '../../../src/core/profiles/renewal.ts'
import { parseQuietHours, type QuietHours } from '../../../src/core/time/quiet-hours.ts'
import { keysOf, profilesOf, sessionOf } from '../../support/profiles.ts'
import { activeSession, serialOf } from '../../support/sessions.ts'

const at = (time: string) => new Date(`2026-11-23T${time}Z`)
const seconds = (from: Date, count: number) => new Date(from.getTime() + count * 1000)
const rules = { leadSeconds: [600, 0], quietHours: undefined as QuietHours | undefined, utcOffset: () => 0 }
const mfaProcess = { command: 'otp', profile: 'dev', file: '/home/me/.aws/config' }
const errorOf = (code: string) => ({ code: code as ErrorCode, message: 'it failed', hint: 'mend it' })
const deviceOf = (
  sessions: ActiveSession[],
  subject = sessions.map(({ accessKeyId }) => accessKeyId).join(),
): RenewingDevice => ({
  device: sessions[0]?.device ?? '',
  sessions,
  mfaProcess,
  subject,
})
const dev = deviceOf([activeSession('dev', at('20:00:00'))])
const plan = (now: Date, attempt?: Attempt, device = dev, with_ = rules) =>
  planRenewals([device], new Map(attempt === undefined ? [] : [[device.device, attempt]]), with_, now)
const running = (now: Date, previous?: Attempt) => startedAttempt(dev, previous, now)

describe('a device', () => {
  it('renews by itself when one of its active profiles has a command', () => {
    const credentials = `[a]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}[b]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}[c]\n${keysOf('AKIAI44QH8DHBEXAMPLE')}${sessionOf('a-mfa', '2026-11-23T20:00:00Z')}`
    const config = ['a', 'b', 'c']
      .map(
        (name) =>
          `[profile ${name}]\nmfa_serial = ${serialOf('alice')}\n${name === 'b' ? 'mfa_process = otp b\n' : ''}`,
      )
      .join('')
    const device = `${serialOf('alice')} one`
    const sessions = ['a', 'b', 'c'].map((name) =>
      activeSession(name, at('20:00:00'), {
        device: name === 'c' ? 'another' : device,
        serialNumber: serialOf('alice'),
      }),
    )
    const profiles = profilesOf(credentials, config)
    const found = renewingDevices(sessions, profiles, renewalsOf(profiles, new Map(), new Set()))
    expect(found.map((each) => each.sessions.map(({ profile }) => profile))).toEqual([['a', 'b']])
    expect(found[0]?.mfaProcess.command).toBe('otp b')
  })

  it('is started when its time has come, and the next instant is that before', () => {
    expect(plan(at('19:44:59'))).toMatchObject({ start: [], nextAt: at('19:45:00') })
    expect(plan(at('19:45:00'))).toMatchObject({ start: [dev] })
    expect(plan(at('19:45:00'))).not.toHaveProperty('nextAt')
  })

  it.each([
    ['no reminders', [], 43_200, '19:55:00'],
    ['a long lead time', [7200], 43_200, '17:55:00'],
    ['a lead time that does not apply', [30_000, 600], 43_200, '19:45:00'],
    ['a short session', [600, 0], 1200, '19:50:00'],
    ['the shortest session', [600, 0], 900, '19:55:00'],
  ])(
    'with %s is due in time for the first reminder, in the second half of its life',
    (_, leadSeconds, lifeSeconds, time) => {
      const device = deviceOf([activeSession('dev', at('20:00:00'), { lifeSeconds })])
      expect(plan(at('08:00:00'), undefined, device, { ...rules, leadSeconds }).nextAt).toEqual(at(time))
    },
  )

  it('is due with the first of its sessions', () => {
    const device = deviceOf([activeSession('a', at('20:00:00')), activeSession('b', at('12:00:00'))])
    expect(plan(at('08:00:00'), undefined, device).nextAt).toEqual(at('11:45:00'))
  })

  it('waits for the end of quiet hours', () => {
    const night = { ...rules, quietHours: parseQuietHours('19:00-21:00') }
    expect(plan(at('18:00:00'), undefined, dev, night).nextAt).toEqual(at('21:00:00'))
    expect(plan(at('20:59:59'), undefined, dev, night)).toMatchObject({ start: [], nextAt: at('21:00:00') })
    expect(plan(at('21:00:00'), undefined, dev, night).start).toEqual([dev])
  })

  it('is not started twice, nor again for five minutes once it is done', () => {
    expect(plan(at('19:45:10'), running(at('19:45:00')))).toMatchObject({ start: [] })
    const forAnother = { ...running(at('19:45:00')), subject: 'a command that was edited' }
    expect(plan(at('19:45:10'), forAnother)).toMatchObject({ start: [] })
    const done: Attempt = { kind: 'done', subject: 'another session', at: at('19:45:00').getTime() }
    expect(plan(at('19:49:59'), done)).toMatchObject({ start: [], nextAt: at('19:50:00') })
    expect(plan(at('19:50:00'), done).start).toEqual([dev])
    expect(plan(at('19:30:00'), { ...done, at: at('19:45:00').getTime() }).nextAt).toEqual(at('19:45:00'))
  })
})

describe('an attempt that failed', () => {
  const failuresIn = (code: string, count: number, random = 1) => {
    let attempt: Attempt | undefined
    let now = at('19:45:00')
    const pauses: number[] = []
    for (let time = 0; time < count; time++) {
      const failed = failedAttempt(startedAttempt(dev, attempt, now), errorOf(code), now, random)
      attempt = failed
      if (failed.kind !== 'waiting') break
      pauses.push((failed.retryAt - now.getTime()) / 1000)
      now = new Date(failed.retryAt)
    }
    return { attempt, pauses, now }
  }

  it.each([
    'network.unreachable',
    'network.timeout',
    'sts.throttled',
    'sts.unavailable',
    'sts.invalid-answer',
    'sts.clock-skewed',
    'file.busy',
    'file.rejected-by-aws',
    'daemon.stopping',
  ])('with %s is tried again with the next code, ever more seldom', (code) => {
    expect(failuresIn(code, 9).pauses).toEqual([31, 30, 30, 40, 80, 160, 300, 300, 300])
  })

  it('has pauses that differ from one computer to another', () => {
    expect(failuresIn('network.timeout', 3, 0).pauses).toEqual([31, 30, 30])
    expect(failuresIn('network.timeout', 400).pauses.at(-1)).toBe(300)
  })

  it.each([
    'sts.key-rejected',
    'sts.signature-rejected',
    'sts.access-denied',
    'sts.device-rejected',
    'sts.refused',
    'device.mfa-process-failed',
    'device.mfa-process-refused',
    'device.mfa-process-gave-no-code',
    'profile.no-keys',
    'internal.bug',
  ])('with %s is the last', (code) => {
    const { attempt } = failuresIn(code, 9)
    const givenUpAt = at('19:45:00').getTime()
    expect(attempt).toEqual({ kind: 'given-up', subject: dev.subject, error: errorOf(code), at: givenUpAt })
    const isLookedAtAgain = code === 'device.mfa-process-refused'
    const later = isLookedAtAgain ? { nextAt: at('19:50:00') } : {}
    expect(plan(at('19:49:59'), attempt)).toEqual({ start: [], hopeUntil: new Map(), ...later })
    expect(plan(at('19:50:00'), attempt).start).toEqual(isLookedAtAgain ? [dev] : [])
    expect(isHopeless(errorOf(code))).toBe(code.startsWith('sts.'))
  })

  it.each(['sts.token-code-rejected', 'device.token-code-used'])(
    'with %s waits for the next code, three times at most',
    (code) => {
      const { attempt, pauses } = failuresIn(code, 9)
      expect(pauses).toEqual([31, 30])
      expect(attempt?.kind).toBe('given-up')
    },
  )

  it('of the network uses up none of the three codes', () => {
    const codes = ['network.timeout', 'network.timeout', 'sts.token-code-rejected', 'sts.unavailable']
    let attempt: Attempt | undefined
    let now = at('19:45:00')
    const kinds: string[] = []
    for (const code of [...codes, 'device.token-code-used', 'network.timeout', 'sts.token-code-rejected']) {
      attempt = failedAttempt(startedAttempt(dev, attempt, now), errorOf(code), now, 1)
      kinds.push(attempt.kind)
      if (attempt.kind === 'waiting') now = new Date(attempt.retryAt)
    }
    expect(kinds).toEqual([...Array(6).fill('waiting'), 'given-up'])
  })

  it.each([
    [4, 60, 80],
    [5, 120, 160],
    [6, 225, 300],
    [20, 225, 300],
  ])(
    'waits longer after each, for five minutes at most, and not on all computers alike: %i',
    (failures, least, most) => {
      const now = at('19:45:00')
      const pauseAt = (random: number) => {
        const failed = failedAttempt({ ...running(now), failures }, errorOf('network.timeout'), now, random)
        return failed.kind === 'waiting' && (failed.retryAt - now.getTime()) / 1000
      }
      expect([pauseAt(0), pauseAt(1)]).toEqual([least, most])
    },
  )

  it('never sends a code twice: there is another one at each attempt', () => {
    for (let second = 0; second < 30; second++) {
      const now = seconds(at('19:45:00'), second)
      const failed = failedAttempt(running(now), errorOf('network.timeout'), now, 0)
      const stepOf = (ms: number) => Math.floor(ms / 30_000)
      expect(failed.kind === 'waiting' && stepOf(failed.retryAt)).toBeGreaterThan(stepOf(now.getTime()))
    }
  })

  it.each(['an other session', 'another key', 'another command'])('says nothing about %s', (subject) => {
    const { attempt } = failuresIn('sts.key-rejected', 1)
    expect(plan(at('19:59:00'), attempt, { ...dev, subject }).start).toHaveLength(1)
    const waiting = failuresIn('network.timeout', 3).attempt
    expect(startedAttempt({ ...dev, subject }, waiting, at('19:45:40'))).toMatchObject({ failures: 0 })
    const other = { ...dev, subject }
    const hopes = [waiting, undefined].map((each) =>
      plan(at('19:45:40'), each, other).hopeUntil.get(dev.device),
    )
    expect(hopes[0]).toEqual(hopes[1])
  })
})

describe('hope', () => {
  const hope = (now: Date, attempt?: Attempt) => plan(now, attempt).hopeUntil.get(dev.device)

  it('holds back what would be told before the renewal was tried', () => {
    expect(hope(at('10:00:00'))).toEqual(at('19:47:00'))
    expect(hope(at('23:00:00'))).toEqual(at('23:02:00'))
    expect(hope(at('19:46:00'), running(at('19:45:00')))).toEqual(at('19:47:00'))
  })

  it('is long enough for two more codes after the first failure, and anew after a sleep', () => {
    const failed = failedAttempt(running(at('19:45:00')), errorOf('network.timeout'), at('19:45:15'), 1)
    expect(hope(at('19:45:16'), failed)).toEqual(at('19:46:30'))
    const again = running(at('19:45:31'), failed)
    expect(hope(at('19:45:30'), again)).toEqual(at('19:46:30'))
    expect(hope(at('23:00:00'), failed)).toEqual(at('23:02:00'))
    expect(startedAttempt(dev, failed, at('23:00:00'))).not.toHaveProperty('failingSince')
  })

  it('keeps everything until the session has run out, and concerns its own device only', () => {
    const [session] = dev.sessions
    if (session === undefined) throw new Error('no session')
    const other = activeSession('other', at('20:00:00'))
    const hopes = new Map([[dev.device, at('19:47:00')]])
    expect(withHope([session, other], hopes)).toEqual([{ ...session, tellFrom: at('20:00:00') }, other])
    expect(withHope([session], new Map([[dev.device, at('20:03:00')]]))[0]?.tellFrom).toEqual(at('20:03:00'))
  })
})

describe('over days, whatever fails', () => {
  const outcome = fc.oneof(
    { weight: 4, arbitrary: fc.constant('done') },
    { weight: 6, arbitrary: fc.constant('network.unreachable') },
    fc.constant('sts.throttled'),
    fc.constant('sts.token-code-rejected'),
    fc.constant('device.mfa-process-failed'),
  )
  const event = fc.record({
    wait: fc.nat({ max: 60_000 }),
    kind: fc.constantFrom('nothing', 'nothing', 'sleep', 'set back', 'login'),
    for: fc.nat({ max: 50_000 }),
  })

  it('nothing runs in quiet hours, twice at once, too early, or in a storm; and nothing awake runs out unheard', () => {
    let starts = 0
    fc.assert(
      fc.property(
        fc.array(event, { minLength: 20, maxLength: 60 }),
        fc.infiniteStream(outcome),
        fc.infiniteStream(fc.nat({ max: 75 })),
        fc.constantFrom(undefined, '22:00-08:00', '12:00-12:10'),
        (events, outcomes, durations, quiet) => {
          const quietHours = quiet === undefined ? undefined : parseQuietHours(quiet)
          let now = at('09:00:00')
          let issued = 0
          const login = () =>
            deviceOf([activeSession('dev', seconds(now, 43_200), { accessKeyId: `ASIA${issued++}` })])
          let device = login()
          let attempt: Attempt | undefined
          let endsAt: Date | undefined
          const givenUp = new Set<string>()
          let history: number[] = []
          const isQuiet = () => {
            if (quietHours === undefined) return false
            const minute = now.getUTCHours() * 60 + now.getUTCMinutes()
            const { from, to } = quietHours
            return from < to ? minute >= from && minute < to : minute >= from || minute < to
          }
          const look = (): Date | undefined => {
            const { start, nextAt, hopeUntil } = planRenewals(
              [device],
              new Map(attempt === undefined ? [] : [[device.device, attempt]]),
              { ...rules, quietHours },
              now,
            )
            const [session] = device.sessions
            if (session === undefined) throw new Error('no session')
            const hasRunOut = session.expiration <= now
            // While something can be hoped for something is under way, or about to be.
            const isHoping = (hopeUntil.get(device.device) ?? now) > now
            if (hasRunOut && isHoping)
              expect(attempt?.kind === 'running' || start.length > 0 || nextAt !== undefined).toBe(true)
            if (hasRunOut && !isQuiet() && start.length === 0 && endsAt === undefined && !isHoping)
              expect(['waiting', 'given-up', 'done']).toContain(attempt?.kind)
            if (start.length === 0) return nextAt
            starts += 1
            expect(endsAt).toBeUndefined()
            expect(isQuiet()).toBe(false)
            expect(givenUp.has(device.subject)).toBe(false)
            expect(session.expiration.getTime() - now.getTime()).toBeLessThanOrEqual(900_000)
            history = [
              ...history.filter((each) => each > now.getTime() - 3600_000 && each <= now.getTime()),
              now.getTime(),
            ]
            expect(history.length).toBeLessThanOrEqual(25)
            attempt = startedAttempt(device, attempt, now)
            endsAt = seconds(now, durations.next().value ?? 1)
            return endsAt
          }
          const finish = () => {
            endsAt = undefined
            const how = outcomes.next().value ?? 'done'
            if (attempt?.kind !== 'running') return
            if (how === 'done') {
              attempt = { kind: 'done', subject: attempt.subject, at: now.getTime() }
              device = login()
            } else attempt = failedAttempt(attempt, errorOf(how), now, 0.5)
            if (attempt.kind === 'given-up') givenUp.add(attempt.subject)
          }
          const wakeUntil = (end: Date) => {
            for (let looks = 0; ; looks++) {
              expect(looks).toBeLessThan(10_000)
              if (endsAt !== undefined && endsAt <= now) finish()
              const next = look()
              const soonest = endsAt ?? next
              if (soonest === undefined || soonest > end) break
              if (soonest > now) now = soonest
            }
            now = end
          }
          for (const { wait, kind, for: length } of events) {
            wakeUntil(seconds(now, wait))
            if (kind === 'sleep') now = seconds(now, length)
            if (kind === 'set back') {
              now = seconds(now, -length)
              history = []
            }
            if (kind === 'login') device = login()
          }
        },
      ),
      { numRuns: 500 },
    )
    expect(starts).toBeGreaterThan(2000)
  })
})
