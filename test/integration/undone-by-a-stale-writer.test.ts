// Another program that had read the file before a login writes it back without the new session.

import { existsSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { devCredentials, openDevSandbox, type RunningDaemon, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
let daemon: RunningDaemon

beforeEach(async () => {
  sandbox = await openDevSandbox()
  daemon = await sandbox.startDaemon()
  const { exitCode } = await sandbox.mfad('login', 'dev', sandbox.code())
  expect(exitCode).toBe(0)
})
afterEach(() => sandbox.close())

const session = () => sandbox.readCredentials().slice(devCredentials.length)
const rename = (text: string) => {
  const other = `${sandbox.credentialsFile}.other`
  writeFileSync(other, text, { mode: 0o600 })
  renameSync(other, sandbox.credentialsFile)
}

it.each<[string, (text: string) => void]>([
  ['in place', (text) => sandbox.writeCredentials(text)],
  ['by rename', rename],
])('the session is there again when that happens %s, without any request', async (_how, write) => {
  const written = sandbox.readCredentials()
  write(`${devCredentials}[new]\nregion = eu-west-3\n`)
  await until('the session is back', () => session().includes('[dev-mfa]'))
  expect(sandbox.readCredentials()).toBe(
    `${devCredentials}[new]\nregion = eu-west-3\n${written.slice(devCredentials.length)}`,
  )
  await until('the log says so', () => daemon.log().includes('restored what another program had undone'))
  expect(sandbox.codesSent()).toHaveLength(1)
})

it('the session stays away after a logout, when it is brought back', async () => {
  const before = sandbox.readCredentials()
  expect((await sandbox.mfad('logout', 'dev')).exitCode).toBe(0)
  rename(before)
  await until('the session is gone again', () => session() === '')
  expect(sandbox.readCredentials()).toBe(devCredentials)
})

it('a file that was emptied or removed on purpose is believed', async () => {
  rmSync(sandbox.credentialsFile)
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect(existsSync(sandbox.credentialsFile)).toBe(false)
  sandbox.writeCredentials('')
  await new Promise((resolve) => setTimeout(resolve, 1200))
  expect(statSync(sandbox.credentialsFile).size).toBe(0)
})

it('what another tool writes into our section is believed at once', async () => {
  const theirs = sandbox.readCredentials().replace(/aws_session_token = .*/, 'aws_session_token = other')
  rename(theirs)
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect(sandbox.readCredentials()).toBe(theirs)
})
