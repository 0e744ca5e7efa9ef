// Features that meet: each has tests of its own elsewhere; here is what they do to each other.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { notHere, type SecretService, startSecretService, withKeyring } from '../support/keyring.ts'
import {
  alice,
  aliceKeys,
  aliceSerial,
  bob,
  bobSerial,
  keyLines,
  openSandbox,
  type Sandbox,
} from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const roleArn = 'arn:aws:iam::444455556666:role/admin'
const roleOf = (source: string) => `[profile admin]\nrole_arn = ${roleArn}\nsource_profile = ${source}\n`
const devConfig = `[profile dev]\nmfa_serial = ${aliceSerial}\nregion = eu-west-1\n`

let sandbox: Sandbox
let service: SecretService | undefined
beforeEach(async () => {
  sandbox = await openSandbox([alice, bob], [{ arn: roleArn, trusts: [alice.arn] }])
})
afterEach(async () => {
  await sandbox.close()
  await service?.close()
  service = undefined
})

const profiles = async () =>
  Object.fromEntries((await sandbox.status()).profiles.map(({ profile, state }) => [profile, state]))
const works = async (...words: string[]) => {
  const ended = await sandbox.mfad(...words)
  expect(ended.exitCode, `${words.join(' ')}: ${ended.stderr}`).toBe(0)
  return ended
}

withKeyring(`keys in the keyring, and sessions in place${notHere}`, () => {
  it.each([
    ['dev', ''],
    [
      'dev-long-term',
      'mfad: warning: AWS tools cannot assume admin from dev-long-term any more, whose key is in the keyring\n  → use the session: aws configure set source_profile dev --profile admin\n',
    ],
  ])('serve a role of %s, are exchanged, and come back', async (source, warning) => {
    service = await startSecretService(sandbox.home)
    sandbox.writeCredentials(`[dev-long-term]\n${aliceKeys}# mine\n`)
    sandbox.writeConfig(devConfig + roleOf(source))
    await sandbox.startDaemon(service.environment)
    expect((await works('keys', 'store', 'dev')).stderr).toBe(warning)
    await works('login', '--all', sandbox.code())
    await works('login', 'admin')
    expect(await profiles()).toEqual({ dev: 'valid', admin: 'valid' })
    expect((await works('keys', 'rotate', 'dev', '--yes')).stderr).toBe('')
    expect(await profiles()).toEqual({ dev: 'valid', admin: 'valid' })
    await works('keys', 'restore', 'dev')
    expect(await service.items()).toEqual({})
    await works('logout', '--all')
    const [key] = sandbox.sts.accessKeysOf(alice.arn)
    expect(sandbox.readCredentials()).toMatch(
      new RegExp(
        `^\\[dev-long-term\\]\naws_access_key_id = ${key?.accessKeyId}\naws_secret_access_key = \\S+\n# mine\n$`,
      ),
    )
  })
})

describe('a program that waits', () => {
  it('for a role in place that is hidden and snoozed has its reminder shown, and goes on with login --all', async () => {
    sandbox.writeSettings('[mfad]\nhide = d*, adm*\n')
    sandbox.writeCredentials(`[dev-long-term]\n${aliceKeys}[bob]\n${keyLines(bob)}`)
    sandbox.writeConfig(`${devConfig}[profile bob]\nmfa_serial = ${bobSerial}\n${roleOf('dev')}`)
    const daemon = await sandbox.startDaemon()
    sandbox.sts.setSessionSeconds(50)
    await works('login', 'dev', sandbox.code())
    sandbox.sts.setSessionSeconds(3600)
    await works('snooze', 'dev', '1h')
    const waiting = ['admin', 'bob'].map((name) =>
      sandbox.mfad('require', name, '--min', '20m', '--wait', '50s'),
    )
    await until('both wait', () => daemon.log().split('a program waits').length === 3)
    for (const name of ['admin', 'bob'])
      await until(`${name} is asked for`, () =>
        sandbox.notifications().some((words) => words.join(' ').includes(`is waiting for ${name}`)),
      )
    await works('login', '--all', '--serial-number', aliceSerial, sandbox.nextCode())
    const [forAdmin, forBob] = waiting
    expect((await forAdmin)?.exitCode).toBe(0)
    expect(await profiles()).toMatchObject({ dev: 'valid', admin: 'valid', bob: 'inactive' })
    await works('login', 'bob', sandbox.code(bobSerial))
    expect((await forBob)?.exitCode).toBe(0)
  })
})
