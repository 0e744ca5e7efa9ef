import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Profile } from '../../../src/core/profiles/profile.ts'
import { buildProfiles, findProfile } from '../../../src/core/profiles/profiles.ts'
import { longTermCredentialsOf, profileSections } from '../../../src/core/profiles/sections.ts'
import { defaultSettings } from '../../../src/core/settings/default-settings.ts'
import { documentsOf, keysOf, paths, profilesOf, sessionOf } from '../../support/profiles.ts'
import { thrownBy } from '../../support/thrown.ts'

const aliceSerial = 'arn:aws:iam::111122223333:mfa/alice'
const keys = keysOf('AKIAIOSFODNN7EXAMPLE')
const dev = `[dev]\n${keys}`
const devConfig = `[profile dev]\nmfa_serial = ${aliceSerial}\n`

const only = (credentials: string, config = '', suffix = '-mfa'): Profile => {
  const profiles = profilesOf(credentials, config, suffix)
  expect(profiles.map(({ profile }) => profile)).toEqual(['dev'])
  return profiles[0] as Profile
}

const names = (credentials: string, config = '', suffix = '-mfa') =>
  profilesOf(credentials, config, suffix).map(({ profile }) => profile)

describe('a profile', () => {
  it('is the union of its sections in both files', () => {
    const config = `[profile dev]\nmfa_serial = ${aliceSerial}\nregion = eu-west-1\nendpoint_url = https://sts.example.com\nduration_seconds = 3600\nsource_profile = x\n`
    expect(only(dev, config)).toEqual({
      profile: 'dev',
      sessionProfile: 'dev-mfa',
      kind: 'key',
      session: { kind: 'none' },
      serialNumber: aliceSerial,
      mfaSerial: aliceSerial,
      sourceProfile: 'x',
      region: 'eu-west-1',
      endpointUrl: 'https://sts.example.com',
      durationSeconds: 3600,
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      inStep: new Map([
        ['region', 'eu-west-1'],
        ['endpoint_url', 'https://sts.example.com'],
      ]),
      warnings: [],
    })
  })

  it('says what the session profile would need too, until it has it', () => {
    const config = '[profile dev]\nca_bundle = /etc/ca.pem\nendpoint_url = https://sts.example.com\n'
    expect([...only(dev, config).inStep.keys()]).toEqual(['endpoint_url', 'ca_bundle'])
    const own = '[profile dev-mfa]\nca_bundle = /etc/ca.pem\n'
    expect([...only(dev, config + own).inStep.keys()]).toEqual(['endpoint_url'])
  })

  it('is found in the config file however its name is spelled', () => {
    for (const spelling of ['[profile dev]', '[profile "dev"]', "[profile 'dev']"])
      expect(only(dev, `${spelling}\nsource_profile = x\n`).sourceProfile).toBe('x')
  })

  it('takes each key from the credentials file where both have it', () => {
    const credentials = `[dev]\n${keys}region = eu-west-1\n`
    const config = `[profile dev]\nregion = us-east-1\nmfa_serial = ${aliceSerial}\n`
    expect(only(credentials, config)).toMatchObject({ region: 'eu-west-1', serialNumber: aliceSerial })
  })

  it('may have its keys in the config file alone', () => {
    expect(only('', `[profile dev]\n${keys}`)).toMatchObject({
      kind: 'key',
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    })
  })

  it.each([
    ['[profile dev]', ['dev']],
    ['[profile "dev"]', ['dev']],
    ["[profile 'dev']", ['dev']],
    ['[default]', ['default']],
    ['[profile default]', ['default']],
    ['[dev]', []],
    ['[sso-session dev]', []],
    ['[services dev]', []],
    ['[profile]', []],
    ['[profiledev]', []],
  ])('is named by %s in the config file: %j', (header, expected) => {
    expect(names('', `${header}\nregion = eu-west-1\n`)).toEqual(expected)
  })

  it.each(['profile dev', 'profile "dev"', "profile 'dev'"])('finds its values in [%s]', (header) => {
    expect(only(dev, `[${header}]\nregion = eu-west-1\n`).region).toBe('eu-west-1')
  })

  it('does not take [dev] of the config file for its own', () => {
    expect(only(dev, '[dev]\nregion = eu-west-1\n')).not.toHaveProperty('region')
  })

  it('default is [profile default] rather than [default] in the config file, in either order', () => {
    const plain = '[default]\nregion = us-east-1\n'
    const prefixed = '[profile default]\nregion = eu-west-1\n'
    for (const config of [plain + prefixed, prefixed + plain]) {
      expect(profilesOf('', config).map(({ region }) => region)).toEqual(['eu-west-1'])
    }
    expect(profilesOf('', plain)[0]?.region).toBe('us-east-1')
  })

  it('stands in the order of the credentials file, then of the config file, then come orphans', () => {
    const credentials = `${sessionOf('gone-mfa', '2026-11-23T10:00:00Z')}[b]\n${keys}[a]\n${keys}`
    expect(
      names(credentials, '[profile d]\nregion = x\n[profile a]\nregion = x\n[profile c]\nregion = x\n'),
    ).toEqual(['b', 'a', 'd', 'c', 'gone'])
  })

  it.each([
    ['EU-WEST-1', undefined],
    ['eu-west-1', 'eu-west-1'],
  ])('with the region %s has %s', (text, region) => {
    expect(only(dev, `[profile dev]\nregion = ${text}\n`).region).toBe(region)
  })

  it('gives its session profile a region only where the config file gives it none', () => {
    const config = '[profile dev]\nregion = eu-west-1\n'
    expect(only(dev, `${config}[profile dev-mfa]\nregion = us-east-1\n`).inStep.has('region')).toBe(false)
    expect(only(dev, `${config}[profile dev-mfa]\noutput = json\n`).inStep.has('region')).toBe(true)
  })

  it('shows nothing of its secret', () => {
    expect(JSON.stringify(only(dev, devConfig))).not.toContain('wJalrXUtnFEMI')
  })
})

