import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { nodeFlags } from '../../src/core/service/daemon-argv.ts'
import type { ServiceSettings } from '../../src/core/service/service-plan.ts'
import type { InstallReport } from '../../src/edges/service/runner.ts'
import { type SystemdSession, startSystemdSession, systemdObstacle } from '../support/systemd-session.ts'

/** Stands in for the daemon: writes down how it was started, and then ends as it is told to, or never. */
const standIn = `
const fs = require('node:fs')
const path = require('node:path')
const started = { pid: process.pid, argv: process.argv, flags: process.execArgv, env: process.env, umask: process.umask(),
  limits: fs.readFileSync('/proc/self/limits', 'utf8') }
fs.writeFileSync(path.join(__dirname, 'new'), JSON.stringify(started))
fs.renameSync(path.join(__dirname, 'new'), path.join(__dirname, 'started.json'))
const status = path.join(__dirname, 'exit-status')
if (fs.existsSync(status)) process.exit(Number(fs.readFileSync(status, 'utf8')))
setInterval(() => undefined, 60_000)
`

type Started = {
  pid: number
  argv: string[]
  flags: string[]
  env: Record<string, string>
  umask: number
  limits: string
}

const hostileName = `a b%h$HOME\${HOME}"q'x\\z;é🔑 #@COMMAND@`
const hostileProgramName = `n o%h$HOME\${HOME};é🔑 #@COMMAND@`

const obstacle = systemdObstacle()
const mayBeMissing = !process.env.CI

