import { describe, expect, it } from 'vitest'
import { planLogin, profilesOfLogin, profilesToIdentify } from '../../../src/core/login/login-plan.ts'
import type { Identities } from '../../../src/core/profiles/devices.ts'
import { defaultSettings } from '../../../src/core/settings/default-settings.ts'
import type { LoginRequest } from '../../../src/core/wire.ts'
import { keysOf, paths, profilesOf, sessionOf } from '../../support/profiles.ts'
import { thrownBy } from '../../support/thrown.ts'

const now = new Date('2026-11-23T10:00:00Z')
const aliceKey = 'AKIAALICEALICEALICE1'
const otherKey = 'AKIAALICEALICEALICE2'
const alice = 'arn:aws:iam::111122223333:mfa/alice'
const bob = 'arn:aws:iam::111122223333:mfa/bob'
const nobody: Identities = new Map()
const sameUser: Identities = new Map([
  [aliceKey, 'arn:aws:iam::111122223333:user/alice'],
  [otherKey, 'arn:aws:iam::111122223333:user/alice'],
])
const twoUsers: Identities = new Map([
  [aliceKey, 'arn:aws:iam::111122223333:user/alice'],
  [otherKey, 'arn:aws:iam::111122223333:user/bob'],
])

/** A key profile of the credentials file. */
const section = (name: string, { key = aliceKey, device = alice as string | null, more = '' } = {}) =>
  `[${name}]\n${keysOf(key)}${device === null ? '' : `mfa_serial = ${device}\n`}${more}`
const live = (name: string, time = '12:00:00', key?: string) =>
  sessionOf(`${name}-mfa`, `2026-11-23T${time}Z`, key)

type Asked = Partial<LoginRequest>
const plan = (
  files: string | [string, string],
  asked: Asked = {},
  identities = nobody,
  settings = defaultSettings,
  outdated: ReadonlySet<string> = new Set(),
) => {
  const [credentials, config] = typeof files === 'string' ? [files, ''] : files
  const request = { profiles: [], ...asked }
  const facts = { settings, identities, outdated, kept: new Map(), now, credentialsFile: paths.credentials }
  return planLogin(profilesOf(credentials, config), request, facts)
}

const names = (profiles: readonly { profile: string }[]) => profiles.map(({ profile }) => profile)
const planned = (...args: Parameters<typeof plan>) => {
  const { targets, companions } = plan(...args)
  return { targets: names(targets), companions: names(companions) }
}

const refused = (...args: Parameters<typeof plan>) => thrownBy(() => plan(...args))

describe('a login that names nobody', () => {
  it('is for the active profile that expires soonest', () => {
    const files =
      section('a', { device: bob }) +
      section('b') +
      section('c') +
      live('a', '13:00:00') +
      live('b', '11:00:00')
    expect(planned(files).targets).toEqual(['b'])
  })

  it('is for one that has expired before one that lives, and first for one whose expiration is unknown', () => {
    const files = section('a') + section('b') + section('c') + live('a', '10:00:01') + live('b', '09:00:00')
    expect(planned(files).targets).toEqual(['b'])
    expect(planned(files + sessionOf('c-mfa', 'soon')).targets).toEqual(['c'])
  })

  it('is for the only profile that has a device', () => {
    expect(planned(section('a', { device: null }) + section('b')).targets).toEqual(['b'])
  })

  it('is for every profile on the only device while none is active', () => {
    expect(planned(section('a') + section('b') + section('c', { device: null })).targets).toEqual(['a', 'b'])
  })

  it('leaves a session section that is not ours alone', () => {
    const foreign = '[b-mfa]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_session_token = x\n'
    expect(planned(section('a') + section('b') + foreign).targets).toEqual(['a'])
  })

  it('lists the choices with several devices', () => {
    expect(refused(section('a') + section('default', { device: bob }))).toEqual({
      code: 'usage.no-profile',
      message: 'no profile was named, and none is active yet',
      hint: 'choose one of a, default: mfad login a',
    })
  })

  it('lists eight choices and no more', () => {
    const files = Array.from({ length: 9 }, (_, index) =>
      section(`p${index}`, index === 8 ? { device: bob } : {}),
    ).join('')
    expect(refused(files).hint).toBe('choose one of p0, p1, p2, p3, p4, p5, p6, p7, …: mfad login p0')
  })

  it('has nobody to choose where no profile has a device', () => {
    expect(refused(section('a', { device: null }))).toMatchObject({
      code: 'profile.no-serial-number',
      message: 'profile a has no mfa_serial',
    })
    expect(refused('[a]\nregion = eu-west-1\n').code).toBe('profile.none-with-device')
  })

  it('does not choose a profile that cannot be logged in', () => {
    const config = '[profile a-mfa]\nsso_start_url = x\n'
    expect(planned([section('a') + section('b') + live('a'), config]).targets).toEqual(['b'])
  })
})

