import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ActiveSession } from '../../../src/core/plan/active-sessions.ts'
import type { Reminder } from '../../../src/core/plan/reminder-plan.ts'
import { reminderQuestion, reminderText, renewalProblemText } from '../../../src/core/plan/reminder-text.ts'
import { activeSession, reminderOf, serialOf } from '../../support/sessions.ts'
import { offsetIn } from '../../support/time-zones.ts'

const now = new Date('2026-11-23T10:00:00Z')
const inSeconds = (seconds: number) => new Date(now.getTime() + seconds * 1000)
/** On one device, unless each has its own. */
const sessionsOf = (profiles: readonly string[], seconds: number, device?: string) =>
  profiles.map((profile) =>
    activeSession(profile, inSeconds(seconds), device === undefined ? {} : { device, serialNumber: device }),
  )
const text = (kind: Reminder['kind'], profiles: string[], seconds = kind === 'expired' ? -600 : 600) =>
  reminderText(
    { kind, sessions: sessionsOf(profiles, seconds, serialOf('alice')), expiration: inSeconds(seconds) },
    now,
  )
const together = (...sessions: ActiveSession[]) => reminderOf(sessions, now)

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
  ])('with %d s left says %s', (seconds, left) => {
    expect(text('expiring', ['dev'], seconds).title).toBe(`mfad: dev expires in ${left}`)
  })
})

describe('a reminder of several', () => {
  it('says of each what has become of it', () => {
    const two = together(activeSession('a', now), activeSession('b', inSeconds(40)))
    expect(reminderText(two, now)).toEqual({
      title: 'mfad: a has expired, b expires in 40s',
      body: 'Two devices, a code each. Run: mfad login a, then: mfad login b',
      isUrgent: true,
    })
    const four = together(
      ...sessionsOf(['a', 'b'], -60, serialOf('alice')),
      ...sessionsOf(['c', 'd'], 300, serialOf('alice')),
    )
    expect(reminderText(four, now)).toMatchObject({
      title: 'mfad: a and b have expired, c and d expire in 5m',
      body: 'Run: mfad login a',
    })
  })

  it('leaves more than two devices to mfad, which asks for their codes one by one', () => {
    const three = together(...sessionsOf(['a', 'b', 'c'], 600))
    expect(reminderText(three, now).body).toBe('3 devices, a code each. Run: mfad')
  })

  it('takes keys of one serial number for those of one user', () => {
    const keys = (profile: string, device: string) =>
      activeSession(profile, inSeconds(600), { device, serialNumber: serialOf('alice') })
    const reminder = together(keys('a', 'alice by one key'), keys('b', 'alice by another'))
    expect(reminderText(reminder, now).body).toBe('Run: mfad login a')
    expect(reminderQuestion(reminder, now, () => 0)).not.toContain('these devices')
  })

  it('names a command for what no code can renew, too: it says why', () => {
    const { serialNumber: _, ...unready } = activeSession('dev', now)
    expect(reminderText(together(unready), now).body).toBe('Run: mfad login dev')
  })
})

describe('a device that renews by itself, and did not', () => {
  it('is reminded of with the reason', () => {
    const reminder = together(activeSession('dev', inSeconds(600)))
    expect(reminderText(reminder, now, 'mfa_process of dev failed (exit status 1): no key').body).toBe(
      'mfa_process of dev failed (exit status 1): no key\nRun: mfad login dev',
    )
  })

  it('has a notice of its own where a code does not help', () => {
    const problem = { code: 'sts.key-rejected', message: 'AWS does not know the key', hint: 'aws configure' }
    expect(renewalProblemText([activeSession('dev', now)], problem)).toEqual({
      title: 'mfad: dev cannot be renewed',
      body: 'AWS does not know the key\naws configure',
      isUrgent: true,
    })
  })
})

describe('the question for a code', () => {
  const berlin = offsetIn('Europe/Berlin')

  it('names the profiles, the time left, the time on the wall and the device', () => {
    const reminder = together(...sessionsOf(['dev', 'staging'], 600, serialOf('alice')))
    expect(reminderQuestion(reminder, now, berlin)).toBe(
      'dev and staging expire in 10m, at 11:10\nCode of arn:aws:iam::111122223333:mfa/alice',
    )
  })

  it('of what has expired says since when', () => {
    expect(reminderQuestion(together(activeSession('dev', inSeconds(-600))), now, berlin)).toBe(
      'dev has expired, since 10:50\nCode of arn:aws:iam::111122223333:mfa/dev',
    )
  })

  it('of two devices lists them in the order of asking', () => {
    const reminder = together(activeSession('a', inSeconds(600)), activeSession('b', inSeconds(630)))
    expect(reminderQuestion(reminder, now, berlin)).toBe(
      'a and b expire in 10m, at 11:10\nThe codes of these devices, one after the other:\narn:aws:iam::111122223333:mfa/a, for a\narn:aws:iam::111122223333:mfa/b, for b',
    )
  })

  it('holds no control character, whatever the names', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (names) => {
        const question = reminderQuestion(together(...sessionsOf(names, 600)), now, berlin)
        for (const line of question.split('\n')) expect(line).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u)
        expect(question.split('\n').length).toBeLessThanOrEqual(7)
      }),
    )
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
