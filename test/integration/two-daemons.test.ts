// One credentials file, one daemon: a second one would remind twice. The service stays, else the one that was there first.
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Status } from '../../src/core/wire.ts'
import { devConfig, devCredentials, openSandbox, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox()
  sandbox.writeCredentials(devCredentials)
  sandbox.writeConfig(devConfig)
})
afterEach(() => sandbox.close())

const notes = () =>
  readdirSync(join(sandbox.home, '.local/state/mfad')).filter((name) => name.startsWith('daemon-'))
const warningsAt = async (environment: Record<string, string>) => {
  const { stdout } = await sandbox.mfadWith({ environment }, 'status', '--json')
  return (JSON.parse(stdout) as Status).warnings.filter(({ code }) => code === 'daemon.second')
}

it('beside the service, one that was started by hand is named by both, under whatever socket, until one ends', async () => {
  const socket = join(sandbox.home, 'other.sock')
  const link = join(sandbox.home, 'link')
  symlinkSync(sandbox.credentialsFile, link)
  const elsewhere = { MFAD_SOCKET: socket, AWS_SHARED_CREDENTIALS_FILE: link, MFAD_BACKGROUND: 'service' }
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
  expect(notes()).toEqual([`daemon-${first.process.pid}.json`])
  await first.stop()
  expect(notes()).toEqual([])
  expect(readdirSync(join(sandbox.home, 'run/mfad'))).toEqual([])
})

it.each([
  ['another runtime directory, as under su', () => ({ XDG_RUNTIME_DIR: join(sandbox.home, 'other-run') })],
  ['none, as under cron', () => ({ XDG_RUNTIME_DIR: undefined })],
  ['a socket of its own', () => ({ MFAD_SOCKET: join(sandbox.home, 'other.sock') })],
])('one that is started with %s says where the first one is, and leaves', async (_what, elsewhere) => {
  mkdirSync(join(sandbox.home, 'other-run'), { mode: 0o700 })
  const first = await sandbox.startDaemon({ MFAD_BACKGROUND: 'service' })
  const socket = join(sandbox.home, 'run/mfad/mfad.sock')
  const fact = `a daemon is already running for ${sandbox.credentialsFile} (pid ${first.process.pid}), at ${socket}`
  const hint = `  → to use it here: export MFAD_SOCKET=${socket}; or end it: kill ${first.process.pid}\n`
  const environment = elsewhere()
  expect(await sandbox.mfadWith({ environment }, 'daemon')).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining(`mfad: ${fact}\n${hint}`),
  })
  expect(await sandbox.mfadWith({ environment }, 'daemon', '--detach')).toMatchObject({
    exitCode: 3,
    stderr: `mfad: the daemon did not start: ${fact}\n${hint}`,
  })
  expect(notes()).toEqual([`daemon-${first.process.pid}.json`])
  const told = { environment: { ...environment, MFAD_SOCKET: socket } }
  expect((await sandbox.mfadWith(told, 'login', 'dev', sandbox.code())).exitCode).toBe(0)
})

it('of two that start at the same moment, one stays', async () => {
  const start = (name: string) =>
    spawn(process.execPath, [resolve('dist/mfad.cjs'), 'daemon'], {
      env: { ...sandbox.environment, MFAD_SOCKET: join(sandbox.home, name) },
      stdio: 'ignore',
    })
  const both = [start('a.sock'), start('b.sock')]
  const isOver = both.map((daemon) => new Promise((done) => daemon.once('close', done)))
  await until('one has left', () => both.some(({ exitCode }) => exitCode !== null))
  await until('the other is there', () => notes().length === 1)
  expect(both.filter(({ exitCode }) => exitCode === null)).toHaveLength(1)
  for (const daemon of both) daemon.kill()
  await Promise.all(isOver)
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
