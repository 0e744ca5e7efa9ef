import { describe, expect, it } from 'vitest'
import { type ActiveSession, sessionId } from '../../../src/core/plan/active-sessions.ts'
import {
  allTold,
  isAllTold,
  planReminders,
  type ReminderRules,
  type Told,
  untold,
} from '../../../src/core/plan/reminder-plan.ts'
import { parseQuietHours } from '../../../src/core/time/quiet-hours.ts'
import { activeSession, reminderOf } from '../../support/sessions.ts'

const at = (time: string) => new Date(`2026-11-23T${time}Z`)
const session = (profile: string, expiration: string, more: Partial<ActiveSession> = {}): ActiveSession =>
  activeSession(profile, at(expiration), more)
const usual = [600, 0]
const nothing: Told = new Map()
const noSnooze: ReadonlyMap<string, Date> = new Map()
const rulesOf = (more: Partial<ReminderRules> = {}): ReminderRules => ({
  leadSeconds: usual,
  quietHours: undefined,
  utcOffset: () => 0,
  snoozedUntil: noSnooze,
  ...more,
})
const namesIn = (sessions: readonly ActiveSession[] = []) => sessions.map(({ profile }) => profile).join(' ')

type Shown = [time: string, kind: string, profiles: string]

/** What is shown when it is looked at these times, one after another, remembering what was told. */
function shownAt(
  sessions: readonly ActiveSession[],
  times: readonly string[],
  rules: Partial<ReminderRules> = {},
): Shown[] {
  let told = nothing
  const shown: Shown[] = []
  for (const time of times) {
    const plan = planReminders(sessions, rulesOf(rules), told, at(time))
    told = plan.told
    if (plan.due !== undefined) shown.push([time, plan.due.kind, namesIn(plan.due.sessions)])
  }
  return shown
}

