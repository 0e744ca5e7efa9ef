// Whole weeks of reminders, and years of them: what people do with their computers, and what they hear.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ActiveSession } from '../../../src/core/plan/active-sessions.ts'
import { parseQuietHours } from '../../../src/core/time/quiet-hours.ts'
import { Simulation } from '../../support/reminder-simulation.ts'
import { offsetIn } from '../../support/time-zones.ts'

const hourMs = 3600_000
const dayMs = 24 * hourMs
const night = parseQuietHours('22:00-08:00')

/** The instant of a time of day, some days after the simulation's first midnight. */
function on(start: string, day: number, time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return Date.parse(start) + day * dayMs + (hours * 60 + minutes) * 60_000
}

describe('a week', () => {
  const monday = '2026-11-23T00:00:00Z'

  it('of days at the office and a computer that sleeps at night is one notice each morning', () => {
    const week = new Simulation(monday)
    for (const day of [0, 1, 2, 3, 4, 7]) {
      week.jumpTo(on(monday, day, '08:30'))
      week.wakeUntil(on(monday, day, '09:00'))
      week.login('alice', ['dev', 'staging'])
      week.wakeUntil(on(monday, day, '18:30'))
    }
    expect(week.diary()).toEqual([
      'Tue 08:30 expired dev staging',
      'Wed 08:30 expired dev staging',
      'Thu 08:30 expired dev staging',
      'Fri 08:30 expired dev staging',
      'Mon 08:30 expired dev staging',
    ])
  })

  it('with a computer that is switched off at night is the same', () => {
    const week = new Simulation(monday)
    for (const day of [0, 1, 2, 3, 4, 7]) {
      week.restartAt(on(monday, day, '08:30'))
      week.wakeUntil(on(monday, day, '09:00'))
      week.login('alice', ['dev'])
      week.wakeUntil(on(monday, day, '18:30'))
    }
    expect(week.diary()).toEqual(['Tue', 'Wed', 'Thu', 'Fri', 'Mon'].map((day) => `${day} 08:30 expired dev`))
  })

  it('with a computer that never sleeps is two notices each evening, as the night begins', () => {
    const week = new Simulation(monday, { quietHours: night })
    for (const day of [0, 1, 2]) {
      week.wakeUntil(on(monday, day, '09:00'))
      week.login('alice', ['dev'])
    }
    week.wakeUntil(on(monday, 3, '00:00'))
    expect(week.diary()).toEqual(
      ['Mon', 'Tue', 'Wed'].flatMap((day) => [`${day} 20:50 expiring dev`, `${day} 21:00 expired dev`]),
    )
  })

  it('of sessions that end in the middle of the night is one notice each morning', () => {
    const week = new Simulation(monday, { quietHours: night })
    for (const day of [0, 1, 2, 3]) {
      week.wakeUntil(on(monday, day, '15:00'))
      week.login('alice', ['dev'])
      week.login('bob', ['prod'])
    }
    week.wakeUntil(on(monday, 4, '15:00'))
    expect(week.diary()).toEqual(['Tue', 'Wed', 'Thu', 'Fri'].map((day) => `${day} 08:00 expired dev prod`))
  })

  it.each([
    ['autumn', '2026-10-23T00:00:00Z', ['Sat 08:00', 'Sun 08:00', 'Mon 08:00', 'Tue 08:00']],
    ['spring', '2026-03-27T00:00:00Z', ['Sat 08:00', 'Sun 08:00', 'Mon 08:00', 'Tue 08:00']],
  ])('in which the clock changes, in %s, is one notice at the same time each morning', (_, friday, times) => {
    const week = new Simulation(friday, { quietHours: night, utcOffset: offsetIn('Europe/Berlin') })
    for (const day of [0, 1, 2, 3]) {
      week.wakeUntil(on(friday, day, '14:00'))
      week.login('alice', ['dev'])
    }
    week.wakeUntil(on(friday, 4, '12:00'))
    expect(week.diary()).toEqual(times.map((time) => `${time} expired dev`))
  })

  it('of holidays is one notice afterwards, with the computer asleep', () => {
    const week = new Simulation(monday)
    week.login('alice', ['dev'])
    week.jumpTo(on(monday, 21, '09:00'))
    week.wakeUntil(on(monday, 30, '09:00'))
    expect(week.diary()).toEqual(['Mon 09:00 expired dev'])
  })

  it('of holidays is none afterwards, with the computer switched off', () => {
    const week = new Simulation(monday)
    week.login('alice', ['dev'])
    week.restartAt(on(monday, 21, '09:00'))
    week.wakeUntil(on(monday, 30, '09:00'))
    expect(week.diary()).toEqual([])
  })

  it('after somebody stopped using a profile has a notice on three mornings at most', () => {
    const week = new Simulation(monday)
    week.wakeUntil(on(monday, 0, '09:00'))
    week.login('alice', ['old'])
    for (const day of [1, 2, 3, 4, 5, 6]) {
      week.restartAt(on(monday, day, '08:30'))
      week.wakeUntil(on(monday, day, '18:30'))
    }
    expect(week.diary()).toEqual(['Tue 08:30 expired old', 'Wed 08:30 expired old', 'Thu 08:30 expired old'])
  })

  it('of two devices that are used at the same minute never has two notices at once', () => {
    const week = new Simulation(monday)
    for (const day of [0, 1]) {
      week.wakeUntil(on(monday, day, '09:00'))
      week.login('alice', ['dev'])
      week.wakeUntil(on(monday, day, '09:00') + 45_000)
      week.login('bob', ['prod'])
    }
    week.wakeUntil(on(monday, 2, '08:00'))
    expect(week.diary()).toEqual(
      ['Mon', 'Tue'].flatMap((day) => [`${day} 20:50 expiring dev prod`, `${day} 21:00 expired dev prod`]),
    )
  })
})

