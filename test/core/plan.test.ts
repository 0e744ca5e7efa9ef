import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type ActiveSession, planReminders } from '../../src/core/plan.ts'

const at = (time: string) => new Date(`2026-11-23T${time}Z`)
const session = (profile: string, expiration: string, more: Partial<ActiveSession> = {}): ActiveSession => ({
  profile,
  accessKeyId: `ASIA${profile.toUpperCase()}`,
  expiration: at(expiration),
  lifeSeconds: 43_200,
  ...more,
})
const usual = [600, 0]
const nobody: ReadonlySet<string> = new Set()
const noSnooze: ReadonlyMap<string, Date> = new Map()

type Shown = [time: string, kind: string, profiles: string]

/** What is shown when it is looked at these times, one after another, remembering what was sent. */
function shownAt(
  sessions: readonly ActiveSession[],
  times: readonly string[],
  leads: readonly number[] = usual,
  snoozes = noSnooze,
): Shown[] {
  const sent = new Set<string>()
  const shown: Shown[] = []
  for (const time of times) {
    const plan = planReminders(sessions, leads, sent, snoozes, at(time))
    for (const id of plan.sent) sent.add(id)
    for (const { kind, profiles } of plan.due) shown.push([time, kind, profiles.join(' ')])
  }
  return shown
}

/** What a daemon shows that sleeps until `nextAt` each time. */
function shownInTime(sessions: readonly ActiveSession[], from: string, leads = usual): Shown[] {
  const sent = new Set<string>()
  const shown: Shown[] = []
  let now: Date | undefined = at(from)
  while (now !== undefined) {
    const plan = planReminders(sessions, leads, sent, noSnooze, now)
    for (const id of plan.sent) sent.add(id)
    for (const { kind, profiles } of plan.due)
      shown.push([now.toISOString().slice(11, 19), kind, profiles.join(' ')])
    if (plan.nextAt !== undefined) expect(plan.nextAt > now).toBe(true)
    now = plan.nextAt
  }
  return shown
}

describe('a session', () => {
  it('is reminded of at each lead time, and no second earlier', () => {
    expect(shownAt([session('dev', '10:00:00')], ['09:49:59', '09:50:00', '09:59:59', '10:00:00'])).toEqual([
      ['09:50:00', 'expiring', 'dev'],
      ['10:00:00', 'expired', 'dev'],
    ])
  })

  it('is reminded of once for each lead time, however often it is looked at', () => {
    const times = ['09:50:00', '09:50:00', '09:50:30', '09:55:00', '10:00:00', '10:00:01', '12:00:00']
    expect(shownAt([session('dev', '10:00:00')], times)).toHaveLength(2)
  })

  it('is reminded of once after a sleep through all its moments', () => {
    expect(shownAt([session('dev', '10:00:00')], ['09:00:00', '10:30:00', '10:31:00'])).toEqual([
      ['10:30:00', 'expired', 'dev'],
    ])
  })

  it('is reminded of with its lead times in any order', () => {
    expect(shownInTime([session('dev', '10:00:00')], '08:00:00', [0, 3600, 600])).toEqual([
      ['09:00:00', 'expiring', 'dev'],
      ['09:50:00', 'expiring', 'dev'],
      ['10:00:00', 'expired', 'dev'],
    ])
  })

  it.each([
    [1199, [['10:00:00', 'expired', 'dev']]],
    [
      1200,
      [
        ['09:50:00', 'expiring', 'dev'],
        ['10:00:00', 'expired', 'dev'],
      ],
    ],
  ])('that lives %i s drops lead times longer than half of that', (lifeSeconds, expected) => {
    expect(shownInTime([session('dev', '10:00:00', { lifeSeconds })], '09:00:00')).toEqual(expected)
  })

  it('that was renewed is reminded of anew', () => {
    const sent = new Set(
      planReminders([session('dev', '10:00:00')], usual, nobody, noSnooze, at('10:00:00')).sent,
    )
    const renewed = session('dev', '22:00:00', { accessKeyId: 'ASIANEW' })
    const plan = planReminders([renewed], usual, sent, noSnooze, at('21:50:00'))
    expect(plan.due).toEqual([{ kind: 'expiring', profiles: ['dev'], expiration: at('22:00:00') }])
  })

  it('is not reminded of where there are no lead times', () => {
    expect(planReminders([session('dev', '10:00:00')], [], nobody, noSnooze, at('11:00:00'))).toEqual({
      due: [],
      sent: [],
    })
  })

  it('counts as expired up to a second early, for a timer that came early', () => {
    expect(shownAt([session('dev', '10:00:00')], ['10:00:00'])).toEqual([['10:00:00', 'expired', 'dev']])
    const early = planReminders([session('dev', '10:00:01')], [1, 0], nobody, noSnooze, at('10:00:00'))
    expect(early.due.map(({ kind }) => kind)).toEqual(['expired'])
    const later = planReminders([session('dev', '10:00:02')], [2], nobody, noSnooze, at('10:00:00'))
    expect(later.due.map(({ kind }) => kind)).toEqual(['expiring'])
  })
})