describe.skipIf(obstacle !== undefined && mayBeMissing)(
  `the service under a real systemd${obstacle === undefined ? '' : ` (not here: ${obstacle})`}`,
  () => {
    let home: string
    let session: SystemdSession
    let settings: ServiceSettings
    let environment: [string, string][]

    beforeAll(async () => {
      if (obstacle !== undefined) throw new Error(obstacle)
      home = realpathSync(mkdtempSync(join(tmpdir(), 'mfad-systemd-')))
      session = await startSystemdSession(home)
      const [programs, scripts] = [join(home, hostileProgramName), join(home, hostileName)]
      mkdirSync(programs)
      symlinkSync(process.execPath, join(programs, 'node'))
      mkdirSync(scripts)
      writeFileSync(join(scripts, 'mfad.cjs'), standIn)
    })
    afterAll(async () => {
      await session?.close()
      if (home !== undefined) rmSync(home, { recursive: true, force: true })
    })

    beforeEach(() => {
      settings = {
        platform: 'linux',
        home,
        uid: 0,
        nodePath: join(home, hostileProgramName, 'node'),
        scriptPath: join(home, hostileName, 'mfad.cjs'),
        environment: new Map(),
        templates: {
          systemd: readFileSync('systemd/mfad.service', 'utf8'),
          systemdSocket: readFileSync('systemd/mfad.socket', 'utf8'),
          launchd: '',
        },
      }
      environment = []
    })
    afterEach(async () => {
      await send('uninstall')
      for (const name of ['started.json', 'exit-status']) rmSync(beside(name), { force: true })
    })

    const beside = (name: string) => join(home, hostileName, name)
    const send = (action: 'install' | 'uninstall' | 'restart') =>
      session.send({ action, settings, environment })
    const systemctl = (...args: string[]) =>
      session.send({ action: 'run', argv: ['systemctl', '--user', ...args] })
    const listing = () => readdirSync(home, { recursive: true }).sort()

    /** systemd forgets a unit when it comes to it, on a busy machine some time after it has answered. */
    const forgotten = () =>
      vi.waitFor(
        async () => {
          const listed = await systemctl('list-units', '--all', '--no-legend', 'mfad.service')
          const state = await systemctl('show', '--value', '--property=LoadState', 'mfad.service')
          expect([listed, state]).toEqual(['', 'not-found'])
        },
        { timeout: 15_000 },
      )

    /** What the stand-in wrote down, as soon as a process other than `earlier` did. */
    const started = (earlier?: Started) =>
      vi.waitFor(
        () => {
          const read: Started = JSON.parse(readFileSync(beside('started.json'), 'utf8'))
          expect(read.pid).not.toBe(earlier?.pid)
          return read
        },
        { timeout: 15_000 },
      )

    /** The state of the service once its process has ended. */
    const endState = () =>
      vi.waitFor(
        async () => {
          const state = await systemctl('show', '--value', '--property=ActiveState', 'mfad.service')
          expect(state).not.toMatch(/^(active|deactivating)$/)
          return state
        },
        { timeout: 15_000 },
      )

    test('install starts the daemon with its flags, from paths that hold anything', async () => {
      await send('install')
      const { argv, flags } = await started()
      expect(argv).toEqual([realpathSync(process.execPath), settings.scriptPath, 'daemon'])
      expect(flags).toEqual(nodeFlags)
      expect(await systemctl('is-active', 'mfad.service')).toBe('active')
      expect(await systemctl('is-enabled', 'mfad.service')).toBe('enabled')
    })

    test('systemd finds nothing to say about the unit', async () => {
      await send('install')
      const unit = join(home, '.config/systemd/user/mfad.service')
      const verify = 'systemd-analyze --user verify "$1" 2>&1 && echo fine'
      expect(await session.send({ action: 'run', argv: ['sh', '-c', verify, 'sh', unit] })).toBe('fine')
    })

    test('the daemon keeps its files private and writes no core dump', async () => {
      await send('install')
      const { umask, limits } = await started()
      expect(umask).toBe(0o077)
      expect(limits).toMatch(/^Max core file size +0 +0 /m)
    })

    test('the daemon does not inherit NODE_OPTIONS', async () => {
      await systemctl('set-environment', 'NODE_OPTIONS=--no-deprecation')
      await send('install')
      expect((await started()).env.NODE_OPTIONS).toBeUndefined()
    })

    test('the daemon gets the variables as they were, and a changed one by a restart', async () => {
      const value = fc.string({
        unit: fc.oneof(
          fc.constantFrom(...'"\'\\%$ {}n'),
          fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
        ),
      })
      let earlier: Started | undefined
      await fc.assert(
        fc.asyncProperty(value, async (text) => {
          environment = [
            ['NO_PROXY', `${text}.`],
            ['MFAD_CONFIG', `/${hostileName}`],
            // Makes sure that each run changes the unit.
            ['AWS_CA_BUNDLE', `/${earlier?.pid ?? 'none'}`],
          ]
          expect(await send('install')).toMatchObject({ changed: true })
          const now = await started(earlier)
          earlier = now
          expect(now.env).toMatchObject(Object.fromEntries(environment))
        }),
        { numRuns: 15 },
      )
    })

    test('a daemon that was killed is back with a new process', async () => {
      await send('install')
      const killed = await started()
      await session.send({ action: 'run', argv: ['kill', '-9', String(killed.pid)] })
      await started(killed)
      expect(await systemctl('is-active', 'mfad.service')).toBe('active')
    })

    test.each([2, 4])('a daemon that ends with %i is not started again', async (status) => {
      writeFileSync(beside('exit-status'), String(status))
      await send('install')
      expect(await endState()).toBe('failed')
    })

    test('a daemon that ends with 1 is started again', async () => {
      writeFileSync(beside('exit-status'), '1')
      await send('install')
      expect(await endState()).toBe('activating')
      const crashed = await started()
      rmSync(beside('exit-status'))
      await started(crashed)
    })

    test('a second install leaves the running daemon alone', async () => {
      await send('install')
      const { pid } = await started()
      expect((await send('install')) as InstallReport).toMatchObject({ changed: false })
      expect(await systemctl('show', '--value', '--property=MainPID', 'mfad.service')).toBe(String(pid))
    })

    test('restart starts a new daemon, however often it is asked for', async () => {
      await send('install')
      let earlier = await started()
      for (let round = 0; round < 12; round++) {
        await send('restart')
        earlier = await started(earlier)
      }
    })

    test('uninstall leaves no file behind and no unit loaded', async () => {
      const before = listing()
      await send('install')
      await started()
      expect(listing()).not.toEqual(before)
      expect(await send('uninstall')).toMatchObject({ changed: true })
      rmSync(beside('started.json'))
      expect(listing()).toEqual(before)
      await forgotten()
      expect(await send('uninstall')).toMatchObject({ changed: false })
    })

    test('uninstall after a failure leaves no failed unit', async () => {
      writeFileSync(beside('exit-status'), '4')
      await send('install')
      expect(await endState()).toBe('failed')
      await send('uninstall')
      await forgotten()
    })

    test('an install whose program does not exist leaves nothing behind', async () => {
      const before = listing()
      settings = { ...settings, nodePath: '/no/such/node' }
      await expect(send('install')).rejects.toMatchObject({ code: 'daemon.service-failed' })
      expect(listing()).toEqual(before)
      await forgotten()
    })

    test('an XDG_CONFIG_HOME that only the shell has works too, and leaves no link', async () => {
      const before = listing()
      settings = { ...settings, xdgConfigHome: join(home, 'other config') }
      await send('install')
      await started()
      await send('uninstall')
      for (const path of [beside('started.json'), join(home, 'other config')])
        rmSync(path, { recursive: true })
      expect(listing()).toEqual(before)
    })

    test('without a bus, install changes nothing and names the way without a service', async () => {
      const before = listing()
      await session.send({ action: 'run', argv: ['mv', '/run/user/0', '/run/user/away'] })
      const answer = await send('install').then(
        () => 'installed',
        (error) => error,
      )
      await session.send({ action: 'run', argv: ['mv', '/run/user/away', '/run/user/0'] })
      expect(answer).toMatchObject({
        code: 'daemon.no-service-manager',
        hint: 'without a service: mfad daemon --detach',
      })
      expect(listing()).toEqual(before)
    })
  },
)