describe('the kind of a profile', () => {
  it.each([
    ['an access key and a secret', keys, 'key'],
    ['role_arn and source_profile', 'role_arn = arn:aws:iam::1:role/a\nsource_profile = b\n', 'role'],
    ['role_arn beside keys', `${keys}role_arn = arn:aws:iam::1:role/a\n`, 'role'],
    ['role_arn alone', 'role_arn = arn:aws:iam::1:role/a\n', 'other'],
    ['a session token', `${keys}aws_session_token = abc\n`, 'other'],
    ['a security token', `${keys}aws_security_token = abc\n`, 'other'],
    ['an access key without a secret', 'aws_access_key_id = AKIAIOSFODNN7EXAMPLE\n', 'other'],
    ['a region only', 'region = eu-west-1\n', 'other'],
  ])('with %s', (_, lines, kind) => {
    expect(only(`[dev]\n${lines}`).kind).toBe(kind)
    expect(only('', `[profile dev]\n${lines}`).kind).toBe(kind)
  })

  it('shows an access key id of key profiles only', () => {
    expect(only(`[dev]\n${keys}aws_session_token = abc\n`)).not.toHaveProperty('accessKeyId')
  })

  it('is looked at over both files', () => {
    expect(only(dev, '[profile dev]\nrole_arn = arn:aws:iam::1:role/a\nsource_profile = dev\n').kind).toBe(
      'role',
    )
  })
})