describe('a login of named profiles', () => {
  it('is for those, in their order, each once', () => {
    const files = section('a') + section('b') + section('c')
    expect(planned(files, { profiles: ['c', 'a', 'c', 'a-mfa'] })).toEqual({
      targets: ['c', 'a'],
      companions: [],
    })
  })

  it('knows no other profile', () => {
    expect(refused(section('a'), { profiles: ['b'] }).code).toBe('profile.not-found')
  })

  it('renews with them every active profile on the device, and no other', () => {
    const files =
      section('a') +
      section('b') +
      section('c') +
      section('d', { device: bob }) +
      section('e') +
      live('b', '09:00:00') +
      live('d') +
      live('e').replace('= mfad\n', '= x\n')
    expect(planned(files, { profiles: ['a'], tokenCode: '123456' })).toEqual({
      targets: ['a'],
      companions: ['b'],
    })
  })

  it('has the device and the caller of the first', () => {
    const { serialNumber, targets } = plan(section('a') + section('b'), { profiles: ['b', 'a'] })
    expect([serialNumber, targets[0]?.profile]).toEqual([alice, 'b'])
  })

  it('renews no companion whose session AWS tools would not use', () => {
    const config = '[profile b-mfa]\nsso_start_url = x\n'
    expect(
      planned([section('a') + section('b') + live('b'), config], { profiles: ['a'] }).companions,
    ).toEqual([])
  })
})

describe('a login of all', () => {
  it('is for every profile with keys and a device whose section is free or ours', () => {
    const files =
      section('a') +
      section('b', { device: null }) +
      section('c') +
      section('d') +
      '[e]\nregion = x\n' +
      '[d-mfa]\nregion = x\n' +
      live('c')
    expect(planned(files, { all: true, tokenCode: '123456' })).toEqual({
      targets: ['a', 'c'],
      companions: [],
    })
  })

  it('is refused where there is none', () => {
    expect(refused('[e]\nregion = x\n', { all: true }).code).toBe('profile.none-with-device')
  })

  it('is refused over several devices', () => {
    expect(refused(section('a') + section('b', { device: bob }), { all: true })).toEqual({
      code: 'usage.several-devices',
      message: 'a and b have different devices, and a code belongs to one',
      hint: 'log them in device by device: mfad login a, then: mfad login b',
    })
  })
})

describe('a login of all over several devices', () => {
  const files =
    section('a') +
    section('b', { device: bob }) +
    section('c', { device: bob }) +
    section('d', { device: null }) +
    live('a', '13:00:00')
  const code = { all: true, tokenCode: '123456' }

  it('is for that of the active profile that expires soonest, and names the others', () => {
    const { targets, asked, left } = plan(files + live('b', '11:00:00'), code)
    expect([names(targets), asked]).toEqual([
      ['b', 'c'],
      ['b', 'c'],
    ])
    expect(left).toEqual([{ serialNumber: alice, profiles: ['a'] }])
    expect(plan(files, code).left).toEqual([{ serialNumber: bob, profiles: ['b', 'c'] }])
  })

  it('is for the one that is named', () => {
    const { targets, left } = plan(files, { ...code, serialNumber: bob })
    expect(names(targets)).toEqual(['b', 'c'])
    expect(left).toEqual([{ serialNumber: alice, profiles: ['a'] }])
    expect(refused(files, { ...code, serialNumber: `${bob}-2` })).toEqual({
      code: 'device.not-found',
      message: `no profile has the device ${bob}-2`,
      hint: `log one in with it: mfad login a --serial-number ${bob}-2`,
    })
  })

  it('leaves the keys of another user on the same device for a code of their own', () => {
    const shared = section('a') + section('b', { key: otherKey }) + live('b', '11:00:00')
    const { targets, left } = plan(shared, code, twoUsers)
    expect(names(targets)).toEqual(['b'])
    expect(left).toEqual([{ serialNumber: alice, profiles: ['a'] }])
    expect(names(plan(shared, code, sameUser).targets)).toEqual(['a', 'b'])
  })

  it('names eight devices in a command, and no more', () => {
    const many = Array.from({ length: 9 }, (_, index) => section(`p${index}`, { device: `${bob}-${index}` }))
    const { hint } = refused(many.join(''), code)
    expect(hint).toMatch(/^log them in device by device: mfad login p0, then: .*mfad login p7, …$/)
  })
})

