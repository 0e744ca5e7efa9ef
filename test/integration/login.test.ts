import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { devConfig, devCredentials, openSandbox, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox

beforeEach(async () => {
  sandbox = await openSandbox()
  sandbox.writeCredentials(devCredentials)
  sandbox.writeConfig(devConfig)
})
afterEach(() => sandbox.close())

describe('mfad login', () => {
  it('writes a session section that status then shows as valid', async () => {
    await sandbox.startDaemon()
    const { exitCode, stdout, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
    expect(stdout).toMatch(/^dev → \[dev-mfa\] until .+ \((?:11h 59m|12h)\)\n$/)
    const file = sandbox.readCredentials()
    expect(file.slice(0, devCredentials.length)).toBe(devCredentials)
    expect(file.slice(devCredentials.length)).toMatch(
      /^\n\[dev-mfa\]\naws_access_key_id = ASIA[A-Z0-9]{16}\naws_secret_access_key = \S+\naws_session_token = \S+\nexpiration = \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\nregion = eu-west-1\nmanager = mfad\nmfad_key = [A-Z0-9]{8}\n$/,
    )
    const { profiles } = await sandbox.status()
    expect(profiles).toMatchObject([
      { profile: 'dev', sessionProfile: 'dev-mfa', kind: 'key', state: 'valid', renews: 'by-code' },
    ])
  })
})
