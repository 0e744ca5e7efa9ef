// A credentials file of 10,000 sections through the real programs.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { devConfig, devCredentials, openSandbox, type Sandbox } from '../support/sandbox.ts'

const count = 10_000
const numbered = (text: (index: number) => string) => Array.from({ length: count }, (_, index) => text(index))
const others = numbered(
  (index) =>
    `[p${index}]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = none\nregion: eu-west-1\n\n`,
).join('')

let sandbox: Sandbox

beforeEach(async () => {
  sandbox = await openSandbox()
  sandbox.writeCredentials(others + devCredentials)
  sandbox.writeConfig(
    devConfig +
      numbered((index) => `[profile p${index}]\nmfa_serial = arn:aws:iam::111122223333:mfa/u${index}\n`).join(
        '',
      ),
  )
})
afterEach(() => sandbox.close())

describe('10,000 profiles, each with an odd line', () => {
  it('are all in the status of the command line, with and without a daemon', async () => {
    const profilesOf = ({ stdout }: { stdout: string }) => JSON.parse(stdout).profiles.length
    expect(profilesOf(await sandbox.mfad('status', '--json'))).toBe(count + 1)
    await sandbox.startDaemon()
    expect(profilesOf(await sandbox.mfad('status', '--json'))).toBe(count + 1)
    const { stdout, exitCode } = await sandbox.mfad('status')
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^p9999 /m)
    expect(stdout.split('\n').length).toBeGreaterThan(count)
  })

  it('do not keep one from being logged in and out, and come back to the byte', async () => {
    await sandbox.startDaemon()
    expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject({ exitCode: 0 })
    expect(sandbox.readCredentials()).toContain('\n[dev-mfa]\n')
    expect(await sandbox.mfad('logout', 'dev')).toMatchObject({ exitCode: 0 })
    expect(sandbox.readCredentials()).toBe(others + devCredentials)
  })
})
