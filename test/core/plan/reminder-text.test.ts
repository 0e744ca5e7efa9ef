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
const utc = () => 0
const text = (kind: Reminder['kind'], profiles: string[], seconds = kind === 'expired' ? -600 : 600) =>
  reminderText(
    { kind, sessions: sessionsOf(profiles, seconds, serialOf('alice')), expiration: inSeconds(seconds) },
    now,
    utc,
  )
const together = (...sessions: ActiveSession[]) => reminderOf(sessions, now)

describe('a reminder', () => {
  it('of an expiring session names the profile, the instant and the command', () => {
    expect(text('expiring', ['dev'])).toEqual({
      title: 'mfad: dev is valid until 10:10',
      body: 'Run: mfad login dev',
      isUrgent: false,
    })
  })

  it('of an expired session is urgent', () => {
    expect(text('expired', ['dev'], -5)).toEqual({
      title: 'mfad: dev expired at 09:59',
      body: 'Run: mfad login dev',
      isUrgent: true,
    })
  })

  it.each([
    [['a', 'b'], 'a and b'],
    [['a', 'b', 'c'], 'a, b and c'],
    [['a', 'b', 'c', 'd'], 'a, b, c and 1 more'],
    [['a', 'b', 'c', 'd', 'e'], 'a, b, c and 2 more'],
  ])('names %j', (profiles, names) => {
    expect(text('expiring', profiles).title).toBe(`mfad: ${names} are valid until 10:10`)
    expect(text('expired', profiles).title).toBe(`mfad: ${names} expired at 09:50`)
    expect(text('expired', profiles).body).toBe('Run: mfad login a')
  })

  it.each([
    [600, 'is valid until 10:10'],
    [90, 'is valid until 10:01'],
    [89, 'is valid until 10:01:29'],
    [2, 'is valid until 10:00:02'],
    [1, 'expired at 10:00'],
    [50_399, 'is valid until 23:59'],
    [50_400, 'is valid until Tue 00:00'],
    [6 * 86_400, 'is valid until Sun 10:00'],
    [7 * 86_400, 'is valid until 2026-11-30 10:00'],
    [-36_000, 'expired at 00:00'],
    [-36_001, 'expired on Sun at 23:59'],
    [-6 * 86_400, 'expired on Tue at 10:00'],
    [-7 * 86_400, 'expired on 2026-11-16 at 10:00'],
  ])('of a session with %d s left says that it %s', (seconds, words) => {
    expect(text(seconds > 1 ? 'expiring' : 'expired', ['dev'], seconds).title).toBe(`mfad: dev ${words}`)
  })

  it('names the instant by the clock on the wall, also on a day of 25 hours', () => {
    const before = new Date('2026-10-25T00:30:00Z')
    const reminder = reminderOf([activeSession('dev', new Date('2026-10-25T01:30:00Z'))], before)
    // 02:30 comes twice: this one is an hour from now.
    expect(reminderText(reminder, before, offsetIn('Europe/Berlin')).title).toBe(
      'mfad: dev is valid until 02:30',
    )
    expect(reminderText(reminder, before, offsetIn('Asia/Kolkata')).title).toBe(
      'mfad: dev is valid until 07:00',
    )
  })
})

describe('a reminder of several', () => {
  it('says of each what has become of it', () => {
    const two = together(activeSession('a', now), activeSession('b', inSeconds(40)))
    expect(reminderText(two, now, utc)).toEqual({
      title: 'mfad: a expired at 10:00, b is valid until 10:00:40',
      body: 'Two devices, a code each. Run: mfad login a, then: mfad login b',
      isUrgent: true,
    })
    const four = together(
      ...sessionsOf(['a', 'b'], -60, serialOf('alice')),
      ...sessionsOf(['c', 'd'], 300, serialOf('alice')),
    )
    expect(reminderText(four, now, utc)).toMatchObject({
      title: 'mfad: a and b expired at 09:59, c and d are valid until 10:05',
      body: 'Run: mfad login a',
    })
  })

  it('names each instant where they differ, as far as a title can hold them', () => {
    const sessions = [
      ...sessionsOf(['b'], -1200, serialOf('alice')),
      ...sessionsOf(['a'], -3600, serialOf('alice')),
      ...sessionsOf(['e', 'f'], 420, serialOf('alice')),
      ...sessionsOf(['c'], 300, serialOf('alice')),
      ...sessionsOf(['d'], 360, serialOf('alice')),
    ]
    expect(reminderText(together(...sessions), now, utc).title).toBe(
      'mfad: b and a have expired, the first at 09:00, c is valid until 10:05, d until 10:06, 2 more longer',
    )
  })

  it('leaves more than two devices to mfad, which asks for their codes one by one', () => {
    const three = together(...sessionsOf(['a', 'b', 'c'], 600))
    expect(reminderText(three, now, utc).body).toBe('3 devices, a code each. Run: mfad')
  })

  it('takes keys of one serial number for those of one user', () => {
    const keys = (profile: string, device: string) =>
      activeSession(profile, inSeconds(600), { device, serialNumber: serialOf('alice') })
    const reminder = together(keys('a', 'alice by one key'), keys('b', 'alice by another'))
    expect(reminderText(reminder, now, utc).body).toBe('Run: mfad login a')
    expect(reminderQuestion(reminder.sessions, now, utc)).not.toContain('these devices')
  })

  it('names a command for what no code can renew, too: it says why', () => {
    const { serialNumber: _, ...unready } = activeSession('dev', now)
    expect(reminderText(together(unready), now, utc).body).toBe('Run: mfad login dev')
  })
})

describe('a device that renews by itself, and did not', () => {
  it('is reminded of with the reason', () => {
    const reminder = together(activeSession('dev', inSeconds(600)))
    expect(reminderText(reminder, now, utc, 'mfa_process of dev failed (exit status 1): no key').body).toBe(
      'mfa_process of dev failed (exit status 1): no key\nRun: mfad login dev',
    )
  })

  it('has a notice of its own where a code does not help', () => {
    const problem = {
      code: 'sts.key-rejected' as const,
      message: 'AWS does not know the key',
      hint: 'aws configure',
    }
    expect(renewalProblemText([activeSession('dev', now)], problem)).toEqual({
      title: 'mfad: dev cannot be renewed',
      body: 'AWS does not know the key\naws configure',
      isUrgent: true,
    })
  })
})

describe('the question for a code', () => {
  const berlin = offsetIn('Europe/Berlin')

  it('names the profiles, the time on the wall and the device', () => {
    const reminder = together(...sessionsOf(['dev', 'staging'], 600, serialOf('alice')))
    expect(reminderQuestion(reminder.sessions, now, berlin)).toBe(
      'dev and staging are valid until 11:10\nCode of arn:aws:iam::111122223333:mfa/alice',
    )
  })

  it('of what has expired says when it did', () => {
    expect(reminderQuestion([activeSession('dev', inSeconds(-600))], now, berlin)).toBe(
      'dev expired at 10:50\nCode of arn:aws:iam::111122223333:mfa/dev',
    )
  })

  it('of two devices lists them in the order of asking', () => {
    const sessions = [activeSession('a', inSeconds(600)), activeSession('b', inSeconds(630))]
    expect(reminderQuestion(sessions, now, berlin)).toBe(
      'a and b are valid until 11:10\nThe codes of these devices, one after the other:\narn:aws:iam::111122223333:mfa/a, for a\narn:aws:iam::111122223333:mfa/b, for b',
    )
  })

  it('holds no control character, whatever the names', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { minLength: 1 }), (names) => {
        const question = reminderQuestion(sessionsOf(names, 600), now, berlin)
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
