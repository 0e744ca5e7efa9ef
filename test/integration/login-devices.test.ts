// Which device a login is for: the one that IAM knows, the one that is chosen at a terminal or named by its end, and one after
// the other where there are several.
import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StsUser } from '../../src/demo/sts/embedded-sts.ts'
import { requireProgram } from '../support/clients.ts'
import { expectRefusal } from '../support/refusal.ts'
import {
  alice,
  aliceKeys,
  aliceSerial,
  bob,
  bobSerial,
  keyLines,
  openSandbox,
  type RunningDaemon,
  run,
  type Sandbox,
} from '../support/sandbox.ts'
import { openTerminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

const account = 'arn:aws:iam::111122223333'
const phone = `${account}:mfa/carol-phone`
const tablet = `${account}:mfa/carol-tablet`
const token = 'GAHT12345678'
const securityKey = `${account}:u2f/user/carol/key-1`

/** Has four devices, one of which gives no codes. */
const carol: StsUser = {
  arn: `${account}:user/carol`,
  accessKeyId: 'AKIACAROLCAROLCAROLC',
  secretAccessKey: 'cArOlUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  devices: [
    { serialNumber: phone, seed: 'ORSXG5BAMRQXIYJAORSXG5BAMRQXIYJA' },
    { serialNumber: securityKey },
    { serialNumber: tablet, seed: 'NFZXG5LFNFZXG5LFNFZXG5LFNFZXG5LF' },
    { serialNumber: token, seed: 'OJXWEYLUORZWK5DFOJXWEYLUORZWK5DF' },
  ],
}
const user = (name: string, more: Partial<StsUser>): StsUser => ({
  arn: `${account}:user/${name}`,
  accessKeyId: `AKIA${name.toUpperCase().padEnd(16, 'X')}`,
  secretAccessKey: `${name}/K7MDENG/bPxRfiCYEXAMPLEKEY/${name}`,
  devices: [],
  ...more,
})
const nobody = user('nobody', {})
const keyOnly = user('keyonly', { devices: [{ serialNumber: `${account}:u2f/user/keyonly/key-1` }] })
const denied = user('denied', { devices: carol.devices, denied: ['iam:ListMFADevices'] })
const hostile = user('hostile', { devices: [{ serialNumber: 'evil_device\r\ncredential_process = x' }] })
const mei = user('mei', {
  arn: 'arn:aws-cn:iam::111122223333:user/mei',
  devices: [{ serialNumber: 'arn:aws-cn:iam::111122223333:mfa/mei', seed: 'JBSWY3DPEHPK3PXP' }],
})

let sandbox: Sandbox
let daemon: RunningDaemon
beforeEach(async () => {
  sandbox = await openSandbox([alice, bob, carol, nobody, keyOnly, denied, hostile, mei])
  // Nothing is then said of profiles without a region.
  sandbox.environment.AWS_REGION = 'eu-west-1'
  // No profile names its device.
  const users = { dev: alice, ops: bob, home: carol, nobody, keyonly: keyOnly, denied, hostile, mei }
  sandbox.writeCredentials(
    Object.entries(users)
      .map(([name, each]) => `[${name}]\n${keyLines(each)}`)
      .join(''),
  )
  sandbox.writeConfig('[profile dev]\nregion = eu-west-1\n[profile mei]\nregion = cn-north-1\n')
  daemon = await sandbox.startDaemon()
})
afterEach(() => sandbox.close())

const actions = () => sandbox.sts.calls.map(({ action }) => action)
const section = (name: string) => sandbox.readCredentials().split(`[${name}]\n`)[1]?.split('\n\n')[0] ?? ''
const withoutTimes = (stdout: string) => stdout.replaceAll(/ until .*/g, '')
const refused = (args: string[], exitCode: number, says: string) =>
  expectRefusal(sandbox, args, { exitCode, says })

