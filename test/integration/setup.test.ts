// The guided start, at a terminal from an empty home and without one: each step looks first, and says what it did.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StsUser } from '../../src/demo/sts/embedded-sts.ts'
import { requireProgram } from '../support/clients.ts'
import {
  alice,
  aliceKeys,
  aliceSerial,
  bob,
  devConfig,
  devCredentials,
  keyLines,
  openSandbox,
  type Sandbox,
} from '../support/sandbox.ts'
import { openTerminal, type Terminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

const account = 'arn:aws:iam::111122223333'
const phone = `${account}:mfa/carol-phone`
const tablet = `${account}:mfa/carol-tablet`
const user = (name: string, more: Partial<StsUser>): StsUser => ({
  arn: `${account}:user/${name}`,
  accessKeyId: `AKIA${name.toUpperCase().padEnd(16, 'X')}`,
  secretAccessKey: `${name}/K7MDENG/bPxRfiCYEXAMPLEKEY/${name}`,
  devices: [],
  ...more,
})
const carol = user('carol', {
  devices: [
    { serialNumber: phone, seed: 'ORSXG5BAMRQXIYJAORSXG5BAMRQXIYJA' },
    { serialNumber: `${account}:u2f/user/carol/key-1` },
    { serialNumber: tablet, seed: 'NFZXG5LFNFZXG5LFNFZXG5LFNFZXG5LF' },
  ],
})
const dan = user('dan', {
  devices: [{ serialNumber: `${account}:mfa/dan`, seed: 'OJXWEYLUORZWK5DFOJXWEYLUORZWK5DF' }],
  denied: ['iam:ListMFADevices'],
})

let sandbox: Sandbox
const terminals: Terminal[] = []
beforeEach(async () => {
  sandbox = await openSandbox(
    [alice, bob, carol, dan],
    Array.from({ length: 25 }, (_, index) => ({ arn: `${account}:role/r${index}`, trusts: [alice.arn] })),
  )
  // In place of the AWS CLI, which takes a second.
  writeFileSync(join(sandbox.home, 'bin/aws'), '#!/bin/sh\necho \'{"Arn": "arn:of:the:caller"}\'\n', {
    mode: 0o755,
  })
})
afterEach(async () => {
  const shown = terminals.splice(0).map((terminal) => terminal.shown())
  await stopDaemon()
  await sandbox.close()
  // A part of it: a terminal breaks long lines.
  for (const text of shown)
    for (const { secretAccessKey } of [alice, carol, dan])
      expect(text).not.toContain(secretAccessKey.slice(0, 8))
})

/** That of a setup goes on in the background. */
async function stopDaemon(): Promise<void> {
  if (!existsSync(join(sandbox.home, '.local/state/mfad/mfad.log'))) return
  const pid = (
    JSON.parse((await sandbox.mfad('status', '--json')).stdout) as { daemon: { pid: number } | null }
  ).daemon?.pid
  if (pid === undefined || pid === null) return
  process.kill(pid)
  await until('the daemon ends', () => !existsSync(`/proc/${pid}/exe`) || !isAlive(pid))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ')
  } catch {
    return false
  }
}

function setupAtTerminal(...args: string[]): Terminal {
  const terminal = openTerminal(sandbox.environment, 'setup', ...args)
  terminals.push(terminal)
  return terminal
}
const config = () => readFileSync(join(sandbox.home, '.aws/config'), 'utf8')
const withoutTimes = (text: string) =>
  text
    .replaceAll(/ until .*/g, '')
    .replaceAll(/\(pid \d+\)/g, '(pid)')
    .replaceAll(sandbox.home, '~')
const setup = async (...args: string[]) => {
  const { exitCode, stdout, stderr } = await sandbox.mfad('setup', ...args)
  return {
    exitCode,
    stdout: withoutTimes(stdout).split('\n\n')[0],
    stderr: stderr.replaceAll(sandbox.home, '~'),
  }
}
const devConfigOf = (...lines: string[]) => `[profile dev]\n${lines.map((line) => `${line}\n`).join('')}`
const typeKeys = async (terminal: Terminal, { accessKeyId, secretAccessKey }: StsUser) => {
  await terminal.typeAfter('AWS access key ID: ', `${accessKeyId}\n`)
  await terminal.typeAfter('(not shown): ', `${secretAccessKey}\n`)
}

