import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Reminder } from '../../src/core/plan.ts'
import { reminderText } from '../../src/core/reminder-text.ts'

const now = new Date('2026-11-23T10:00:00Z')
const reminder = (kind: Reminder['kind'], profiles: string[], seconds = 600): Reminder => ({
  kind,
  profiles,
  expiration: new Date(now.getTime() + seconds * 1000),
})
const text = (kind: Reminder['kind'], profiles: string[], seconds = 600) =>
  reminderText(reminder(kind, profiles, seconds), now)

describe('a reminder', () => {
  it('of an expiring session names the profile, the time left and the command', () => {
    expect(text('expiring', ['dev'])).toEqual({
      title: 'mfad: dev expires in 10m',
      body: 'Run: mfad login dev',
      isUrgent: false,
    })
  })

  it('of an expired session is urgent', () => {
    expect(text('expired', ['dev'], -5)).toEqual({
      title: 'mfad: dev has expired',
      body: 'Run: mfad login dev',
      isUrgent: true,
    })
  })

  it.each([
    [['a', 'b'], 'mfad: a and b expire in 10m', 'mfad: a and b have expired'],
    [['a', 'b', 'c'], 'mfad: a, b and c expire in 10m', 'mfad: a, b and c have expired'],
    [['a', 'b', 'c', 'd'], 'mfad: a, b, c and 1 more expire in 10m', 'mfad: a, b, c and 1 more have expired'],
    [
      ['a', 'b', 'c', 'd', 'e'],
      'mfad: a, b, c and 2 more expire in 10m',
      'mfad: a, b, c and 2 more have expired',
    ],
  ])('names %j', (profiles, expiring, expired) => {
    expect(text('expiring', profiles).title).toBe(expiring)
    expect(text('expired', profiles).title).toBe(expired)
    expect(text('expired', profiles).body).toBe('Run: mfad login a')
  })

  it.each([
    [599.4, '10m'],
    [601, '10m'],
    [90, '2m'],
    [89, '1m 29s'],
    [60, '1m'],
    [30, '30s'],
    [3600, '1h'],
    [5400, '1h 30m'],
    [-3, '0s'],
  ])('with %d s left says %s', (seconds, left) => {
    expect(text('expiring', ['dev'], seconds).title).toBe(`mfad: dev expires in ${left}`)
  })
})

describe('a hostile name in a reminder', () => {
  it('cannot become an option or a second line, whatever it is', () => {
    const name = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('--help', '-u critical', 'a\nb', 'a\rb', '\u001b[31m', 'a\u2028b', '', '\u202ea'),
    )
    fc.assert(
      fc.property(
        fc.array(name),
        fc.constantFrom('expiring' as const, 'expired' as const),
        (profiles, kind) => {
          const { title, body } = text(kind, profiles)
          expect(title).toMatch(/^mfad: [^\p{C}\p{Zl}\p{Zp}]*$/u)
          expect(body).toMatch(/^Run: mfad login(?: [A-Za-z0-9_./%@:+][A-Za-z0-9_./%@:+-]*)?$/)
        },
      ),
    )
  })

  it.each(['--help', 'a b', 'x;reboot', '$(reboot)', 'a\nb'])('is not offered as a command: %j', (name) => {
    expect(text('expired', [name]).body).toBe('Run: mfad login')
    expect(text('expired', [name, 'dev']).body).toBe('Run: mfad login dev')
  })
})