describe('a profile without mfa_serial', () => {
  it('is logged in with the only device of its user, which IAM is asked for before STS sees the code', async (context) => {
    const { exitCode, stdout, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect({ exitCode, stderr, stdout: withoutTimes(stdout) }).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: 'dev → [dev-mfa]\n',
    })
    expect(actions()).toEqual(['ListMFADevices', 'GetSessionToken'])
    expect(section('dev-mfa')).toContain(`\nmfad_serial = ${aliceSerial}`)
    const aws = requireProgram(context, 'aws')
    const args = ['--profile', 'dev-mfa', '--endpoint-url', sandbox.sts.endpoint, '--output', 'json']
    const child = spawn(aws, [...args, 'sts', 'get-caller-identity'], { env: sandbox.environment })
    expect(JSON.parse((await run(child)).stdout)).toMatchObject({ Arn: alice.arn })
  })

  it('keeps that device for the next login, so that IAM is asked once', async () => {
    await sandbox.mfad('login', 'dev', sandbox.code())
    expect(await sandbox.mfad('login', 'dev', sandbox.nextCode())).toMatchObject({ exitCode: 0 })
    expect(actions()).toEqual(['ListMFADevices', 'GetSessionToken', 'GetSessionToken'])
    expect(section('dev-mfa')).toContain(`\nmfad_serial = ${aliceSerial}`)
  })

  it('is looked for in its own partition', async () => {
    const code = sandbox.code('arn:aws-cn:iam::111122223333:mfa/mei')
    expect(await sandbox.mfad('login', 'mei', code)).toMatchObject({ exitCode: 0, stderr: '' })
    expect(section('mei-mfa')).toContain('mfad_serial = arn:aws-cn:iam::111122223333:mfa/mei')
  })

  it('is asked for its code without a terminal by the device that was found', async () => {
    await refused(['login', 'dev'], 2, `mfad: dev needs a code from ${aliceSerial}\n  → mfad login dev CODE`)
  })

  it('is the one that is meant where there is no other', async () => {
    sandbox.writeCredentials(`[default]\n${aliceKeys}`)
    expect(await sandbox.mfad('login', sandbox.code())).toMatchObject({ exitCode: 0, stderr: '' })
    expect(section('default-mfa')).toContain(`mfad_serial = ${aliceSerial}`)
  })

  it('stands behind a role as well', async () => {
    sandbox.writeConfig(
      `[profile admin]\nrole_arn = ${account}:role/admin\nsource_profile = dev\n[profile dev]\nregion = eu-west-1\n`,
    )
    const { exitCode, stdout } = await sandbox.mfad('login', 'admin', sandbox.code())
    // The role itself does not exist in this account.
    expect({ exitCode, stdout: withoutTimes(stdout) }).toEqual({ exitCode: 5, stdout: 'dev → [dev-mfa]\n' })
    expect(actions().slice(0, 2)).toEqual(['ListMFADevices', 'GetSessionToken'])
  })

  it.each<[string, number, string]>([
    [
      'nobody',
      4,
      'mfad: the user of nobody has no MFA device\n  → add an authenticator app in the IAM console (Security credentials), or with aws iam create-virtual-mfa-device and aws iam enable-mfa-device, then: mfad login nobody',
    ],
    [
      'keyonly',
      4,
      `mfad: the only MFA device of the user of keyonly is ${account}:u2f/user/keyonly/key-1: a FIDO security key, which AWS does not accept for GetSessionToken\n  → add an authenticator app to this user in the IAM console (Security credentials), then: mfad login keyonly`,
    ],
    [
      'home',
      4,
      `mfad: the user of home has 3 MFA devices: ${phone}, ${tablet}, ${token}; not ${securityKey}: a FIDO security key, which AWS does not accept for GetSessionToken\n  → choose one: mfad login home --serial-number carol-phone`,
    ],
    [
      'denied',
      5,
      'mfad: AWS does not let the user of denied list its own MFA devices\n  → ask your administrator for iam:ListMFADevices on your own user, or go without it: mfad login denied --serial-number arn:aws:iam::ACCOUNT:mfa/NAME',
    ],
    [
      'hostile',
      6,
      'mfad: the answer from IAM holds a malformed serial number; it was not used\n  → check the endpoint and the network: something between here and AWS may have changed the answer',
    ],
  ])('of %s is refused before a code is used', async (profile, exitCode, says) => {
    await refused(['login', profile, '123456'], exitCode, says)
    expect(actions()).toEqual(['ListMFADevices'])
  })

  it('is refused for a deactivated key in the words for it', async () => {
    sandbox.sts.setActive(alice.accessKeyId, false)
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect({ exitCode, stderr: stderr.split('\n')[0] }).toEqual({
      exitCode: 5,
      stderr:
        'mfad: AWS does not know the access key of dev (ending in MPLE): it was deleted, deactivated, or is of another partition than eu-west-1',
    })
    expect(sandbox.codesSent()).toEqual([])
  })

  it.each<
    [
      Parameters<Sandbox['sts']['setFault']>[0]['kind'] & ('html' | 'huge' | 'throttle' | 'unavailable'),
      string,
    ]
  >([
    ['html', 'is not IAM'],
    ['huge', 'is not IAM'],
    ['throttle', 'AWS is throttling requests'],
    ['unavailable', 'IAM at 127.0.0.1'],
  ])('is not burnt by an IAM that answers with %s', async (kind, says) => {
    sandbox.sts.setFault({ kind }, 1)
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect(exitCode).toBe(6)
    expect(stderr).toContain(says)
    expect(sandbox.codesSent()).toEqual([])
  })
})