describe('what stands against a login', () => {
  it('is nothing for a key profile with a device, or without one', () => {
    expect(only(dev, devConfig)).not.toHaveProperty('obstacle')
    expect(only(dev)).not.toHaveProperty('obstacle')
  })

  const config = (lines: string) => devConfig + lines
  it.each([
    [
      'a malformed role',
      '[dev]\nrole_arn = a\nsource_profile = base\n',
      '',
      'profile.malformed-role',
      'aws configure set role_arn',
    ],
    ['a session', `[dev]\n${keys}aws_session_token = x\n`, '', 'profile.holds-session', paths.credentials],
    ['no keys', '[dev]\nregion = eu-west-1\n', '', 'profile.no-keys', 'aws configure --profile dev'],
    [
      'a role without a source',
      '[dev]\nrole_arn = a\n',
      '',
      'profile.role-without-source',
      'aws configure set source_profile PROFILE --profile dev',
    ],
    [
      'an empty key id',
      dev.replace('AKIAIOSFODNN7EXAMPLE', ''),
      '',
      'profile.malformed-keys',
      'aws configure --profile dev',
    ],
    ['an empty secret', dev.replace(/wJalr\S+/, ''), '', 'profile.malformed-keys', 'aws configure'],
    ['a key id in lower case', dev.replace('AKIAI', 'akiai'), '', 'profile.malformed-keys', 'aws configure'],
    ['a short key id', dev.replace('AKIAIOSFODNN7EXAMPLE', 'AKIA'), '', 'profile.malformed-keys', ''],
    ['a secret with a space', dev.replace('wJalrX', 'wJal rX'), '', 'profile.malformed-keys', ''],
    ['a quoted secret', dev.replace(/(wJalr\S+)/, '"$1"'), '', 'profile.disputed-value', ''],
    ['a key with a comment', dev.replace('EXAMPLE\n', 'EXAMPLE # mine\n'), '', 'profile.disputed-value', ''],
    [
      'a quoted device',
      dev,
      `[profile dev]\nmfa_serial = "${aliceSerial}"\n`,
      'profile.disputed-value',
      'without quotes',
    ],
    ['a quoted region', dev, '[profile dev]\nregion = "x"\n', 'profile.disputed-value', 'without quotes'],
    [
      'a quoted endpoint',
      dev,
      '[profile dev]\nendpoint_url = "https://a"\n',
      'profile.disputed-value',
      'without quotes',
    ],
    [
      'a duration with a comment',
      dev,
      '[profile dev]\nduration_seconds = 900 # 15m\n',
      'profile.disputed-value',
      'comment',
    ],
    [
      'a malformed device',
      dev,
      '[profile dev]\nmfa_serial = my phone\n',
      'profile.malformed-serial-number',
      'aws configure set mfa_serial',
    ],
    [
      'a security key',
      dev,
      '[profile dev]\nmfa_serial = arn:aws:iam::1:u2f/user/alice/yubi\n',
      'profile.security-key',
      'TOTP',
    ],
    [
      'a role over the session',
      dev,
      config('[profile dev-mfa]\nrole_arn = a\nsource_profile = b\n'),
      undefined,
      '',
    ],
    [
      'a role over the session in quotes',
      dev,
      config('[profile "dev-mfa"]\nrole_arn = a\n'),
      'profile.session-shadowed',
      'remove role_arn',
    ],
    [
      'a web identity over the session',
      dev,
      config('[profile dev-mfa]\nweb_identity_token_file = a\n'),
      'profile.session-shadowed',
      'remove web_identity_token_file',
    ],
    [
      'SSO over the session',
      dev,
      config('[profile dev-mfa]\nsso_start_url = a\n'),
      'profile.session-shadowed',
      'remove sso_start_url',
    ],
    [
      'an SSO session over the session',
      dev,
      config('[profile dev-mfa]\nsso_session = a\n'),
      'profile.session-shadowed',
      'remove sso_session',
    ],
    [
      'a credential source over the session',
      dev,
      config('[profile dev-mfa]\ncredential_source = Ec2InstanceMetadata\n'),
      'profile.session-shadowed',
      'remove credential_source',
    ],
    [
      'a role in the session section itself',
      `${dev}[dev-mfa]\nrole_arn = a\n`,
      devConfig,
      'profile.session-shadowed',
      'remove role_arn',
    ],
  ])('%s', (_, credentials, configText, code, hint) => {
    const found = profilesOf(credentials, configText).find(({ profile }) => profile === 'dev')
    if (code === undefined) return expect(found?.obstacle?.code).toBe('profile.session-shadowed')
    expect(found?.obstacle?.code).toBe(code)
    expect(found?.obstacle?.hint).toContain(hint)
    expect(JSON.stringify(found?.obstacle)).not.toMatch(/wJalr|AKIAIOSFODNN7EXAMPLE/)
  })

  it.each(['role_arn_note', 'my_sso_x', 'region', 'output', 'credential_process'])(
    'is not %s in the config section of the session profile',
    (key) => {
      expect(only(dev, `${devConfig}[profile dev-mfa]\n${key} = a\n`)).not.toHaveProperty('obstacle')
    },
  )

  it.each(['my dev', 'DEFAULT', '-x', 'schlüssel'])('is a name that not every AWS tool reads: %s', (name) => {
    expect(profilesOf(`[${name}]\n${keys}`)[0]?.obstacle?.code).toBe('profile.unusable-name')
  })

  it.each([
    ['__pro', 'to__'],
    ['DEF', 'AULT'],
  ])('is a session name that not every AWS tool reads: %s with %s', (name, suffix) => {
    expect(profilesOf(`[${name}]\n${keys}`, '', suffix)[0]?.obstacle?.code).toBe('profile.unusable-name')
  })

  it('is not a session that the config file holds: ours comes before it', () => {
    const config = `${devConfig}[profile dev-mfa]\n${keys}aws_session_token = x\n`
    expect(only(dev, config)).not.toHaveProperty('obstacle')
  })

  it('tells the file and the line of a value that AWS tools read differently', () => {
    expect(only(`\n${dev}region = "x"\n`).obstacle?.message).toContain(
      `region of dev: line 5 of ${paths.credentials}`,
    )
    expect(only(dev, '[profile dev]\nregion = "x"\n').obstacle?.message).toContain(
      `line 2 of ${paths.config}`,
    )
  })

  it('tells the file and the line of what comes before the session section', () => {
    const shadowed = only(dev, `${devConfig}[profile dev-mfa]\noutput = json\nsso_start_url = a\n`)
    expect(shadowed.obstacle?.message).toContain(
      `[dev-mfa]: sso_start_url in line 5 of ${paths.config} comes first`,
    )
    const own = only(`${dev}[dev-mfa]\nrole_arn = a\n`)
    expect(own.obstacle?.message).toContain(`line 5 of ${paths.credentials}`)
  })

  it('is a session profile that is a key profile in the config file, even below a section to adopt', () => {
    const config = `[profile dev-mfa]\n${keys}`
    for (const credentials of [
      dev,
      `${dev}[dev-mfa]\nregion = x\n`,
      dev + sessionOf('dev-mfa', '2026-11-23T10:00:00Z'),
    ]) {
      const found = profilesOf(credentials, config).find(({ profile }) => profile === 'dev')
      expect(found?.obstacle?.code).toBe('profile.session-is-key-profile')
    }
  })

  it('is first what --serial-number cannot mend: a device that it can comes last', () => {
    const config = '[profile dev]\nmfa_serial = my phone\n[profile dev-mfa]\nsso_start_url = a\n'
    expect(only(dev, config).obstacle?.code).toBe('profile.session-shadowed')
  })

  it.each([
    ['SSO', 'sso_session = corp\nsso_account_id = 1\n', 'sso', 'aws sso login --profile dev'],
    ['SSO of the old form', 'sso_start_url = https://corp\n', 'sso', 'aws sso login --profile dev'],
    ['aws login', 'login_session = arn:aws:iam::1:user/alice\n', 'aws-login', 'aws login --profile dev'],
    ['a web identity', 'web_identity_token_file = /t\n', 'other', 'nothing has to be logged in'],
    [
      'where it runs',
      'credential_source = Ec2InstanceMetadata\nrole_arn = a\n',
      'other',
      'nothing has to be',
    ],
  ])('is no missing key for a profile that signs in by %s', (_, lines, kind, hint) => {
    const profile = only('', `[profile dev]\n${lines}`)
    expect(profile).toMatchObject({ kind, obstacle: { code: 'profile.other-sign-in' } })
    expect(profile.obstacle?.hint).toContain(hint)
    expect(profile.obstacle?.hint).not.toContain('aws configure')
  })

  it('is a header that the file does not know: keys in [profile dev] of the credentials file', () => {
    const found = profilesOf(`[profile dev]\n${keys}`, '[profile dev]\nregion = eu-west-1\n')
    expect(found.find(({ profile }) => profile === 'dev')?.obstacle).toEqual({
      code: 'profile.misplaced-section',
      message: `the access key of dev stands in [profile dev] in line 1 of ${paths.credentials}, where AWS tools do not look for it`,
      hint: 'in that file the header is [dev]: rename it in line 1',
    })
  })

  it('is a header that the file does not know: the device in [dev] of the config file', () => {
    expect(only(dev, `[dev]\nmfa_serial = ${aliceSerial}\n`).obstacle).toEqual({
      code: 'profile.misplaced-section',
      message: `mfa_serial of dev stands in [dev] in line 1 of ${paths.config}, where AWS tools do not look for it`,
      hint: 'in that file the header is [profile dev]: rename it in line 1',
    })
    expect(only(dev, '[services]\nmfa_serial_x = 1\n[plugins]\ncli = 1\n')).not.toHaveProperty('obstacle')
  })

  it.each([
    [`[profile dev]\n${keys}[dev]\nregion = x\n`, '', 'move its lines to [dev], which stands in line 4'],
    [
      '',
      `[dev]\n${keys}[profile "dev"]\nregion = x\n`,
      'move its lines to [profile "dev"], which stands in line 4',
    ],
  ])('asks for no header that stands there already: %j', (credentials, config, hint) => {
    expect(only(credentials, config).obstacle).toMatchObject({ code: 'profile.misplaced-section', hint })
  })

  it('is a header of the other file, and no name to change, where the profile itself is sound', () => {
    const found = profilesOf(`[profile dev]\nregion = x\n[dev]\n${keys}`, '')
    expect(found.map(({ profile, obstacle }) => [profile, obstacle])).toEqual([
      [
        'profile dev',
        {
          code: 'profile.unusable-name',
          message: `[profile dev] stands in line 1 of ${paths.credentials}, where AWS tools do not look for dev`,
          hint: 'move its lines to [dev], which stands in line 3',
        },
      ],
      ['dev', undefined],
    ])
    const [spaced] = profilesOf('[profile "a b"]\nregion = x\n', '')
    expect(spaced?.obstacle?.hint).toMatch(/^rename the profile/)
  })

  it('puts no line of its own into a message, whatever a name holds', () => {
    const [role] = profilesOf('', '[profile admin]\nrole_arn = a\nsource_profile = b\n  mfad: all is well\n')
    expect(role?.obstacle?.hint).not.toMatch(/\n/)
  })
})

