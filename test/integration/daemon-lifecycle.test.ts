// The daemon as a process: how it starts, stops, is killed, and follows the files.
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  ftruncateSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  devConfig,
  devCredentials,
  openSandbox,
  type RunningDaemon,
  type Sandbox,
} from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
let socketPath: string
let configFile: string

beforeEach(async () => {
  sandbox = await openSandbox()
  socketPath = join(sandbox.home, 'run/mfad/mfad.sock')
  configFile = join(sandbox.home, '.aws/config')
  sandbox.writeCredentials(devCredentials)
  sandbox.writeConfig(devConfig)
})
afterEach(() => sandbox.close())

const done = { exitCode: 0, stderr: '' }
const logIn = () => sandbox.mfad('login', 'dev', sandbox.code())
const stateOfDev = async () =>
  (await sandbox.status()).profiles.find(({ profile }) => profile === 'dev')?.state
const modeOf = (path: string) => (lstatSync(path).mode & 0o777).toString(8)
/** Of the session section, as the daemon wrote it by itself. */
const regionBecomes = (region: string) =>
  until(
    `the region becomes ${region}`,
    () => sandbox.readCredentials().split('[dev-mfa]')[1]?.includes(`\nregion = ${region}\n`),
    2000,
  )
const inRegion = (region: string) => devConfig.replace('eu-west-1', region)