describe('several sessions', () => {
  it('whose moments fall into a minute share a notification, with the earliest expiration', () => {
    const sessions = [session('b', '10:00:40'), session('a', '10:00:00'), session('c', '10:01:00')]
    const plan = planReminders(sessions, usual, nobody, noSnooze, at('09:50:00'))
    expect(plan.due).toEqual([{ kind: 'expiring', profiles: ['b', 'a', 'c'], expiration: at('10:00:00') }])
  })

  it('more than a minute apart do not', () => {
    const sessions = [session('a', '10:00:00'), session('b', '10:01:01')]
    expect(shownInTime(sessions, '09:00:00', [600])).toEqual([
      ['09:50:00', 'expiring', 'a'],
      ['09:51:01', 'expiring', 'b'],
    ])
  })

  it('are merged for the same lead time only', () => {
    const sessions = [session('a', '10:00:00'), session('b', '10:10:30')]
    expect(shownInTime(sessions, '09:00:00')).toEqual([
      ['09:50:00', 'expiring', 'a'],
      ['10:00:00', 'expired', 'a'],
      ['10:00:30', 'expiring', 'b'],
      ['10:10:30', 'expired', 'b'],
    ])
  })

  it('of which some have expired make one notification of each kind', () => {
    const sessions = [
      session('a', '08:00:00'),
      session('b', '09:00:00'),
      session('c', '10:05:00'),
      session('d', '13:00:00'),
    ]
    const plan = planReminders(sessions, usual, nobody, noSnooze, at('10:00:00'))
    expect(plan.due).toEqual([
      { kind: 'expired', profiles: ['a', 'b'], expiration: at('08:00:00') },
      { kind: 'expiring', profiles: ['c'], expiration: at('10:05:00') },
    ])
  })

  it('that share their keys are still reminded of by name, each', () => {
    const sessions = ['a', 'b'].map((name) => session(name, '10:00:00', { accessKeyId: 'ASIASHARED' }))
    expect(shownInTime(sessions, '09:00:00')).toEqual([
      ['09:50:00', 'expiring', 'a b'],
      ['10:00:00', 'expired', 'a b'],
    ])
  })
})

describe('a snoozed session', () => {
  const snoozed = new Map([['dev', at('09:58:00')]])

  it('is held back until the snooze ends, and then reminded of', () => {
    expect(
      shownAt([session('dev', '10:00:00')], ['09:50:00', '09:57:59', '09:58:00', '10:00:00'], usual, snoozed),
    ).toEqual([
      ['09:58:00', 'expiring', 'dev'],
      ['10:00:00', 'expired', 'dev'],
    ])
  })

  it('is told of once when it expired meanwhile', () => {
    const late = new Map([['dev', at('10:30:00')]])
    expect(
      shownAt([session('dev', '10:00:00')], ['09:50:00', '10:00:00', '10:30:00', '11:00:00'], usual, late),
    ).toEqual([['10:30:00', 'expired', 'dev']])
  })

  it('does not hold back another', () => {
    const sessions = [session('dev', '10:00:00'), session('prod', '10:00:00')]
    expect(shownAt(sessions, ['09:50:00'], usual, snoozed)).toEqual([['09:50:00', 'expiring', 'prod']])
  })

  it('is not drawn in by another within its last minute', () => {
    const sessions = [session('dev', '10:00:00'), session('prod', '10:00:00')]
    const short = new Map([['dev', at('09:50:30')]])
    expect(shownAt(sessions, ['09:50:00', '09:50:30'], usual, short)).toEqual([
      ['09:50:00', 'expiring', 'prod'],
      ['09:50:30', 'expiring', 'dev'],
    ])
  })

  it('is due next when its snooze ends', () => {
    const plan = planReminders([session('dev', '10:00:00')], usual, nobody, snoozed, at('09:50:00'))
    expect(plan).toEqual({ due: [], sent: [], nextAt: at('09:58:00') })
  })
})

describe('the next instant', () => {
  it.each([
    ['08:00:00', '09:50:00'],
    ['09:50:00', '10:00:00'],
    ['09:55:00', '10:00:00'],
  ])('after %s is %s', (now, next) => {
    const sessions = [session('a', '12:00:00'), session('dev', '10:00:00')]
    expect(planReminders(sessions, usual, nobody, noSnooze, at(now)).nextAt).toEqual(at(next))
  })

  it('is none when nothing is left', () => {
    expect(
      planReminders([session('dev', '10:00:00')], usual, nobody, noSnooze, at('10:00:00')),
    ).not.toHaveProperty('nextAt')
    expect(planReminders([], usual, nobody, noSnooze, at('10:00:00'))).toEqual({ due: [], sent: [] })
  })
})

