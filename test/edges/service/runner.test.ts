import * as nodeFs from 'node:fs'
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { planService } from '../../../src/core/service/plan-service.ts'
import type { ServiceSettings } from '../../../src/core/service/service-plan.ts'
import type { StepOutcome } from '../../../src/core/service/step-outcome.ts'
import type { ServiceFileSystem } from '../../../src/edges/service/files.ts'
import { createServiceRunner } from '../../../src/edges/service/runner.ts'

/** A service manager as systemd and launchd behave: what it was told to run, and which command fails how. */
class FakeManager {
  running = false
  enabled = false
  commands: string[] = []
  failures = new Map<string, StepOutcome>()
  /** How often it still says "running" after a stop. */
  slowToStop = 0

  readonly runCommand = async ([program, ...args]: readonly string[]): Promise<StepOutcome> => {
    const command = args.find((arg) => arg !== '--user') ?? ''
    this.commands.push(`${program} ${command}`)
    const failure = this.failures.get(command) ?? this.failures.get('*')
    if (failure !== undefined) return failure
    if (['start', 'restart', 'bootstrap'].includes(command)) this.running = true
    if (command === 'enable') this.enabled = true
    if (command === 'disable') this.enabled = false
    if (command === 'stop' || command === 'bootout') this.running = this.slowToStop > 0
    if (command === 'is-active' || command === 'print') return this.#state()
    return { exitCode: 0, detail: '' }
  }

  #state(): StepOutcome {
    const exitCode = this.running ? 0 : 3
    if (this.slowToStop > 0 && --this.slowToStop === 0) this.running = false
    return { exitCode, detail: '' }
  }

  says(command: string, exitCode: number | null, detail: string) {
    this.failures.set(command, { exitCode, detail })
  }
}

let home: string
let manager: FakeManager
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mfad-service-'))
  manager = new FakeManager()
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const planFor = (changes: Partial<ServiceSettings> = {}) =>
  planService({
    platform: 'linux',
    home,
    uid: 1000,
    nodePath: '/usr/bin/node',
    scriptPath: '/usr/lib/mfad.cjs',
    environment: new Map(),
    templates: {
      systemd: readFileSync('systemd/mfad.service', 'utf8'),
      systemdSocket: readFileSync('systemd/mfad.socket', 'utf8'),
      launchd: readFileSync('launchd/io.mfad.daemon.plist', 'utf8'),
    },
    ...changes,
  })

const runner = (fs: ServiceFileSystem = nodeFs) =>
  createServiceRunner({ fs, runCommand: (argv) => manager.runCommand(argv), pause: async () => undefined })
const unit = () => join(home, '.config/systemd/user/mfad.service')
const socketUnit = () => join(home, '.config/systemd/user/mfad.socket')
const content = (plan = planFor()) => plan.files[0]?.content
const listing = () => readdirSync(home, { recursive: true }).sort()