describe('a year', () => {
  const start = '2026-01-01T00:00:00Z'
  const users: Record<string, string[]> = { alice: ['a1', 'a2'], bob: ['b1'], carol: ['c1'] }
  const minutes = fc.nat({ max: 5 * 1440 })
  const seconds = fc.nat({ max: 59_999 })
  const login = fc.record({
    kind: fc.constant('login' as const),
    user: fc.constantFrom('alice', 'bob', 'carol'),
    life: fc.constantFrom(900, 1100, 3600, 43_200, 129_600, 40 * 86_400),
  })
  const event = fc.oneof(
    { weight: 5, arbitrary: login },
    fc.record({ kind: fc.constant('logout' as const), profile: fc.constantFrom('a1', 'a2', 'b1', 'c1') }),
    fc.record({ kind: fc.constant('sleep' as const), ms: fc.tuple(minutes, seconds) }),
    fc.record({
      kind: fc.constant('set clock' as const),
      ms: fc.tuple(minutes, seconds),
      back: fc.boolean(),
    }),
    fc.record({ kind: fc.constant('restart' as const) }),
    fc.record({
      kind: fc.constant('edit settings' as const),
      leads: fc.uniqueArray(fc.constantFrom(0, 60, 300, 600, 3600), { maxLength: 4 }),
    }),
    fc.record({
      kind: fc.constant('snooze' as const),
      profile: fc.constantFrom('a1', 'a2', 'b1', 'c1'),
      for: fc.nat({ max: 20_000 }),
    }),
    fc.record({ kind: fc.constant('save with an editor' as const), gone: fc.boolean() }),
  )
  const days = fc.array(fc.tuple(fc.tuple(minutes, seconds), event), { minLength: 30, maxLength: 150 })
  const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe'].map(offsetIn)
  const quiets = fc.constantFrom(
    undefined,
    ...['22:00-08:00', '01:30-02:30', '12:00-13:00'].map(parseQuietHours),
  )

  it('of logins, sleeps, set clocks, edits and restarts repeats nothing, and leaves nobody unreminded', () => {
    let reminders = 0
    fc.assert(
      fc.property(days, fc.constantFrom(...zones), quiets, (events, utcOffset, quietHours) => {
        const year = new Simulation(start, { utcOffset, quietHours })
        const check = observe(year)
        year.onLook = check.look
        for (const [[afterMinutes, afterMs], what] of events) {
          year.wakeUntil(year.nowMs + afterMinutes * 60_000 + afterMs)
          if (what.kind === 'login') year.login(what.user, users[what.user] ?? [], what.life)
          if (what.kind === 'logout') year.logout(what.profile)
          if (what.kind === 'sleep') year.jumpTo(year.nowMs + what.ms[0] * 60_000 + what.ms[1])
          if (what.kind === 'set clock') {
            const ms = what.ms[0] * 60_000 + what.ms[1]
            year.jumpTo(year.nowMs + (what.back ? -ms : ms))
          }
          if (what.kind === 'snooze') year.snooze(what.profile, what.for)
          if (what.kind === 'edit settings') {
            year.rules = { ...year.rules, leadSeconds: what.leads }
            year.look()
          }
          if (what.kind === 'restart') {
            check.restart()
            year.restartAt(year.nowMs)
          }
          if (what.kind === 'save with an editor') {
            const kept = [...year.active]
            year.active.clear()
            if (what.gone) year.look()
            for (const [profile, session] of kept) year.active.set(profile, session)
            year.look()
          }
        }
        reminders += year.shown.length
      }),
      { numRuns: 600 },
    )
    expect(reminders).toBeGreaterThan(10_000)
  })

  /**
   * What must hold after every look: each mention of a session is for a lead time that is shorter than those before, and
   * whose time has come or nearly so; and what has passed, and is not held back, was mentioned.
   */
  function observe(year: Simulation): { look(): void; restart(): void } {
    let read = 0
    /** By session: the shortest lead time whose time had come at the last mention in this daemon's life. */
    let mentioned = new Map<string, number>()
    let firstSeen = new Map<string, number>()
    const leadsOf = (lifeSeconds: number) => year.rules.leadSeconds.filter((lead) => lead * 2 <= lifeSeconds)
    const isQuiet = (ms: number) => {
      const { quietHours, utcOffset } = year.rules
      if (quietHours === undefined) return false
      const wall = new Date(ms + utcOffset(new Date(ms)) * 60_000)
      const minute = wall.getUTCHours() * 60 + wall.getUTCMinutes()
      const { from, to } = quietHours
      return from < to ? from <= minute && minute < to : !(to <= minute && minute < from)
    }
    return {
      restart() {
        mentioned = new Map()
        firstSeen = new Map()
      },
      look() {
        const now = year.nowMs
        const newly = year.shown.slice(read)
        read = year.shown.length
        expect(newly.length).toBeLessThanOrEqual(1)
        for (const { accessKeyId, profile, expiration } of year.active.values()) {
          const id = `${accessKeyId}/${profile}`
          if (!firstSeen.has(id)) firstSeen.set(id, now - expiration.getTime())
          // Said by a clock that was ahead: it is said again at its time.
          const lead = mentioned.get(id)
          if (lead !== undefined && expiration.getTime() - lead * 1000 > now + 300_000) mentioned.delete(id)
        }
        const newLeads = (
          { accessKeyId, profile, expiration, lifeSeconds }: ActiveSession,
          aheadSeconds: number,
        ) =>
          leadsOf(lifeSeconds)
            .filter((lead) => expiration.getTime() - lead * 1000 <= now + aheadSeconds * 1000)
            .filter((lead) => lead < (mentioned.get(`${accessKeyId}/${profile}`) ?? Number.POSITIVE_INFINITY))
        const toBeSaid = new Map<string, number>()
        for (const { sessions } of newly) {
          expect(isQuiet(now)).toBe(false)
          expect(new Set(sessions.map(({ profile }) => profile)).size).toBe(sessions.length)
          const own = sessions.map((session) => ({ session, leads: newLeads(session, 0) }))
          for (const { session, leads } of own) {
            const { accessKeyId, profile, device } = session
            expect(year.active.get(profile)?.accessKeyId).toBe(accessKeyId)
            expect(year.snoozeEnd(profile)).toBeLessThanOrEqual(now)
            // What is not due itself falls within a minute, or is renewed by the same code within five.
            const beside = own
              .filter((other) => other.session.device === device)
              .flatMap((other) => other.leads)
            const drawnIn = [
              ...newLeads(session, 60),
              ...newLeads(session, 300).filter((lead) => beside.includes(lead)),
            ]
            const told = leads.length > 0 ? leads : drawnIn
            expect(told.length).toBeGreaterThan(0)
            expect(own.some((other) => other.leads.length > 0)).toBe(true)
            toBeSaid.set(`${accessKeyId}/${profile}`, Math.min(...told))
          }
          for (const [id, lead] of toBeSaid) mentioned.set(id, lead)
        }
        for (const { accessKeyId, profile, expiration, lifeSeconds } of year.active.values()) {
          const id = `${accessKeyId}/${profile}`
          const isAbandoned = (firstSeen.get(id) ?? 0) > 72 * hourMs
          if (isQuiet(now) || year.snoozeEnd(profile) > now || isAbandoned) continue
          const passed = leadsOf(lifeSeconds).filter((lead) => expiration.getTime() - lead * 1000 <= now)
          for (const lead of passed)
            expect(mentioned.get(id) ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(lead)
        }
      },
    }
  }
})