describe('whatever the sessions, and whenever it is looked', () => {
  const day = at('00:00:00').getTime()
  const sessions = fc
    .array(
      fc.record({
        key: fc.integer({ min: 0, max: 4 }),
        expiration: fc.integer({ min: -3600, max: 90_000 }),
        life: fc.integer({ min: 900, max: 129_600 }),
      }),
      { maxLength: 6 },
    )
    .map((all) =>
      all.map(
        ({ key, expiration, life }, index): ActiveSession => ({
          profile: `p${index}`,
          accessKeyId: `ASIA${key}`,
          expiration: new Date(day + expiration * 1000),
          lifeSeconds: life,
        }),
      ),
    )
  const leads = fc.uniqueArray(fc.constantFrom(0, 60, 600, 1800, 7200), { maxLength: 4 })
  const times = fc
    .array(fc.integer({ min: 0, max: 90_000 }), { minLength: 1, maxLength: 20 })
    .map((all) => all.sort((a, b) => a - b).map((seconds) => new Date(day + seconds * 1000)))
  const snoozes = fc
    .dictionary(fc.constantFrom('p0', 'p1', 'p2'), fc.integer({ min: 0, max: 90_000 }))
    .map(
      (all) =>
        new Map(Object.entries(all).map(([profile, seconds]) => [profile, new Date(day + seconds * 1000)])),
    )

  it('each reminder is sent once, none is forgotten, and nobody who is snoozed is told', () => {
    fc.assert(
      fc.property(sessions, leads, times, snoozes, (all, leadSeconds, looks, snoozedUntil) => {
        const sent = new Set<string>()
        for (const now of looks) {
          const plan = planReminders(all, leadSeconds, sent, snoozedUntil, now)
          const told = plan.due.flatMap(({ profiles }) => profiles)
          expect(new Set(told).size).toBe(told.length)
          expect(plan.due.length).toBeLessThanOrEqual(2)
          expect(new Set(plan.sent).size).toBe(plan.sent.length)
          for (const id of plan.sent) expect(sent.has(id)).toBe(false)
          expect(plan.sent.length === 0).toBe(told.length === 0)
          for (const { profile, expiration, lifeSeconds, accessKeyId } of all) {
            const isHeld = (snoozedUntil.get(profile) ?? now) > now
            if (isHeld) expect(told).not.toContain(profile)
            const open = leadSeconds
              .filter(
                (lead) => lead <= lifeSeconds / 2 && expiration.getTime() - lead * 1000 <= now.getTime(),
              )
              .filter((lead) => ![...sent].some((id) => id === `${accessKeyId} ${lead} ${profile}`))
            if (open.length > 0 && !isHeld) expect(told).toContain(profile)
          }
          for (const id of plan.sent) sent.add(id)
        }
      }),
    )
  })

  it('one who sleeps until the next instant each time misses nothing that one who looks each second sees', () => {
    fc.assert(
      fc.property(sessions, leads, (all, leadSeconds) => {
        const sent = new Set<string>()
        let now: Date | undefined = new Date(day)
        let looks = 0
        while (now !== undefined) {
          const plan = planReminders(all, leadSeconds, sent, noSnooze, now)
          expect(looks === 0 || plan.due.length > 0).toBe(true)
          for (const id of plan.sent) sent.add(id)
          now = plan.nextAt
          looks += 1
        }
        const wanted = all.flatMap(({ profile, accessKeyId, lifeSeconds }) =>
          leadSeconds
            .filter((lead) => lead <= lifeSeconds / 2)
            .map((lead) => `${accessKeyId} ${lead} ${profile}`),
        )
        expect([...sent].sort()).toEqual(wanted.sort())
      }),
    )
  })

  it('a whole day in steps of 30 s gives each session its two reminders, at most 30 s late', () => {
    const working = [
      session('a', '08:10:07'),
      session('b', '12:00:00'),
      session('c', '12:00:50'),
      session('d', '23:00:00'),
    ]
    const looks = Array.from({ length: 2880 }, (_, step) =>
      new Date(day + step * 30_000).toISOString().slice(11, 19),
    )
    expect(shownAt(working, looks)).toEqual([
      ['08:00:30', 'expiring', 'a'],
      ['08:10:30', 'expired', 'a'],
      ['11:50:00', 'expiring', 'b c'],
      ['12:00:00', 'expired', 'b'],
      ['12:00:00', 'expiring', 'c'],
      ['22:50:00', 'expiring', 'd'],
      ['23:00:00', 'expired', 'd'],
    ])
  })
})