describe('at a terminal', () => {
  it('goes from an empty home to a session that the AWS CLI uses, and a second run changes nothing', async (context) => {
    requireProgram(context, 'aws')
    rmSync(join(sandbox.home, 'bin/aws'))
    rmSync(join(sandbox.home, '.aws'), { recursive: true })
    const terminal = setupAtTerminal()
    await terminal.typeAfter('Name of the profile [default]: ', 'dev\n')
    await typeKeys(terminal, alice)
    await terminal.typeAfter('(empty: none): ', 'eu-west-1\n')
    await terminal.typeAfter('[Y/n] ', '\n')
    await terminal.typeAfter('Write them to [dev]? [y/N] ', '\n')
    await terminal.typeAfter('MFA code: ', `${sandbox.code()}\n`)
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    const shown = terminal.shown().replaceAll('\r\n', '\n')
    expect(shown).toContain(`AWS knows the keys of dev: ${alice.arn}\n`)
    expect(shown).toContain(`$ aws sts get-caller-identity --profile dev-mfa\n${alice.arn}\n`)
    expect(sandbox.readCredentials()).toMatch(new RegExp(`^\\[dev\\]\n${aliceKeys}\n\\[dev-mfa\\]\n`))
    expect(config()).toBe(`[profile dev]\nregion = eu-west-1\nmfa_serial = ${aliceSerial}\n`)
    const modeOf = (path: string) => (statSync(join(sandbox.home, path)).mode & 0o777).toString(8)
    expect(['.aws', '.aws/credentials', '.aws/config'].map(modeOf)).toEqual(['700', '600', '600'])
    // The daemon follows the files that it has replaced for a moment.
    await until('nothing else is left', () => readdirSync(join(sandbox.home, '.aws')).length === 2)

    const before = [sandbox.readCredentials(), config()]
    expect(await setup()).toEqual({
      exitCode: 0,
      stderr: '',
      stdout: `dev has keys: ok
the daemon runs (pid): ok
dev has the MFA device ${aliceSerial}: ok
sessions of dev go to [dev-mfa]: ok
dev has a session
$ aws sts get-caller-identity --profile dev-mfa
${alice.arn}`,
    })
    expect([sandbox.readCredentials(), config()]).toEqual(before)
    expect((await sandbox.mfad('setup')).stdout).toMatch(
      / mfad setup dev --live dev-live +a profile for programs/,
    )
    expect(sandbox.codesSent()).toHaveLength(1)
  })

  it('takes keys that AWS does not know out of the file again, and asks for them anew', async () => {
    await sandbox.startDaemon()
    sandbox.writeCredentials('# mine\n')
    const terminal = setupAtTerminal('ops')
    await typeKeys(terminal, { ...alice, accessKeyId: 'AKIANOBODYNOBODYNOBO' })
    await terminal.typeAfter('none): ', '\n')
    await terminal.typeAfter('copy both once more', '')
    await until('the keys are out of the file', () => sandbox.readCredentials() === '# mine\n')
    await typeKeys(terminal, alice)
    await terminal.typeAfter('[y/N] ', 'y\n')
    await terminal.typeAfter('MFA code: ', `${sandbox.code()}\n`)
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(sandbox.readCredentials()).toContain(
      `# mine\n\n[ops-long-term]\n${aliceKeys}\n[ops]\naws_access_key_id = ASIA`,
    )
  })

  it.each<[string, string[]]>([
    ['foo', ['foo', 'AKIA', 'ASIAIOSFODNN7EXAMPLE']],
    ['nothing', ['', '', '']],
  ])('asks three times, and then has changed nothing: %s', async (_what, answers) => {
    await sandbox.startDaemon()
    const terminal = setupAtTerminal('dev')
    for (const answer of answers) await terminal.typeAfter('AWS access key ID: ', `${answer}\n`)
    expect(await terminal.ended()).toEqual({ exitCode: 2, isSane: true })
    expect(terminal.shown()).toContain('mfad: none of the three answers can be used')
    expect(readdirSync(join(sandbox.home, '.aws'))).toEqual([])
  })

  it.each<[string, (terminal: Terminal) => Promise<void>]>([
    ['the name', (terminal) => terminal.typeAfter('[default]: ', '\u0003')],
    [
      'the secret',
      async (terminal) => {
        await terminal.typeAfter('[default]: ', 'dev\n')
        await terminal.typeAfter('AWS access key ID: ', `${alice.accessKeyId}\n`)
        await terminal.typeAfter('(not shown): ', 'wJalr\u0003')
      },
    ],
    [
      'the region',
      async (terminal) => {
        await terminal.typeAfter('[default]: ', 'dev\n')
        await typeKeys(terminal, alice)
        await terminal.typeAfter('none): ', '\u0003')
      },
    ],
  ])('Ctrl-C at %s ends it with nothing written', async (_what, answer) => {
    const terminal = setupAtTerminal()
    await answer(terminal)
    expect(await terminal.ended()).toEqual({ exitCode: 130, isSane: true })
    expect(readdirSync(join(sandbox.home, '.aws'))).toEqual([])
  })

  it('does not show a secret that is pasted with the key id, in one go', async () => {
    const terminal = setupAtTerminal('dev')
    await terminal.typeAfter('AWS access key ID: ', `${alice.accessKeyId}\n${alice.secretAccessKey}\n`)
    await terminal.typeAfter('(not shown): ', '\u0003')
    expect(await terminal.ended()).toEqual({ exitCode: 130, isSane: true })
    expect(terminal.shown()).not.toContain(alice.secretAccessKey.slice(0, 8))
  })

  it('advises nobody to make an access key who signs in otherwise, without saying so', async () => {
    sandbox.writeConfig('[profile work]\nsso_session = corp\n')
    const terminal = setupAtTerminal()
    await terminal.typeAfter(
      'work signs in through IAM Identity Center (SSO), which AWS tools do without mfad.',
      '',
    )
    await terminal.typeAfter('[default]: ', 'work\n')
    expect(await terminal.ended()).toEqual({ exitCode: 4, isSane: true })
    expect(terminal.shown()).toContain('→ aws sso login --profile work')
  })

  it('goes on where Ctrl-C has ended it', async () => {
    await sandbox.startDaemon()
    sandbox.writeCredentials(devCredentials)
    const first = setupAtTerminal()
    await first.typeAfter('none): ', 'nowhere!\n')
    await first.typeAfter('none): ', 'eu-west-1\n')
    await first.typeAfter('Write them to [dev]? [y/N] ', '\u0003')
    expect(await first.ended()).toEqual({ exitCode: 130, isSane: true })
    expect([sandbox.readCredentials(), config()]).toEqual([
      devCredentials,
      devConfigOf('region = eu-west-1', `mfa_serial = ${aliceSerial}`),
    ])
    const second = setupAtTerminal()
    await second.typeAfter('Write them to [dev]? [y/N] ', 'n\n')
    await second.typeAfter('MFA code: ', '\u0003')
    expect(await second.ended()).toEqual({ exitCode: 130, isSane: true })
    expect(second.shown()).toContain(`dev has the MFA device ${aliceSerial}: ok`)
    expect(sandbox.readCredentials()).toBe(devCredentials)
  })

  it('offers the profiles that have keys, and the devices that give codes', async () => {
    await sandbox.startDaemon()
    sandbox.writeCredentials(`${devCredentials}[home]\n${keyLines(carol)}[sso]\nregion = x\n`)
    const terminal = setupAtTerminal()
    await terminal.typeAfter('Which one? (1-2) ', '2\n')
    await terminal.typeAfter('none): ', '\n')
    await terminal.typeAfter('Which one? (1-2) ', '2\n')
    await terminal.typeAfter('[y/N] ', 'n\n')
    await terminal.typeAfter('MFA code: ', `${sandbox.code(tablet)}\n`)
    expect(await terminal.ended(), terminal.shown()).toEqual({ exitCode: 0, isSane: true })
    expect(terminal.shown()).toContain('home has no region, and AWS tools need one')
    expect(config()).toBe(`[profile home]\nmfa_serial = ${tablet}\n`)
  })

  it('asks for the number of the device where IAM may not be asked', async () => {
    await sandbox.startDaemon()
    sandbox.writeCredentials(`[dan]\n${keyLines(dan)}`)
    const terminal = setupAtTerminal('dan')
    await terminal.typeAfter('none): ', '\n')
    await terminal.typeAfter('ask your administrator for iam:ListMFADevices', '')
    await terminal.typeAfter('mfa/NAME): ', `${dan.arn}\n`)
    await terminal.typeAfter('that is not the ARN of an MFA device, which has :mfa/ in it', '')
    await terminal.typeAfter('mfa/NAME): ', `${account}:mfa/dan\n`)
    await terminal.typeAfter('[y/N] ', 'n\n')
    await terminal.typeAfter('MFA code: ', `${sandbox.code(`${account}:mfa/dan`)}\n`)
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(config()).toBe(`[profile dan]\nmfa_serial = ${account}:mfa/dan\n`)
  })

  it('asks a second time for a code that AWS has refused, and not a fourth time', async () => {
    await sandbox.startDaemon()
    sandbox.writeCredentials(devCredentials)
    sandbox.writeConfig(devConfig)
    const terminal = setupAtTerminal('dev')
    await terminal.typeAfter('[y/N] ', 'n\n')
    for (const code of ['12345', 'abcdef', '1']) await terminal.typeAfter('MFA code: ', `${code}\n`)
    expect(await terminal.ended()).toEqual({ exitCode: 2, isSane: true })
    expect(sandbox.readCredentials()).toBe(devCredentials)
  })
})

