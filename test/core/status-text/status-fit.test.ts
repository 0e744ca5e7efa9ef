// The status of a real configuration on small terminals: two live sessions among 27 profiles.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { groupProfiles, isLike, restLine } from '../../../src/core/status-text/status-groups.ts'
import { statusText } from '../../../src/core/status-text/status-text.ts'
import { wrap } from '../../../src/core/text/width.ts'
import type { ProfileStatus, Status } from '../../../src/core/wire.ts'

const now = { now: new Date('2026-11-23T10:00:00Z'), utcOffset: () => 0 }
const plain = (_: string, text: string) => text
const profile = (name: string, more: Partial<ProfileStatus> = {}): ProfileStatus => ({
  profile: name,
  sessionProfile: `${name}-mfa`,
  kind: 'key',
  serialNumber: 'arn:aws:iam::111122223333:mfa/alice',
  state: 'inactive',
  renews: 'by-code',
  ...more,
})
const live = { state: 'valid', secondsLeft: 28_800, expiration: '2026-11-23T18:00:00Z' } as const
const roles = Array.from({ length: 18 }, (_, index) =>
  profile(`team-platform-role-${index}`, { kind: 'role' }),
)
const real: ProfileStatus[] = [
  ...roles,
  ...['corp-sso-a', 'corp-sso-b', 'corp-sso-c'].map((name) => profile(name, { kind: 'sso' })),
  profile('laptop', { kind: 'aws-login' }),
  profile('plain', { kind: 'other' }),
  profile('legacy-1'),
  profile('development', live),
  profile('no-device', { reason: 'it has no mfa_serial' }),
  profile('team-platform-admin', {
    kind: 'role',
    sourceProfile: 'development',
    state: 'expiring',
    secondsLeft: 599,
    expiration: '2026-11-23T10:09:59Z',
    renews: 'by-itself',
  }),
]
const status = (profiles: ProfileStatus[], more: Partial<Status> = {}): Status => ({
  version: '1',
  daemon: null,
  files: { credentials: '/c', config: '/f', settings: '/s', socket: '/k' },
  warnings: [],
  profiles,
  ...more,
})
const show = (view: Parameters<typeof statusText>[3], profiles = real) =>
  statusText(status(profiles), now, plain, view)

describe('the status of 27 profiles', () => {
  it.each([
    [80, 24],
    [40, 24],
    [40, 14],
  ])('shows both times and expirations first, and fits into %i columns and %i lines', (columns, rows) => {
    const lines = show({ columns, rows, wraps: true, hide: ['legacy-*'] }).split('\n')
    expect(real).toHaveLength(27)
    expect(lines.length).toBeLessThan(rows)
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
    expect(lines[1]).toMatch(/^development .* 8h .*18:00/)
    expect(lines[2]).toMatch(/^team-pl.* 9m 59s .*10:09/)
    expect(lines.join('\n')).toContain('inactive: team-platform-role-0')
  })

  it('is whole at 80 columns', () => {
    expect(show({ columns: 80, rows: 24, hide: ['legacy-*'] })).toBe(`\
PROFILE              SECTION                  STATE     LEFT    EXPIRES
development          development-mfa          valid     8h      18:00
team-platform-admin  team-platform-admin-mfa  expiring  9m 59s  10:09, renews
inactive: team-platform-role-0, team-platform-role-1, team-platform-role-2,
team-platform-role-3, team-platform-role-4, team-platform-role-5,
team-platform-role-6, team-platform-role-7, team-platform-role-8,
team-platform-role-9, team-platform-role-10, and 7 more: mfad status --all
cannot be logged in (mfad status PROFILE says why): no-device
6 more (3 sso, 1 aws login, 1 other, 1 hidden): mfad status --all`)
  })

  it('has a line for each with --all, and into a pipe for each that mfad logs in', () => {
    expect(show({ columns: 80, rows: 24, isAll: true, hide: ['*'] }).split('\n')).toHaveLength(1 + 27 + 1)
    const piped = show({}).split('\n')
    expect(piped[1]).toMatch(/^development/)
    expect(piped.at(-1)).toBe('5 more (3 sso, 1 aws login, 1 other): mfad status --all')
  })

  it('leaves out first the words, then the bar, then the section, then the state, never the time', () => {
    const at = (columns: number) => show({ columns }, [real.at(-1) as ProfileStatus]).split('\n')[1]
    expect(at(120)).toMatch(
      /team-platform-admin-mfa +expiring +█░* 9m 59s +10:09, renews by itself from development$/,
    )
    expect(at(100)).toMatch(/team-platform-admin-mfa +expiring +█░* 9m 59s +10:09, renews$/)
    expect(at(85)).toMatch(/team-platform-admin-mfa +expiring +9m 59s +10:09, renews$/)
    expect(at(60)).toMatch(/^team-platform-admin +expiring +9m 59s +10:09, renews$/)
    expect(at(47)).toMatch(/^team-platform-admin +expiring +9m 59s +10:09 ↻$/)
    expect(at(40)).toMatch(/^team-platform-admin +9m 59s +10:09 ↻$/)
    expect(at(30)).toMatch(/^team-platfor… +9m 59s +10:09 ↻$/)
    expect(show({ columns: 30 }, [real.at(-1) as ProfileStatus])).toContain('↻ renews by itself')
  })
})