describe('starting', () => {
  it('is what everything but status asks for when no daemon runs', async () => {
    const start = 'mfad: the daemon is not running\n  → start it with: mfad daemon --detach\n'
    for (const args of [['login', 'dev', sandbox.code()], ['logout', 'dev'], ['snooze']]) {
      expect(await sandbox.mfad(...args)).toEqual({ exitCode: 3, stdout: '', stderr: start })
    }
    const { exitCode, stdout, stderr } = await sandbox.mfad('status')
    expect({ exitCode, stderr }).toEqual({
      exitCode: 0,
      stderr:
        'mfad: the daemon is not running; this is what the files say (start it with: mfad daemon --detach)\n',
    })
    expect(stdout).toMatch(/^PROFILE .+\ndev +inactive$/m)
  })

  it('is refused beside a running daemon, which goes on', async () => {
    await sandbox.startDaemon()
    const before = (await sandbox.status()).daemon
    expect(await sandbox.mfad('daemon')).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: `mfad: a daemon is already running at ${socketPath}\n  → look at it with: mfad status\n`,
    })
    expect((await sandbox.status()).daemon).toEqual(before)
    expect(readdirSync(join(sandbox.home, 'run/mfad'))).toEqual(['mfad.sock', 'mfad.status'])
  })

  it('replaces the status file that a killed daemon left, and takes its own along', async () => {
    const statusFile = join(sandbox.home, 'run/mfad/mfad.status')
    const killed = await sandbox.startDaemon()
    await sandbox.mfad('login', 'dev', sandbox.code())
    expect(readFileSync(statusFile, 'utf8')).toMatch(/^dev valid \d{10}\n$/)
    expect(statSync(statusFile).mode & 0o777).toBe(0o600)
    await killed.stop('SIGKILL')
    expect(existsSync(statusFile)).toBe(true)
    sandbox.writeCredentials(devCredentials)
    const daemon = await sandbox.startDaemon()
    await until('it is replaced', () => readFileSync(statusFile, 'utf8') === '')
    await daemon.stop()
    expect(existsSync(statusFile)).toBe(false)
  })

  it('replaces the socket of a daemon that was killed, and knows what it knew', async () => {
    const first = await sandbox.startDaemon()
    expect(await logIn()).toMatchObject(done)
    const { profiles } = await sandbox.status()
    await first.stop('SIGKILL')
    expect(existsSync(socketPath)).toBe(true)
    expect(await sandbox.mfad('logout', 'dev')).toMatchObject({ exitCode: 3 })
    await sandbox.startDaemon()
    const known = (await sandbox.status()).profiles
    expect(known).toEqual([{ ...profiles[0], secondsLeft: expect.any(Number) }])
  })

  it('of two at the same instant leaves exactly one', async () => {
    const settled = await Promise.allSettled([sandbox.startDaemon(), sandbox.startDaemon()])
    const started = settled.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
    const isGone = (daemon: RunningDaemon) => daemon.process.exitCode !== null
    await until('one is left', () => started.filter((daemon) => !isGone(daemon)).length === 1)
    const left = started.find((daemon) => !isGone(daemon))
    for (const daemon of started.filter(isGone)) expect((await daemon.ended()).exitCode).toBe(0)
    for (const result of settled) {
      if (result.status === 'rejected') expect(String(result.reason)).toContain('a daemon is already running')
    }
    expect((await sandbox.status()).daemon?.pid).toBe(left?.process.pid)
    expect(await logIn()).toMatchObject(done)
  })

  it('makes a private socket, whatever the umask', async () => {
    const daemon = spawn(
      'sh',
      ['-c', 'umask 0; exec "$0" "$@"', process.execPath, resolve('dist/mfad.cjs'), 'daemon'],
      {
        env: sandbox.environment,
        stdio: 'ignore',
      },
    )
    await until('the socket is there', () => existsSync(socketPath))
    expect([modeOf(socketPath), modeOf(join(socketPath, '..'))]).toEqual(['600', '700'])
    expect(await logIn()).toMatchObject(done)
    await stopProcess(daemon)
    expect(existsSync(socketPath)).toBe(false)
  })

  it('tightens a directory of its own, and refuses one where others can write', async () => {
    mkdirSync(join(sandbox.home, 'run/mfad'))
    chmodSync(join(sandbox.home, 'run/mfad'), 0o777)
    const daemon = await sandbox.startDaemon()
    expect(modeOf(join(sandbox.home, 'run/mfad'))).toBe('700')
    await daemon.stop()
    const open = join(sandbox.home, 'open')
    mkdirSync(open)
    chmodSync(open, 0o777)
    const environment = { MFAD_SOCKET: join(open, 'x.sock') }
    expect(await sandbox.mfadWith({ environment }, 'daemon')).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: `mfad: ${open} is no safe place for the socket: others can write to it\n  → choose another one with MFAD_SOCKET\n`,
    })
  })

  it('does not touch a file that is no socket', async () => {
    mkdirSync(join(sandbox.home, 'run/mfad'))
    writeFileSync(socketPath, 'mine')
    expect(await sandbox.mfad('daemon')).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: `mfad: ${socketPath} is no safe place for the socket: something that is no socket stands there\n  → choose another one with MFAD_SOCKET\n`,
    })
    expect(readFileSync(socketPath, 'utf8')).toBe('mine')
    expect(readdirSync(join(sandbox.home, 'run/mfad'))).toEqual(['mfad.sock'])
  })

  it('says on both sides when the path of the socket is too long, and works with the longest that fits', async () => {
    const fitting = join(sandbox.home, 's'.repeat(107 - sandbox.home.length - 1))
    const tooLong = { environment: { MFAD_SOCKET: `${fitting}s` } }
    const says = `mfad: the socket's path is 108 bytes long, and the system allows 107: ${fitting}s\n  → choose a shorter one with MFAD_SOCKET or the setting socket\n`
    expect(await sandbox.mfadWith(tooLong, 'daemon')).toEqual({ exitCode: 3, stdout: '', stderr: says })
    expect(await sandbox.mfadWith(tooLong, 'login', 'dev', sandbox.code())).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: says,
    })
    await sandbox.startDaemon({ MFAD_SOCKET: fitting })
    const environment = { MFAD_SOCKET: fitting }
    expect(await sandbox.mfadWith({ environment }, 'login', 'dev', sandbox.code())).toMatchObject(done)
  })

  it("refuses to be root in someone else's home", async (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can be root')
    chownSync(sandbox.home, 65534, 65534)
    expect(await sandbox.mfad('daemon')).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: `mfad: this is root, but ${sandbox.home} belongs to another user\n  → run mfad as that user: without sudo, or in a container with --user\n`,
    })
    expect(readdirSync(join(sandbox.home, 'run'))).toEqual([])
  })

  it('with --detach goes to the background, once, and puts a long log aside', async () => {
    const oldLog = join(sandbox.home, '.local/state/mfad/mfad.log')
    mkdirSync(join(oldLog, '..'), { recursive: true })
    writeFileSync(oldLog, 'old\n'.repeat(1_400_000))
    const { exitCode, stdout } = await sandbox.mfad('daemon', '--detach')
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(
        /^the daemon is running \(pid \d+\), its log is .+\/mfad\.log; stop it with: kill \d+\n$/,
      ),
    })
    const pid = Number(/pid (\d+)/.exec(stdout)?.[1])
    try {
      expect(await sandbox.mfad('daemon', '--detach')).toEqual({
        exitCode: 0,
        stdout: `the daemon is already running (pid ${pid})\n`,
        stderr: '',
      })
      expect(await logIn()).toMatchObject(done)
      const log = join(sandbox.home, '.local/state/mfad/mfad.log')
      expect(modeOf(log)).toBe('600')
      expect(readFileSync(`${oldLog}.1`, 'utf8')).toMatch(/^old\n/)
      expect(readFileSync(log, 'utf8')).not.toContain('old')
      sandbox.watchForSecrets(readFileSync(log, 'utf8'))
    } finally {
      process.kill(pid, 'SIGTERM')
    }
    await until('its socket is removed', () => !existsSync(socketPath))
  })

  it('removes what an interrupted write left behind, and nothing else', async () => {
    const directory = join(sandbox.home, '.aws')
    const ended = spawnSync('true').pid
    writeFileSync(join(directory, `.credentials.mfad-${ended}-abc123.tmp`), 'half')
    writeFileSync(join(directory, '.credentials.mfad-mine'), 'mine')
    await sandbox.startDaemon()
    await until('it is removed', () => readdirSync(directory).length === 3)
    expect(readdirSync(directory).sort()).toEqual(['.credentials.mfad-mine', 'config', 'credentials'])
  })
})

