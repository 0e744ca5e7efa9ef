// The layout of aws-mfa: keys in [dev-long-term], the session in [dev].
import { describe, expect, it } from 'vitest'
import type { Profile } from '../../../src/core/profiles/profile.ts'
import { findProfile } from '../../../src/core/profiles/profiles.ts'
import { longTermCredentialsOf, profileSections } from '../../../src/core/profiles/sections.ts'
import { documentsOf, keysOf, profilesOf, sessionOf } from '../../support/profiles.ts'

const alice = 'arn:aws:iam::111122223333:mfa/alice'
const bob = 'arn:aws:iam::111122223333:mfa/bob'
const keys = keysOf('AKIAIOSFODNN7EXAMPLE')
const longTerm = `[dev-long-term]\n${keys}aws_mfa_device = ${alice}\n`
/** As aws-mfa 0.0.12 writes it. */
const ofAwsMfa = `[dev]
assumed_role = False
aws_access_key_id = ASIAIOSFODNN7EXAMPLE
aws_secret_access_key = c2VjcmV0
aws_session_token = dG9rZW4=
aws_security_token = dG9rZW4=
expiration = 2026-11-23 10:32:13
`
const inPlace = {
  profile: 'dev',
  keyProfile: 'dev-long-term',
  sessionProfile: 'dev',
  kind: 'key',
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  serialNumber: alice,
}
const all = (credentials: string, config = '', suffix = '-mfa', longTermSuffix = '-long-term') =>
  profilesOf(credentials, config, suffix, longTermSuffix)
const names = (profiles: readonly Profile[]) => profiles.map(({ profile }) => profile)
const live = (name: string) => sessionOf(name, '2026-11-23T10:32:13Z')

describe('the keys in [dev-long-term]', () => {
  it('make dev a key profile, whose session goes to [dev] itself', () => {
    const profiles = all(longTerm)
    expect(profiles).toMatchObject([{ ...inPlace, session: { kind: 'none' } }])
    expect(profiles[0]).not.toHaveProperty('obstacle')
  })

  it.each([
    ['in the config file alone', '', `[profile dev-long-term]\n${keys}aws_mfa_device = ${alice}\n`],
    ['with a section for settings', `[dev]\nregion = eu-west-1\n${longTerm}`, ''],
    ['with a profile in the config file', longTerm, '[profile dev]\nregion = eu-west-1\n'],
  ])('%s', (_, credentials, config) => {
    expect(all(credentials, config)).toMatchObject([{ ...inPlace, session: { kind: 'none' } }])
  })

  it('serve default as well', () => {
    expect(all(longTerm.replace('dev', 'default'), '[default]\nregion = eu-west-1\n')).toMatchObject([
      {
        ...inPlace,
        profile: 'default',
        sessionProfile: 'default',
        keyProfile: 'default-long-term',
        region: 'eu-west-1',
      },
    ])
  })

  it('can be named, too', () => {
    expect(findProfile(all(longTerm), 'dev-long-term').profile).toBe('dev')
  })

  it('are of the profile -long-term where nothing stands before the suffix', () => {
    expect(all(`[-long-term]\n${keys}`)).toMatchObject([{ profile: '-long-term', kind: 'key' }])
  })

  it('are what a login takes, never those that are left in [dev]', () => {
    const documents = documentsOf(ofAwsMfa + longTerm)
    const [dev] = profilesOf(ofAwsMfa + longTerm)
    expect(longTermCredentialsOf(profileSections(documents), dev?.keyProfile ?? '')?.accessKeyId).toBe(
      'AKIAIOSFODNN7EXAMPLE',
    )
  })

  it('that are malformed are to be entered where they stand', () => {
    const [dev] = all('[dev-long-term]\naws_access_key_id = x\naws_secret_access_key = y\n')
    expect(dev?.obstacle).toMatchObject({
      code: 'profile.malformed-keys',
      hint: 'enter it again with: aws configure --profile dev-long-term',
    })
  })
})