describe('the names of profiles without a session', () => {
  const title = 'inactive: '
  const folded = (names: string[], columns: number) =>
    show(
      { columns, rows: 1 },
      names.map((name) => profile(name)),
    )
      .split('\n')
      .filter((line) => !line.startsWith('  →'))

  it('are as many as four lines hold', () => {
    const namesAndColumns = fc.record({
      names: fc.uniqueArray(fc.stringMatching(/^[a-z]{1,30}$/), { minLength: 1, maxLength: 60 }),
      columns: fc.integer({ min: 20, max: 120 }),
    })
    fc.assert(
      fc.property(namesAndColumns, ({ names, columns }) => {
        const lines = folded(names, columns)
        expect(lines.length).toBeLessThanOrEqual(4)
        const text = lines.join(' ')
        const wrapped = (count: number) => {
          const more = names.length - count
          const end = more === 0 ? '' : `, and ${more} more: mfad status --all`
          return wrap(`${title}${names.slice(0, count).join(', ')}${end}`, columns).split('\n')
        }
        const more = Number(/, and (\d+) more: /.exec(text)?.[1] ?? 0)
        if (/^inactive: \d+ profiles: /.test(text)) expect(wrapped(1).length).toBeGreaterThan(4)
        else expect(lines).toEqual(wrapped(names.length - more))
        for (let count = names.length - more + 1; more > 0 && count <= names.length; count++)
          expect(wrapped(count).length).toBeGreaterThan(4)
      }),
    )
  })

  it('are found at once among 10,000', () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `profile-${index}`)
    expect(folded(names, 80).join('\n')).toMatch(/and 99\d\d more: mfad status --all$/)
  })
})

describe('the next step', () => {
  it('is one for all that have expired on a device, named by a profile with keys', () => {
    const expired = { state: 'expired', secondsLeft: -5 } as const
    const lines = show({}, [
      profile('admin', { ...expired, kind: 'role' }),
      profile('dev', expired),
      profile('ops', { ...expired, serialNumber: 'GAHT12345678' }),
    ]).split('\n')
    expect(lines.slice(4)).toEqual(['  → mfad login dev (its code renews 1 more)', '  → mfad login ops'])
  })

  it('is named where nothing is active, and only one that can be taken', () => {
    const stuck = profile('stuck', { reason: 'it has no mfa_serial' })
    expect(
      show({}, [stuck, profile('dev')])
        .split('\n')
        .at(-1),
    ).toBe('  → mfad setup dev')
    const daemon = { pid: 4711, startedAt: '2026-11-23T09:00:00Z', version: '0.1.0' }
    const running = { ...status([stuck, profile('dev')]), daemon }
    expect(statusText(running, now, plain, {})).toMatch(/\n {2}→ mfad login dev$/)
    expect(show({}, [stuck])).not.toContain('→')
    expect(show({}, [profile('dev'), profile('ops', live)])).not.toContain('→')
  })
})

describe('what is left out', () => {
  it('is not the rest of anything where there is nothing else', () => {
    const only = real.filter(({ kind }) => kind === 'sso')
    expect(groupProfiles(only, {}).shown).toHaveLength(3)
    expect(restLine(groupProfiles(only, {}))).toBe('')
  })

  it.each([
    ['legacy-1', 'legacy-*', true],
    ['legacy', 'legacy-*', false],
    ['a-b-c', '*b*', true],
    ['aba', 'ab*ba', false],
    ['dev', 'dev', true],
    ['dev', 'd.v', false],
    ['x', '*', true],
    ['aXbXc', 'a*b*c', true],
    ['aXbX', 'a*b*c', false],
  ])('%s is like %s: %s', (name, pattern, expected) => {
    expect(isLike(name, pattern)).toBe(expected)
  })

  it('is found in no time, whatever the pattern', () => {
    expect(isLike('a'.repeat(5000), `${'a*'.repeat(2000)}b`)).toBe(false)
  })
})