/** What a daemon shows that sleeps until `nextAt` each time. */
function shownInTime(
  sessions: readonly ActiveSession[],
  from: string,
  rules: Partial<ReminderRules> = {},
): Shown[] {
  let told = nothing
  const shown: Shown[] = []
  let now: Date | undefined = at(from)
  while (now !== undefined) {
    const plan = planReminders(sessions, rulesOf(rules), told, now)
    told = plan.told
    if (plan.due !== undefined)
      shown.push([now.toISOString().slice(11, 19), plan.due.kind, namesIn(plan.due.sessions)])
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
    expect(shownInTime([session('dev', '10:00:00')], '08:00:00', { leadSeconds: [0, 3600, 600] })).toEqual([
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
    const { told } = planReminders([session('dev', '10:00:00')], rulesOf(), nothing, at('10:00:00'))
    const renewed = session('dev', '22:00:00', { accessKeyId: 'ASIANEW' })
    const plan = planReminders([renewed], rulesOf(), told, at('21:50:00'))
    expect(plan.due).toEqual({ kind: 'expiring', sessions: [renewed], expiration: at('22:00:00') })
  })

  it('is not reminded of where there are no lead times', () => {
    const plan = planReminders(
      [session('dev', '10:00:00')],
      rulesOf({ leadSeconds: [] }),
      nothing,
      at('11:00:00'),
    )
    expect(plan).toEqual({ told: new Map([['ASIADEV dev', Number.POSITIVE_INFINITY]]) })
  })

  it('is not reminded of again when the settings get a longer lead time afterwards', () => {
    const { told } = planReminders([session('dev', '10:00:00')], rulesOf(), nothing, at('09:50:00'))
    const rules = rulesOf({ leadSeconds: [3600, 1800, 600, 60, 0] })
    const plan = planReminders([session('dev', '10:00:00')], rules, told, at('09:51:00'))
    expect(plan.due).toBeUndefined()
    expect(plan.nextAt).toEqual(at('09:59:00'))
  })

  it('counts as expired up to a second early, for a timer that came early', () => {
    expect(shownAt([session('dev', '10:00:00')], ['10:00:00'])).toEqual([['10:00:00', 'expired', 'dev']])
    const kindWith = (lead: number) =>
      planReminders(
        [session('dev', `10:00:0${lead}`)],
        rulesOf({ leadSeconds: [lead, 0] }),
        nothing,
        at('10:00:00'),
      ).due?.kind
    expect(kindWith(1)).toBe('expired')
    expect(kindWith(2)).toBe('expiring')
  })

  it('that was shown in vain, or snoozed, comes again', () => {
    const dev = session('dev', '10:00:00')
    const { due, told } = planReminders([dev], rulesOf(), nothing, at('09:50:00'))
    const again = planReminders(
      [dev],
      rulesOf(),
      untold(told, nothing, reminderOf([dev], at('09:50:00'))),
      at('09:51:00'),
    )
    expect(again.due).toEqual(due)
    expect(planReminders([dev], rulesOf(), again.told, at('09:52:00')).due).toBeUndefined()
  })

  it('of which everything was said is mentioned no more', () => {
    const dev = session('dev', '10:00:00')
    const said = allTold(nothing, [dev])
    expect(planReminders([dev], rulesOf(), said, at('10:00:00'))).toEqual({ told: said })
    expect([isAllTold(said, dev), isAllTold(nothing, dev)]).toEqual([true, false])
  })

  it.each([
    ['three days', 72 * 3600, 'expired'],
    ['more than that', 72 * 3600 + 1, undefined],
  ])('that had expired for %s when it was first seen', (_, seconds, kind) => {
    const dev = activeSession('dev', new Date(at('10:00:00').getTime() - seconds * 1000))
    const plan = planReminders([dev], rulesOf(), nothing, at('10:00:00'))
    expect(plan.due?.kind).toBe(kind)
    expect(planReminders([dev], rulesOf(), plan.told, at('10:00:30')).due).toBeUndefined()
  })

  it('that counted as abandoned by a clock that was ahead is reminded of once that is set back', () => {
    const dev = session('dev', '10:00:00')
    const ahead = new Date(at('10:00:00').getTime() + 100 * 3600_000)
    const { told, due } = planReminders([dev], rulesOf(), nothing, ahead)
    expect([due, isAllTold(told, dev)]).toEqual([undefined, true])
    const plan = planReminders([dev], rulesOf(), told, at('09:00:00'))
    expect(plan.nextAt).toEqual(at('09:50:00'))
    expect(isAllTold(plan.told, dev)).toBe(false)
  })

  it('that a clock which was ahead called expired is reminded of at its times', () => {
    const times = ['10:30:00', '09:00:00', '09:50:00', '10:00:00']
    expect(shownAt([session('dev', '10:00:00')], times)).toEqual([
      ['10:30:00', 'expired', 'dev'],
      ['09:50:00', 'expiring', 'dev'],
      ['10:00:00', 'expired', 'dev'],
    ])
  })

  it('that was seen while it lived is told of after a sleep of weeks', () => {
    const dev = session('dev', '10:00:00')
    const { told } = planReminders([dev], rulesOf(), nothing, at('09:00:00'))
    const later = new Date(at('10:00:00').getTime() + 30 * 86_400_000)
    expect(planReminders([dev], rulesOf(), told, later).due?.kind).toBe('expired')
  })

  it('that renews by itself is told of only when it should have been renewed', () => {
    const dev = session('dev', '10:00:00', { tellFrom: at('10:02:00') })
    expect(shownInTime([dev], '09:00:00')).toEqual([['10:02:00', 'expired', 'dev']])
  })

  it('lives as long as it likes', () => {
    const dev = activeSession('dev', new Date(at('10:00:00').getTime() + 400 * 86_400_000))
    const { nextAt } = planReminders([dev], rulesOf(), nothing, at('10:00:00'))
    expect(nextAt).toEqual(new Date(dev.expiration.getTime() - 600_000))
  })
})

describe('what is remembered', () => {
  it('is bounded, and forgets only sessions that are gone', () => {
    const dev = session('dev', '10:00:00')
    let { told } = planReminders([dev], rulesOf(), nothing, at('10:00:00'))
    for (let index = 0; index < 3000; index++) {
      const other = session('other', '22:00:00', { accessKeyId: `ASIA${index}` })
      told = planReminders([dev, other], rulesOf(), told, at('10:00:00')).told
    }
    expect(told.size).toBeLessThan(1010)
    expect(told.get(sessionId(dev))).toBe(0)
  })
})