describe('a profile without a device', () => {
  it('is the one that is meant where there is no other, and is offered where there are several', () => {
    const [a, b] = [section('a', { device: null }), section('b', { device: null })]
    const profiles = (text: string) => names(profilesOfLogin(profilesOf(text), { profiles: [] }, now))
    expect(profiles(a)).toEqual(['a'])
    expect(profiles(a + b)).toEqual([])
    expect(refused(a + b)).toMatchObject({
      code: 'usage.no-profile',
      hint: 'choose one of a, b: mfad login a',
    })
    expect(refused(a + b, { all: true })).toMatchObject({
      code: 'profile.none-with-device',
      hint: 'log one in by its name, and IAM is asked for its device: mfad login a',
    })
  })
})

describe('profiles with one device and different keys', () => {
  const files = section('a') + section('b', { key: otherKey })
  const both = { profiles: ['a', 'b'] }

  it('are logged in together once AWS says that they are one user', () => {
    expect(planned(files, both, sameUser).targets).toEqual(['a', 'b'])
  })

  it.each([
    ['nothing is known', nobody],
    ['they are two users', twoUsers],
    ['only one is known', new Map([[aliceKey, 'arn:aws:iam::111122223333:user/alice']])],
    ['only the other is known', new Map([[otherKey, 'arn:aws:iam::111122223333:user/alice']])],
  ])('are not while %s', (_, identities) => {
    expect(refused(files, both, identities)).toEqual({
      code: 'device.different-users',
      message: 'a and b name one device, but their access keys are not known to be of one user',
      hint: 'log them in one by one: mfad login a, and with the next code: mfad login b',
    })
  })

  it('are companions only of their own user', () => {
    const active = files + live('b')
    expect(planned(active, { profiles: ['a'], tokenCode: '123456' }, sameUser).companions).toEqual(['b'])
    expect(planned(active, { profiles: ['a'], tokenCode: '123456' }, twoUsers).companions).toEqual([])
    expect(planned(active, { profiles: ['a'], tokenCode: '123456' }, nobody).companions).toEqual([])
  })

  it('do not take each other’s live session either', () => {
    expect(plan(files + live('b'), { profiles: ['a'] }, twoUsers)).not.toHaveProperty('sharedFrom')
    expect(plan(files + live('b'), { profiles: ['a'] }, sameUser).sharedFrom?.profile).toBe('b')
  })
})

describe('the users to be asked of AWS', () => {
  const asked = (files: string, request: Asked) =>
    names(profilesToIdentify(profilesOf(files), { profiles: [], ...request }, now))

  it('are none while all on the device use one key', () => {
    expect(asked(section('a') + section('b') + live('b'), { profiles: ['a'] })).toEqual([])
  })

  it('are those of the targets and the active profiles on the device when keys differ', () => {
    const files =
      section('a') +
      section('b', { key: otherKey }) +
      section('c', { key: otherKey }) +
      section('d', { key: otherKey, device: bob }) +
      live('b') +
      live('d')
    expect(asked(files, { profiles: ['a'] })).toEqual(['a', 'b'])
    expect(asked(files, { profiles: ['a', 'c'] })).toEqual(['a', 'c', 'b'])
  })

  it('are those on the device of --serial-number, the targets’ own device aside', () => {
    const files = section('a', { device: null }) + section('b', { key: otherKey, device: bob }) + live('b')
    expect(asked(files, { profiles: ['a'], serialNumber: bob })).toEqual(['a', 'b'])
    expect(asked(files, { profiles: ['a'] })).toEqual([])
  })
})

