import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { afterQuietHours, parseQuietHours, type UtcOffset } from '../../../src/core/time/quiet-hours.ts'
import { offsetIn } from '../../support/time-zones.ts'

const utc: UtcOffset = () => 0
const berlin = offsetIn('Europe/Berlin')
const lordHowe = offsetIn('Australia/Lord_Howe')
const outOf = (quiet: string, instant: string, utcOffset = utc) =>
  afterQuietHours(new Date(instant), parseQuietHours(quiet), utcOffset).toISOString()

describe('quiet hours', () => {
  it.each([
    ['22:00-08:00', { from: 1320, to: 480 }],
    ['00:00-23:59', { from: 0, to: 1439 }],
    ['12:30 - 13:15', { from: 750, to: 795 }],
  ])('%s are read', (text, quiet) => {
    expect(parseQuietHours(text)).toEqual(quiet)
  })

  it.each([
    '',
    '22-8',
    '22:00',
    '24:00-08:00',
    '22:60-08:00',
    '8:00-9:00',
    '22:00-22:00',
    '22:00–08:00',
    '22:00-08:00 ',
  ])('%j are none', (text) => {
    expect(parseQuietHours(text)).toBeUndefined()
  })

  it.each([
    ['2026-11-23T21:59:59.999Z', '2026-11-23T21:59:59.999Z'],
    ['2026-11-23T22:00:00.000Z', '2026-11-24T08:00:00.000Z'],
    ['2026-11-24T00:00:00.000Z', '2026-11-24T08:00:00.000Z'],
    ['2026-11-24T07:59:59.999Z', '2026-11-24T08:00:00.000Z'],
    ['2026-11-24T08:00:00.000Z', '2026-11-24T08:00:00.000Z'],
  ])('across midnight hold %s until %s', (instant, end) => {
    expect(outOf('22:00-08:00', instant)).toBe(end)
  })

  it.each([
    ['2026-11-23T11:59:00.000Z', '2026-11-23T11:59:00.000Z'],
    ['2026-11-23T12:00:00.000Z', '2026-11-23T13:30:00.000Z'],
    ['2026-11-23T13:30:00.000Z', '2026-11-23T13:30:00.000Z'],
  ])('within a day hold %s until %s', (instant, end) => {
    expect(outOf('12:00-13:30', instant)).toBe(end)
  })

  it('that are none hold nothing', () => {
    expect(afterQuietHours(new Date(0), undefined, utc)).toEqual(new Date(0))
  })

  it.each([
    [
      'a night of nine hours ends at 08:00 summer time',
      '22:00-08:00',
      '2026-03-28T21:30:00Z',
      '2026-03-29T06:00:00.000Z',
    ],
    [
      'a night of eleven hours ends at 08:00 winter time',
      '22:00-08:00',
      '2026-10-24T20:30:00Z',
      '2026-10-25T07:00:00.000Z',
    ],
    ['an end that is skipped is the skip', '22:00-02:30', '2026-03-29T00:30:00Z', '2026-03-29T01:00:00.000Z'],
    [
      'a start that is skipped begins with the skip',
      '02:30-08:00',
      '2026-03-29T01:00:00Z',
      '2026-03-29T06:00:00.000Z',
    ],
    [
      'an end that comes twice is one at first',
      '22:00-02:30',
      '2026-10-24T23:30:00Z',
      '2026-10-25T00:30:00.000Z',
    ],
    ['and then again', '22:00-02:30', '2026-10-25T01:10:00Z', '2026-10-25T01:30:00.000Z'],
  ])('in Berlin: %s', (_, quiet, instant, end) => {
    expect(outOf(quiet, instant, berlin)).toBe(end)
  })

  it('on Lord Howe, where summer is half an hour', () => {
    expect(outOf('22:00-08:00', '2026-10-03T12:00:00Z', lordHowe)).toBe('2026-10-03T21:00:00.000Z')
    expect(outOf('22:00-08:00', '2026-04-04T12:00:00Z', lordHowe)).toBe('2026-04-04T21:30:00.000Z')
  })

  it('end where the clock on the wall first shows a time outside them, whatever they are', () => {
    const minute = fc.integer({ min: 0, max: 1439 })
    const year = Date.parse('2026-01-01T00:00:00Z') / 60_000
    fc.assert(
      fc.property(
        minute,
        minute,
        fc.integer({ min: 0, max: 365 * 1440 }),
        fc.constantFrom(berlin, lordHowe, utc, offsetIn('America/St_Johns')),
        (from, to, minutes, utcOffset) => {
          fc.pre(from !== to)
          /** By looking at every minute. */
          const isQuiet = (at: number) => {
            const wall = (((at + utcOffset(new Date(at * 60_000))) % 1440) + 1440) % 1440
            for (let quiet = from; quiet !== to; quiet = (quiet + 1) % 1440) if (quiet === wall) return true
            return false
          }
          let expected = year + minutes
          while (isQuiet(expected)) expected += 1
          const found = afterQuietHours(new Date((year + minutes) * 60_000), { from, to }, utcOffset)
          expect(found.getTime() / 60_000).toBe(expected)
        },
      ),
      { numRuns: 60 },
    )
  })
})
