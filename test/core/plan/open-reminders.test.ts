import { describe, expect, it } from 'vitest'
import type { ActiveSession } from '../../../src/core/plan/active-sessions.ts'
import { judgeOpen, type OpenReminder, standingSessions } from '../../../src/core/plan/open-reminders.ts'
import { activeSession, reminderOf } from '../../support/sessions.ts'

const at = (time: string) => new Date(`2026-11-23T${time}Z`)
const a = activeSession('a', at('14:05:00'))
const b = activeSession('b', at('14:05:00'))
const renewed = (session: ActiveSession) => ({
  ...session,
  accessKeyId: 'ASIANEW',
  expiration: at('23:00:00'),
})
const stays = { kind: 'stays' }
const over = { kind: 'over' }
const again = { kind: 'again' }

/** "a and b are valid until 14:05", of 13:55. */
const open = (more: Partial<OpenReminder> = {}): OpenReminder => ({
  reminder: reminderOf([a, b], at('13:55:00')),
  isProblem: false,
  isAsking: false,
  isBeyondReach: false,
  ...more,
})
const expired = (more: Partial<OpenReminder> = {}) =>
  open({ reminder: reminderOf([a, b], at('14:05:00')), ...more })
const judge = (
  entry: OpenReminder,
  sessions: readonly ActiveSession[],
  time: string,
  snoozed: readonly string[] = [],
) =>
  judgeOpen(
    entry,
    sessions,
    { snoozedUntil: new Map(snoozed.map((name) => [name, at('15:00:00')])) },
    at(time),
  )

describe('a reminder on the screen', () => {
  it('stays while it is true, and is judged again at the instant that it names', () => {
    expect(judge(open(), [a, b], '13:57:00')).toEqual({ ...stays, nextAt: a.expiration })
  })

  it('is over when all of it is renewed', () => {
    expect(judge(open(), [renewed(a), renewed(b)], '13:57:00')).toEqual(over)
    expect(judge(open({ isAsking: true }), [renewed(a), renewed(b)], '13:57:00')).toEqual(over)
  })

  it('is told again without what is renewed', () => {
    expect(judge(open(), [renewed(a), b], '13:57:00')).toEqual(again)
    expect(judge(expired(), [renewed(a), b], '14:06:00')).toEqual(again)
  })

  it('waits for nothing where one is renewed and the other gone', () => {
    for (const sessions of [[renewed(a)], [renewed(b)]])
      expect(judge(open(), sessions, '13:57:00')).toEqual(over)
  })

  it('waits two seconds for what is gone from the file', () => {
    const first = judge(open(), [], '13:57:00')
    expect(first).toEqual({ ...stays, goneSince: at('13:57:00'), nextAt: at('13:57:02') })
    expect(judge(open({ goneSince: at('13:57:00') }), [], '13:57:01')).toEqual(first)
    expect(judge(open({ goneSince: at('13:57:00') }), [a, b], '13:57:01')).toEqual({
      ...stays,
      nextAt: a.expiration,
    })
    expect(judge(open({ goneSince: at('13:57:00') }), [], '13:57:02')).toEqual(over)
    expect(judge(open({ goneSince: at('13:57:00') }), [b], '13:57:02')).toEqual(again)
  })

  it('does not wait for ever for it where the clock is set back', () => {
    expect(judge(open({ goneSince: at('13:57:00') }), [], '13:00:00')).toEqual(over)
  })

  it('comes again after a snooze, when nothing of it is left that was not snoozed', () => {
    expect(judge(open(), [a, b], '13:57:00', ['a', 'b'])).toEqual(again)
    expect(judge(open(), [a, b], '13:57:00', ['a'])).toMatchObject(stays)
  })

  it('is over when the instant has come that it names', () => {
    expect(judge(open(), [a, b], '14:04:58')).toMatchObject(stays)
    expect(judge(open(), [a, b], '14:05:00')).toEqual(over)
  })

  it('stays after that where it tells of the expiration, but not when the clock is set back before it', () => {
    expect(judge(expired(), [a, b], '18:00:00')).toEqual(stays)
    expect(judge(expired(), [a, b], '14:00:00')).toEqual(again)
  })

  it('stays while its dialog is open, as long as one of its sessions stands', () => {
    expect(judge(open({ isAsking: true }), [renewed(a), b], '13:57:00')).toEqual(stays)
    expect(judge(open({ isAsking: true }), [a, b], '14:06:00')).toEqual(stays)
    expect(judge(open({ isAsking: true }), [], '13:57:00')).toMatchObject({
      ...stays,
      goneSince: at('13:57:00'),
    })
  })

  it('is not told again where it cannot be taken away: both would stand there', () => {
    expect(judge(open({ isBeyondReach: true }), [renewed(a), b], '13:57:00')).toEqual(stays)
  })

  it('that tells of a problem stays while one of its sessions has it', () => {
    expect(judge(open({ isProblem: true }), [a, b], '14:06:00')).toEqual(stays)
    expect(judge(open({ isProblem: true }), [renewed(a), b], '14:06:00')).toEqual(stays)
    expect(judge(open({ isProblem: true }), [renewed(a), renewed(b)], '14:06:00')).toEqual(over)
  })
})

describe('the sessions that stand', () => {
  it('are those with the same keys under the same name', () => {
    expect(standingSessions([a, b], [renewed(a), b])).toEqual([b])
    expect(standingSessions([a], [{ ...a, profile: 'other' }])).toEqual([])
  })
})
