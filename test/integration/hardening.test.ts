// However the daemon is started, its process is the same: what was in the environment of the starter does not count.
import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { backgroundVariable } from '../../src/core/service/background.ts'
import { allocatorVariables, daemonArgv } from '../../src/core/service/daemon-argv.ts'
import { isSingleFile, mfadArgv, nodePath, scriptPath } from '../support/program.ts'
import { openDevSandbox, run, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const [program = '', ...words] = mfadArgv
const hostile = {
  NODE_OPTIONS: '--inspect=127.0.0.1:0',
  NODE_DEBUG: 'http,net',
  NODE_TLS_REJECT_UNAUTHORIZED: '0',
  CHOKIDAR_USEPOLLING: '1',
  CHOKIDAR_INTERVAL: '20',
  AWS_SECRET_ACCESS_KEY: 'somebody/else',
  AWS_PROFILE: 'other',
}

let sandbox: Sandbox
let started: number[]
beforeEach(async () => {
  started = []
  sandbox = await openDevSandbox()
})
afterEach(async () => {
  started.forEach(end)
  await until('all have ended', () => !started.some(isAlive))
  await sandbox.close()
})

const ways: Record<string, () => void> = {
  'in the foreground': () => startInForeground(),
  'with --detach': () =>
    void run(
      spawn(program, [...words, 'daemon', '--detach'], {
        env: { ...sandbox.environment, ...hostile },
        stdio: 'pipe',
      }),
    ),
  'by a service': () => {
    const [node = '', ...args] = daemonArgv(nodePath, scriptPath)
    start(node, args, { ...hostile, [backgroundVariable]: 'service' })
  },
}

describe.each(Object.entries(ways))('the daemon that is started %s', (_way, startIt) => {
  it('opens no debugger, logs no request and polls no file, whatever its starter’s environment says', async () => {
    startIt()
    const pid = await daemonPid()
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8')
    expect(environment).not.toMatch(/(?:^|\0)(?:NODE_(?!CHANNEL_)|CHOKIDAR_|AWS_SECRET|AWS_PROFILE)/)
    process.kill(pid, 'SIGUSR1')
    expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject({ exitCode: 0 })
    expect(listening()).not.toContain(`pid=${pid},`)
  })

  it('has the flags that keep it small, private files and no core dump', async () => {
    startIt()
    const pid = await daemonPid()
    const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    expect(argv).toEqual([...daemonArgv(nodePath, scriptPath), ''])
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    for (const [name, value] of Object.entries(allocatorVariables))
      expect(variables).toContain(`${name}=${value}`)
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toContain('Umask:\t0077')
    expect(Number.parseInt(readFileSync(`/proc/${pid}/coredump_filter`, 'utf8'), 16)).toBe(0)
  })
})

describe('the daemon that is started by hand', () => {
  it.each(['in the foreground', 'with --detach'])('%s may write no core at all', async (way) => {
    ways[way]?.()
    const limits = readFileSync(`/proc/${await daemonPid()}/limits`, 'utf8')
    expect(limits).toMatch(/^Max core file size +0 +0 /m)
  })

  it('leaves no debugger open in the process that started it', async () => {
    const starter = startInForeground()
    await daemonPid()
    expect(listening()).not.toContain(`pid=${starter.pid},`)
    starter.kill('SIGUSR1')
    await sandbox.mfad('status')
    expect(listening()).not.toContain(`pid=${starter.pid},`)
  })

  it('opens none at SIGUSR1 at any moment of its start', async () => {
    const starter = startInForeground({})
    // Each signal is a line of the log, and a full pipe would hold the daemon up.
    starter.stdout?.resume()
    starter.stderr?.resume()
    const gone = new Promise((ended) => starter.once('close', ended))
    await new Promise((spawned) => starter.once('spawn', spawned))
    // Before Node itself handles the signal, it would end the process.
    await until('Node has begun', () => handlesSignals(starter.pid ?? 0))
    // What is about to become another program still looks as if it handled them: a copy of the starter, or, where Node can
    // replace itself, the starter.
    const isReplaced = isSingleFile || 'execve' in process
    const starterPid = starter.pid ?? 0
    const daemons = () =>
      [...(isReplaced ? [starterPid] : []), ...childrenOf(starterPid)].filter(isDaemonItself)
    const pids = () => [...(isReplaced ? [] : [starterPid]), ...daemons()].filter(handlesSignals)
    while (!existsSync(join(sandbox.home, 'run/mfad/mfad.sock'))) {
      expect(starter.exitCode ?? starter.signalCode, 'the starter has ended').toBeNull()
      for (const pid of pids()) process.kill(pid, 'SIGUSR1')
      await new Promise((soon) => setTimeout(soon, 1))
    }
    const daemon = await daemonPid()
    expect(listening()).not.toContain(`pid=${daemon},`)
    // Node may open it a moment after the signal; the starter then closes it.
    await until('none is open', () => !listening().includes(`pid=${starterPid},`), 1500)
    starter.kill('SIGTERM')
    await gone
  })

  it.each([
    ['SIGTERM', 0],
    ['SIGINT', 0],
    ['SIGHUP', 0],
  ] as const)('in the foreground ends with what %s ends it with', async (signal, exitCode) => {
    const starter = startInForeground()
    const ended = run(starter)
    const pid = await daemonPid()
    starter.kill(signal)
    expect((await ended).exitCode).toBe(exitCode)
    expect(isAlive(pid)).toBe(false)
    expect(existsSync(join(sandbox.home, 'run/mfad/mfad.sock'))).toBe(false)
  })

  it('in the foreground ends with the exit code of a daemon that cannot start, and says why once', async () => {
    await sandbox.startDaemon()
    const second = await sandbox.mfad('daemon')
    expect(second.exitCode).toBe(3)
    expect(second.stderr.match(/already running/g)).toHaveLength(1)
  })

  it('in the foreground does not outlive a starter that is killed', async () => {
    const starter = startInForeground()
    const pid = await daemonPid()
    starter.kill('SIGKILL')
    await until('the daemon has ended', () => !isAlive(pid))
  })

  it('in the foreground says nothing of Node’s own, and logs to the same place', async () => {
    const starter = startInForeground()
    let log = ''
    starter.stderr?.on('data', (chunk) => {
      log += chunk
    })
    await daemonPid()
    await until('it has logged', () => log.includes('"started"'))
    const ownLines = log.split('\n').filter((line) => !/^(?:\{|$)/.test(line))
    // Node tells of the debugger in the starter before we can close it.
    expect(ownLines.filter((line) => !/Debugger|For help|inspector|NET \d+/.test(line))).toEqual([])
  })
})

function startInForeground(environment: Record<string, string> = hostile) {
  return start(program, [...words, 'daemon'], environment)
}

function start(command: string, args: string[], environment: Record<string, string>) {
  const child = spawn(command, args, {
    env: { ...sandbox.environment, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  if (child.pid !== undefined) started.push(child.pid)
  return child
}

/** Of the daemon itself, which need not be the process that was started. */
async function daemonPid(): Promise<number> {
  let pid: number | undefined
  await until('the daemon answers', async () => {
    const { exitCode, stdout } = await sandbox.mfad('status', '--json')
    pid = exitCode === 0 ? JSON.parse(stdout).daemon?.pid : undefined
    return pid !== undefined
  })
  if (pid === undefined) throw new Error('no daemon')
  started.push(pid)
  return pid
}

function listening(): string {
  return execFileSync('ss', ['-tlnpH'], { encoding: 'utf8' })
}

/** Does it catch SIGUSR1 (10), or is it still the program that Node replaces? */
function handlesSignals(pid: number): boolean {
  const caught = /SigCgt:\t([0-9a-f]+)/.exec(readIfThere(`/proc/${pid}/status`))?.[1] ?? '0'
  return (BigInt(`0x${caught}`) & (1n << 9n)) !== 0n
}

function isDaemonItself(pid: number): boolean {
  const [first] = readIfThere(`/proc/${pid}/cmdline`).split('\0')
  return first === nodePath && readIfThere(`/proc/${pid}/environ`).includes('\0MFAD_HARDENED=')
}

function childrenOf(pid: number): number[] {
  const text = readIfThere(`/proc/${pid}/task/${pid}/children`).trim()
  return text === '' ? [] : text.split(' ').map(Number)
}

/** A zombie has ended. */
/** The end of one may be that of the next. */
function end(pid: number): void {
  try {
    process.kill(pid, 'SIGTERM')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

function isAlive(pid: number): boolean {
  return /^State:\t[^ZX]/m.test(readIfThere(`/proc/${pid}/status`))
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
