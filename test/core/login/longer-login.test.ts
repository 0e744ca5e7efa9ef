import { expect, test } from 'vitest'
import { longerLogin, plainLoginSeconds } from '../../../src/core/login/longer-login.ts'

const hour = 3600

test.each([
  ['key', 11 * hour, 12 * hour, 'renew it with: mfad login dev'],
  ['key', 12 * hour, 12 * hour, 'renew it with: mfad login dev --duration 13h'],
  ['key', 30 * hour, 12 * hour, 'renew it with: mfad login dev --duration 31h'],
  ['key', 36 * hour - 1, 12 * hour, 'renew it with: mfad login dev --duration 36h'],
  ['key', 36 * hour, 12 * hour, 'require less: AWS lets a session last 1d 12h at most'],
  ['role', hour / 2, hour, 'renew it with: mfad login dev'],
  ['role', 2 * hour, hour, 'require less: AWS lets the session of a role last 1h at most'],
  ['role', hour / 2, hour / 4, 'require less'],
] as const)('a %s of which %d s are required, where a login gives %d s: %s', (kind, least, plain, says) => {
  expect(longerLogin({ profile: 'dev', kind }, least, plain)).toBe(says)
})

test('a role lasts as long as its duration_seconds, and an hour at most; a key as long as it says, else the settings', () => {
  expect(plainLoginSeconds({ kind: 'role' }, 12 * hour)).toBe(hour)
  expect(plainLoginSeconds({ kind: 'role', durationSeconds: 900 }, 12 * hour)).toBe(900)
  expect(plainLoginSeconds({ kind: 'key', durationSeconds: 8 * hour }, 12 * hour)).toBe(8 * hour)
  expect(plainLoginSeconds({ kind: 'key' }, 12 * hour)).toBe(12 * hour)
})

test('a role that asks for less than is required can ask for more', () => {
  expect(longerLogin({ profile: 'dev', kind: 'role', durationSeconds: 900 }, hour / 2, 900)).toBe(
    'have the role last longer: aws configure set duration_seconds 3600 --profile dev, or require less',
  )
})