describe('--serial-number', () => {
  it.each([
    ['the end of an ARN', 'carol-tablet', tablet, ['ListMFADevices', 'GetSessionToken']],
    ['a whole ARN, for which IAM is not asked', tablet, tablet, ['GetSessionToken']],
    ['a hardware serial number', token, token, ['ListMFADevices', 'GetSessionToken']],
  ])('takes %s', async (_what, given, serialNumber, calls) => {
    const args = ['login', 'home', '--serial-number', given, sandbox.code(serialNumber)]
    expect(await sandbox.mfad(...args)).toMatchObject({ exitCode: 0, stderr: '' })
    expect(actions()).toEqual(calls)
    expect(section('home-mfa')).toContain(`mfad_serial = ${serialNumber}`)
  })

  it('knows the device of its profile without IAM', async () => {
    sandbox.writeConfig(`[profile home]\nmfa_serial = ${phone}\n`)
    const args = ['login', 'home', '--serial-number', 'carol-phone', sandbox.code(phone)]
    expect(await sandbox.mfad(...args)).toMatchObject({ exitCode: 0, stderr: '' })
    expect(actions()).toEqual(['GetSessionToken'])
    expect(section('home-mfa')).not.toContain('mfad_serial')
  })

  it('goes without the permission to ask IAM where a profile names the device, or for a hardware device', async () => {
    sandbox.writeConfig(`[profile other]\naws_access_key_id = x\nmfa_serial = ${phone}\n`)
    const login = ['login', 'denied', '--serial-number']
    expect(await sandbox.mfad(...login, 'carol-phone', sandbox.code(phone))).toMatchObject({ exitCode: 0 })
    expect(await sandbox.mfad(...login, token, sandbox.code(token))).toMatchObject({ exitCode: 0 })
    const { exitCode, stderr } = await sandbox.mfad(...login, 'carol-tablet', sandbox.code(tablet))
    expect({ exitCode, stderr: stderr.split('\n')[0] }).toEqual({
      exitCode: 5,
      stderr: 'mfad: AWS does not let the user of denied list its own MFA devices',
    })
  })

  it.each([
    [
      'phone',
      `mfad: the user of home has no MFA device phone; it has ${phone}, ${tablet}, ${token}\n  → name one that it has: mfad login home --serial-number carol-phone`,
    ],
    [
      'key-1',
      `mfad: key-1 is a FIDO security key, which AWS does not accept for GetSessionToken; the user of home has ${phone}, ${tablet}, ${token}\n  → name one that it has: mfad login home --serial-number carol-phone`,
    ],
  ])('is refused where it is no device of the user: %s', async (name, says) => {
    await refused(['login', 'home', '--serial-number', name, '123456'], 4, says)
  })
})

