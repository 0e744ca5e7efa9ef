// `mfad keys`: the real daemon, and a real Secret Service of the test's own.
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { notHere, type SecretService, startSecretService, withKeyring } from '../support/keyring.ts'
import { isSingleFile, keyringArgv } from '../support/program.ts'
import { alice, aliceKeys, bob, devConfig, openSandbox, run, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
let service: SecretService
beforeEach(async () => {
  sandbox = await openSandbox()
  service = await startSecretService(sandbox.home)
  sandbox.writeConfig(devConfig)
  sandbox.writeCredentials(whole)
})
afterEach(async () => {
  await sandbox.close()
  await service.close()
})

const whole = `# mine\n[other]\nregion=us-east-1\n\n[dev] ; main\n${aliceKeys}# below\noutput = json\n\n[last]\nregion = x\n`
const item = `dev/${alice.accessKeyId}`
const stored = whole.replace(aliceKeys, `mfad_keyring = ${item}\n`)
const held = { [item]: alice.secretAccessKey }
const start = () => sandbox.startDaemon(service.environment)
const dev = async () => (await sandbox.status()).profiles.find(({ profile }) => profile === 'dev')

withKeyring(`mfad keys${notHere}`, () => {
  it('store moves the key into the keyring, and restore gives the file back to the byte', async () => {
    const daemon = await start()
    const store = await sandbox.mfad('keys', 'store', 'dev')
    expect(store).toEqual({
      exitCode: 0,
      stdout: `dev: its access key, ending in MPLE, is in the keyring, and no longer in ${sandbox.credentialsFile}\n`,
      stderr: '',
    })
    expect(sandbox.readCredentials()).toBe(stored)
    expect(await service.items()).toEqual(held)
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(0)
    expect(await dev()).toMatchObject({ state: 'valid' })
    const restore = await sandbox.mfad('keys', 'restore', 'dev')
    expect([restore.exitCode, restore.stderr]).toEqual([0, ''])
    expect(restore.stdout).toBe(
      `dev: its access key, ending in MPLE, is in ${sandbox.credentialsFile} again\n`,
    )
    expect(sandbox.readCredentials().startsWith(whole)).toBe(true)
    expect(await service.items()).toEqual({})
    sandbox.watchForSecrets(daemon.log())
  })

  it('leaves a session as it is, and warns of nothing', async () => {
    await start()
    await sandbox.mfad('login', 'dev', sandbox.code())
    const { expiration } = (await dev()) ?? {}
    for (const action of ['store', 'restore']) {
      expect((await sandbox.mfad('keys', action, 'dev')).exitCode).toBe(0)
      expect(await dev()).toMatchObject({ state: 'valid', expiration })
      expect(await dev()).not.toHaveProperty('lastError')
    }
  })

  it('moves the key of a session in place, whose keys are in a section of their own', async () => {
    const inPlace = `[dev-long-term]\n${aliceKeys}`
    sandbox.writeCredentials(inPlace)
    await start()
    const store = await sandbox.mfad('keys', 'store', 'dev')
    expect([store.exitCode, store.stderr]).toEqual([0, ''])
    expect(sandbox.readCredentials()).toBe(
      `[dev-long-term]\nmfad_keyring = dev-long-term/${alice.accessKeyId}\n`,
    )
    const login = await sandbox.mfad('login', 'dev', sandbox.code())
    expect([login.exitCode, login.stderr]).toEqual([0, ''])
    expect(sandbox.readCredentials()).toMatch(/\n\[dev\]\naws_access_key_id = ASIA/)
    expect(await dev()).toMatchObject({ sessionProfile: 'dev', state: 'valid' })
    expect((await sandbox.mfad('keys', 'restore', 'dev')).exitCode).toBe(0)
    expect(sandbox.readCredentials().startsWith(inPlace)).toBe(true)
    expect(await service.items()).toEqual({})
    expect(await dev()).toMatchObject({ state: 'valid' })
  })

  it('can be moved to and fro in a moment: the daemon does not take its own next edit for another program undoing the last', async () => {
    await start()
    for (const [action, text, items] of [
      ['store', stored, held],
      ['restore', whole, {}],
      ['store', stored, held],
      ['restore', whole, {}],
    ] as const) {
      expect((await sandbox.mfad('keys', action, 'dev')).exitCode).toBe(0)
      await sandbox.status()
      expect(sandbox.readCredentials()).toBe(text)
      expect(await service.items()).toEqual(items)
    }
  })

  it('gives back the very bytes of lines that are written otherwise, with a login between', async () => {
    const odd = `[dev]\r\naws_secret_access_key=${alice.secretAccessKey} \n\n# mine\naws_access_key_id  = ${alice.accessKeyId}`
    sandbox.writeCredentials(odd)
    await start()
    expect((await sandbox.mfad('keys', 'store', 'dev')).exitCode).toBe(0)
    expect(sandbox.readCredentials()).toBe(
      `[dev]\r\nmfad_keyring_place=secret \n\n# mine\nmfad_keyring  = ${item}`,
    )
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(0)
    expect((await sandbox.mfad('logout', 'dev')).exitCode).toBe(0)
    expect((await sandbox.mfad('keys', 'restore', 'dev')).exitCode).toBe(0)
    expect(sandbox.readCredentials()).toBe(odd)
  })

  it('says so when nothing is to be done', async () => {
    await start()
    expect((await sandbox.mfad('keys', 'restore', 'dev')).stdout).toContain('already; nothing to do')
    await sandbox.mfad('keys', 'store', 'dev')
    const { stdout } = await sandbox.mfad('keys', 'store', 'dev', '--json')
    expect(JSON.parse(stdout)).toEqual({
      profile: 'dev',
      action: 'store',
      changed: false,
      keyEnding: 'MPLE',
      file: sandbox.credentialsFile,
      warnings: [],
    })
  })

  it('moves a key that stands in the config file', async () => {
    sandbox.writeCredentials('')
    const config = join(sandbox.home, '.aws/config')
    const before = `${devConfig}${aliceKeys}s3 =\n  max_concurrent_requests = 20\n`
    sandbox.writeConfig(before)
    await start()
    expect((await sandbox.mfad('keys', 'store', 'dev')).stdout).toContain(`no longer in ${config}\n`)
    expect(readFileSync(config, 'utf8')).toBe(before.replace(aliceKeys, `mfad_keyring = ${item}\n`))
    expect((await sandbox.mfad('keys', 'restore', 'dev')).exitCode).toBe(0)
    expect(readFileSync(config, 'utf8')).toBe(before)
  })

  it('names the roles that AWS tools can no longer assume', async () => {
    sandbox.writeConfig(
      `${devConfig}[profile admin]\nrole_arn = arn:aws:iam::111122223333:role/admin\nsource_profile = dev\n`,
    )
    await start()
    const { exitCode, stderr } = await sandbox.mfad('keys', 'store', 'dev')
    expect(exitCode).toBe(0)
    expect(stderr).toBe(
      'mfad: warning: AWS tools cannot assume admin from dev any more, whose key is in the keyring\n  → use the session: aws configure set source_profile dev-mfa --profile admin\n',
    )
  })
})

withKeyring(`nothing is changed${notHere}`, () => {
  const fails = async (action: string, exitCode: number, message: string) => {
    const before = sandbox.readCredentials()
    const result = await sandbox.mfad('keys', action, 'dev')
    expect(result.stderr).toContain(`mfad: ${message}`)
    expect(result.exitCode).toBe(exitCode)
    expect(sandbox.readCredentials()).toBe(before)
  }

  it('where AWS does not take the key', async () => {
    sandbox.writeCredentials(whole.replace(alice.secretAccessKey, 'wrong'))
    await start()
    await fails('store', 5, 'the secret access key of dev does not belong to its access key id')
    expect(await service.items()).toEqual({})
  })

  it('where AWS cannot be reached', async () => {
    await start()
    sandbox.sts.setFault({ kind: 'unavailable' })
    await fails('store', 6, 'STS at ')
    expect(await service.items()).toEqual({})
  })

  it('where the keyring is locked', async () => {
    await start()
    await service.lock()
    await fails(
      'store',
      4,
      'the keyring is locked, and was not unlocked\n  → unlock it on the desktop, by its password, then: mfad keys store dev\n',
    )
  })

  it('where there is no keyring', async () => {
    await sandbox.startDaemon({ DBUS_SESSION_BUS_ADDRESS: undefined })
    await fails('store', 4, 'there is no keyring here: ')
  })

  it('where another key stands in the file by then', async () => {
    await start()
    sandbox.sts.setFault({ kind: 'slow', milliseconds: 1000 })
    const storing = sandbox.mfad('keys', 'store', 'dev')
    await until('AWS is asked', () => sandbox.sts.calls.some(({ action }) => action === 'GetCallerIdentity'))
    const other = whole.replace(alice.accessKeyId, bob.accessKeyId)
    sandbox.writeCredentials(other)
    const { exitCode, stderr } = await storing
    expect([exitCode, stderr]).toEqual([
      4,
      'mfad: the keys of dev were changed in the file meanwhile; nothing was written\n  → look at them, then: mfad keys store dev\n',
    ])
    expect(sandbox.readCredentials()).toBe(other)
    expect(await service.items()).toEqual({})
  })

  it('where both files give the profile keys', async () => {
    sandbox.writeConfig(`${devConfig}${aliceKeys}`)
    await start()
    await fails('store', 4, 'keys of dev stand in both ')
  })

  it('where AWS tools would run a command in place of the key', async () => {
    sandbox.writeConfig(`${devConfig}credential_process = /bin/keys\n`)
    await start()
    await fails('store', 4, 'dev also has a credential_process')
  })

  it('where the keys come from a command', async () => {
    sandbox.writeCredentials('')
    sandbox.writeConfig(`${devConfig}credential_process = /bin/keys\n`)
    await start()
    await fails('store', 4, 'the keys of dev come from its credential_process')
  })

  it('where the item is gone', async () => {
    sandbox.writeCredentials(stored)
    await start()
    await fails('restore', 4, 'the keyring holds no item dev/…MPLE of mfad')
  })

  it('for a word that is no action', async () => {
    await start()
    await fails('move', 2, 'move is nothing that can be done with keys')
  })
})

withKeyring(`a daemon that is killed${notHere}`, () => {
  /** A daemon whose keyring process kills it at the given call. */
  async function startKilledAt(when: 'before' | 'after', call: number) {
    const copy = join(sandbox.home, 'copy')
    cpSync('dist', join(copy, 'dist'), { recursive: true })
    symlinkSync(resolve('node_modules'), join(copy, 'node_modules'))
    cpSync('package.json', join(copy, 'package.json'))
    mkdirSync(join(copy, 'real'))
    renameSync(join(copy, 'dist/keyring.cjs'), join(copy, 'real/keyring.cjs'))
    writeFileSync(
      join(copy, 'dist/keyring.cjs'),
      `const { appendFileSync, readFileSync } = require('node:fs')
const { spawnSync } = require('node:child_process')
const input = readFileSync(0)
appendFileSync(__filename + '.calls', 'x')
const isIt = readFileSync(__filename + '.calls').length === ${call}
if (isIt && ${when === 'before'}) { process.kill(process.ppid, 'SIGKILL'); process.exit() }
const { stdout } = spawnSync(process.execPath, [${JSON.stringify(join(copy, 'real/keyring.cjs'))}], { input })
if (isIt) process.kill(process.ppid, 'SIGKILL')
process.stdout.write(stdout)
`,
    )
    const node = join(sandbox.home, 'node-of-the-copy')
    writeFileSync(
      node,
      `#!/bin/sh
for word; do
  shift
  case "$word" in */dist/mfad.cjs) word=${join(copy, 'dist/mfad.cjs')};; esac
  set -- "$@" "$word"
done
exec ${process.execPath} "$@"
`,
      { mode: 0o700 },
    )
    return sandbox.startDaemon(service.environment, { node })
  }

  // Another program is put in the place of the one that asks the keyring, which a single file has in it.
  const itWithBundles = it.skipIf(isSingleFile)

  itWithBundles.each([
    ['before', 1],
    ['after', 1],
    ['before', 2],
    ['after', 2],
    ['before', 3],
    ['after', 3],
  ] as const)(
    '%s the %ith call of a store leaves a key that works, and the same command completes it',
    async (when, call) => {
      const killed = await startKilledAt(when, call)
      expect((await sandbox.mfad('keys', 'store', 'dev')).exitCode).toBe(3)
      await killed.ended()
      expect(sandbox.readCredentials()).toBe(whole)
      await start()
      expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(0)
      expect((await sandbox.mfad('keys', 'store', 'dev')).exitCode).toBe(0)
      expect(await service.items()).toEqual(held)
      expect(sandbox.readCredentials().startsWith(stored)).toBe(true)
    },
  )

  it('while AWS is asked leaves an item that the next restore finds', async () => {
    const killed = await start()
    sandbox.sts.setFault({ kind: 'slow', milliseconds: 60_000 })
    const storing = sandbox.mfad('keys', 'store', 'dev')
    await until('AWS is asked', () => sandbox.sts.calls.some(({ action }) => action === 'GetCallerIdentity'))
    await killed.stop('SIGKILL')
    expect((await storing).exitCode).toBe(3)
    sandbox.sts.setFault({ kind: 'none' })
    expect(sandbox.readCredentials()).toBe(whole)
    expect(await service.items()).toEqual(held)
    await start()
    expect((await sandbox.mfad('keys', 'restore', 'dev')).stdout).toContain(
      'what an interrupted run had left in the keyring is removed',
    )
    expect(await service.items()).toEqual({})
    expect(sandbox.readCredentials()).toBe(whole)
  })

  itWithBundles.each([
    ['before', 1, stored],
    ['after', 1, stored],
    ['before', 2, whole],
    ['after', 2, whole],
  ] as const)(
    '%s the %ith call of a restore leaves a key that works, and the same command completes it',
    async (when, call, text) => {
      await ask({ action: 'write', item, secret: alice.secretAccessKey })
      sandbox.writeCredentials(stored)
      const killed = await startKilledAt(when, call)
      expect((await sandbox.mfad('keys', 'restore', 'dev')).exitCode).toBe(3)
      await killed.ended()
      expect(sandbox.readCredentials()).toBe(text)
      await start()
      expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(0)
      expect((await sandbox.mfad('keys', 'restore', 'dev')).exitCode).toBe(0)
      expect(await service.items()).toEqual({})
      expect(sandbox.readCredentials().startsWith(whole)).toBe(true)
    },
  )

  async function ask(request: object): Promise<void> {
    const [program = '', ...words] = keyringArgv
    const child = spawn(program, words, { env: service.environment })
    expect((await run(child, JSON.stringify(request))).stdout).toBe('{"isDone":true}')
  }
})
