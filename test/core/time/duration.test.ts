import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../../../src/core/time/duration.ts'

describe('a duration that is typed', () => {
  it.each([
    ['90s', 90],
    ['15m', 900],
    ['12h', 43_200],
    ['7d', 604_800],
    ['0s', 0],
    ['0m', 0],
    ['1h30m', 5400],
    ['1d2h3m4s', 93_784],
    ['30m1h', 5400],
    ['1h1h', 7200],
    ['007m', 420],
    ['3650d', 315_360_000],
  ])('reads %s as %i seconds', (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds)
  })

  it.each([
    '',
    '12',
    'h',
    '1h30',
    '1 h',
    ' 1h',
    '1h ',
    '1h\n',
    '-1h',
    '+1h',
    '1.5h',
    '1e3s',
    '1H',
    '1w',
    '0x10s',
    '１h',
    'Infinitys',
    'constructor',
  ])('does not take %j for one', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })

  it.each(['3651d', '3650d1s', '999999999d', '9999999999s', '99999999999999999999h'])(
    'refuses %s, more than 10 years',
    (text) => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  it('is done in no time with a long line of junk', () => {
    expect(parseDuration(`${'1h'.repeat(100_000)}!`)).toBeUndefined()
  })

  it('is a whole number of seconds from 0 to 10 years, or nothing, whatever the text', () => {
    const units = fc.constantFrom('s', 'm', 'h', 'd', '', 'x')
    const parts = fc.array(fc.tuple(fc.nat(), units).map(([count, unit]) => `${count}${unit}`))
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          parts.map((all) => all.join('')),
        ),
        (text) => {
          const seconds = parseDuration(text)
          if (seconds === undefined) return
          expect(Number.isInteger(seconds)).toBe(true)
          expect(seconds).toBeGreaterThanOrEqual(0)
          expect(seconds).toBeLessThanOrEqual(315_360_000)
        },
      ),
    )
  })
})

describe('a duration that is shown', () => {
  it.each([
    [0, '0s'],
    [1, '1s'],
    [59.9, '59s'],
    [60, '1m'],
    [250, '4m 10s'],
    [3600, '1h'],
    [3601, '1h'],
    [28_799, '7h 59m'],
    [43_200, '12h'],
    [86_400, '1d'],
    [86_460, '1d'],
    [90_000, '1d 1h'],
    [-5, '0s'],
  ])('shows %d seconds as %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text)
  })

  it('says never more than there is, and within its smaller unit', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 315_360_000 }), (seconds) => {
        const shown = parseDuration(formatDuration(seconds).replaceAll(' ', '')) ?? Number.NaN
        expect(shown).toBeLessThanOrEqual(seconds)
        expect(seconds - shown).toBeLessThan(seconds >= 86_400 ? 3600 : seconds >= 3600 ? 60 : 1)
      }),
    )
  })
})