describe('--save', () => {
  const config = () => readFileSync(join(sandbox.home, '.aws/config'), 'utf8')
  const loginSaving = async (...args: string[]) => {
    const { exitCode, stdout, stderr } = await sandbox.mfad('login', ...args, '--save')
    return { exitCode, stdout: withoutTimes(stdout), stderr }
  }

  it('writes the device that was found into the section of the profile, and changes nothing else', async (context) => {
    const before =
      '# mine\n[profile dev]\nregion=eu-west-1\n\n[services s]\nec2 =\n  endpoint_url = https://e\n'
    sandbox.writeConfig(before)
    expect(await loginSaving('dev', sandbox.code())).toEqual({
      exitCode: 0,
      stdout: `dev → [dev-mfa]\ndev: mfa_serial = ${aliceSerial} is in ${sandbox.home}/.aws/config\n`,
      stderr: '',
    })
    expect(config()).toBe(before.replace('eu-west-1\n', `eu-west-1\nmfa_serial = ${aliceSerial}\n`))
    expect(section('dev-mfa')).not.toContain('mfad_serial')
    const aws = requireProgram(context, 'aws')
    const child = spawn(aws, ['configure', 'get', 'mfa_serial', '--profile', 'dev'], {
      env: sandbox.environment,
    })
    expect((await run(child)).stdout).toBe(`${aliceSerial}\n`)
    expect(await sandbox.mfad('login', 'dev', sandbox.nextCode())).toMatchObject({ exitCode: 0 })
    expect(actions()).toEqual(['ListMFADevices', 'GetSessionToken', 'GetSessionToken'])
  })

  it('makes the section, or the file, where there is none', async () => {
    rmSync(join(sandbox.home, '.aws/config'))
    expect(await loginSaving('ops', sandbox.code(bobSerial))).toMatchObject({ exitCode: 0, stderr: '' })
    expect(config()).toBe(`[profile ops]\nmfa_serial = ${bobSerial}\n`)
  })

  it('writes it into the credentials file where an mfa_serial there would win', async () => {
    sandbox.writeCredentials(`[home]\nmfa_serial = ${tablet}\n${keyLines(carol)}`)
    const args = ['home', '--serial-number', 'carol-phone', sandbox.code(phone)]
    expect(await loginSaving(...args)).toMatchObject({ exitCode: 0, stderr: '' })
    expect(sandbox.readCredentials()).toContain(`[home]\nmfa_serial = ${phone}\naws_access_key_id`)
    expect(config()).not.toContain('home')
  })

  it('is for the keys behind a role, also where no code is needed', async () => {
    sandbox.writeConfig(`[profile admin]\nrole_arn = ${account}:role/admin\nsource_profile = dev\n`)
    await sandbox.mfad('login', 'dev', sandbox.code())
    const { stdout } = await loginSaving('admin')
    expect(stdout).toContain(`dev: mfa_serial = ${aliceSerial} is in `)
    expect(config()).toContain(`[profile dev]\nmfa_serial = ${aliceSerial}\n`)
  })

  it('is refused before a code is used where the file cannot be edited', async () => {
    const twice = '[profile dev]\noutput = json\n[profile "dev"]\noutput = json\n'
    sandbox.writeConfig(twice)
    const { exitCode, stderr } = await loginSaving('dev', sandbox.code())
    expect(exitCode, stderr).toBe(7)
    expect(sandbox.codesSent()).toEqual([])
    expect(config()).toBe(twice)
  })
})

