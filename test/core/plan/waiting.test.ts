import { describe, expect, it } from 'vitest'
import { judgeWaiter, type Wanted, waitingQuestion, waitingText } from '../../../src/core/plan/waiting.ts'
import type { Profile } from '../../../src/core/profiles/profile.ts'
import { activeSession } from '../../support/sessions.ts'

const now = new Date('2026-11-26T12:00:00Z')
const profile = (more: Partial<Profile>): Profile => ({
  profile: 'dev',
  sessionProfile: 'dev-mfa',
  kind: 'key',
  session: {
    kind: 'ours',
    accessKeyId: 'ASIANEW0000000000000',
    expiration: new Date('2026-11-26T12:10:00Z'),
    line: 1,
  },
  inStep: new Map(),
  warnings: [],
  ...more,
})

describe('a new session that is too short', () => {
  it.each([
    ['a session', {}, 7200, 'renew it with: mfad login dev --duration 3h'],
    ['a session', {}, 130_000, 'require less: AWS lets a session last 1d 12h at most'],
    [
      'a role',
      { kind: 'role' as const },
      3600,
      'require less: AWS lets the session of a role last 1h at most',
    ],
    ['a role', { kind: 'role' as const }, 1800, 'require less'],
    [
      'a role with a duration',
      { kind: 'role' as const, durationSeconds: 900 },
      1800,
      'have the role last longer: aws configure set duration_seconds 3600 --profile dev, or require less',
    ],
  ])('of %s is answered with what helps: %j, %i s', (_, more, leastSeconds, hint) => {
    const waiter = { profile: 'dev', program: undefined, leastSeconds, firstSession: undefined }
    expect(judgeWaiter(waiter, [profile(more)], now)).toMatchObject({
      kind: 'over',
      error: { code: 'session.too-short', hint },
    })
  })
})

describe('what the reminder for a waiting program says', () => {
  const wanted = (name: string, expiration = '2026-11-26T12:05:00Z', hasSession = true) => ({
    ...activeSession(name, new Date(expiration)),
    hasSession,
  })
  const text = (programs: (string | undefined)[], ...sessions: ReturnType<typeof wanted>[]) =>
    waitingText(
      programs.map((program) => ({ program })),
      sessions,
      now,
      () => 0,
    )

  it.each([
    [['make'], 'make is waiting for a'],
    [['make', 'make'], 'make is waiting for a'],
    [['make', 'terraform'], 'make and 1 more are waiting for a'],
    [[undefined], 'a program is waiting for a'],
    [[undefined, 'make', 'terraform'], 'a program and 2 more are waiting for a'],
  ])('%j: who', (programs, title) => {
    expect(text(programs, wanted('a')).title).toBe(`mfad: ${title}`)
  })

  it('names three profiles, what there is of each, and the command for the first', () => {
    const sessions = [
      wanted('a'),
      wanted('b', '2026-11-26T11:55:00Z'),
      wanted('c', '2026-11-26T11:55:00Z', false),
    ]
    expect(text(['make'], ...sessions)).toEqual({
      title: 'mfad: make is waiting for a, b, c',
      body: 'a is valid until 12:05\nb expired at 11:55\nc has no session\nRun: mfad login a',
      isUrgent: true,
    })
    const four = text(['make'], ...sessions, wanted('d'))
    expect(four.title).toBe('mfad: make is waiting for a, b, c and 1 more')
    expect(four.body).toBe(text(['make'], ...sessions).body)
  })

  it('asks for the code of the device, where one is known', () => {
    const a = wanted('a')
    const { serialNumber: _, ...unknown } = a
    const asked = (session: Wanted) => waitingQuestion([{ program: 'make' }], [session])
    expect(asked(a)).toBe(`make is waiting for a\nCode of ${a.serialNumber}`)
    expect(asked(unknown)).toBe('make is waiting for a\nMFA code')
  })
})
