// Long-term keys in a real Secret Service of the test's own.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { notHere, type SecretService, startSecretService, withKeyring } from '../support/keyring.ts'
import { keyringArgv } from '../support/program.ts'
import { alice, devConfig, openSandbox, run, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox
let service: SecretService
beforeEach(async () => {
  sandbox = await openSandbox()
  service = await startSecretService(sandbox.home)
  sandbox.writeConfig(devConfig)
})
afterEach(async () => {
  await sandbox.close()
  await service.close()
})

const item = `dev/${alice.accessKeyId}`
const marker = `[dev]\nmfad_keyring = ${item}\n`

/** As the daemon does it. */
async function ask(request: object): Promise<unknown> {
  const [program = '', ...words] = keyringArgv
  const child = spawn(program, words, { env: service.environment })
  const { stdout } = await run(child, JSON.stringify(request))
  return JSON.parse(stdout)
}

withKeyring(`a profile whose key is in the keyring${notHere}`, () => {
  beforeEach(() => sandbox.writeCredentials(marker))

  it('is logged in with it', async () => {
    expect(await ask({ action: 'write', item, secret: alice.secretAccessKey })).toEqual({ isDone: true })
    await sandbox.startDaemon(service.environment)
    expect((await sandbox.status()).profiles[0]).toMatchObject({
      profile: 'dev',
      kind: 'key',
      state: 'inactive',
    })
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect([exitCode, stderr]).toEqual([0, ''])
    expect((await sandbox.status()).profiles[0]).toMatchObject({ state: 'valid' })
  })

  it('says when the item is gone, without the whole access key id', async () => {
    await sandbox.startDaemon(service.environment)
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect(exitCode).toBe(4)
    expect(stderr).toContain(
      'mfad: the keyring holds no item dev/…MPLE of mfad, where the keys of dev should be\n',
    )
    expect(sandbox.codesSent()).toHaveLength(0)
  })

  it('says when the keyring is locked, and works once it is unlocked', async () => {
    await ask({ action: 'write', item, secret: alice.secretAccessKey })
    await service.lock()
    await sandbox.startDaemon(service.environment)
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect([exitCode, stderr]).toEqual([
      4,
      'mfad: the keyring is locked, and was not unlocked\n  → unlock it on the desktop, by its password, then: mfad login dev\n',
    ])
    expect(sandbox.codesSent()).toHaveLength(0)
    await service.unlock()
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(0)
  })

  it('says when there is no session bus', async () => {
    await sandbox.startDaemon({ DBUS_SESSION_BUS_ADDRESS: undefined })
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect(exitCode).toBe(4)
    expect(stderr).toContain('mfad: there is no keyring here: the daemon knows no session bus')
  })

  it('is not believed when its line names no item of mfad', async () => {
    sandbox.writeCredentials('[dev]\nmfad_keyring = something\n')
    await sandbox.startDaemon(service.environment)
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect(exitCode).toBe(4)
    expect(stderr).toContain(
      `mfad: mfad_keyring of dev names no item that mfad made: line 2 of ${join(sandbox.home, '.aws/credentials')}\n`,
    )
  })
})