describe('at a terminal', () => {
  it('a device is chosen by its number, and then its code is asked for', async () => {
    const terminal = openTerminal(sandbox.environment, 'login', 'home')
    await terminal.typeAfter('Which one? (1-3) ', '4\r')
    await terminal.typeAfter('Which one? (1-3) ', '2\r')
    await terminal.typeAfter('MFA code: ', `${sandbox.code(tablet)}\r`)
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    const shown = terminal.shown().replaceAll('\r', '')
    expect(shown).toContain(
      `home has 3 MFA devices:\n  1  carol-phone   ${phone}\n  2  carol-tablet  ${tablet}\n  3  GAHT12345678\n  -  ${securityKey}: a FIDO security key`,
    )
    expect(shown).toContain(`home needs a code from ${tablet}\n`)
    expect(section('home-mfa')).toContain(`mfad_serial = ${tablet}`)
    expect(actions()).toEqual(['ListMFADevices', 'GetSessionToken'])
  })

  it('the only device is used without a question', async () => {
    const terminal = openTerminal(sandbox.environment, 'login', 'dev')
    await terminal.typeAfter('MFA code: ', `${sandbox.code()}\r`)
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(terminal.shown()).toContain(`dev needs a code from ${aliceSerial}`)
    expect(actions()).toEqual(['ListMFADevices', 'GetSessionToken'])
  })

  it('three answers that mean none are enough, and Ctrl-C ends the question', async () => {
    const terminal = openTerminal(sandbox.environment, 'login', 'home')
    for (const answer of ['', '0', 'phone']) await terminal.typeAfter('Which one? (1-3) ', `${answer}\r`)
    expect(await terminal.ended()).toEqual({ exitCode: 4, isSane: true })
    expect(terminal.shown()).toContain(
      'mfad: no device was chosen\r\n  → name it: mfad login home --serial-number carol-phone',
    )
    const other = openTerminal(sandbox.environment, 'login', 'home')
    await other.typeAfter('Which one? (1-3) ', '\x03')
    expect(await other.ended()).toEqual({ exitCode: 130, isSane: true })
    expect(other.shown()).toMatch(/Which one\? \(1-3\) .*\r\nmfad: interrupted\r\n$/s)
  })

  it('two profiles without a device are logged in with those that their users have, one after the other', async () => {
    const terminal = openTerminal(sandbox.environment, 'login', 'dev', 'ops')
    await terminal.typeAfter('MFA code (an empty line: not this device): ', `${sandbox.code()}\r`)
    await terminal.typeAfter('dev → [dev-mfa]', '')
    await terminal.typeAfter('MFA code (an empty line: not this device): ', `${sandbox.code(bobSerial)}\r`)
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(section('dev-mfa')).toContain(`mfad_serial = ${aliceSerial}`)
    expect(section('ops-mfa')).toContain(`mfad_serial = ${bobSerial}`)
  })

  it('one choice serves two profiles of one user', async () => {
    sandbox.writeCredentials(`[home]\n${keyLines(carol)}[work]\n${keyLines(carol)}`)
    const terminal = openTerminal(sandbox.environment, 'login', 'home', 'work')
    await terminal.typeAfter('Which one? (1-3) ', '2\r')
    await terminal.typeAfter('MFA code: ', `${sandbox.code(tablet)}\r`)
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(terminal.shown().match(/Which one/g)).toHaveLength(1)
    expect(terminal.shown()).toContain('work → [work-mfa]')
  })

  it('what stands against one of several profiles is said before a code is asked for', async () => {
    sandbox.writeConfig(`[profile dev]\nmfa_serial = ${aliceSerial}\n[profile sso]\nsso_start_url = x\n`)
    const terminal = openTerminal(sandbox.environment, 'login', 'dev', 'ops', 'sso')
    expect(await terminal.ended()).toEqual({ exitCode: 4, isSane: true })
    expect(terminal.shown()).toMatch(/^mfad: sso signs in through IAM Identity Center/)
  })

  it('a role whose source names no device asks for the one of its source', async () => {
    sandbox.writeConfig(`[profile admin]\nrole_arn = ${account}:role/admin\nsource_profile = home\n`)
    const terminal = openTerminal(sandbox.environment, 'login', 'admin')
    await terminal.typeAfter('Which one? (1-3) ', '3\r')
    await terminal.typeAfter('MFA code: ', `${sandbox.code(token)}\r`)
    expect((await terminal.ended()).exitCode).toBe(5)
    expect(terminal.shown()).toContain(`admin needs a code from ${token}`)
    expect(section('home-mfa')).toContain(`mfad_serial = ${token}`)
  })

  it('--adopt takes the section over with the device that was chosen', async () => {
    const foreign = '\n[home-mfa]\naws_access_key_id = ASIAFOREIGNFOREIGN00\naws_session_token = x\n'
    sandbox.writeCredentials(`[home]\n${keyLines(carol)}${foreign}`)
    const terminal = openTerminal(sandbox.environment, 'login', 'home', '--adopt')
    await terminal.typeAfter('Which one? (1-3) ', '1\r')
    await terminal.typeAfter('MFA code: ', `${sandbox.code(phone)}\r`)
    expect((await terminal.ended()).exitCode).toBe(0)
    expect(section('home-mfa')).toContain(`mfad_serial = ${phone}`)
  })
})