describe('several sessions', () => {
  it('whose moments fall into a minute share a notification, with the earliest expiration', () => {
    const sessions = [session('b', '10:00:40'), session('a', '10:00:00'), session('c', '10:01:00')]
    const plan = planReminders(sessions, rulesOf(), nothing, at('09:50:00'))
    expect(plan.due?.kind).toBe('expiring')
    expect(plan.due?.expiration).toEqual(at('10:00:00'))
    expect(namesIn(plan.due?.sessions)).toBe('a b c')
  })

  it('more than a minute apart do not', () => {
    const sessions = [session('a', '10:00:00'), session('b', '10:01:01')]
    expect(shownInTime(sessions, '09:00:00', { leadSeconds: [600] })).toEqual([
      ['09:50:00', 'expiring', 'a'],
      ['09:51:01', 'expiring', 'b'],
    ])
  })

  it('of two devices that expire within a minute are told of once, as having expired', () => {
    const sessions = [session('a', '10:00:00'), session('b', '10:00:40')]
    expect(shownInTime(sessions, '09:00:00')).toEqual([
      ['09:50:00', 'expiring', 'a b'],
      ['10:00:00', 'expired', 'a b'],
    ])
  })

  it('share a notification also when one expires while the other has ten minutes left', () => {
    const sessions = [session('a', '10:00:00'), session('b', '10:10:30')]
    expect(shownInTime(sessions, '09:00:00')).toEqual([
      ['09:50:00', 'expiring', 'a'],
      ['10:00:00', 'expired', 'a b'],
      ['10:10:30', 'expired', 'b'],
    ])
  })

  it('on one device share a notification within five minutes, since one code renews them', () => {
    const sessions = [
      session('a', '10:00:00', { device: 'one' }),
      session('b', '10:05:00', { device: 'one' }),
      session('c', '10:05:00', { device: 'another' }),
      session('d', '10:05:01', { device: 'one' }),
    ]
    expect(shownInTime(sessions, '09:00:00', { leadSeconds: [600] })).toEqual([
      ['09:50:00', 'expiring', 'a b'],
      ['09:55:00', 'expiring', 'c d'],
    ])
  })

  it('of which some have expired make one notification', () => {
    const sessions = [
      session('a', '08:00:00'),
      session('b', '09:00:00'),
      session('c', '10:05:00'),
      session('d', '13:00:00'),
    ]
    expect(shownAt(sessions, ['10:00:00'])).toEqual([['10:00:00', 'expired', 'a b c']])
  })

  it('do not lose the expiration of one whose lead time is a minute', () => {
    expect(shownInTime([session('dev', '10:00:00')], '09:00:00', { leadSeconds: [60, 0] })).toEqual([
      ['09:59:00', 'expiring', 'dev'],
      ['10:00:00', 'expired', 'dev'],
    ])
  })

  it.each(['10:00:01', '10:00:30'])(
    'with lead times within that minute are told of before it and at it, the second at %s, too',
    (second) => {
      const sessions = [session('a', '10:00:00'), session('b', second)]
      expect(shownInTime(sessions, '09:00:00', { leadSeconds: [20, 0] })).toEqual([
        ['09:59:40', 'expiring', 'a b'],
        ['10:00:00', 'expired', 'a b'],
      ])
    },
  )

  it('that are near have only their next moment drawn in', () => {
    const sessions = [session('a', '10:00:00'), session('b', '10:00:30')]
    expect(shownInTime(sessions, '09:59:50', { leadSeconds: [25, 0] })).toEqual([
      ['09:59:50', 'expiring', 'a b'],
      ['10:00:00', 'expired', 'a b'],
    ])
  })

  it('that share their keys are still reminded of by name, each', () => {
    const sessions = ['a', 'b'].map((name) => session(name, '10:00:00', { accessKeyId: 'ASIASHARED' }))
    expect(shownInTime(sessions, '09:00:00')).toEqual([
      ['09:50:00', 'expiring', 'a b'],
      ['10:00:00', 'expired', 'a b'],
    ])
  })

  it('do not draw in one that is about to be renewed by itself', () => {
    const sessions = [session('a', '10:00:00'), session('b', '10:00:00', { tellFrom: at('10:02:00') })]
    expect(shownInTime(sessions, '09:00:00', { leadSeconds: [0] })).toEqual([
      ['10:00:00', 'expired', 'a'],
      ['10:02:00', 'expired', 'b'],
    ])
  })
})