describe('its device', () => {
  it.each([
    ['aws_mfa_device beside the keys', longTerm, '', alice],
    ['mfa_serial beside the keys, before aws_mfa_device', `${longTerm}mfa_serial = ${bob}\n`, '', bob],
    ['mfa_serial of dev', longTerm, `[profile dev]\nmfa_serial = ${bob}\n`, bob],
    ['aws_mfa_device of dev', `[dev-long-term]\n${keys}`, `[profile dev]\naws_mfa_device = ${bob}\n`, bob],
    [
      'mfa_serial of dev-long-term',
      `[dev-long-term]\n${keys}`,
      `[profile dev-long-term]\nmfa_serial = ${bob}\n`,
      bob,
    ],
    ['none', `[dev-long-term]\n${keys}`, '', undefined],
  ])('is %s', (_, credentials, config, serialNumber) => {
    expect(all(credentials, config)[0]?.serialNumber).toBe(serialNumber)
  })

  it('is not taken from aws_mfa_device of another profile', () => {
    expect(all(`[dev]\n${keys}aws_mfa_device = ${alice}\n`)[0]?.serialNumber).toBeUndefined()
  })

  it('has an mfa_process beside the keys, or in the profile', () => {
    expect(all(`${longTerm}mfa_process = one\n`)[0]?.mfaProcess?.command).toBe('one')
    expect(all(longTerm, '[profile dev]\nmfa_process = two\n')[0]?.mfaProcess?.command).toBe('two')
  })
})

describe('[dev]', () => {
  it('gets no settings: the profile applies as a whole', () => {
    const [dev] = all(longTerm, '[profile dev]\nregion = eu-west-1\nuse_fips_endpoint = true\n')
    expect(dev).toMatchObject({ region: 'eu-west-1', inStep: new Map(), warnings: [] })
  })

  it('with a session of ours is active', () => {
    expect(all(live('dev') + longTerm)).toMatchObject([{ ...inPlace, session: { kind: 'ours' } }])
  })

  it('with a session under the older name of the token alone has no keys of its own', () => {
    const older = ofAwsMfa.replace(/aws_session_token.*\n/, '')
    expect(all(older + longTerm)).toMatchObject([inPlace])
    expect(all(live('dev') + longTerm, older.replace('[dev]', '[profile dev]'))).toMatchObject([inPlace])
  })

  it('with a session of aws-mfa can be adopted', () => {
    expect(all(ofAwsMfa + longTerm)).toMatchObject([
      { ...inPlace, session: { kind: 'foreign', isAdoptable: true } },
    ])
  })

  it.each([
    ['in the credentials file', `[dev]\n${keys}`, ''],
    ['in the config file', '', `[profile dev]\n${keys}`],
    ['in the config file, hidden by a session', live('dev'), `[profile dev]\n${keys}`],
  ])('with keys of its own %s is a profile beside', (_, credentials, config) => {
    const profiles = all(credentials + longTerm, config)
    expect(profiles.find(({ profile }) => profile === 'dev-long-term')).toMatchObject({
      sessionProfile: 'dev-long-term-mfa',
      warnings: [
        {
          code: 'profile.keys-in-both',
          message:
            'the session of dev-long-term goes to [dev-long-term-mfa]: both [dev] and [dev-long-term] hold an access key',
        },
      ],
    })
    expect(profiles.some(({ keyProfile }) => keyProfile !== undefined)).toBe(false)
  })

  it.each([
    ['a role', `role_arn = arn:aws:iam::111122223333:role/a\nsource_profile = dev-long-term\n`],
    ['SSO', 'sso_session = x\n'],
    ['a role by where it runs', 'role_arn = x\ncredential_source = Environment\n'],
    ['a web identity', 'role_arn = x\nweb_identity_token_file = /x\n'],
    ['aws login', 'login_session = x\n'],
    ['a web identity without a role', 'web_identity_token_file = /x\n'],
    ['where it runs, without a role', 'credential_source = Environment\n'],
  ])('that is %s in the config file is that, and the keys are those of dev-long-term', (_, lines) => {
    const profiles = all(longTerm, `[profile dev]\n${lines}`)
    expect(names(profiles)).toEqual(['dev-long-term', 'dev'])
    expect(profiles[0]).toMatchObject({ kind: 'key', sessionProfile: 'dev-long-term-mfa', warnings: [] })
    expect(profiles[1]?.sessionProfile).toBe('dev-mfa')
  })
})

describe('a role that aws-mfa would assume', () => {
  const arn = 'arn:aws:iam::111122223333:role/admin'
  it.each([
    ['assume_role', 'dev-long-term', `${longTerm}assume_role = ${arn}\n`],
    ['assumed_role_arn', 'dev', `${ofAwsMfa}assumed_role_arn = ${arn}\n${longTerm}`],
  ])('is named: %s', (key, where, credentials) => {
    expect(all(credentials)[0]?.warnings).toEqual([
      {
        code: 'profile.role-of-aws-mfa',
        message: `${key} in [${where}] is for aws-mfa: the session in [dev] is that of the user, not of the role`,
        hint: `for the role, make a profile: aws configure set role_arn ${arn} --profile dev-admin && aws configure set source_profile dev --profile dev-admin`,
      },
    ])
  })
})