describe('session sections', () => {
  const ours = sessionOf('dev-mfa', '2026-11-23T10:00:00Z')

  it('belong to their profile and are none themselves', () => {
    expect(only(dev + ours).session).toMatchObject({
      kind: 'ours',
      expiration: new Date('2026-11-23T10:00:00Z'),
    })
    expect(only(`${dev}[dev-mfa]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\n`).session).toMatchObject({
      kind: 'foreign',
      line: 4,
    })
  })

  it('that hold long-term keys are profiles too', () => {
    expect(names(`${dev}[dev-mfa]\n${keys}`)).toEqual(['dev', 'dev-mfa'])
    expect(profilesOf(`${dev}[dev-mfa]\n${keys}`)[0]?.session).toMatchObject({ isAdoptable: false })
  })

  it('in the config file alone are none of their own either', () => {
    expect(names(dev, '[profile dev-mfa]\nregion = eu-west-1\n')).toEqual(['dev'])
  })

  it('whose profile never was are profiles like any other', () => {
    expect(names('[x-mfa]\nregion = eu-west-1\n')).toEqual(['x-mfa'])
  })

  it('whose profile is gone are orphans, to be logged out', () => {
    expect(profilesOf(ours)).toEqual([
      {
        profile: 'dev',
        sessionProfile: 'dev-mfa',
        kind: 'other',
        session: expect.objectContaining({ kind: 'ours' }),
        isOrphan: true,
        inStep: new Map(),
        warnings: [],
        obstacle: {
          code: 'profile.orphan',
          message: 'profile dev is gone, its session is still there',
          hint: 'remove it with: mfad logout dev',
        },
      },
    ])
  })

  it('written under another suffix are orphans under their own name', () => {
    const [first, orphan] = profilesOf(dev + ours, '', '-session')
    expect(first).toMatchObject({ profile: 'dev', sessionProfile: 'dev-session', session: { kind: 'none' } })
    expect(orphan).toMatchObject({
      profile: 'dev-mfa',
      sessionProfile: 'dev-mfa',
      isOrphan: true,
      obstacle: {
        message: '[dev-mfa] holds a session that mfad wrote, and no profile has its session there now',
        hint: 'remove it with: mfad logout dev-mfa',
      },
    })
  })

  it('that are foreign are no orphans', () => {
    expect(profilesOf(ours.replace('= mfad', '= x')).map(({ isOrphan }) => isOrphan)).toEqual([undefined])
  })

  it('a section called like the suffix alone has no profile without a name', () => {
    expect(profilesOf(sessionOf('-mfa', '2026-11-23T10:00:00Z')).map(({ profile }) => profile)).toEqual([
      '-mfa',
    ])
  })

  it('each stand for exactly one entry, whatever the files hold', () => {
    const name = fc.constantFrom('a', 'b', 'a-mfa', 'b-mfa', 'a-mfa-mfa', 'default', 'c')
    const part = fc.tuple(name, fc.constantFrom('key', 'ours', 'foreign', 'region'), fc.boolean())
    fc.assert(
      fc.property(fc.uniqueArray(part, { selector: ([n, , c]) => `${n}${c}` }), (parts) => {
        const text = ([n, kind, isConfig]: (typeof parts)[number]) => {
          const header = isConfig ? `profile ${n}` : n
          if (kind === 'ours') return sessionOf(header, '2026-11-23T10:00:00Z')
          return `[${header}]\n${kind === 'key' ? keys : kind === 'foreign' ? 'aws_session_token = x\n' : 'region = x\n'}`
        }
        const credentials = parts
          .filter(([, , isConfig]) => !isConfig)
          .map(text)
          .join('')
        const config = parts
          .filter(([, , isConfig]) => isConfig)
          .map(text)
          .join('')
        const profiles = profilesOf(credentials, config)
        const ours = parts.filter(([, kind, isConfig]) => kind === 'ours' && !isConfig).map(([n]) => n)
        const shown = profiles.filter(({ session }) => session.kind === 'ours').map((p) => p.sessionProfile)
        expect(shown.sort()).toEqual(ours.sort())
        for (const [n, kind, isConfig] of parts) {
          if (kind !== 'key' || parts.some(([m, other]) => m === n && other !== 'key')) continue
          expect(
            profiles.map(({ profile }) => profile),
            `${n} ${isConfig}`,
          ).toContain(n)
        }
      }),
    )
  })
})

