// `install` and `restart` look before and after: they say that all is well only when the service's own daemon answers.
import { spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { daemonArgv } from '../../src/core/service/daemon-argv.ts'
import { commandLine } from '../../src/core/service/systemd-unit.ts'
import { openDevSandbox, run, type Sandbox } from '../support/sandbox.ts'
import { systemdObstacle } from '../support/systemd-session.ts'

const obstacle = systemdObstacle()

test.skipIf(obstacle !== undefined && !process.env.CI)(
  `success is never claimed while a daemon that was started by hand keeps the service from running${obstacle === undefined ? '' : ` (not here: ${obstacle})`}`,
  async ({ onTestFinished }) => {
    if (obstacle !== undefined) throw new Error(obstacle)
    const home = fs.mkdtempSync(join(tmpdir(), 'mfad-by-hand-'))
    const results = fs.mkdtempSync(join(tmpdir(), 'mfad-results-'))
    onTestFinished(() => {
      for (const directory of [home, results]) fs.rmSync(directory, { recursive: true, force: true })
    })
    const environment = {
      PATH: process.env.PATH,
      NODE: process.execPath,
      MFAD: resolve('dist/mfad.cjs'),
      RESULTS: results,
    }
    const argv = [home, resolve('test/support/by-hand-story.sh')]
    const story = await run(spawn('test/support/systemd-user.sh', argv, { env: environment, stdio: 'pipe' }))
    const said = (name: string) => fs.readFileSync(join(results, `${name}.txt`), 'utf8')
    const facts = Object.fromEntries(
      story.stdout
        .trim()
        .split('\n')
        .map((line) => line.split(/=(.*)/s)),
    )
    expect(story.exitCode, story.stderr + story.stdout).toBe(0)
    const named = (pid: string | undefined, command: string) =>
      `mfad: a daemon that was started by hand is running (pid ${pid}), and the service cannot run beside it\n  → have the service take its place: mfad ${command} --replace\nexit 3\n`

    expect(said('install-refused')).toBe(named(facts.hand, 'install'))
    expect(facts.installed).toBe('no')
    expect(said('install-replacing')).toContain(
      `ended the daemon that was started by hand (pid ${facts.hand})`,
    )
    expect(facts).toMatchObject({ ended: 'yes', service: 'yes' })
    // Whatever the service gets of the caller's environment is said, and without a password.
    expect(said('install-replacing')).toContain('the service gets AWS_ENDPOINT_URL=http://***@localhost:4566')
    expect(said('install-replacing')).toContain(
      'warning: AWS_ENDPOINT_URL makes the daemon send keys and codes to',
    )
    expect(said('install-replacing')).not.toContain('hunter2')
    expect(said('restart-own')).toBe('restarted the systemd user service mfad.service\nexit 0\n')
    expect(facts).toMatchObject({ restarted: 'yes', same: 'yes', clean: '0' })
    for (const again of [1, 2]) {
      expect(said(`restart-refused-${again}`)).toBe(named(facts.second, 'restart'))
      expect(said(`install-refused-${again}`)).toBe(named(facts.second, 'install'))
    }
    expect(facts.left).toBe('yes')
    expect(said('restart-replacing')).toMatch(/^ended .+\(pid \d+\)\nrestarted .+\nexit 0\n$/)
    expect(facts.own).toBe('yes')
    expect(said('restart-none')).toContain('is not installed')

    expect(facts.setup).toBe('yes')
    expect(said('setup-service')).toContain('started the systemd user service mfad.service')
    const isUnreachable = 'refused the connection: nothing listens there'
    for (const name of ['setup-service', 'setup-again']) expect(said(name)).toContain(isUnreachable)
    expect(said('setup-again')).toMatch(/^dev has keys: ok\nthe daemon runs \(pid \d+\): ok\nmfad: STS at /)
    expect(said('setup-again')).toMatch(/, then: mfad setup dev\nexit 6\n$/)
  },
  120_000,
)

describe('a service whose program has moved', () => {
  let sandbox: Sandbox
  beforeEach(async () => {
    sandbox = await openDevSandbox()
    // By this one knows that there is a service manager.
    fs.mkdirSync(join(sandbox.home, 'run/systemd'))
  })
  afterEach(() => sandbox.close())

  const install = (path: string, text: string) => {
    const file = join(sandbox.home, path)
    fs.mkdirSync(dirname(file), { recursive: true })
    fs.writeFileSync(file, text)
  }
  const unit = (node: string, script: string) =>
    install(
      '.config/systemd/user/mfad.service',
      `[Service]\nExecStart=${commandLine(daemonArgv(node, script))}\n`,
    )
  const propertyList = (node: string, script: string) =>
    install(
      'Library/LaunchAgents/io.mfad.daemon.plist',
      `<key>ProgramArguments</key>\n<array>\n${daemonArgv(node, script)
        .map((word) => `<string>${word}</string>`)
        .join('\n')}\n</array>\n`,
    )
  const gone = '/home/me/.nvm/versions/node/v20.1.0/bin/node'
  const mfad = resolve('dist/mfad.cjs')

  it.each<[string, (home: string) => void, string]>([
    ['Node, in a unit', () => unit(gone, mfad), gone],
    [
      'mfad, in a unit',
      () => unit(process.execPath, '/opt/old mfad/dist/mfad.cjs'),
      '/opt/old mfad/dist/mfad.cjs',
    ],
    ['Node, in a property list', () => propertyList(gone, mfad), gone],
  ])(
    'leads no user in a circle: every message names the missing path and mfad install (%s)',
    async (_what, write, path) => {
      write(sandbox.home)
      const hint = '  → install it again, from where it is now: mfad install\n'
      const notRunning = `mfad: the daemon is not running, and its service cannot start it: ${path} is not there any more`
      for (const args of [['login', 'dev', sandbox.code()], ['logout', 'dev'], ['snooze']]) {
        expect(await sandbox.mfad(...args)).toEqual({
          exitCode: 3,
          stdout: '',
          stderr: `${notRunning}\n${hint}`,
        })
      }
      const status = await sandbox.mfad('status')
      expect(status.stderr).toBe(
        `${notRunning}; this is what the files say (install it again, from where it is now: mfad install)\n`,
      )
      if (!fs.existsSync(join(sandbox.home, '.config/systemd'))) return
      expect(await sandbox.mfad('restart')).toEqual({
        exitCode: 3,
        stdout: '',
        stderr: `mfad: the service cannot start the daemon: ${path} is not there any more\n${hint}`,
      })
    },
  )

  it('that is there is started again', async () => {
    unit(process.execPath, mfad)
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).stderr).toBe(
      'mfad: the daemon is not running\n  → start it with: mfad restart\n',
    )
    expect((await sandbox.mfad('start')).stderr).toContain('did you mean: mfad restart?')
  })

  it('to another place, where the old one still stands, is not to be restarted after an upgrade', async () => {
    const old = join(sandbox.home, 'old')
    fs.cpSync('dist', join(old, 'dist'), { recursive: true })
    fs.symlinkSync(resolve('node_modules'), join(old, 'node_modules'))
    const script = join(old, 'dist/daemon.cjs')
    fs.writeFileSync(script, fs.readFileSync(script, 'utf8').replaceAll('"0.1.0"', '"0.0.9"'))
    unit(process.execPath, join(old, 'dist/mfad.cjs'))
    const daemon = spawn(process.execPath, [join(old, 'dist/mfad.cjs'), 'daemon'], {
      env: sandbox.environment,
      stdio: 'ignore',
    })
    const ended = new Promise((closed) => daemon.once('close', closed))
    await expect
      .poll(async () => (await sandbox.mfad('status')).stderr, { timeout: 10_000 })
      .toBe(
        `mfad: the daemon has version 0.0.9, this is 0.1.0\n  → its service starts ${old}/dist/mfad.cjs; have it start this one: mfad install\n`,
      )
    daemon.kill('SIGTERM')
    await ended
  })
})
