import { beforeEach, describe, expect, it } from 'vitest'
import { createRetryPauses, type RetryPauses } from '../../../src/daemon/reminders/retry-pauses.ts'
import { activeSession } from '../../support/sessions.ts'

const start = Date.parse('2026-11-23T10:00:00Z')
const at = (seconds: number) => new Date(start + seconds * 1000)
const [a, b] = ['a', 'b'].map((name) => activeSession(name, at(36_000))) as [
  ReturnType<typeof activeSession>,
  ReturnType<typeof activeSession>,
]
let pauses: RetryPauses
beforeEach(() => {
  pauses = createRetryPauses()
})
const heldUntil = (seconds: number, snoozed: [string, Date][] = []) => {
  const rules = {
    leadSeconds: [600],
    quietHours: undefined,
    utcOffset: () => 0,
    snoozedUntil: new Map(snoozed),
  }
  const held = pauses.applyTo(rules, [a, b], at(seconds))
  expect(held).toMatchObject({ leadSeconds: [600] })
  return Object.fromEntries(held.snoozedUntil)
}

describe('what could not be shown', () => {
  it('waits a minute, then twice as long each time, and a quarter of an hour at most', () => {
    for (const length of [60, 120, 240, 480, 900, 900]) {
      pauses.lengthen([a], at(0))
      expect(heldUntil(0)).toEqual({ a: at(length) })
      expect(heldUntil(length - 1)).toEqual({ a: at(length) })
      expect(heldUntil(length)).toEqual({})
    }
  })

  it('does not wait longer where the clock is set back', () => {
    pauses.lengthen([a], at(0))
    expect(heldUntil(-840)).toEqual({ a: at(60) })
    expect(heldUntil(-841)).toEqual({})
  })

  it('waits as long as a snooze that ends later, and no less than one that ends earlier', () => {
    pauses.lengthen([a], at(0))
    expect(heldUntil(0, [['a', at(61)]])).toEqual({ a: at(61) })
    expect(
      heldUntil(0, [
        ['a', at(59)],
        ['b', at(5)],
      ]),
    ).toEqual({ a: at(60), b: at(5) })
  })

  it('waits no more once something else was shown, or when it was', () => {
    pauses.lengthen([a, b], at(0))
    expect(pauses.forgetOthers([a, b])).toBe(false)
    expect(pauses.forgetOthers([a])).toBe(true)
    expect(heldUntil(0)).toEqual({ a: at(60) })
    pauses.forget([a])
    expect(heldUntil(0)).toEqual({})
    expect(pauses.forgetOthers([])).toBe(false)
    pauses.lengthen([a], at(0))
    expect(heldUntil(0)).toEqual({ a: at(60) })
  })

  it('is the session, and not its profile: the next one is shown at once', () => {
    pauses.lengthen([{ ...a, accessKeyId: 'ASIAOLD' }], at(0))
    expect(heldUntil(0)).toEqual({})
  })
})
