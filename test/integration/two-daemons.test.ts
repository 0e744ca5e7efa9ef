// Two daemons on one credentials file are foreign writers to each other: each names the other.
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Status } from '../../src/core/wire.ts'
import { devConfig, devCredentials, openSandbox, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox()
  sandbox.writeCredentials(devCredentials)
  sandbox.writeConfig(devConfig)
})
afterEach(() => sandbox.close())

const warningsAt = async (environment: Record<string, string>) => {
  const { stdout } = await sandbox.mfadWith({ environment }, 'status', '--json')
  return (JSON.parse(stdout) as Status).warnings.filter(({ code }) => code === 'daemon.second')
}

it('a second daemon on the same credentials file is named by both, under whatever socket, until one ends', async () => {
  const socket = join(sandbox.home, 'other.sock')
  const link = join(sandbox.home, 'link')
  symlinkSync(sandbox.credentialsFile, link)
  const elsewhere = { MFAD_SOCKET: socket, AWS_SHARED_CREDENTIALS_FILE: link }
  const first = await sandbox.startDaemon()
  expect(await warningsAt({})).toEqual([])
  const second = await sandbox.startDaemon(elsewhere)
  const about = (pid: number | undefined, at: string) => ({
    code: 'daemon.second',
    message: `another daemon (pid ${pid}, socket ${at}) also writes ${sandbox.credentialsFile}`,
    hint: `one is enough; end the other: kill ${pid}`,
  })
  expect(await warningsAt({})).toEqual([about(second.process.pid, socket)])
  expect(await warningsAt(elsewhere)).toEqual([
    about(first.process.pid, join(sandbox.home, 'run/mfad/mfad.sock')),
  ])
  expect(second.log()).toContain(`another daemon (pid ${first.process.pid}`)
  await second.stop('SIGKILL')
  expect(await warningsAt({})).toEqual([])
  expect(readdirSync(join(sandbox.home, 'run/mfad'))).toEqual([
    `daemon-${first.process.pid}.json`,
    'mfad.sock',
    'mfad.status',
  ])
  await first.stop()
  expect(readdirSync(join(sandbox.home, 'run/mfad'))).toEqual([])
})

it('a daemon for other credentials is nobody’s business', async () => {
  const other = join(sandbox.home, 'other')
  mkdirSync(other, { mode: 0o700 })
  const elsewhere = {
    MFAD_SOCKET: join(other, 'mfad.sock'),
    AWS_SHARED_CREDENTIALS_FILE: join(other, 'credentials'),
  }
  await sandbox.startDaemon()
  await sandbox.startDaemon(elsewhere)
  expect(await warningsAt({})).toEqual([])
  expect(await warningsAt(elsewhere)).toEqual([])
})