describe('a snoozed session', () => {
  const snoozed = { snoozedUntil: new Map([['dev', at('09:58:00')]]) }

  it('is held back until the snooze ends, and then reminded of', () => {
    expect(
      shownAt([session('dev', '10:00:00')], ['09:50:00', '09:57:59', '09:58:00', '10:00:00'], snoozed),
    ).toEqual([
      ['09:58:00', 'expiring', 'dev'],
      ['10:00:00', 'expired', 'dev'],
    ])
  })

  it('is told of once when it expired meanwhile', () => {
    const late = { snoozedUntil: new Map([['dev', at('10:30:00')]]) }
    expect(
      shownAt([session('dev', '10:00:00')], ['09:50:00', '10:00:00', '10:30:00', '11:00:00'], late),
    ).toEqual([['10:30:00', 'expired', 'dev']])
  })

  it('does not hold back another', () => {
    const sessions = [session('dev', '10:00:00'), session('prod', '10:00:00')]
    expect(shownAt(sessions, ['09:50:00'], snoozed)).toEqual([['09:50:00', 'expiring', 'prod']])
  })

  it('is not drawn in by another within its last minute', () => {
    const sessions = [session('dev', '10:00:00'), session('prod', '10:00:00')]
    const short = { snoozedUntil: new Map([['dev', at('09:50:30')]]) }
    expect(shownAt(sessions, ['09:50:00', '09:50:30'], short)).toEqual([
      ['09:50:00', 'expiring', 'prod'],
      ['09:50:30', 'expiring', 'dev'],
    ])
  })

  it('is due next when its snooze ends', () => {
    const plan = planReminders([session('dev', '10:00:00')], rulesOf(snoozed), nothing, at('09:50:00'))
    expect(plan.due).toBeUndefined()
    expect(plan.nextAt).toEqual(at('09:58:00'))
  })
})

describe('in quiet hours', () => {
  const quiet = { quietHours: parseQuietHours('12:00-13:30') }

  it('nothing is told, and one thing afterwards', () => {
    expect(shownInTime([session('dev', '12:05:00')], '11:00:00', quiet)).toEqual([
      ['11:55:00', 'expiring', 'dev'],
      ['13:30:00', 'expired', 'dev'],
    ])
    expect(shownInTime([session('dev', '12:30:00')], '11:00:00', quiet)).toEqual([
      ['13:30:00', 'expired', 'dev'],
    ])
  })

  it('a computer that wakes up stays silent, whatever had passed before', () => {
    expect(shownAt([session('dev', '11:30:00')], ['11:00:00', '12:30:00', '13:30:00'], quiet)).toEqual([
      ['13:30:00', 'expired', 'dev'],
    ])
  })

  it('what comes within the last minute before them is drawn in', () => {
    const sessions = [session('a', '11:59:30'), session('b', '12:00:20')]
    expect(shownInTime(sessions, '11:00:00', { ...quiet, leadSeconds: [0] })).toEqual([
      ['11:59:30', 'expired', 'a b'],
    ])
  })

  it('a snooze that ends is over with them', () => {
    const rules = { ...quiet, snoozedUntil: new Map([['dev', at('12:10:00')]]) }
    expect(shownInTime([session('dev', '11:30:00')], '11:00:00', rules)).toEqual([
      ['13:30:00', 'expired', 'dev'],
    ])
  })

  it('what renews by itself late is told of when they are over', () => {
    const dev = session('dev', '12:10:00', { tellFrom: at('12:20:00') })
    expect(shownInTime([dev], '11:00:00', quiet)).toEqual([['13:30:00', 'expired', 'dev']])
  })
})

describe('the next instant', () => {
  it.each([
    ['08:00:00', '09:50:00'],
    ['09:50:00', '10:00:00'],
    ['09:55:00', '10:00:00'],
  ])('after %s is %s', (now, next) => {
    const sessions = [session('a', '12:00:00'), session('dev', '10:00:00')]
    expect(planReminders(sessions, rulesOf(), nothing, at(now)).nextAt).toEqual(at(next))
  })

  it('is none when nothing is left', () => {
    expect(
      planReminders([session('dev', '10:00:00')], rulesOf(), nothing, at('10:00:00')),
    ).not.toHaveProperty('nextAt')
    expect(planReminders([], rulesOf(), nothing, at('10:00:00'))).toEqual({ told: new Map() })
  })
})