describe('the profile that a name means', () => {
  const profiles = profilesOf(`${dev}[staging]\n${keys}[stage]\n${keys}[prod]\n${keys}[prod-mfa]\n${keys}`)
  const meant = (name: string) => findProfile(profiles, name).profile

  it.each([
    ['dev', 'dev'],
    ['dev-mfa', 'dev'],
    ['prod-mfa', 'prod-mfa'],
    ['prod-mfa-mfa', 'prod-mfa'],
  ])('%s means %s', (name, profile) => {
    expect(meant(name)).toBe(profile)
  })

  it.each([
    ['dve', 'did you mean dev? all profiles: mfad status'],
    ['DEV', 'did you mean dev? all profiles: mfad status'],
    ['stagin', 'did you mean staging? all profiles: mfad status'],
    ['stag', 'did you mean stage? all profiles: mfad status'],
    ['de', 'did you mean dev? all profiles: mfad status'],
    ['x', 'list the profiles with: mfad status'],
    ['nothing-like-it', 'list the profiles with: mfad status'],
  ])('%s means nothing, and gets a hint: %s', (name, hint) => {
    expect(thrownBy(() => meant(name))).toEqual({
      code: 'profile.not-found',
      message: `there is no profile ${name}`,
      hint,
    })
  })

  it('gets no hint when every letter of it would have to change', () => {
    expect(thrownBy(() => findProfile(profilesOf('[ab]\nregion = x\n'), 'x')).hint).toBe(
      'list the profiles with: mfad status',
    )
  })

  it('is not repeated raw, nor at length', () => {
    expect(thrownBy(() => meant('\u001b[2J\n')).message).toBe('there is no profile \\u{1b}[2J\\u{a}')
    expect(thrownBy(() => meant('x'.repeat(500))).message).toHaveLength('there is no profile '.length + 64)
  })
})

