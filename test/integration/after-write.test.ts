// `after_write_command` with a real daemon and /bin/sh.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDevSandbox, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openDevSandbox()
})
afterEach(() => sandbox.close())

it('runs after the section is in the file, with the names alone, and cannot call mfad', async () => {
  const out = join(sandbox.home, 'out')
  sandbox.writeSettings(
    `[mfad]\nafter_write_command = "{ env; grep -c dev-mfa .aws/credentials; } > '${out}.new'; mv '${out}.new' '${out}'"\n`,
  )
  await sandbox.startDaemon({ AWS_SECRET_ACCESS_KEY: 'not-for-others' })
  expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject({ exitCode: 0 })
  await until('the command has run', () => existsSync(out))
  const text = readFileSync(out, 'utf8')
  expect(text).toMatch(/^MFAD_PROFILES=dev$/m)
  expect(text).toMatch(/^MFAD_INSIDE=1$/m)
  expect(text).not.toMatch(/^AWS_|not-for-others/m)
})

it('that is not found fails no login, and status says where it was looked for', async () => {
  sandbox.writeSettings('[mfad]\nafter_write_command = no-such-program\n')
  await sandbox.startDaemon()
  expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject({ exitCode: 0, stderr: '' })
  await until('status says it', async () =>
    (await sandbox.mfad('status')).stdout.includes(
      'after_write_command failed: a command in it was not found in PATH',
    ),
  )
})
