import { describe, expect, it } from 'vitest'
import { isRoleReady } from '../../../src/core/profiles/profile.ts'
import { keysOf, profilesOf } from '../../support/profiles.ts'

const alice = 'arn:aws:iam::111122223333:mfa/alice'
const key = 'AKIAIOSFODNN7EXAMPLE'
const base = `[base]\n${keysOf(key)}mfa_serial = ${alice}\n`
const role = (name: string, source: string, more = '') =>
  `[profile ${name}]\nrole_arn = arn:aws:iam::444455556666:role/${name}\nsource_profile = ${source}\n${more}`
const find = (config: string, name: string, credentials = base) =>
  profilesOf(credentials, config).find(({ profile }) => profile === name)

describe('a role profile', () => {
  it.each<[string, string, string, object]>([
    ['a key profile', base, role('admin', 'base'), { root: 'base', chain: ['base'] }],
    ['a session profile', base, role('admin', 'base-mfa'), { root: 'base', chain: ['base'] }],
    [
      'another role',
      base,
      role('first', 'base') + role('admin', 'first'),
      { root: 'base', chain: ['base', 'first'] },
    ],
    [
      "another role's session profile",
      base,
      role('first', 'base-mfa') + role('admin', 'first-mfa'),
      { root: 'base', chain: ['base', 'first'] },
    ],
    [
      'itself, by its own name',
      `[admin]\n${keysOf(key)}`,
      role('admin', 'admin'),
      { root: 'admin', chain: [] },
    ],
    [
      'itself, without a source_profile',
      `[admin]\n${keysOf(key)}role_arn = arn:aws:iam::444455556666:role/admin\n`,
      '',
      { root: 'admin', chain: [] },
    ],
    [
      'a role with keys of its own',
      `[first]\n${keysOf(key)}`,
      role('first', 'first') + role('admin', 'first'),
      { root: 'first', chain: ['first'] },
    ],
    [
      'a role behind one with keys of its own',
      `[first]\n${keysOf(key)}`,
      role('first', 'first') + role('second', 'first') + role('admin', 'second'),
      { root: 'first', chain: ['first', 'second'] },
    ],
    [
      'a profile that is called like a session profile',
      `${base}[base-mfa]\n${keysOf(key)}`,
      role('admin', 'base-mfa'),
      { root: 'base-mfa', chain: ['base-mfa'] },
    ],
  ])('with %s as its source leads to the keys', (_, credentials, config, source) => {
    const found = find(config, 'admin', credentials)
    expect(found).toMatchObject({ kind: 'role', source, accessKeyId: key })
    expect(found && isRoleReady(found)).toBe(true)
  })

  it.each([
    ['the source only', base, role('admin', 'base'), alice],
    [
      'the role only',
      `[base]\n${keysOf(key)}`,
      role('admin', 'base', 'mfa_serial = GAHT11111111\n'),
      'GAHT11111111',
    ],
    ['both', base, role('admin', 'base', 'mfa_serial = GAHT11111111\n'), alice],
    ['neither', `[base]\n${keysOf(key)}`, role('admin', 'base'), undefined],
  ])('has the device that mfa_serial names on %s', (_, credentials, config, serialNumber) => {
    expect(find(config, 'admin', credentials)?.serialNumber).toBe(serialNumber)
  })

  it('keeps what AssumeRole takes, from either file', () => {
    const config = role('admin', 'base', 'external_id = x-1\nduration_seconds = 1800\nregion = eu-west-1\n')
    const credentials = `${base}[admin]\nrole_session_name = alice\n`
    expect(find(config, 'admin', credentials)).toMatchObject({
      role: { arn: 'arn:aws:iam::444455556666:role/admin', externalId: 'x-1', sessionName: 'alice' },
      durationSeconds: 1800,
      region: 'eu-west-1',
    })
  })

  it.each<[string, string, string, string]>([
    [
      'a source that is missing',
      role('admin', 'bsae'),
      'profile.source-missing',
      'the source_profile of admin, bsae, does not exist',
    ],
    [
      'a source further on that is missing',
      role('admin', 'first') + role('first', 'gone'),
      'profile.source-missing',
      'the source_profile of first, gone, does not exist (admin → first → gone)',
    ],
    [
      'a circle',
      role('admin', 'first') + role('first', 'second') + role('second', 'first'),
      'profile.source-circle',
      'leads back to itself: admin → first → second → first',
    ],
    ['itself without keys', role('admin', 'admin'), 'profile.source-circle', 'admin → admin'],
    [
      'a source that signs in by SSO',
      `${role('admin', 'corp')}[profile corp]\nsso_session = x\n`,
      'profile.source-without-keys',
      'which AWS tools sign in without mfad',
    ],
    [
      'a source without keys',
      `${role('admin', 'empty')}[profile empty]\nregion = eu-west-1\n`,
      'profile.source-without-keys',
      'which has no access key',
    ],
    [
      'a source that is broken',
      `${role('admin', 'first')}[profile first]\nrole_arn = x\nsource_profile = base\n`,
      'profile.source-unusable',
      'admin needs first (admin → first): role_arn of first is not the ARN of a role',
    ],
    [
      'an ARN of a user',
      role('admin', 'base').replace(':role/', ':user/'),
      'profile.malformed-role',
      'role_arn',
    ],
    [
      'a bad external id',
      role('admin', 'base', 'external_id = a b\n'),
      'profile.malformed-role',
      'external_id',
    ],
    ['a bad session name', role('admin', 'base', 'role_session_name = a b\n'), 'profile.malformed-role', ''],
    [
      'a bad duration',
      role('admin', 'base', 'duration_seconds = 1h\n'),
      'profile.malformed-role',
      '900 to 43200',
    ],
    ['a disputed value', role('admin', 'base', 'external_id = "x"\n'), 'profile.disputed-value', 'line 4'],
    [
      'a role over its session',
      `${role('admin', 'base')}[profile admin-mfa]\nrole_arn = arn:aws:iam::444455556666:role/x\nsource_profile = base\n`,
      'profile.session-shadowed',
      'AWS tools would not use [admin-mfa]',
    ],
  ])('cannot be assumed with %s', (_, config, code, words) => {
    const found = find(config, 'admin')
    expect(found?.obstacle?.code).toBe(code)
    expect(found?.obstacle?.message).toContain(words)
    expect(found?.obstacle?.hint).not.toBe('')
    expect(found && isRoleReady(found)).toBe(false)
  })

  it('suggests the source that was probably meant', () => {
    expect(find(role('admin', 'bsae'), 'admin')?.obstacle?.hint).toContain('did you mean base?')
  })
})