describe('long-term credentials', () => {
  it('come from the credentials file first', () => {
    const documents = documentsOf(dev, `[profile dev]\n${keysOf('AKIAOTHEROTHEROTHER1')}`)
    expect(longTermCredentialsOf(profileSections(documents), 'dev')).toEqual({
      accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
      secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    })
  })

  it('come from the config file where it alone has them', () => {
    expect(
      longTermCredentialsOf(profileSections(documentsOf('', `[profile dev]\n${keys}`)), 'dev')?.accessKeyId,
    ).toBe('AKIAIOSFODNN7EXAMPLE')
  })

  it.each(['[dev]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n', '[dev]\naws_secret_access_key = x\n', ''])(
    'are none in %j',
    (text) => {
      expect(longTermCredentialsOf(profileSections(documentsOf(text)), 'dev')).toBeUndefined()
    },
  )
})

it('a file of 10,000 profiles is read in well under a second', () => {
  const credentials = Array.from({ length: 10_000 }, (_, index) => `[p${index}]\n${keys}`).join('')
  const documents = documentsOf(credentials)
  // Of this process: the wall clock counts what else the machine does.
  const before = process.cpuUsage()
  expect(buildProfiles(documents, defaultSettings, paths)).toHaveLength(10_000)
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(1000)
})
