import { describe, expect, it } from 'vitest'
import { buildStatus, findingWarnings, type StatusFacts } from '../../src/core/status.ts'
import { keysOf, parse, profilesOf, sessionOf } from '../support/profiles.ts'

const now = new Date('2026-11-23T10:00:00Z')
const facts: StatusFacts = {
  version: '1.2.3',
  daemon: { pid: 7, startedAt: '2026-11-23T08:00:00Z', version: '1.2.3' },
  files: { credentials: '/c', config: '/f', settings: '/s', socket: '/k' },
  profiles: [],
  reminderLeadSeconds: [600, 0],
  warnings: [],
  clockOffsetSeconds: 0,
  clockOffsetOf: () => 0,
  identities: new Map(),
  snoozedUntil: new Map(),
  lastErrors: new Map(),
  kept: new Map(),
  givenUp: new Map(),
}
const dev = `[dev]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}mfa_serial = GAHT12345678\n`
const statusOf = (credentials: string, config = '', more: Partial<StatusFacts> = {}) =>
  buildStatus({ ...facts, profiles: profilesOf(credentials, config), ...more }, now)

describe('the status', () => {
  it('of no profiles says what is known of the daemon and its files', () => {
    const { version, daemon, files } = facts
    expect(statusOf('')).toEqual({ version, daemon, files, warnings: [], profiles: [] })
    expect(statusOf('', '', { daemon: null }).daemon).toBeNull()
  })

  it('of a profile with a session says all there is to say', () => {
    const snoozedUntil = new Map([['dev', new Date('2026-11-23T10:30:00.500Z')]])
    const error = { code: 'sts.throttled' as const, message: 'm', hint: 'h' }
    const status = statusOf(
      dev + sessionOf('dev-mfa', '2026-11-23T11:00:00Z'),
      '[profile dev]\nsource_profile = x\n',
      {
        snoozedUntil,
        lastErrors: new Map([['dev', error]]),
      },
    )
    expect(status.profiles).toEqual([
      {
        profile: 'dev',
        sessionProfile: 'dev-mfa',
        kind: 'key',
        serialNumber: 'GAHT12345678',
        sourceProfile: 'x',
        state: 'valid',
        expiration: '2026-11-23T11:00:00Z',
        secondsLeft: 3600,
        renews: 'by-code',
        snoozedUntil: '2026-11-23T10:30:00Z',
        lastError: error,
      },
    ])
  })

  it('of a profile without a session leaves out what there is not', () => {
    expect(statusOf('[dev]\nregion = x\n').profiles).toEqual([
      {
        profile: 'dev',
        sessionProfile: 'dev-mfa',
        kind: 'other',
        state: 'inactive',
        renews: 'by-code',
        reason: 'profile dev has no access key',
      },
    ])
  })

  it('of an expired session tells for how long', () => {
    expect(statusOf(dev + sessionOf('dev-mfa', '2026-11-23T09:00:00Z')).profiles).toMatchObject([
      { state: 'expired', secondsLeft: -3600, expiration: '2026-11-23T09:00:00Z' },
    ])
  })

  it('calls a session expiring within the longest lead time', () => {
    const credentials = dev + sessionOf('dev-mfa', '2026-11-23T10:20:00Z')
    expect(statusOf(credentials).profiles[0]?.state).toBe('valid')
    expect(statusOf(credentials, '', { reminderLeadSeconds: [1800] }).profiles[0]?.state).toBe('expiring')
  })

  it('says what renews by itself: what has a command, and what is active on its device', () => {
    const device = 'mfa_serial = GAHT12345678\n'
    const [first, second] = ['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE'].map(keysOf)
    const credentials = [
      ...['own', 'beside', 'idle', 'waiting'].map((name) => `[${name}]\n${first}${device}`),
      `[stranger]\n${second}${device}`,
      `[nodevice]\n${first}`,
      ...['own', 'beside', 'stranger'].map((name) => sessionOf(`${name}-mfa`, '2026-11-23T11:00:00Z')),
    ].join('')
    const config = ['own', 'waiting', 'nodevice']
      .map((name) => `[profile ${name}]\nmfa_process = otp\n`)
      .join('')
    const renews = statusOf(credentials, config).profiles.map((each) => `${each.profile} ${each.renews}`)
    expect(renews).toEqual([
      'own by-itself',
      'beside by-itself',
      'idle by-code',
      'waiting by-itself',
      'stranger by-code',
      'nodevice by-code',
    ])
  })

  it('says what renews by itself for two keys that AWS said are of one user', () => {
    const device = 'mfa_serial = GAHT12345678\n'
    const [first, second] = ['AKIAIOSFODNN7EXAMPLE', 'AKIAI44QH8DHBEXAMPLE'].map(keysOf)
    const credentials = [
      `[own]\n${first}${device}mfa_process = otp\n`,
      `[other]\n${second}${device}`,
      ...['own', 'other'].map((name) => sessionOf(`${name}-mfa`, '2026-11-23T11:00:00Z')),
    ].join('')
    const user = 'arn:aws:iam::111111111111:user/alice'
    const identities = new Map([
      ['AKIAIOSFODNN7EXAMPLE', user],
      ['AKIAI44QH8DHBEXAMPLE', user],
    ])
    const renewsOf = (more: object) => statusOf(credentials, '', more).profiles.map(({ renews }) => renews)
    expect(renewsOf({})).toEqual(['by-itself', 'by-code'])
    expect(renewsOf({ identities })).toEqual(['by-itself', 'by-itself'])
  })

  it('of a foreign section gives the reason with the line, before any other', () => {
    const status = statusOf(`${dev}[dev-mfa]\nmanager = awsume\n`, '[profile dev-mfa]\nsso_start_url = x\n')
    expect(status.profiles).toMatchObject([
      { state: 'unmanaged', reason: "[dev-mfa] is not mfad's (line 5)" },
    ])
    expect(status.profiles[0]).not.toHaveProperty('expiration')
  })

  it.each([
    [60, undefined],
    [-60, undefined],
    [61, 61],
    [-61, -61],
  ])('with a clock that differs by %i s shows %s', (clockOffsetSeconds, shown) => {
    expect(statusOf('', '', { clockOffsetSeconds }).clockOffsetSeconds).toBe(shown)
  })

  it('passes warnings on', () => {
    const warnings = [{ code: 'file.quoted-value' as const, message: 'm', hint: 'h' }]
    expect(statusOf('', '', { warnings }).warnings).toEqual(warnings)
  })

  it('holds no secret, and no whole access key id', () => {
    const text = JSON.stringify(statusOf(dev + sessionOf('dev-mfa', '2026-11-23T11:00:00Z')))
    expect(text).not.toMatch(/AKIA|ASIA|wJalr|c2VjcmV0|dG9rZW4/)
  })
})

describe('the findings of a document', () => {
  it('are warnings with their file and line', () => {
    expect(findingWarnings(parse('[a]\nregion = "x"\n').findings, '/c')).toEqual([
      {
        code: 'file.quoted-value',
        message: 'some AWS tools keep the quotes as part of the value, others strip them',
        hint: 'remove the quotes',
        file: '/c',
        line: 2,
      },
    ])
  })

  it('are at most 50: a file of junk does not fill the screen', () => {
    const quoted = Array.from({ length: 1000 }, (_, index) => `k${index} = "v"\n`).join('')
    expect(findingWarnings(parse(`[a]\n${quoted}`).findings, '/c')).toHaveLength(50)
  })
})
