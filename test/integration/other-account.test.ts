// Another account's file is copied over the credentials file, as people do who switch customers: the real daemon and command
// line. What the agent does in each way of swapping is in test/daemon/agent-other-account.test.ts.

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { aliceKeys, aliceSerial, openSandbox, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox()
})
afterEach(() => sandbox.close())

it("a copy of another account's file over ours gets nothing of our session, and the status says that it went", async () => {
  sandbox.writeCredentials(`[default]\n${aliceKeys}`)
  sandbox.writeConfig(`[default]\nmfa_serial = ${aliceSerial}\n`)
  const fileOfB =
    '[default]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\naws_secret_access_key = je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY\n'
  const copy = join(sandbox.home, 'credentials.B')
  writeFileSync(copy, fileOfB, { mode: 0o600 })
  await sandbox.startDaemon()
  expect((await sandbox.mfad('login', 'default', sandbox.code())).exitCode).toBe(0)
  expect(sandbox.readCredentials()).toContain('[default-mfa]')

  execFileSync('cp', [copy, sandbox.credentialsFile])
  await until('the status says that it went', async () => {
    const [profile] = (await sandbox.status()).profiles
    return profile?.lastError?.code === 'session.lost'
  })
  expect(sandbox.readCredentials()).toBe(fileOfB)
  const { stdout } = await sandbox.mfad('status')
  expect(stdout).toContain('the session of default is gone from')
})