describe('install', () => {
  test('writes the file for the user alone, enables and starts the service, and says so', async () => {
    const report = await runner().install(planFor())
    expect(report).toEqual({
      changed: true,
      lines: [
        `wrote ${unit()}`,
        `wrote ${socketUnit()}`,
        'started the systemd user service mfad.service, which from now on starts at each login',
      ],
    })
    expect(readFileSync(unit(), 'utf8')).toBe(content())
    expect(statSync(unit()).mode & 0o777).toBe(0o600)
    expect(statSync(join(home, '.config')).mode & 0o777).toBe(0o700)
    expect(manager).toMatchObject({ running: true, enabled: true })
  })

  test('leaves nothing but the units', async () => {
    await runner().install(planFor())
    expect(listing()).toEqual([
      '.config',
      '.config/systemd',
      '.config/systemd/user',
      '.config/systemd/user/mfad.service',
      '.config/systemd/user/mfad.socket',
    ])
  })

  test('does not restart a running service whose file is as it should be', async () => {
    await runner().install(planFor())
    manager.commands = []
    expect(await runner().install(planFor())).toEqual({
      changed: false,
      lines: ['the systemd user service mfad.service is installed and running'],
    })
    expect(manager.commands).not.toContain('systemctl start')
  })

  test('enables again a running service that someone disabled', async () => {
    await runner().install(planFor())
    manager.enabled = false
    await runner().install(planFor())
    expect(manager.enabled).toBe(true)
  })

  test('starts a service that stands still though its file is as it should be', async () => {
    await runner().install(planFor())
    manager.running = false
    expect((await runner().install(planFor())).lines).toEqual([expect.stringMatching(/^started /)])
    expect(manager.running).toBe(true)
  })

  test('replaces a changed file, reads it into the manager and restarts the service', async () => {
    await runner().install(planFor({ nodePath: '/old/node' }))
    manager.commands = []
    expect((await runner().install(planFor())).lines).toEqual([
      `replaced ${unit()}`,
      expect.stringMatching(/^restarted /),
    ])
    expect(readFileSync(unit(), 'utf8')).toBe(content())
    expect(manager.commands).toEqual([
      'systemctl is-active',
      'systemctl daemon-reload',
      'systemctl enable',
      'systemctl stop',
      'systemctl reset-failed',
      'systemctl start',
    ])
  })

  test('takes back read permission that others got', async () => {
    await runner().install(planFor())
    chmodSync(unit(), 0o644)
    await runner().install(planFor())
    expect(statSync(unit()).mode & 0o777).toBe(0o600)
  })

  test.each([
    ['without systemctl', null, 'ENOENT'],
    ['without a bus', 1, 'Failed to connect to bus: No medium found'],
  ])('%s writes nothing and names the way without a service', async (_, exitCode, detail) => {
    manager.says('*', exitCode, detail)
    await expect(runner().install(planFor())).rejects.toMatchObject({
      code: 'daemon.no-service-manager',
      hint: 'without a service: mfad daemon --detach',
    })
    expect(listing()).toEqual([])
  })

  test.each(['daemon-reload', 'enable', 'start'])('leaves nothing behind when %s fails', async (command) => {
    mkdirSync(join(home, '.config'))
    manager.says(command, 1, 'Job failed.')
    await expect(runner().install(planFor())).rejects.toMatchObject({ code: 'daemon.service-failed' })
    expect(listing()).toEqual(['.config'])
    expect(manager).toMatchObject({ running: false, enabled: false })
  })

  test('brings the old file and service back when the new one does not start', async () => {
    await runner().install(planFor({ nodePath: '/old/node' }))
    manager.commands = []
    manager.says('start', 1, 'Job failed.')
    await expect(runner().install(planFor())).rejects.toMatchObject({ code: 'daemon.service-failed' })
    expect(readFileSync(unit(), 'utf8')).toBe(content(planFor({ nodePath: '/old/node' })))
    expect(manager.commands.slice(-5)).toEqual([
      'systemctl daemon-reload',
      'systemctl enable',
      'systemctl stop',
      'systemctl reset-failed',
      'systemctl start',
    ])
  })

  test('brings the file of a former version, which had no socket, back when the new ones do not start', async () => {
    const former = planFor({ nodePath: '/old/node' })
    await runner().install({ ...former, files: former.files.slice(0, 1) })
    const before = listing()
    manager.says('start', 1, 'Job failed.')
    await expect(runner().install(planFor())).rejects.toMatchObject({ code: 'daemon.service-failed' })
    expect(readFileSync(unit(), 'utf8')).toBe(content(former))
    expect(listing()).toEqual(before)
  })

  test('leaves a file that was right in place when the service does not start', async () => {
    await runner().install(planFor())
    manager.running = false
    manager.says('start', 1, 'Job failed.')
    await expect(runner().install(planFor())).rejects.toMatchObject({ code: 'daemon.service-failed' })
    expect(readFileSync(unit(), 'utf8')).toBe(content())
  })

  test('does not write through a link, nor replace it', async () => {
    mkdirSync(join(home, '.config/systemd/user'), { recursive: true })
    writeFileSync(join(home, 'elsewhere'), 'mine')
    symlinkSync(join(home, 'elsewhere'), unit())
    await expect(runner().install(planFor())).rejects.toMatchObject({ code: 'file.not-a-file' })
    expect(readFileSync(join(home, 'elsewhere'), 'utf8')).toBe('mine')
    expect(lstatSync(unit()).isSymbolicLink()).toBe(true)
  })

  test('says which file cannot be written', async () => {
    writeFileSync(join(home, '.config'), 'a file, not a directory')
    await expect(runner().install(planFor())).rejects.toMatchObject({
      code: expect.stringMatching(/^file\.not-/),
      message: expect.stringContaining(unit()),
    })
  })

  test('does not try for ever to make a directory that cannot be made', async () => {
    await expect(runner().install(planFor({ xdgConfigHome: '/proc/x' }))).rejects.toMatchObject({
      code: 'file.not-written',
      message: '/proc/x/systemd/user/mfad.service cannot be written (ENOENT)',
    })
  })

  const writingCalls = ['openSync', 'writeSync', 'fchmodSync', 'fsync', 'closeSync', 'renameSync'] as const
  const failing = (call: (typeof writingCalls)[number] | 'mkdirSync'): ServiceFileSystem => ({
    ...nodeFs,
    [call]: (...args: unknown[]) => {
      const error = Object.assign(new Error('injected'), { code: 'EIO' })
      if (call === 'closeSync') nodeFs.closeSync(Number(args[0]))
      if (call !== 'fsync') throw error
      if (typeof args[1] === 'function') args[1](error)
    },
  })

  test.each([...writingCalls, 'mkdirSync'] as const)('leaves nothing behind when %s fails', async (call) => {
    mkdirSync(join(home, '.config'))
    await expect(runner(failing(call)).install(planFor())).rejects.toMatchObject({
      code: 'file.not-written',
      message: `${unit()} cannot be written (EIO)`,
    })
    expect(listing()).toEqual(['.config'])
  })

  test.each(['writeSync', 'renameSync'] as const)(
    'keeps the old file, and the service on it, when %s fails',
    async (call) => {
      await runner().install(planFor({ nodePath: '/old/node' }))
      const before = listing()
      manager.commands = []
      await expect(runner(failing(call)).install(planFor())).rejects.toMatchObject({
        code: 'file.not-written',
      })
      expect(listing()).toEqual(before)
      expect(readFileSync(unit(), 'utf8')).toBe(content(planFor({ nodePath: '/old/node' })))
      expect(manager.running).toBe(true)
      expect(manager.commands).toEqual(['systemctl is-active'])
    },
  )

  test('tries again while launchd is still ending the old service', async () => {
    const plan = planFor({ platform: 'darwin' })
    const busy = { exitCode: 5, detail: 'Bootstrap failed: 5: Input/output error' }
    let attempts = 0
    const slow = createServiceRunner({
      fs: nodeFs,
      runCommand: async (argv) =>
        argv[1] === 'bootstrap' && ++attempts < 3 ? busy : manager.runCommand(argv),
      pause: async () => undefined,
    })
    expect((await slow.install(plan)).changed).toBe(true)
    expect(manager.running).toBe(true)
  })
})

