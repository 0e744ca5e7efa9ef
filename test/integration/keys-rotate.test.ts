// `mfad keys rotate`: the real daemon, an IAM that makes and deletes keys, and the real Secret Service of the keys test.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { notHere, type SecretService, startSecretService, withKeyring } from '../support/keyring.ts'
import {
  alice,
  aliceKeys,
  aliceSecondKey,
  bob,
  devConfig,
  openSandbox,
  type RunningDaemon,
  type Sandbox,
} from '../support/sandbox.ts'
import { openTerminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
let service: SecretService | undefined
afterEach(async () => {
  await sandbox.close()
  await service?.close()
  service = undefined
})

const whole = `# mine\n[dev] ; main\n${aliceKeys}# below\noutput = json\n\n[last]\nregion = x\n`
const open = async (users = [alice]) => {
  sandbox = await openSandbox(users)
  sandbox.writeConfig(devConfig)
  sandbox.writeCredentials(whole)
}
const start = () =>
  sandbox.startDaemon({ ...service?.environment, AWS_ENDPOINT_URL_IAM: sandbox.sts.endpoint })
const rotate = (...words: string[]) => sandbox.mfad('keys', 'rotate', 'dev', '--yes', ...words)
const dev = async () => (await sandbox.status()).profiles.find(({ profile }) => profile === 'dev')
const keysOfAlice = () => sandbox.sts.accessKeysOf(alice.arn)
const idIn = (text: string) =>
  /^(?:aws_access_key_id = |mfad_keyring = dev\/)(AKIA\w+)$/m.exec(text)?.[1] ?? ''
const callsOf = (action: string) => sandbox.sts.calls.filter((call) => call.action === action)

describe('mfad keys rotate', () => {
  beforeEach(() => open())

  it('puts a new key in the place of the former one, which is deleted last', async () => {
    sandbox.sts.setSpreadingSeconds(2)
    const daemon = await start()
    const { exitCode, stdout, stderr } = await rotate()
    expect([exitCode, stderr]).toEqual([0, ''])
    const id = idIn(sandbox.readCredentials())
    expect(stdout).toBe(
      `dev: a new access key, ending in ${id.slice(-4)}; the former one, ending in MPLE, is deleted\n`,
    )
    expect(keysOfAlice()).toMatchObject([{ accessKeyId: id, isActive: true }])
    const secret = /aws_secret_access_key = (\S+)/.exec(sandbox.readCredentials())?.[1] ?? ''
    expect(sandbox.readCredentials()).toBe(
      whole.replace(alice.accessKeyId, id).replace(alice.secretAccessKey, secret),
    )
    const order = sandbox.sts.calls.filter(({ outcome }) => outcome === 'OK').map(({ action }) => action)
    expect(order.slice(-5)).toEqual([
      'ListAccessKeys',
      'CreateAccessKey',
      'GetCallerIdentity',
      'UpdateAccessKey',
      'DeleteAccessKey',
    ])
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(0)
    sandbox.watchForSecrets(daemon.log())
  })

  it('leaves a session as it is, signs with it, and warns of nothing', async () => {
    await start()
    await sandbox.mfad('login', 'dev', sandbox.code())
    const { expiration } = (await dev()) ?? {}
    expect((await rotate()).exitCode).toBe(0)
    expect(callsOf('CreateAccessKey')[0]?.accessKeyId).toMatch(/^ASIA/)
    expect(await dev()).toMatchObject({ state: 'valid', expiration })
    expect(await dev()).not.toHaveProperty('lastError')
  })

  it('puts it into every profile that has the key, in either file', async () => {
    sandbox.writeCredentials(`${whole}[copy]\n${aliceKeys}`)
    sandbox.writeConfig(`${devConfig}[profile third]\n${aliceKeys}`)
    await start()
    const { stdout } = await rotate()
    expect(stdout).toMatch(/^dev, copy, third: a new access key/)
    expect(sandbox.readCredentials()).not.toContain(alice.accessKeyId)
    expect(await sandbox.mfad('status')).toMatchObject({ exitCode: 0 })
  })

  it('asks for a yes, which a program gives by --yes', async () => {
    await start()
    const { exitCode, stderr } = await sandbox.mfad('keys', 'rotate', 'dev')
    expect(exitCode).toBe(2)
    expect(stderr).toBe(
      'mfad: the former access key is deleted in the end, so somebody has to agree\n  → if that is meant: mfad keys rotate dev --yes\n',
    )
    expect(sandbox.readCredentials()).toBe(whole)
  })

  it('puts it in once more when a program writes back what it had read before: the former key is no more', async () => {
    await start()
    expect((await rotate()).exitCode).toBe(0)
    const rotated = sandbox.readCredentials()
    sandbox.writeCredentials(whole)
    await until('the new key is there again', () => sandbox.readCredentials() === rotated)
  })

  it('goes on while its profile is logged in', async () => {
    await start()
    const [login, rotated] = await Promise.all([sandbox.mfad('login', 'dev', sandbox.code()), rotate()])
    expect(rotated.exitCode).toBe(0)
    // The session was issued for the former key: it may be refused, but never stand there unnoticed.
    expect([0, 4, 5]).toContain(login.exitCode)
    const [, session] = sandbox.readCredentials().split('[dev-mfa]')
    expect(session !== undefined).toBe(login.exitCode === 0)
    expect(await dev()).toMatchObject({ state: login.exitCode === 0 ? 'valid' : 'inactive' })
  })

  it('asks at a terminal, and changes nothing without a yes', async () => {
    await start()
    for (const [keys, exitCode] of [
      ['\r', 130],
      ['no\r', 130],
      ['y\r', 0],
    ] as const) {
      expect(sandbox.readCredentials()).toBe(whole)
      const terminal = openTerminal(sandbox.environment, 'keys', 'rotate', 'dev')
      await terminal.typeAfter('stops working. [y/N] ', keys)
      expect(await terminal.ended()).toMatchObject({ exitCode })
    }
    expect(keysOfAlice()).toMatchObject([{ accessKeyId: idIn(sandbox.readCredentials()) }])
  })

  it('takes the new key back where AWS never comes to know it in time, or the file has got another key', async () => {
    await start()
    sandbox.sts.setSpreadingSeconds(3)
    const rotating = rotate()
    await until('a key is made', () => callsOf('CreateAccessKey').length > 0)
    const other = whole.replace(alice.accessKeyId, bob.accessKeyId)
    sandbox.writeCredentials(other)
    const { exitCode, stderr } = await rotating
    expect(exitCode).toBe(4)
    expect(stderr).toContain(
      'mfad: the keys of dev were changed in the file meanwhile; nothing was written\n',
    )
    expect(sandbox.readCredentials()).toBe(other)
    sandbox.sts.setSpreadingSeconds(0)
    expect(keysOfAlice().map(({ accessKeyId }) => accessKeyId)).toEqual([alice.accessKeyId])
  })

  it('killed before the file is written: the next run names the key that is left, and goes on without it', async () => {
    const killed = await start()
    sandbox.sts.setSpreadingSeconds(30)
    const rotating = rotate()
    await until('a key is made', () => callsOf('CreateAccessKey').length > 0)
    await killed.stop('SIGKILL')
    expect((await rotating).exitCode).toBe(3)
    expect(sandbox.readCredentials()).toBe(whole)
    sandbox.sts.setSpreadingSeconds(0)
    await start()
    const ending = keysOfAlice()[1]?.accessKeyId.slice(-4)
    const { exitCode, stderr } = await rotate()
    expect(exitCode).toBe(5)
    expect(stderr).toMatch(
      new RegExp(
        `^mfad: the user of dev has two access keys, and AWS allows no third: the other one ends in ${ending} \\(active, created \\S+, never used\\)\n  → if nothing needs it any more .*: mfad keys rotate dev --delete-other=${ending}\n$`,
      ),
    )
    expect((await rotate(`--delete-other=${ending}`)).exitCode).toBe(0)
    expect(keysOfAlice().map(({ accessKeyId }) => accessKeyId)).toEqual([idIn(sandbox.readCredentials())])
  })

  it('killed before the former key is deleted: the new one works, and the next run names the former one', async () => {
    const killed = await start()
    sandbox.sts.setFault({ kind: 'slow', milliseconds: 1000 })
    const rotating = rotate()
    await until('the former key is deactivated', () => callsOf('UpdateAccessKey').length > 0, 20_000)
    await killed.stop('SIGKILL')
    expect((await rotating).exitCode).toBe(3)
    sandbox.sts.setFault({ kind: 'none' })
    expect(keysOfAlice()).toMatchObject([
      { accessKeyId: alice.accessKeyId, isActive: false },
      { accessKeyId: idIn(sandbox.readCredentials()), isActive: true },
    ])
    await start()
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(0)
    expect((await rotate()).stderr).toContain('the other one ends in MPLE (deactivated, ')
    expect((await rotate('--delete-other=MPLE')).exitCode).toBe(0)
    expect(keysOfAlice().map(({ accessKeyId }) => accessKeyId)).toEqual([idIn(sandbox.readCredentials())])
  })
})

withKeyring(`mfad keys rotate of a key in the keyring${notHere}`, () => {
  let daemon: RunningDaemon
  beforeEach(async () => {
    await open()
    service = await startSecretService(sandbox.home)
    daemon = await start()
    expect((await sandbox.mfad('keys', 'store', 'dev')).exitCode).toBe(0)
  })

  it('exchanges the item, too', async () => {
    expect((await rotate()).exitCode).toBe(0)
    const id = idIn(sandbox.readCredentials())
    expect(sandbox.readCredentials()).toBe(whole.replace(aliceKeys, `mfad_keyring = dev/${id}\n`))
    expect(Object.keys((await service?.items()) ?? {})).toEqual([`dev/${id}`])
    expect(keysOfAlice()).toMatchObject([{ accessKeyId: id }])
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(0)
  })

  it('goes on with the key that a killed run has put into the keyring', async () => {
    await sandbox.mfad('keys', 'restore', 'dev')
    await sandbox.mfad('keys', 'store', 'dev')
    sandbox.sts.setFault({ kind: 'slow', milliseconds: 1000 })
    const rotating = rotate()
    const made = await until('a key is made', () => keysOfAlice()[1]?.accessKeyId)
    const ended = rotating.then(({ stderr }) => Promise.reject(new Error(`it ended too early: ${stderr}`)))
    const isKept = async () => `dev/${made}` in ((await service?.items()) ?? {})
    await Promise.race([until('it is in the keyring', isKept, 20_000), ended])
    ended.catch(() => undefined)
    await daemon.stop('SIGKILL')
    await rotating
    sandbox.sts.setFault({ kind: 'none' })
    await start()
    const again = await rotate()
    expect([again.exitCode, again.stderr]).toEqual([0, ''])
    expect(again.stdout).toContain('; the former one, ending in MPLE, is deleted\n')
    expect(idIn(sandbox.readCredentials())).toBe(made)
    expect(keysOfAlice()).toMatchObject([{ accessKeyId: made, isActive: true }])
    expect(Object.keys((await service?.items()) ?? {})).toEqual([`dev/${made}`])
  })

  it('completes a run that was killed before the former key was deleted, and makes no other', async () => {
    sandbox.sts.setFault({ kind: 'slow', milliseconds: 1000 })
    const rotating = rotate()
    await until('the former key is deactivated', () => callsOf('UpdateAccessKey').length > 0, 20_000)
    await daemon.stop('SIGKILL')
    await rotating
    sandbox.sts.setFault({ kind: 'none' })
    const id = idIn(sandbox.readCredentials())
    expect(keysOfAlice()).toMatchObject([{ isActive: false }, { accessKeyId: id, isActive: true }])
    expect(Object.keys((await service?.items()) ?? {})).toHaveLength(2)
    await start()
    const again = await rotate()
    expect([again.exitCode, again.stderr]).toEqual([0, ''])
    expect(again.stdout).toContain(`ending in ${id.slice(-4)}; the former one, ending in MPLE, is deleted\n`)
    expect(callsOf('CreateAccessKey')).toHaveLength(1)
    expect(keysOfAlice()).toMatchObject([{ accessKeyId: id }])
    expect(Object.keys((await service?.items()) ?? {})).toEqual([`dev/${id}`])
  })
})

describe('mfad keys rotate is refused', () => {
  it('where the user has two keys, by the last use of the other one', async () => {
    await open([alice, aliceSecondKey])
    await start()
    const { exitCode, stderr } = await rotate()
    expect(exitCode).toBe(5)
    expect(stderr).toContain('the other one ends in MPLE (active, created 2026-01-01T00:00:00Z, never used)')
    expect(callsOf('CreateAccessKey')).toEqual([])
  })

  it('deletes no key that a profile has', async () => {
    await open([alice, { ...aliceSecondKey, accessKeyId: 'AKIAI44QH8DHBEXAMPXY' }])
    sandbox.writeCredentials(
      `${whole}[old]\naws_access_key_id = AKIAI44QH8DHBEXAMPXY\naws_secret_access_key = ${aliceSecondKey.secretAccessKey}\n`,
    )
    await start()
    const { exitCode, stderr } = await rotate('--delete-other=MPXY')
    expect(exitCode).toBe(4)
    expect(stderr).toContain('mfad: the access key ending in MPXY is the one of old; it was not deleted\n')
    expect(keysOfAlice()).toHaveLength(2)
    expect((await rotate('--delete-other=ZZZZ')).stderr).toContain(
      'the user of dev has no other access key that ends in ZZZZ',
    )
    expect((await rotate('--delete-other=x')).exitCode).toBe(2)
  })

  it.each([
    ['which an access key of the credentials file outranks', '', `[profile dev]\n${aliceKeys}`, 'config', 2],
    ['in a section that AWS tools read differently', `[ copy ]\n${aliceKeys}`, devConfig, 'credentials', 11],
    [
      'that a command is given',
      '',
      `${devConfig}[profile x]\ncredential_process = keys ${alice.accessKeyId}\n`,
      'config',
      5,
    ],
  ])('where the key also stands in a line %s', async (_, more, config, file, line) => {
    await open()
    sandbox.writeCredentials(`${whole}${more}`)
    sandbox.writeConfig(config)
    await start()
    const { exitCode, stderr } = await rotate()
    expect(stderr).toBe(
      `mfad: the access key ending in MPLE also stands in line ${line} of ${sandbox.home}/.aws/${file}, where it cannot be exchanged; it was not deleted\n  → remove it there, then: mfad keys rotate dev\n`,
    )
    expect(exitCode).toBe(4)
    expect(keysOfAlice()).toMatchObject([{ accessKeyId: alice.accessKeyId, isActive: true }])
    expect(sandbox.readCredentials()).toBe(`${whole}${more}`)
  })

  it('deletes no key of the user whose session stands there still, where the keys are now those of another one', async () => {
    await open([alice, { ...aliceSecondKey, accessKeyId: 'AKIAI44QH8DHBEXAMPXY' }, bob])
    await start()
    await sandbox.mfad('login', 'dev', sandbox.code())
    sandbox.writeCredentials(
      sandbox
        .readCredentials()
        .replace(alice.accessKeyId, bob.accessKeyId)
        .replace(alice.secretAccessKey, bob.secretAccessKey),
    )
    const { exitCode, stderr } = await rotate('--delete-other=MPXY')
    expect(stderr).toContain(
      'mfad: the session of dev is not one of the user whose access key stands there now; no key was made or deleted\n  → end it, then start again: mfad logout dev\n',
    )
    expect(exitCode).toBe(4)
    expect(keysOfAlice()).toHaveLength(2)
    expect((await sandbox.mfad('logout', 'dev')).exitCode).toBe(0)
    expect((await rotate()).exitCode).toBe(0)
  })

  it('where a policy forbids it, and says that a code may be wanted', async () => {
    await open([{ ...alice, denied: ['iam:CreateAccessKey'] }])
    await start()
    const before = await rotate()
    expect(before.exitCode).toBe(5)
    expect(before.stderr).toBe(
      'mfad: AWS does not let the user of dev do CreateAccessKey\n  → a policy may want a code for it: mfad login dev, then again: mfad keys rotate dev\n',
    )
    await sandbox.mfad('login', 'dev', sandbox.code())
    expect((await rotate()).stderr).toContain(
      "→ ask your administrator to allow iam:CreateAccessKey on one's own user",
    )
    expect(sandbox.readCredentials().startsWith(whole)).toBe(true)
  })

  it.each([
    ['reset', 'network.reset', 'check the network'],
    ['throttle', 'sts.throttled', 'wait a minute'],
    ['html', 'sts.invalid-answer', 'check the network'],
  ] as const)('while STS fails (%s), and the next step goes on with it', async (kind, code, what) => {
    await open()
    await start()
    sandbox.sts.setFault({ kind })
    const { exitCode, stdout } = await rotate('--json')
    expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 6, error: { code } })
    expect(JSON.parse(stdout).error.hint).toMatch(new RegExp(`${what}, then: mfad keys rotate dev$`))
  })

  it('while IAM cannot be reached, likewise', async () => {
    await open()
    await sandbox.startDaemon({ AWS_ENDPOINT_URL_IAM: 'http://127.0.0.1:1' })
    expect(await rotate()).toMatchObject({
      exitCode: 6,
      stderr: expect.stringMatching(/^mfad: IAM at 127.0.0.1:1 refused .+, then: mfad keys rotate dev\n$/s),
    })
  })

  it('at its last step: the new key is in place, and it says what is left', async () => {
    await open([{ ...alice, denied: ['iam:DeleteAccessKey'] }])
    await start()
    const { exitCode, stdout, stderr } = await rotate()
    const id = idIn(sandbox.readCredentials())
    expect(exitCode).toBe(0)
    expect(stdout).toBe(`dev: a new access key, ending in ${id.slice(-4)}\n`)
    expect(stderr).toContain(
      'mfad: warning: the new key is in place, and the former one, ending in MPLE, is still there: AWS does not let the user of dev do DeleteAccessKey\n',
    )
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(0)
  })

  it('where the keys come from a command', async () => {
    await open()
    sandbox.writeCredentials('')
    sandbox.writeConfig(`${devConfig}credential_process = /bin/keys\n`)
    await start()
    expect((await rotate()).stderr).toContain('the keys of dev come from its credential_process')
  })
})