describe('without a terminal', () => {
  it('says all that is missing, and the whole command, before anything is done', async () => {
    const says = (facts: string, command: string) =>
      `mfad: there is no terminal to ask at, and these are missing: ${facts}\n  → ${command}\n`
    const [service, code] = [
      'whether to install the service, or to start the daemon for now (--no-service)',
      'a code of the MFA device',
    ]
    const keys = (name: string) => `the access key of ${name} (two lines on standard input)`
    expect(await setup()).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: says(
        `${keys('default')}; ${service}; ${code}`,
        'mfad setup default --keys-stdin --service --code CODE',
      ),
    })
    sandbox.writeCredentials(`${devCredentials}[ops]\n${keyLines(bob)}`)
    expect(await setup('--no-service', '--in-place')).toMatchObject({
      exitCode: 2,
      stderr: says(
        `the profile (one of dev, ops); ${code}`,
        'mfad setup PROFILE --no-service --in-place --code CODE',
      ),
    })
    expect(await setup('dev', '--no-service')).toMatchObject({
      exitCode: 2,
      stderr: says(code, 'mfad setup dev --no-service --code CODE'),
    })
    expect(sandbox.sts.calls).toEqual([])
    expect(existsSync(join(sandbox.home, '.local'))).toBe(false)
  })

  it.each([
    '',
    '[other]\nregion = x\n',
    '[dev]\n\n[other]\nregion = x\n',
    '[other]\nregion = x\n[dev]\n# mine\n',
    '[dev]\nregion = x',
    '[dev]',
  ])('leaves %j as it was where AWS does not know the keys: a header of the user stays', async (text) => {
    await sandbox.startDaemon()
    sandbox.writeCredentials(text)
    sandbox.writeConfig(devConfig)
    const { exitCode, stderr } = await sandbox.mfadWith(
      { input: `${alice.accessKeyId}\n${carol.secretAccessKey}\n` },
      ...['setup', 'dev', '--keys-stdin', '--no-service', '--code', '123456'],
    )
    expect(stderr).toContain('→ the keys were removed from the file again')
    expect(exitCode).toBe(5)
    expect(sandbox.readCredentials()).toBe(text)
  })

  it('does it all from its options, with the keys on standard input', async () => {
    const { exitCode, stdout, stderr } = await sandbox.mfadWith(
      { input: `${alice.accessKeyId}\n${alice.secretAccessKey}\n` },
      ...['setup', 'dev', '--keys-stdin', '--region', 'eu-west-1', '--no-service', '--in-place'],
      ...['--live', 'dev-live', '--code', sandbox.code()],
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(
      withoutTimes(stdout)
        .split('\n')
        .filter((line) => !line.startsWith('the daemon is running')),
    ).toEqual([
      'dev has the region eu-west-1: written to ~/.aws/config',
      'dev has keys: written to ~/.aws/credentials',
      `AWS knows the keys of dev: ${alice.arn}`,
      `dev has the MFA device ${aliceSerial}: saved in ~/.aws/config`,
      'sessions of dev go to [dev], and the keys are in [dev-long-term]: changed',
      'dev → [dev]',
      'dev-live gives long-running programs the session of dev, and each renewal: written to ~/.aws/config',
      '$ aws sts get-caller-identity --profile dev',
      'arn:of:the:caller',
      '',
      'From here on:',
      '  mfad                    what is fresh, and for how long',
      '  mfad notify-test        see a reminder, like the one 10m before the session ends',
      '  mfad prompt --help      show the time left in your shell prompt',
      '  mfad completion --help  complete commands and profiles with Tab',
      '',
    ])
    expect(config()).toBe(
      `[profile dev]\nregion = eu-west-1\nmfa_serial = ${aliceSerial}\n\n[profile dev-live]\ncredential_process = mfad credential-process dev\nregion = eu-west-1\n`,
    )
  })

  it.each<[string, string, string]>([
    [
      'nothing',
      '',
      'that is not an access key id: it begins with AKIA, and has only capital letters and digits',
    ],
    ['a session', 'ASIAIOSFODNN7EXAMPLE x\n', 'an access key id that begins with ASIA belongs to a session'],
    ['no secret', `${alice.accessKeyId}\nshort\n`, 'that is not a secret access key'],
    ['too much', `${alice.accessKeyId} ${'x'.repeat(40)} more`, 'standard input holds more than'],
    ['far too much', 'x'.repeat(100_000), 'that is not an access key id'],
  ])('takes no keys from %s, and writes nothing', async (_what, input, says) => {
    const args = ['setup', 'dev', '--keys-stdin', '--no-service', '--code', '123456']
    const { exitCode, stderr } = await sandbox.mfadWith({ input }, ...args)
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining(says) })
    expect(readdirSync(join(sandbox.home, '.aws'))).toEqual([])
  })

  it('warns of a file that others can read, into which it writes the keys', async () => {
    await sandbox.startDaemon()
    sandbox.writeCredentials('# mine\n')
    chmodSync(sandbox.credentialsFile, 0o644)
    const input = `${alice.accessKeyId}\n${alice.secretAccessKey}\n`
    const args = ['setup', 'dev', '--keys-stdin', '--code', sandbox.code()]
    const { exitCode, stderr } = await sandbox.mfadWith({ input }, ...args)
    expect(exitCode).toBe(0)
    expect(stderr).toContain(
      `mfad: warning: ${sandbox.credentialsFile} can be read by other users (mode 0644)\n  → chmod go-rwx ${sandbox.credentialsFile}\n`,
    )
  })

  it('moves the keys and back, to the byte, with the session first out of the way', async () => {
    await sandbox.startDaemon()
    sandbox.writeCredentials(devCredentials)
    sandbox.writeConfig(devConfig)
    expect(await setup('dev', '--in-place', '--code', sandbox.code())).toMatchObject({ exitCode: 0 })
    expect(sandbox.readCredentials()).toContain(
      `[dev-long-term]\n${aliceKeys}\n[dev]\naws_access_key_id = ASIA`,
    )
    const { exitCode, stdout } = await setup('dev', '--beside', '--code', sandbox.nextCode())
    expect({ exitCode, stdout: stdout?.split('\n').slice(3, 6) }).toEqual({
      exitCode: 0,
      stdout: [
        '[dev] is removed: sessions of dev no longer go there',
        'sessions of dev go to [dev-mfa]: changed',
        'dev → [dev-mfa]',
      ],
    })
    await sandbox.mfad('logout', 'dev')
    expect(sandbox.readCredentials()).toBe(devCredentials)
  })

  it('keeps its hands off where a move would change what AWS tools read, session included', async () => {
    await sandbox.startDaemon()
    sandbox.writeCredentials(`${devCredentials}output = json\n`)
    sandbox.writeConfig(devConfig)
    await sandbox.mfad('login', 'dev', sandbox.code())
    const before = sandbox.readCredentials()
    const { exitCode, stderr } = await setup('dev', '--in-place')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 4,
      stderr:
        'mfad: output in line 4 of ~/.aws/credentials would go with the keys, and no longer count for dev\n  → move that line to [profile dev] of ~/.aws/config first\n',
    })
    expect(sandbox.readCredentials()).toBe(before)
  })

  it.each<[string, string[], number, string]>([
    ['a name that is taken', ['--live', 'dev-mfa'], 4, 'mfad: dev-mfa is the name of another profile'],
    [
      "the ARN of a user in place of a device's",
      ['--serial-number', alice.arn],
      2,
      'mfad: that is not the ARN of an MFA device, which has :mfa/ in it',
    ],
    [
      'a security key',
      ['--serial-number', `${account}:u2f/user/alice/key-1`],
      2,
      'mfad: that is a FIDO security key, which AWS does not accept for GetSessionToken',
    ],
    [
      'a device that the user has not',
      ['--serial-number', 'phone'],
      4,
      'mfad: the user of dev has no MFA device phone',
    ],
  ])('refuses %s before a code is used', async (_what, words, exitCode, says) => {
    await sandbox.startDaemon()
    sandbox.writeCredentials(devCredentials)
    const ended = await setup('dev', ...words, '--code', sandbox.code())
    expect(ended).toMatchObject({ exitCode, stderr: expect.stringContaining(says) })
    expect(ended.stderr).not.toContain('mfad login')
    expect(sandbox.codesSent()).toEqual([])
    expect(sandbox.readCredentials()).toBe(devCredentials)
    expect(existsSync(join(sandbox.home, '.aws/config'))).toBe(false)
  })

  it.each<[string, Parameters<Sandbox['sts']['setFault']>[0], string]>([
    ['is down', { kind: 'unavailable' }, 'STS at 127.0.0.1'],
    ['is something else', { kind: 'html' }, 'is not STS'],
    ['closes the connection', { kind: 'reset' }, '127.0.0.1'],
  ])('ends before the code is used where AWS %s', async (_what, fault, says) => {
    await sandbox.startDaemon()
    sandbox.writeCredentials(devCredentials)
    sandbox.sts.setFault(fault)
    const { exitCode, stderr } = await setup('dev', '--code', sandbox.code())
    expect({ exitCode, stderr }).toEqual({ exitCode: 6, stderr: expect.stringContaining(says) })
    expect(sandbox.codesSent()).toEqual([])
    expect(sandbox.readCredentials()).toBe(devCredentials)
  })

  it('names the one of several devices that is to be chosen', async () => {
    await sandbox.startDaemon()
    sandbox.writeCredentials(`[home]\n${keyLines(carol)}`)
    const { exitCode, stderr } = await setup('home', '--code', '123456')
    expect({ exitCode, hint: stderr.split('\n')[1] }).toEqual({
      exitCode: 4,
      hint: '  → choose one: mfad setup home --serial-number carol-phone',
    })
    const args = ['home', '--serial-number', 'carol-tablet', '--code', sandbox.code(tablet)]
    expect(await setup(...args)).toMatchObject({ exitCode: 0 })
    expect(config()).toContain(`mfa_serial = ${tablet}\n`)
  })

  it('sets up the keys behind a role, logs the role in, and tells of the others by name', async () => {
    await sandbox.startDaemon()
    sandbox.writeCredentials(devCredentials)
    const roles = Array.from(
      { length: 25 },
      (_, index) => `[profile r${index}]\nrole_arn = ${account}:role/r${index}\nsource_profile = dev\n`,
    )
    sandbox.writeConfig(devConfig + roles.join(''))
    const { exitCode, stdout } = await sandbox.mfad('setup', 'r3', '--code', sandbox.code())
    expect(exitCode).toBe(0)
    expect(withoutTimes(stdout)).toContain('r3 is a role behind dev\ndev has keys: ok\n')
    expect(withoutTimes(stdout)).toContain('dev → [dev-mfa]\nr3 → [r3-mfa]\n')
    expect(stdout).toMatch(/ mfad login r0 +log in to this role, without a code; 23 more behind dev\n/)
    expect(await sandbox.mfad('login', 'r0')).toMatchObject({ exitCode: 0 })
  })

  it.each<[string, () => void, number, string]>([
    [
      'a profile that signs in otherwise',
      () => sandbox.writeConfig('[profile dev]\nsso_session = corp\n'),
      4,
      'mfad: dev signs in through IAM Identity Center (SSO), which AWS tools do without mfad\n  → aws sso login --profile dev\n',
    ],
    [
      'a file that AWS tools reject',
      () => sandbox.writeCredentials(`[dev]\n${aliceKeys}[dev]\n`),
      7,
      '~/.aws/credentials',
    ],
    [
      'a directory that others can write to',
      () => {
        sandbox.writeCredentials(devCredentials)
        chmodSync(join(sandbox.home, '.aws'), 0o777)
      },
      7,
      '~/.aws can be changed by other users',
    ],
  ])('says what is wrong with %s, and does nothing', async (_what, prepare, exitCode, says) => {
    prepare()
    const ended = await setup('dev', '--keys-stdin', '--no-service', '--code', '123456')
    expect(ended).toEqual({ exitCode, stdout: '', stderr: expect.stringContaining(says) })
    expect(existsSync(join(sandbox.home, '.local'))).toBe(false)
  })

  it('refuses words that exclude each other', async () => {
    for (const words of [
      ['--service', '--no-service'],
      ['--in-place', '--beside'],
    ])
      expect(await setup('dev', ...words)).toEqual({
        exitCode: 2,
        stdout: '',
        stderr: `mfad: ${words.join(' and ')} exclude each other\n  → look at: mfad setup --help\n`,
      })
  })

  it('says so where the AWS CLI fails', async () => {
    await sandbox.startDaemon()
    sandbox.writeCredentials(devCredentials)
    sandbox.writeConfig(devConfig)
    writeFileSync(join(sandbox.home, 'bin/aws'), '#!/bin/sh\necho >&2; echo "no such luck" >&2; exit 253\n')
    const { exitCode, stderr } = await setup('dev', '--code', sandbox.code())
    expect({ exitCode, stderr }).toEqual({
      exitCode: 4,
      stderr:
        'mfad: the session is there, but the AWS CLI fails with it: no such luck\n  → try it yourself: aws sts get-caller-identity --profile dev-mfa\n',
    })
  })
})

it('two at the same time write the keys once', async () => {
  await sandbox.startDaemon()
  mkdirSync(join(sandbox.home, '.aws'), { recursive: true })
  const [first, second] = [setupAtTerminal('dev'), setupAtTerminal('dev')]
  await typeKeys(first, alice)
  await typeKeys(second, bob)
  await first.typeAfter('none): ', '\n')
  await first.typeAfter('dev has keys: written', '')
  await second.typeAfter('none): ', '\n')
  expect(await second.ended()).toEqual({ exitCode: 7, isSane: true })
  expect(second.shown()).toContain('[dev] was given an access key in the meantime')
  expect(sandbox.readCredentials()).toBe(devCredentials)
  await first.typeAfter('[y/N] ', '\u0003')
  await first.ended()
})