it('a daemon that is told to stop while IAM does not answer ends in time', async () => {
  sandbox.sts.setFault({ kind: 'hang' })
  const login = sandbox.mfad('login', 'dev', sandbox.code())
  await until('IAM is asked', () => actions().includes('ListMFADevices'))
  const startedAt = Date.now()
  await daemon.stop()
  expect(Date.now() - startedAt).toBeLessThan(8000)
  expect(await login).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('the daemon is stopping'),
  })
})

describe('--all over several devices', () => {
  beforeEach(() => {
    sandbox.writeCredentials(
      `[dev]\n${aliceKeys}[staging]\n${aliceKeys}[ops]\n${keyLines(bob)}[home]\n${keyLines(carol)}`,
    )
    sandbox.writeConfig(
      `[profile dev]\nmfa_serial = ${aliceSerial}\n[profile staging]\nmfa_serial = ${aliceSerial}\n[profile ops]\nmfa_serial = ${bobSerial}\n[profile home]\nmfa_serial = ${phone}\n`,
    )
  })

  it('asks for one code after the other; an empty line leaves a device out, and a wrong code the others alone', async () => {
    const terminal = openTerminal(sandbox.environment, 'login', '--all')
    const ask = 'MFA code (an empty line: not this device): '
    await terminal.typeAfter(ask, `${sandbox.code()}\r`)
    await terminal.typeAfter('staging → [staging-mfa]', '')
    await terminal.typeAfter(`ops needs a code from ${bobSerial}`, '')
    for (const _ of [1, 2, 3]) await terminal.typeAfter(ask, '12345\r')
    await terminal.typeAfter(`home needs a code from ${phone}`, '')
    await terminal.typeAfter(ask, '\r')
    expect(await terminal.ended()).toEqual({ exitCode: 2, isSane: true })
    expect(section('dev-mfa')).not.toBe('')
    expect(section('ops-mfa')).toBe('')
  })

  it('takes a code for the device of the active profile that expires soonest, and says which are left', async () => {
    await sandbox.mfad('login', 'dev', sandbox.code())
    await sandbox.mfad('login', 'ops', '--duration', '1h', sandbox.code(bobSerial))
    const { exitCode, stdout, stderr } = await sandbox.mfad('login', '--all', sandbox.nextCode(bobSerial))
    expect({ exitCode, stdout: withoutTimes(stdout), stderr }).toEqual({
      exitCode: 0,
      stdout: 'ops → [ops-mfa]\n',
      stderr: `mfad: dev, staging: not logged in, since the code is not for ${aliceSerial}\n  → mfad login dev staging CODE\nmfad: home: not logged in, since the code is not for ${phone}\n  → mfad login home CODE\n`,
    })
  })

  it('takes a code for the device that is named, by its end as well', async () => {
    const args = ['login', '--all', '--json', '--serial-number', 'alice', sandbox.code()]
    const { exitCode, stdout } = await sandbox.mfad(...args)
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      renewed: [{ profile: 'dev' }, { profile: 'staging' }],
      left: [
        { serialNumber: bobSerial, profiles: ['ops'] },
        { serialNumber: phone, profiles: ['home'] },
      ],
    })
    expect(actions()).toEqual(['GetSessionToken'])
  })

  it('uses no code where nothing says whose it is', async () => {
    await refused(
      ['login', '--all', '123456'],
      2,
      'mfad: dev and ops have different devices, and a code belongs to one\n  → log them in device by device: mfad login dev staging, then: mfad login ops, then: mfad login home',
    )
    await refused(
      ['login', '--all', '--serial-number', `${account}:mfa/other`, '123456'],
      4,
      `mfad: no profile has the device ${account}:mfa/other\n  → log one in with it: mfad login dev --serial-number ${account}:mfa/other`,
    )
  })
})

it('several roles on two devices are named as the user named them', async () => {
  sandbox.writeConfig(
    `[profile dev]\nmfa_serial = ${aliceSerial}\n[profile ops]\nmfa_serial = ${bobSerial}\n[profile admin]\nrole_arn = ${account}:role/admin\nsource_profile = dev\n[profile audit]\nrole_arn = ${account}:role/audit\nsource_profile = ops\n`,
  )
  await refused(
    ['login', 'admin', 'audit', '123456'],
    2,
    'mfad: admin and audit have different devices, and a code belongs to one\n  → log them in device by device: mfad login admin, then: mfad login audit',
  )
})