describe('the socket of another user', () => {
  it('is refused by the command line', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can give a socket away')
    mkdirSync(join(sandbox.home, 'run/mfad'))
    const server = createServer()
    await new Promise<void>((listening) => server.listen(socketPath, listening))
    chownSync(socketPath, 65534, 65534)
    expect(await sandbox.mfad('login', 'dev', sandbox.code())).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: `mfad: the socket ${socketPath} belongs to another user\n  → choose another one with MFAD_SOCKET\n`,
    })
    server.close()
  })
})

describe('stopping', () => {
  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'at %s removes the socket and exits with 0',
    async (signal) => {
      const daemon = await sandbox.startDaemon()
      expect((await daemon.stop(signal)).exitCode).toBe(0)
      expect(existsSync(socketPath)).toBe(false)
    },
  )

  it.each([
    ['SIGTERM', 300, { exitCode: 0 }],
    ['SIGINT', 300, { exitCode: 0 }],
    [
      'SIGTERM',
      30_000,
      {
        exitCode: 3,
        stdout: '',
        stderr: 'mfad: the daemon is stopping\n  → when it runs again: mfad login dev\n',
      },
    ],
  ] as const)(
    'at %s in the middle of a login gives STS 1.5 s (it takes %i ms)',
    async (signal, milliseconds, answer) => {
      const daemon = await sandbox.startDaemon()
      sandbox.sts.setFault({ kind: 'slow', milliseconds })
      const login = logIn()
      await until('STS is asked', () => sandbox.codesSent().length === 1)
      const signalledAt = Date.now()
      const ended = await daemon.stop(signal)
      expect(ended.exitCode).toBe(0)
      expect(Date.now() - signalledAt).toBeLessThan(5000)
      expect(await login).toMatchObject(answer)
      expect(readdirSync(join(sandbox.home, '.aws')).sort()).toEqual(['config', 'credentials'])
      expect(sandbox.readCredentials().includes('[dev-mfa]')).toBe(answer.exitCode === 0)
    },
  )

  it('comes by itself when the socket is taken away, so that a new daemon can be reached', async () => {
    const first = await sandbox.startDaemon()
    unlinkSync(socketPath)
    const second = await sandbox.startDaemon()
    expect((await first.ended()).exitCode).toBe(0)
    expect((await sandbox.status()).daemon?.pid).toBe(second.process.pid)
  })

  it('is not what SIGUSR1 does, and no debugger opens either', async () => {
    const daemon = await sandbox.startDaemon()
    daemon.process.kill('SIGUSR1')
    await until('it is ignored', () => daemon.log().includes('SIGUSR1 is ignored'))
    const listening = execFileSync('ss', ['-tlnpH'], { encoding: 'utf8' })
    expect(listening).not.toContain(`pid=${daemon.process.pid},`)
    expect(daemon.log()).not.toContain('Debugger')
    expect(await stateOfDev()).toBe('inactive')
  })
})

