import { describe, expect, it } from 'vitest'
import { localTime } from '../../../src/cli/text/local-time.ts'
import { useUtc } from '../../support/utc.ts'

useUtc()

describe('a local time', () => {
  const shown = (zone: string, date: string, from: string) => {
    process.env.TZ = zone
    return localTime(new Date(date), new Date(from))
  }

  it.each([
    ['UTC', '2026-11-23T22:15:00Z', '2026-11-23T10:00:00Z', '22:15'],
    ['UTC', '2026-11-23T00:00:00Z', '2026-11-23T23:59:59Z', '00:00'],
    ['UTC', '2026-11-24T00:00:00Z', '2026-11-23T23:59:59Z', 'tomorrow 00:00'],
    ['UTC', '2026-11-24T23:59:00Z', '2026-11-23T00:00:00Z', 'tomorrow 23:59'],
    ['UTC', '2026-11-25T08:00:00Z', '2026-11-23T23:59:00Z', '2026-11-25 08:00'],
    ['UTC', '2026-11-22T23:59:00Z', '2026-11-23T00:01:00Z', '2026-11-22 23:59'],
    ['UTC', '2027-01-01T08:05:00Z', '2026-12-31T12:00:00Z', 'tomorrow 08:05'],
    ['Asia/Tokyo', '2026-11-23T15:30:00Z', '2026-11-23T14:59:00Z', 'tomorrow 00:30'],
    ['America/New_York', '2026-11-24T04:59:00Z', '2026-11-23T12:00:00Z', '23:59'],
    // The clock goes back on 25 October 2026 and forward on 29 March 2026: days of 25 and 23 hours.
    ['Europe/Berlin', '2026-10-25T23:30:00Z', '2026-10-24T22:30:00Z', 'tomorrow 00:30'],
    ['Europe/Berlin', '2026-10-25T22:59:00Z', '2026-10-24T22:00:00Z', '23:59'],
    ['Europe/Berlin', '2026-03-29T22:30:00Z', '2026-03-28T23:30:00Z', 'tomorrow 00:30'],
    ['Europe/Berlin', '2026-03-29T21:59:00Z', '2026-03-28T23:00:00Z', '23:59'],
  ])('in %s, %s seen from %s, is %s', (zone, date, from, expected) => {
    expect(shown(zone, date, from)).toBe(expected)
  })
})
