// One credentials file, one daemon: a second one would remind twice. The service stays, else the one that was there first.
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, symlinkSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Status } from '../../src/core/wire.ts'
import { startNoted } from '../support/daemon-note.ts'
import { openDevSandbox, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openDevSandbox()
})
afterEach(() => sandbox.close())

const notes = () =>
  readdirSync(join(sandbox.home, '.local/state/mfad')).filter((name) => name.startsWith('daemon-'))
const warningsAt = async (environment: Record<string, string>) => {
  const { stdout } = await sandbox.mfadWith({ environment }, 'status', '--json')
  return (JSON.parse(stdout) as Status).warnings.filter(({ code }) => code === 'daemon.second')
}

it('one that is there all the same is named by its socket, until it ends', async () => {
  const daemon = await sandbox.startDaemon()
  expect(await warningsAt({})).toEqual([])
  const other = startNoted(sandbox.home, sandbox.credentialsFile, '/other.sock')
  expect(await warningsAt({})).toEqual([
    {
      code: 'daemon.second',
      message: `another daemon (pid ${other.pid}, socket /other.sock) also writes ${sandbox.credentialsFile}`,
      hint: `one is enough; end the other: kill ${other.pid}`,
    },
  ])
  await other.end()
  expect(await warningsAt({})).toEqual([])
  expect(notes()).toEqual([`daemon-${daemon.process.pid}.json`])
  await daemon.stop()
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

it.each([
  ['one stays', {}],
  ['the service stays, whatever its path to the file', { MFAD_BACKGROUND: 'service' }],
])(
  'of two that start at the same moment, %s',
  async (_what, environment) => {
    const link = join(sandbox.home, 'link')
    symlinkSync(sandbox.credentialsFile, link)
    const start = (name: string, more: Record<string, string>) =>
      spawn(process.execPath, [resolve('dist/mfad.cjs'), 'daemon'], {
        env: { ...sandbox.environment, MFAD_SOCKET: join(sandbox.home, name), ...more },
        stdio: 'ignore',
      })
    const one = start('a.sock', { ...environment, AWS_SHARED_CREDENTIALS_FILE: link })
    const other = start('b.sock', {})
    const both = [one, other]
    const isOver = both.map((daemon) => new Promise((done) => daemon.once('close', done)))
    // At its look a second after its start; after that each minute.
    await until('one has left', () => both.some(({ exitCode }) => exitCode !== null), 75_000)
    await until('the other is there', () => notes().length === 1)
    expect(both.filter(({ exitCode }) => exitCode === null)).toHaveLength(1)
    if ('MFAD_BACKGROUND' in environment) expect(one.exitCode).toBeNull()
    for (const daemon of both) daemon.kill()
    await Promise.all(isOver)
  },
  90_000,
)