describe('the settings', () => {
  const settings = () => join(sandbox.home, '.config/mfad/config.ini')
  const problem = () => `line 3 of ${settings()}: notify must be desktop or none`

  it('that are wrong keep the daemon from starting, with the line', async () => {
    sandbox.writeSettings('[mfad]\nduration = 1h\nnotify = yes\n')
    const { exitCode, stderr } = await sandbox.mfad('daemon')
    expect({ exitCode, fact: stderr.split('\n')[0] }).toEqual({ exitCode: 4, fact: `mfad: ${problem()}` })
    expect(await sandbox.mfad('status')).toMatchObject({ exitCode: 4 })
  })

  it('that become wrong are a warning, and the last good ones stay', async () => {
    sandbox.writeSettings('[mfad]\nduration = 1h\n')
    await sandbox.startDaemon()
    sandbox.writeSettings('[mfad]\nduration = 2h\nnotify = yes\n')
    const { warnings } = await sandbox.status()
    expect(warnings).toEqual([
      {
        code: 'settings.invalid',
        message: problem(),
        hint: `edit ${settings()}`,
        file: settings(),
      },
    ])
    const login = await logIn()
    expect(login).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining(`mfad: ${problem()}; the daemon goes on`),
    })
    expect(sandbox.codesSent()[0]?.durationSeconds).toBe(3600)
    sandbox.writeSettings('[mfad]\nduration = 3h\n')
    expect((await sandbox.status()).warnings).toEqual([])
    expect(await sandbox.mfad('login', 'dev', sandbox.nextCode())).toMatchObject(done)
    expect(sandbox.codesSent()[1]?.durationSeconds).toBe(10_800)
  })

  it('with a name that is wrong block no login: the line is a warning, with a daemon and without', async () => {
    sandbox.writeSettings('[mfad]\nduraton = 1h\nsuffix = -x\n')
    const warning = {
      code: 'settings.unknown-key',
      message: 'there is no setting duraton, so this line does nothing',
      hint: 'did you mean duration?',
      file: settings(),
      line: 2,
    }
    expect((await sandbox.status()).warnings).toEqual([warning])
    await sandbox.startDaemon()
    expect((await sandbox.status()).warnings).toEqual([warning])
    expect(await logIn()).toMatchObject(done)
    expect(sandbox.readCredentials()).toContain('[dev-x]')
  })

  it('can move the credentials file while the daemon runs', async () => {
    await sandbox.startDaemon()
    const other = join(sandbox.home, '.aws/other')
    writeFileSync(other, devCredentials.replace('[dev]', '[moved]'), { mode: 0o600 })
    sandbox.writeConfig(devConfig.replace('profile dev', 'profile moved'))
    sandbox.writeSettings(`[mfad]\ncredentials_file = ${other}\n`)
    expect(await sandbox.mfad('login', 'moved', sandbox.code())).toMatchObject(done)
    expect(readFileSync(other, 'utf8')).toContain('[moved-mfa]')
    expect(sandbox.readCredentials()).toBe(devCredentials)
  })
})