describe('a login beside a live session of the device', () => {
  it('needs no code', () => {
    expect(plan(section('a') + section('b') + live('b'), { profiles: ['a'] }).sharedFrom?.profile).toBe('b')
  })

  it('takes the session that lives longest', () => {
    const files = section('a') + section('b') + section('c') + live('b', '11:00:00') + live('c', '12:00:00')
    expect(plan(files, { profiles: ['a'] }).sharedFrom?.profile).toBe('c')
  })

  it.each([
    ['the session has expired', section('a') + section('b') + live('b', '10:00:00'), { profiles: ['a'] }],
    ['a code was given', section('a') + section('b') + live('b'), { profiles: ['a'], tokenCode: '123456' }],
    [
      'the target has a live session itself',
      section('a') + section('b') + live('a') + live('b'),
      { profiles: ['a'] },
    ],
    [
      'the session is of another device',
      section('a') + section('b', { device: bob }) + live('b'),
      { profiles: ['a'] },
    ],
  ])('needs one when %s', (_, files, request) => {
    expect(plan(files, request)).not.toHaveProperty('sharedFrom')
  })
})

describe('how long a session is asked for', () => {
  const lasting = (seconds: number | string) => ({ more: `duration_seconds = ${seconds}\n` })
  const seconds = (...args: Parameters<typeof plan>) => plan(...args).durationSeconds
  const one = { profiles: ['a'] }

  it('is the request’s, else the profile’s, else the settings’', () => {
    const settings = { ...defaultSettings, durationSeconds: 7200 }
    expect(seconds(section('a'), one, nobody, settings)).toBe(7200)
    expect(seconds(section('a', lasting(1800)), one, nobody, settings)).toBe(1800)
    expect(seconds(section('a', lasting(9000)), one, nobody, settings)).toBe(9000)
    expect(seconds(section('a', lasting(1800)), { ...one, durationSeconds: 900 }, nobody, settings)).toBe(900)
  })

  it('is the shortest among those who share it, the settings for those without a wish', () => {
    const files =
      section('a', lasting(50_000)) + section('b', lasting(3600)) + section('c') + live('b') + live('c')
    expect(seconds(files, { ...one, tokenCode: '123456' })).toBe(3600)
    expect(
      seconds(section('a', lasting(50_000)) + section('c') + live('c'), { ...one, tokenCode: '1' }),
    ).toBe(43_200)
  })

  it('is not that of a profile on another device', () => {
    const files = section('a') + section('b', { device: bob, ...lasting(900) }) + live('b')
    expect(seconds(files, { ...one, tokenCode: '123456' })).toBe(43_200)
  })

  it.each([899, 129_601, 0, -3600])('may not be %i s on the command line', (durationSeconds) => {
    expect(refused(section('a'), { ...one, durationSeconds }).code).toBe('usage.bad-duration')
  })

  it.each([900, 129_600])('may be %i s', (durationSeconds) => {
    expect(seconds(section('a'), { ...one, durationSeconds })).toBe(durationSeconds)
    expect(seconds(section('a', lasting(durationSeconds)), one)).toBe(durationSeconds)
  })

  it.each([899, 129_601, 'abc', '1h'])('may not be %s in a profile', (wish) => {
    expect(refused(section('a', lasting(wish)), one)).toEqual({
      code: 'profile.bad-duration',
      message: 'duration_seconds of a is not a number from 900 to 129600, as STS takes them for a session',
      hint: 'change it with: aws configure set duration_seconds 43200 --profile a',
    })
  })
})