it('the profile that is proposed for that role is none that exists', () => {
  const [bare] = all(`${longTerm.replace('dev', 'default')}assume_role = x\n`)
  expect(bare?.warnings[0]?.hint).toContain('aws configure set role_arn ARN --profile admin &&')
  const [dev] = all(`${longTerm}assume_role = x\n`, '[profile dev-admin]\nrole_arn = y\n')
  expect(dev?.warnings[0]?.hint).toContain('aws configure set role_arn ARN --profile dev-admin-2 &&')
})

describe('roles', () => {
  const role = (source: string) =>
    `[profile admin]\nrole_arn = arn:aws:iam::111122223333:role/admin\nsource_profile = ${source}\n`

  it.each(['dev', 'dev-long-term'])('with %s as source begin with those keys', (source) => {
    const admin = all(live('dev') + longTerm, role(source)).find(({ profile }) => profile === 'admin')
    expect(admin).toMatchObject({
      source: { root: 'dev', chain: ['dev'] },
      serialNumber: alice,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      sessionProfile: 'admin-mfa',
    })
    expect(admin).not.toHaveProperty('obstacle')
  })
})

describe('names that meet', () => {
  it('[dev-mfa], left from before, is an orphan under its own name', () => {
    const profiles = all(longTerm + live('dev-mfa'))
    expect(profiles).toMatchObject([
      { profile: 'dev', sessionProfile: 'dev', session: { kind: 'none' } },
      { profile: 'dev-mfa', isOrphan: true, obstacle: { hint: 'remove it with: mfad logout dev-mfa' } },
    ])
    expect(findProfile(profiles, 'dev-mfa').isOrphan).toBe(true)
  })

  it('[dev-long-term-mfa], left from before, as well', () => {
    const profiles = all(longTerm + live('dev-long-term-mfa'))
    expect(names(profiles)).toEqual(['dev', 'dev-long-term-mfa'])
    expect(findProfile(profiles, 'dev-long-term').profile).toBe('dev')
  })

  it('the session of dev-mfa, whose keys are in [dev-mfa-long-term], is not that of dev', () => {
    const profiles = all(
      `[dev]\n${keys}[dev-mfa-long-term]\n${keysOf('AKIAI44QH8DHBEXAMPLE')}${live('dev-mfa')}`,
    )
    expect(profiles).toMatchObject([
      {
        profile: 'dev',
        session: { kind: 'foreign', isAdoptable: false },
        obstacle: {
          code: 'profile.session-is-key-profile',
          message: '[dev-mfa] is for the session of the keys in [dev-mfa-long-term]',
        },
      },
      { profile: 'dev-mfa', sessionProfile: 'dev-mfa', session: { kind: 'ours' } },
    ])
  })

  it('another suffix of sessions changes nothing', () => {
    expect(all(live('dev') + longTerm, '', '-session')).toMatchObject([
      { ...inPlace, session: { kind: 'ours' } },
    ])
  })

  it('under another suffix of keys, [dev] is an orphan, and [dev-long-term] a profile', () => {
    expect(all(live('dev') + longTerm, '', '-mfa', '-keys')).toMatchObject([
      { profile: 'dev-long-term', sessionProfile: 'dev-long-term-mfa', session: { kind: 'none' } },
      {
        profile: 'dev',
        isOrphan: true,
        obstacle: {
          message: '[dev] holds a session that mfad wrote, and no profile has its session there now',
        },
      },
    ])
    expect(all(`[dev-keys]\n${keys}`, '', '-mfa', '-keys')[0]).toMatchObject({
      profile: 'dev',
      keyProfile: 'dev-keys',
    })
  })

  it('without [dev-long-term], a session in [dev] is an orphan', () => {
    expect(all(`${live('dev')}[other]\n${keys}`)).toMatchObject([
      { profile: 'other' },
      { profile: 'dev', isOrphan: true },
    ])
  })

  it('[dev-long-term] with a session is no section of keys', () => {
    expect(names(all(live('dev-long-term')))).toEqual(['dev-long-term'])
  })
})