describe('following the files', () => {
  const staging = devCredentials.replace('[dev]', '[staging]')
  const knowsStaging = async () =>
    (await sandbox.status()).profiles.some(({ profile }) => profile === 'staging')
  const byRename = (path: string, text: string) => {
    writeFileSync(`${path}.new`, text, { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }

  it.each([
    ['by rename', byRename],
    ['in place', (path: string, text: string) => writeFileSync(path, text)],
  ])('shows at once what was written %s, and reacts within a second', async (_how, write) => {
    await sandbox.startDaemon()
    await logIn()
    for (const region of ['us-east-2', 'ap-south-1', 'sa-east-1']) {
      write(configFile, inRegion(region))
      await regionBecomes(region)
    }
    write(sandbox.credentialsFile, `${sandbox.readCredentials()}${staging}`)
    expect(await knowsStaging()).toBe(true)
    expect(await stateOfDev()).toBe('valid')
  })

  it('takes the region out of ours once the session profile has one of its own, and puts it back', async () => {
    await sandbox.startDaemon()
    await logIn()
    const before = sandbox.readCredentials()
    sandbox.writeConfig(`${devConfig}[profile dev-mfa]\nregion = ap-south-1\n`)
    await until('it is taken out', () => !sandbox.readCredentials().includes('region'), 2000)
    sandbox.writeConfig(`${devConfig}[profile dev-mfa]\noutput = json\n`)
    await until('it is back', () => sandbox.readCredentials() === before, 2000)
  })

  it('does not believe a file that is cut short until it has been so for 500 ms', async () => {
    await sandbox.startDaemon()
    await logIn()
    const whole = sandbox.readCredentials()
    const writtenAt = Date.now()
    writeFileSync(sandbox.credentialsFile, whole.slice(0, 20))
    const states = new Set<string | undefined>()
    while (Date.now() - writtenAt < 350) states.add(await stateOfDev())
    expect([...states]).toEqual(['valid'])
    writeFileSync(sandbox.credentialsFile, whole)
    expect(await stateOfDev()).toBe('valid')
    writeFileSync(sandbox.credentialsFile, '')
    await until(
      'it is believed in the end',
      async () => (await sandbox.status()).profiles[0]?.state !== 'valid',
    )
  })

  it('waits with a login until a half-written file is whole', async () => {
    await sandbox.startDaemon()
    const whole = `${devCredentials}${staging}# the end\n`
    sandbox.writeCredentials(whole)
    expect(await knowsStaging()).toBe(true)
    let length = devCredentials.length
    const writeMore = () => writeFileSync(sandbox.credentialsFile, whole.slice(0, length++))
    writeMore()
    const login = logIn()
    const enoughAt = Date.now() + 600
    await until('the login has begun', async () => {
      writeMore()
      expect(sandbox.codesSent()).toEqual([])
      return Date.now() > enoughAt
    })
    writeFileSync(sandbox.credentialsFile, whole)
    expect(await login).toMatchObject(done)
    expect(sandbox.readCredentials().startsWith(`${whole}\n[dev-mfa]\n`)).toBe(true)
  })

  it('does not replace a file under a program that is still writing it, even when STS has answered', async () => {
    await sandbox.startDaemon()
    sandbox.sts.setFault({ kind: 'slow', milliseconds: 200 }, 1)
    const whole = `${devCredentials}${staging}# the end\n`
    sandbox.writeCredentials(whole)
    expect(await knowsStaging()).toBe(true)
    const login = logIn()
    await until('STS is asked', () => sandbox.codesSent().length === 1)
    const descriptor = openSync(sandbox.credentialsFile, 'r+')
    let length = devCredentials.length + 10
    ftruncateSync(descriptor, length)
    const answeredAt = Date.now() + 200
    await until('STS has answered', () => {
      length += writeSync(descriptor, whole.charAt(length), length)
      return Date.now() > answeredAt + 400
    })
    writeSync(descriptor, whole.slice(length), length)
    closeSync(descriptor)
    expect(await login).toMatchObject(done)
    expect(sandbox.readCredentials().startsWith(`${whole}\n[dev-mfa]\n`)).toBe(true)
  })

  it('sees a directory that is deleted and made again', async () => {
    await sandbox.startDaemon()
    await logIn()
    const credentials = sandbox.readCredentials()
    rmSync(join(sandbox.home, '.aws'), { recursive: true })
    expect((await sandbox.status()).profiles).toEqual([])
    mkdirSync(join(sandbox.home, '.aws'), { mode: 0o700 })
    sandbox.writeCredentials(credentials)
    sandbox.writeConfig(inRegion('us-east-2'))
    expect(await stateOfDev()).toBe('valid')
    await regionBecomes('us-east-2')
    sandbox.writeConfig(inRegion('us-west-1'))
    await regionBecomes('us-west-1')
  })

  it('sees a directory that was not there when it started', async () => {
    rmSync(join(sandbox.home, '.aws'), { recursive: true })
    await sandbox.startDaemon()
    mkdirSync(join(sandbox.home, '.aws'), { mode: 0o700 })
    sandbox.writeCredentials(devCredentials)
    sandbox.writeConfig(devConfig)
    expect(await logIn()).toMatchObject(done)
    sandbox.writeConfig(inRegion('us-east-2'))
    await regionBecomes('us-east-2')
  })

  it('follows a symlinked file: its target, and where it leads', async () => {
    const files = join(sandbox.home, 'dotfiles')
    mkdirSync(files, { mode: 0o700 })
    const [first, second] = [join(files, 'first'), join(files, 'second')]
    writeFileSync(first, devConfig)
    rmSync(configFile)
    symlinkSync(first, configFile)
    renameSync(sandbox.credentialsFile, join(files, 'credentials'))
    symlinkSync(join(files, 'credentials'), sandbox.credentialsFile)
    await sandbox.startDaemon()
    await logIn()
    expect(lstatSync(sandbox.credentialsFile).isSymbolicLink()).toBe(true)
    byRename(first, inRegion('us-east-2'))
    await regionBecomes('us-east-2')
    writeFileSync(second, inRegion('us-west-1'))
    symlinkSync(second, `${configFile}.new`)
    renameSync(`${configFile}.new`, configFile)
    await regionBecomes('us-west-1')
    byRename(second, inRegion('sa-east-1'))
    await regionBecomes('sa-east-1')
  })
})

async function stopProcess(child: ChildProcess): Promise<void> {
  const ended = new Promise((closed) => child.on('close', closed))
  child.kill('SIGTERM')
  await ended
}
