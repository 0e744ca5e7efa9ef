import { describe, expect, it } from 'vitest'
import { statusText } from '../../../src/core/status-text/status-text.ts'
import type { ProfileStatus, Status } from '../../../src/core/wire.ts'

const now = { now: new Date('2026-11-23T10:00:00Z'), utcOffset: () => 0 }
const plain = (_: string, text: string) => text
const bracketed = (style: string, text: string) => `<${style}>${text}</>`

const dev: ProfileStatus = {
  profile: 'dev',
  sessionProfile: 'dev-mfa',
  kind: 'key',
  state: 'valid',
  expiration: '2026-11-23T18:00:00Z',
  secondsLeft: 28_800,
  renews: 'by-code',
}
const status = (profiles: Partial<ProfileStatus>[], more: Partial<Status> = {}): Status => ({
  version: '1',
  daemon: null,
  files: { credentials: '/c', config: '/f', settings: '/s', socket: '/k' },
  warnings: [],
  profiles: profiles.map((profile) => ({ ...dev, ...profile })),
  ...more,
})
const text = (...args: Parameters<typeof status>) => statusText(status(...args), now, plain)

describe('the table of mfad status', () => {
  it.each<[string, Partial<ProfileStatus>, string]>([
    ['a role names its source', { kind: 'role', sourceProfile: 'base' }, '18:00, renews by itself from base'],
    [
      'a role with keys of its own has none',
      { kind: 'role', sourceProfile: 'dev' },
      '18:00, renews by itself',
    ],
    ['a profile of a device with an mfa_process', {}, '18:00, renews by itself'],
  ])('says what renews without a code: %s', (_, profile, end) => {
    expect(text([{ ...profile, renews: 'by-itself' }]).split('\n')[1]).toMatch(new RegExp(`${end}$`))
  })

  it('lines up, and ends no line in spaces', () => {
    const shown = statusText(
      {
        ...status([{}]),
        profiles: [
          dev,
          {
            profile: 'staging',
            sessionProfile: 'staging-mfa',
            kind: 'key',
            state: 'inactive',
            renews: 'by-code',
          },
        ],
      },
      now,
      plain,
    )
    expect(shown).toBe(
      [
        'PROFILE  SECTION  STATE     LEFT           EXPIRES',
        'dev      dev-mfa  valid     ███████░░░ 8h  18:00',
        'staging           inactive',
      ].join('\n'),
    )
  })

  it('says how to begin where there are no profiles', () => {
    expect(text([])).toBe('no profiles yet\n  → mfad setup')
  })

  it.each([
    [1, '█░░░░░░░░░ 1s'],
    [6480, '██░░░░░░░░ 1h 48m'],
    [21_600, '█████░░░░░ 6h'],
    [43_200, '██████████ 12h'],
    [129_600, '██████████ 1d 12h'],
  ])('shows %i s left as %s', (secondsLeft, bar) => {
    expect(text([{ secondsLeft }])).toContain(` ${bar} `)
  })

  it.each([0, -5])('shows no bar with %i s left', (secondsLeft) => {
    expect(text([{ secondsLeft, state: 'expired' }])).not.toMatch(/[█░]/)
  })

  it.each([
    ['valid', 'green'],
    ['expiring', 'yellow'],
    ['expired', 'red'],
    ['inactive', 'dim'],
    ['unmanaged', 'yellow'],
  ] as const)('paints %s %s', (state, style) => {
    expect(statusText(status([{ state }]), now, bracketed)).toContain(`<${style}>${state}</>`)
  })

  it('paints without moving the columns', () => {
    const painted = statusText(status([{}, { profile: 'longer-name' }]), now, bracketed)
    expect(painted.replace(/<\w+>|<\/>/g, '')).toBe(text([{}, { profile: 'longer-name' }]))
  })

  it('shows hostile names escaped, in one line each', () => {
    const shown = text([{ profile: 'a\u001b[2Jb\nc', sessionProfile: '\u202ex' }])
    expect(shown.split('\n')).toHaveLength(2)
    expect(shown).toContain('a\\u{1b}[2Jb\\u{a}c  \\u{202e}x')
  })
})

describe('below a profile', () => {
  const notes = (profile: Partial<ProfileStatus>) => text([profile]).split('\n').slice(2)

  it('stands the command that renews an expired session', () => {
    expect(notes({ state: 'expired', secondsLeft: -5 })).toEqual(['  → mfad login dev'])
  })

  it('stands no such command where a login cannot help', () => {
    const reason = 'profile dev is gone, its session is still there'
    expect(notes({ state: 'expired', secondsLeft: -5, reason })).toEqual([`  ${reason}`])
  })

  it('stands the last error with its next step, instead of that command', () => {
    const lastError = { code: 'sts.throttled' as const, message: 'AWS is throttling requests', hint: 'wait' }
    expect(notes({ state: 'expired', secondsLeft: -5, lastError })).toEqual([
      '  AWS is throttling requests',
      '      → wait',
    ])
  })

  it('stands until when it is snoozed, as seen from now', () => {
    expect(notes({ snoozedUntil: '2026-11-23T10:30:00Z' })).toEqual(['  snoozed until 10:30'])
    expect(notes({ snoozedUntil: '2026-11-24T08:00:00Z' })).toEqual(['  snoozed until tomorrow 08:00'])
  })

  it.each<[ProfileStatus['kind'], ProfileStatus['state'], string[]]>([
    ['key', 'inactive', ['  why']],
    ['key', 'unmanaged', ['  why']],
    ['other', 'unmanaged', ['  why']],
    ['other', 'inactive', []],
    ['role', 'inactive', []],
  ])('stands what is wrong with a %s profile that is %s: %j', (kind, state, expected) => {
    expect(notes({ kind, state, reason: 'why' })).toEqual(expected)
  })
})

it('does not call a file empty that cannot be read', () => {
  const warnings = [
    { code: 'file.key-before-section' as const, message: 'odd', hint: 'h', file: '/c', line: 1 },
  ]
  expect(text([], { warnings })).not.toContain('no profiles yet')
  expect(text([], {})).toContain('no profiles yet')
})

describe('below the table', () => {
  it('stand the warnings with their place and next step', () => {
    const warnings = [
      { code: 'file.quoted-value' as const, message: 'quoted', hint: 'unquote it', file: '/c', line: 3 },
      { code: 'notifier.unavailable' as const, message: 'no desktop', hint: 'install one' },
    ]
    expect(text([{}], { warnings }).split('\n').slice(2)).toEqual([
      '',
      'warning: /c:3: quoted',
      '  → unquote it',
      'warning: no desktop',
      '  → install one',
    ])
  })

  it('stands nothing a terminal would obey', () => {
    const warnings = [
      {
        code: 'file.quoted-value' as const,
        message: 'section [\u001b[8m]',
        hint: '\u009b31m',
        file: '/\u001b[0m',
        line: 3,
      },
    ]
    expect(text([{}], { warnings })).not.toMatch(/(?!\n)\p{Cc}/u)
  })

  it.each([
    [90, 'this clock is 1m 30s behind that of AWS'],
    [-3700, 'this clock is 1h 1m ahead of that of AWS'],
  ])('stands a clock that differs by %i s', (clockOffsetSeconds, words) => {
    expect(text([{}], { clockOffsetSeconds })).toContain(`warning: ${words}`)
  })
})
