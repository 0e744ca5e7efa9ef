import { describe, expect, it } from 'vitest'
import type { Profile } from '../../../src/core/profiles/profile.ts'
import { isActive, nextStateAt, secondsLeft, sessionState } from '../../../src/core/profiles/session-state.ts'
import { keysOf, profilesOf, sessionOf } from '../../support/profiles.ts'

const now = new Date('2026-11-23T10:00:00Z')
const dev = `[dev]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}`
const withSession = (session: string, config = '') => profilesOf(dev + session, config)[0] as Profile
const expiringAt = (time: string) => withSession(sessionOf('dev-mfa', `2026-11-23T${time}Z`))

describe('a session', () => {
  it.each([
    ['11:00:00', 'valid'],
    ['10:10:00', 'valid'],
    ['10:09:59', 'expiring'],
    ['10:00:01', 'expiring'],
    ['10:00:00', 'expired'],
    ['09:00:00', 'expired'],
  ])('that ends at %s is %s at ten', (time, state) => {
    expect(sessionState(expiringAt(time), [600, 0], now)).toBe(state)
  })

  it.each([
    [[3600, 600], 'expiring'],
    [[60], 'valid'],
    [[], 'valid'],
  ])('is expiring within the longest lead time, and 10 min at least: %j', (leads, state) => {
    expect(sessionState(expiringAt('10:30:00'), leads, now)).toBe(state)
    expect(sessionState(expiringAt('10:09:59'), leads, now)).toBe('expiring')
  })

  it('changes its state by time alone exactly when it is said to', () => {
    const profile = expiringAt('11:00:00')
    const states: [string, string][] = []
    let at: Date | undefined = now
    while (at !== undefined) {
      const next = nextStateAt([profile], [600, 0], at)
      if (next === undefined) break
      const after = new Date(next.getTime() + 1)
      states.push([sessionState(profile, [600, 0], next), sessionState(profile, [600, 0], after)])
      at = next
    }
    expect(states).toEqual([
      ['valid', 'expiring'],
      ['expiring', 'expired'],
    ])
    expect(nextStateAt([withSession('')], [600], now)).toBeUndefined()
  })

  it('whose expiration cannot be read counts as expired', () => {
    expect(sessionState(withSession(sessionOf('dev-mfa', 'soon')), [0], now)).toBe('expired')
  })

  it('that is not there is inactive', () => {
    expect(sessionState(withSession(''), [0], now)).toBe('inactive')
  })

  it('that is not ours is unmanaged', () => {
    expect(sessionState(withSession('[dev-mfa]\nmanager = awsume\n'), [0], now)).toBe('unmanaged')
  })

  it.each([
    ['shadowed', '[profile dev-mfa]\nsso_start_url = x\n'],
    ['a key profile', `[profile dev-mfa]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}`],
  ])('that is %s is unmanaged, whether ours stands there or not', (_, config) => {
    expect(sessionState(withSession('', config), [0], now)).toBe('unmanaged')
    const ours = sessionOf('dev-mfa', '2026-11-23T12:00:00Z')
    expect(sessionState(withSession(ours, config), [0], now)).toBe('unmanaged')
  })

  it('of a name that not every tool reads is unmanaged', () => {
    expect(sessionState(profilesOf('[my dev]\nregion = x\n')[0] as Profile, [0], now)).toBe('unmanaged')
  })

  it('of a profile that cannot be logged in still runs', () => {
    const quoted = profilesOf(
      `${dev}region = "x"\n${sessionOf('dev-mfa', '2026-11-23T12:00:00Z')}`,
    )[0] as Profile
    expect(quoted.obstacle?.code).toBe('profile.disputed-value')
    expect(sessionState(quoted, [0], now)).toBe('valid')
  })
})

describe('a profile is active', () => {
  it.each([
    [sessionOf('dev-mfa', '2026-11-23T12:00:00Z'), true],
    [sessionOf('dev-mfa', '2020-11-23T12:00:00Z'), true],
    ['', false],
    ['[dev-mfa]\nregion = x\n', false],
  ])('with %j: %s', (session, expected) => {
    expect(isActive(withSession(session))).toBe(expected)
  })
})

describe('the seconds left', () => {
  it.each([
    ['10:00:30', 30],
    ['10:00:00', 0],
    ['09:59:00', -60],
  ])('until %s are %i', (time, seconds) => {
    expect(secondsLeft(expiringAt(time), now)).toBe(seconds)
  })

  it('are whole, and never more than there are', () => {
    expect(secondsLeft(expiringAt('10:00:30'), new Date(now.getTime() + 1))).toBe(29)
  })

  it.each(['', '[dev-mfa]\nregion = x\n', sessionOf('dev-mfa', 'soon')])(
    'are not known with %j',
    (session) => {
      expect(secondsLeft(withSession(session), now)).toBeUndefined()
    },
  )
})
