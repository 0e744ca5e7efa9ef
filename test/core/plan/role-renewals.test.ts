import { describe, expect, it } from 'vitest'
import {
  failedRoleAttempt,
  givenUpRoles,
  planRoleRenewals,
  type RenewingRole,
  type RoleAttempt,
  startedRoleAttempt,
} from '../../../src/core/plan/role-renewals.ts'

const now = new Date('2026-03-01T10:00:00Z')
const minutes = (count: number) => new Date(now.getTime() + count * 60_000)
const role = (profile: string, more: Partial<RenewingRole> = {}): RenewingRole => ({
  profile,
  expiration: minutes(60),
  lifeSeconds: 3600,
  subject: 'a session',
  ...more,
})
const plan = (roles: RenewingRole[], attempts: Record<string, RoleAttempt> = {}, at = now) =>
  planRoleRenewals(roles, new Map(Object.entries(attempts)), at)
/** By how many seconds before its expiration it is due. */
const lead = (lifeSeconds: number, profile = 'admin') => {
  const expiration = new Date(now.getTime() + lifeSeconds * 1000)
  return (
    (expiration.getTime() - (plan([role(profile, { expiration, lifeSeconds })]).nextAt?.getTime() ?? 0)) /
    1000
  )
}
const denied = { code: 'sts.role-denied', message: '', hint: '' } as const
const throttled = { code: 'sts.throttled', message: '', hint: '' } as const
const running: RoleAttempt & { kind: 'running' } = { kind: 'running', subject: 'a session', failures: 0 }

describe('a role is due', () => {
  it.each([
    // life, least and most before the expiration
    [43_200, 14_400, 21_600],
    [3600, 1200, 1800],
    [2700, 1200, 1350],
    [2400, 1200, 1200],
    [900, 450, 450],
  ])('with a life of %i s from %i to %i s before its end', (life, least, most) => {
    for (const name of ['admin', 'audit', 'deploy', 'x', '']) {
      expect(lead(life, name)).toBeGreaterThanOrEqual(least)
      expect(lead(life, name)).toBeLessThanOrEqual(most)
    }
  })

  it('at a time of its own: 300 that were assumed together are spread over all of it', () => {
    const leads = Array.from({ length: 300 }, (_, index) => lead(3600, `role-${index}`))
    const inEach = Array.from(
      { length: 10 },
      (_, tenth) =>
        leads.filter((each) => each >= 1200 + tenth * 60 && each < 1200 + (tenth + 1) * 60).length,
    )
    expect(Math.min(...inEach)).toBeGreaterThan(10)
    expect(Math.max(...inEach)).toBeLessThan(60)
  })

  it('at once where it has expired', () => {
    expect(plan([role('admin', { expiration: minutes(-90) })]).start).toHaveLength(1)
  })
})

describe('what is due is started', () => {
  const due = role('admin', { expiration: minutes(5) })

  it.each<[string, RoleAttempt | undefined, number]>([
    ['with nothing before', undefined, 1],
    ['not while it runs', running, 0],
    ['not while it runs for another session', { ...running, subject: 'before' }, 0],
    [
      'not in a pause',
      { kind: 'waiting', subject: 'a session', failures: 1, retryAt: minutes(1).getTime() },
      0,
    ],
    ['after the pause', { kind: 'waiting', subject: 'a session', failures: 1, retryAt: now.getTime() }, 1],
    [
      'where a pause is longer than any, as the clock was set back',
      { kind: 'waiting', subject: 'a session', failures: 1, retryAt: minutes(6).getTime() },
      1,
    ],
    ['not when it was given up', { kind: 'given-up', subject: 'a session', error: denied }, 0],
    [
      'when another session or profile was given up',
      { kind: 'given-up', subject: 'before', error: denied },
      1,
    ],
  ])('%s', (_, attempt, count) => {
    expect(plan([due], attempt === undefined ? {} : { admin: attempt }).start).toHaveLength(count)
  })

  it('and the next look is at the first of the others', () => {
    const [soon, later] = [
      role('soon', { expiration: minutes(40) }),
      role('later', { expiration: minutes(70) }),
    ]
    const { start, nextAt } = plan([due, later, soon])
    expect(start).toEqual([due])
    expect(nextAt).toEqual(plan([soon]).nextAt)
  })
})

describe('an attempt that failed', () => {
  it('waits longer each time, up to five minutes', () => {
    const pauses: number[] = []
    let attempt: RoleAttempt = running
    for (let time = 0; time < 7; time++) {
      attempt = failedRoleAttempt(startedRoleAttempt(role('admin'), attempt), throttled, now, 1)
      pauses.push(attempt.kind === 'waiting' ? (attempt.retryAt - now.getTime()) / 1000 : 0)
    }
    expect(pauses).toEqual([30, 60, 120, 240, 300, 300, 300])
  })

  it('begins anew with another session', () => {
    const waiting = failedRoleAttempt({ ...running, failures: 5 }, throttled, now, 1)
    expect(startedRoleAttempt(role('admin', { subject: 'another' }), waiting).failures).toBe(0)
  })

  it.each([
    ['sts.role-denied', 'given-up'],
    ['sts.source-rejected', 'given-up'],
    ['profile.bad-region', 'given-up'],
    ['sts.source-expired', 'waiting'],
    ['sts.source-missing', 'waiting'],
    ['network.timeout', 'waiting'],
    ['file.no-space', 'waiting'],
  ] as const)('by %s is %s', (code, kind) => {
    expect(failedRoleAttempt(running, { code, message: '', hint: '' }, now, 1).kind).toBe(kind)
  })

  it('that was given up is said of the role while it is about the same', () => {
    const attempts = new Map([['admin', failedRoleAttempt(running, denied, now, 1)]])
    expect([...givenUpRoles([role('admin'), role('audit')], attempts)]).toEqual([['admin', denied]])
    expect([...givenUpRoles([role('admin', { subject: 'another' })], attempts)]).toEqual([])
  })
})
