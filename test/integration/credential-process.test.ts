// A profile whose long-term keys a credential_process prints: the real daemon, real commands, and an STS that takes real codes.
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alice, aliceSecondKey, aliceSerial, bob, openSandbox, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox([alice, aliceSecondKey, bob])
})
afterEach(() => sandbox.close())

type Keys = { accessKeyId: string; secretAccessKey: string }

/** A command that prints these keys, and counts how often it was run. */
function keysCommand(name: string, { accessKeyId, secretAccessKey }: Keys, extra = ''): string {
  const path = join(sandbox.home, name)
  const json = JSON.stringify({ Version: 1, AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey })
  writeFileSync(path, `#!/bin/sh\necho run >> "$0.runs"\nenv > "$0.env"\n${extra}\necho '${json}'\n`, {
    mode: 0o700,
  })
  return path
}
const runsOf = (command: string) =>
  existsSync(`${command}.runs`) ? readFileSync(`${command}.runs`, 'utf8').split('run\n').length - 1 : 0
const profile = (name: string, command: string) =>
  `[profile ${name}]\nregion = eu-west-1\nmfa_serial = ${aliceSerial}\ncredential_process = ${command}\n`
const statusOf = async (name: string) =>
  (await sandbox.status()).profiles.find((each) => each.profile === name)