describe('a session section that is not ours', () => {
  const one = { profiles: ['a'] }
  const foreign = '[a-mfa]\naws_access_key_id = ASIAIOSFODNN7EXAMPLE\naws_session_token = x\n'
  const longTerm = `[a-mfa]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}`

  it('is refused with its line, and --adopt is offered', () => {
    expect(refused(section('a') + foreign, one)).toMatchObject({
      code: 'profile.session-not-ours',
      message: expect.stringMatching(
        /^\[a-mfa\] holds session credentials that mfad did not write: line 5 of /,
      ),
      hint: 'let mfad take it over with: mfad login a --adopt',
    })
  })

  it('is taken over with --adopt', () => {
    expect(planned(section('a') + foreign, { ...one, adopt: true }).targets).toEqual(['a'])
  })

  it.each([true, false])('is refused where it holds long-term keys, with --adopt %s', (adopt) => {
    const error = refused(section('a') + longTerm, { ...one, adopt })
    expect(error.code).toBe('profile.session-not-ours')
    expect(error.hint).not.toContain('--adopt')
    expect(JSON.stringify(error)).not.toContain('AKIAIOSFODNN7EXAMPLE')
  })

  it('is never taken over for a companion', () => {
    const files = section('a') + section('b') + foreign.replace('a-mfa', 'b-mfa')
    expect(planned(files, { ...one, adopt: true, tokenCode: '123456' }).companions).toEqual([])
  })
})

describe('what stands against a login', () => {
  const one = { profiles: ['a'] }
  it.each<[string, string | [string, string], string]>([
    ['no device', section('a', { device: null }), 'profile.no-serial-number'],
    ['a malformed device', section('a', { device: 'my phone' }), 'profile.malformed-serial-number'],
    ['a security key', section('a', { device: 'arn:aws:iam::1:u2f/user/a/b' }), 'profile.security-key'],
    ['no keys', '[a]\nregion = x\n', 'profile.no-keys'],
    ['a role', '[a]\nrole_arn = x\nsource_profile = y\n', 'profile.malformed-role'],
    ['a session', `${section('a')}aws_session_token = x\n`, 'profile.holds-session'],
    ['an orphan', live('a'), 'profile.orphan'],
    ['a shadowed session', [section('a'), '[profile a-mfa]\nrole_arn = x\n'], 'profile.session-shadowed'],
    [
      'a session profile with keys',
      [section('a'), `[profile a-mfa]\n${keysOf(aliceKey)}`],
      'profile.session-is-key-profile',
    ],
  ])('is told before a code is used: %s', (_, files, code) => {
    expect(refused(files, { ...one, tokenCode: '123456' }).code).toBe(code)
  })

  it('stands against all when one of several has it', () => {
    expect(refused(section('a') + section('b', { device: null }), { profiles: ['a', 'b'] }).code).toBe(
      'profile.no-serial-number',
    )
  })
})

describe('--serial-number', () => {
  const one = { profiles: ['a'] }
  const given = { ...one, serialNumber: bob }

  it.each([
    ['is missing', null],
    ['is another', alice],
    ['is malformed', 'my phone'],
    ['is a security key', 'arn:aws:iam::1:u2f/user/a/b'],
  ])('stands for a device that %s', (_, device) => {
    const { serialNumber, targets } = plan(section('a', { device }), given)
    expect([serialNumber, targets[0]?.serialNumber]).toEqual([bob, bob])
  })

  it('stands for the devices of all who are named', () => {
    expect(
      planned(section('a') + section('b', { device: null }), { ...given, profiles: ['a', 'b'] }).targets,
    ).toEqual(['a', 'b'])
  })

  it('finds its companions on the device that it names', () => {
    const files = section('a') + section('b') + section('c', { device: bob }) + live('b') + live('c')
    expect(planned(files, { ...given, tokenCode: '123456' }).companions).toEqual(['c'])
  })

  it.each([
    ['my phone', 'usage.bad-serial-number'],
    ['arn:aws:iam::1:u2f/user/a/b', 'profile.security-key'],
  ])('is held to the same form: %s', (serialNumber, code) => {
    expect(refused(section('a'), { ...one, serialNumber }).code).toBe(code)
  })

  it('does not hide that AWS tools would not use the session', () => {
    const config = '[profile a-mfa]\nsso_start_url = x\n'
    expect(refused([section('a', { device: 'my phone' }), config], given).code).toBe(
      'profile.session-shadowed',
    )
  })

  it('does not make up for missing keys', () => {
    expect(refused('[a]\nregion = x\n', given).code).toBe('profile.no-keys')
  })
})