describe('uninstall', () => {
  test('stops the service, removes every trace and says so', async () => {
    mkdirSync(join(home, '.config'))
    await runner().install(planFor())
    const wants = join(home, '.config/systemd/user/default.target.wants')
    mkdirSync(wants)
    symlinkSync(unit(), join(wants, 'mfad.service'))
    expect(await runner().uninstall(planFor())).toEqual({
      changed: true,
      lines: [
        'stopped the systemd user service mfad.service',
        `removed ${unit()}`,
        `removed ${socketUnit()}`,
        `removed ${join(wants, 'mfad.service')}`,
      ],
    })
    expect(listing()).toEqual(['.config'])
    expect(manager).toMatchObject({ running: false, enabled: false })
  })

  test("keeps directories that hold someone else's units", async () => {
    await runner().install(planFor())
    writeFileSync(join(home, '.config/systemd/user/other.service'), '[Service]\n')
    await runner().uninstall(planFor())
    expect(listing()).toContain('.config/systemd/user/other.service')
  })

  test('succeeds where nothing is installed, and says so', async () => {
    expect(await runner().uninstall(planFor())).toEqual({
      changed: false,
      lines: ['the systemd user service mfad.service is not installed'],
    })
  })

  test('stops a service whose file is gone', async () => {
    manager.running = true
    await runner().uninstall(planFor())
    expect(manager.running).toBe(false)
  })

  test('removes a link that leads to nothing any more', async () => {
    const wants = join(home, '.config/systemd/user/default.target.wants')
    mkdirSync(wants, { recursive: true })
    symlinkSync(unit(), join(wants, 'mfad.service'))
    expect((await runner().uninstall(planFor())).lines).toEqual([`removed ${join(wants, 'mfad.service')}`])
    expect(listing()).toEqual(['.config'])
  })

  test('removes the file where the service manager is gone', async () => {
    await runner().install(planFor())
    manager.says('*', null, 'ENOENT')
    expect((await runner().uninstall(planFor())).lines).toEqual([
      `removed ${unit()}`,
      `removed ${socketUnit()}`,
    ])
    expect(listing()).toEqual(['.config'])
  })

  test('waits for a service that takes a moment to stop', async () => {
    const plan = planFor({ platform: 'darwin' })
    await runner().install(plan)
    manager.slowToStop = 3
    await runner().uninstall(plan)
    expect(manager.running).toBe(false)
  })

  test('keeps the file of a service that does not stop', async () => {
    await runner().install(planFor())
    manager.slowToStop = 1_000
    await expect(runner().uninstall(planFor())).rejects.toMatchObject({ code: 'daemon.service-failed' })
    expect(readFileSync(unit(), 'utf8')).toBe(content())
  })
})

describe('restart', () => {
  test('restarts the service', async () => {
    await runner().install(planFor())
    manager.commands = []
    await runner().restart(planFor())
    expect(manager.commands).toEqual(['systemctl reset-failed', 'systemctl restart'])
  })

  test('restarts one that a former version has installed without a socket', async () => {
    const plan = planFor()
    await runner().install({ ...plan, files: plan.files.slice(0, 1) })
    await runner().restart(plan)
    expect(manager.running).toBe(true)
  })

  test('leads to install where nothing is installed', async () => {
    await expect(runner().restart(planFor())).rejects.toMatchObject({
      code: 'daemon.not-installed',
      hint: 'mfad install',
    })
  })
})