describe('a profile with a credential_process and an mfa_serial', () => {
  it('is logged in with the keys that the command prints, which is run once, and not for the status', async () => {
    const command = keysCommand('keys', alice)
    sandbox.writeConfig(profile('dev', command))
    await sandbox.startDaemon({ AWS_ACCESS_KEY_ID: 'AKIAENVIRONMENTEXAMP' })
    expect(await statusOf('dev')).toMatchObject({ kind: 'key', state: 'inactive' })
    expect(runsOf(command)).toBe(0)
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(await statusOf('dev')).toMatchObject({ kind: 'key', state: 'valid', renews: 'by-code' })
    expect(runsOf(command)).toBe(1)
    expect(sandbox.readCredentials()).toMatch(/^\[dev-mfa\]\naws_access_key_id = ASIA/)
    const environment = readFileSync(`${command}.env`, 'utf8')
    expect(environment).toContain('MFAD_INSIDE=1')
    expect(environment).not.toContain('AWS_')
  })

  it('shares its code with another command only when AWS says that the user is the same', async () => {
    sandbox.writeConfig(
      profile('dev', keysCommand('one', alice)) +
        profile('staging', keysCommand('two', aliceSecondKey)) +
        profile('other', keysCommand('three', bob)),
    )
    await sandbox.startDaemon()
    const first = await sandbox.mfad('login', 'dev', 'staging', sandbox.code())
    expect([first.exitCode, first.stderr]).toEqual([0, ''])
    expect(await statusOf('staging')).toMatchObject({ state: 'valid' })
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', 'other', sandbox.nextCode())
    expect(exitCode).toBe(4)
    expect(stderr).toContain(
      'dev and other name one device, but their access keys are not known to be of one user',
    )
    expect(sandbox.codesSent()).toHaveLength(1)
  })

  it('believes what the commands print now: one that has come to print keys of another user gets no session of the former one', async () => {
    const command = keysCommand('two', aliceSecondKey)
    sandbox.writeConfig(profile('dev', keysCommand('one', alice)) + profile('staging', command))
    await sandbox.startDaemon()
    expect((await sandbox.mfad('login', 'dev', 'staging', sandbox.code())).exitCode).toBe(0)
    const before = (await statusOf('staging'))?.expiration
    keysCommand('two', bob)
    expect((await sandbox.mfad('login', 'dev', sandbox.nextCode(), '--duration', '15m')).exitCode).toBe(0)
    expect((await statusOf('staging'))?.expiration).toBe(before)
  })

  it('keeps its session while the command line stands, and is warned of when another one does', async () => {
    sandbox.writeConfig(profile('dev', keysCommand('one', alice)))
    await sandbox.startDaemon()
    await sandbox.mfad('login', 'dev', sandbox.code())
    expect(await statusOf('dev')).not.toHaveProperty('lastError')
    sandbox.writeConfig(profile('dev', keysCommand('two', bob)))
    await until(
      'the other command is noticed',
      async () => (await statusOf('dev'))?.lastError?.code === 'session.other-key',
    )
  })

  it.each([
    [
      'a session',
      `{"Version":1,"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"x","SessionToken":"y"}`,
      'gives session credentials',
    ],
    ['no JSON', 'hello', 'printed something else than JSON'],
    ['nothing', '', 'printed nothing'],
  ])('that prints %s is refused before a code is used', async (_, output, fact) => {
    const path = join(sandbox.home, 'keys')
    writeFileSync(path, `#!/bin/sh\nprintf '%s' '${output}'\n`, { mode: 0o700 })
    sandbox.writeConfig(profile('dev', path))
    await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect(exitCode).toBe(4)
    expect(stderr).toContain(`mfad: credential_process of dev ${fact}`)
    expect(sandbox.codesSent()).toHaveLength(0)
    expect((await statusOf('dev'))?.lastError?.code).toBe('profile.credential-process-gave-no-keys')
  })

  it('that prints without end is ended', async () => {
    sandbox.writeConfig(profile('dev', '/usr/bin/yes'))
    await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect(exitCode).toBe(4)
    expect(stderr).toContain('credential_process of dev printed more than keys could be')
  })

  it('that complains with the keys has them masked, in the answer and in the log', async () => {
    const path = join(sandbox.home, 'keys')
    const { accessKeyId, secretAccessKey } = alice
    writeFileSync(path, `#!/bin/sh\necho "denied: ${accessKeyId} ${secretAccessKey}" >&2\nexit 9\n`, {
      mode: 0o700,
    })
    sandbox.writeConfig(profile('dev', path))
    const daemon = await sandbox.startDaemon()
    const { stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect(stderr).toBe(
      'mfad: credential_process of dev failed (exit status 9): denied: ****** ******\n  → run it by hand to see why, then: mfad login dev\n',
    )
    sandbox.watchForSecrets(daemon.log())
  })

  it('that is in a file which others can change is not run', async () => {
    const command = keysCommand('keys', alice)
    sandbox.writeConfig(profile('dev', command))
    chmodSync(join(sandbox.home, '.aws/config'), 0o666)
    await sandbox.startDaemon()
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(7)
    expect(runsOf(command)).toBe(0)
  })

  it('that is mfad itself is never run, and says that nothing has to be logged in', async () => {
    sandbox.writeConfig(profile('live', 'mfad credential-process dev'))
    await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('login', 'live', sandbox.code())
    expect(exitCode).toBe(4)
    expect(stderr).toContain('mfad: the credentials of live come from mfad itself\n')
  })

  it('that runs mfad within a shell does not wait for itself', async () => {
    const mfad = join(process.cwd(), 'dist/mfad.cjs')
    sandbox.writeConfig(profile('dev', `sh -c '${process.execPath} ${mfad} login dev'`))
    await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect(exitCode).toBe(4)
    expect(stderr).toContain('credential_process of dev failed (exit status 2)')
  })

  it('is the root of roles', async () => {
    sandbox.writeConfig(
      `${profile('dev', keysCommand('keys', alice))}[profile admin]\nrole_arn = arn:aws:iam::111122223333:role/admin\nsource_profile = dev\n`,
    )
    await sandbox.startDaemon()
    const { stderr } = await sandbox.mfad('login', 'admin', sandbox.code())
    expect((await statusOf('dev'))?.state).toBe('valid')
    expect(stderr).toContain('admin')
  })
})

describe('of several places for keys', () => {
  it('an access key in the credentials file wins over a credential_process, as it does for AWS tools', async () => {
    const command = keysCommand('keys', bob)
    sandbox.writeConfig(profile('dev', command))
    sandbox.writeCredentials(
      `[dev]\naws_access_key_id = ${alice.accessKeyId}\naws_secret_access_key = ${alice.secretAccessKey}\n`,
    )
    await sandbox.startDaemon()
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(0)
    expect(runsOf(command)).toBe(0)
  })

  it('one in the config file is disputed: the AWS CLI runs the command, the SDK for JavaScript takes the key', async () => {
    sandbox.writeConfig(
      `${profile('dev', keysCommand('keys', bob))}aws_access_key_id = ${alice.accessKeyId}\naws_secret_access_key = ${alice.secretAccessKey}\n`,
    )
    await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect(exitCode).toBe(4)
    expect(stderr).toContain('mfad: dev has an access key and a credential_process: ')
  })
})
