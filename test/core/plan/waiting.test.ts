import { describe, expect, it } from 'vitest'
import { judgeWaiter } from '../../../src/core/plan/waiting.ts'
import type { Profile } from '../../../src/core/profiles/profile.ts'

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
