// `mfad logs`, with the real daemon and its log files; journalctl is a script that prints what the real one does.
import { type ChildProcess, spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Ended, openDevSandbox, run, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
let log: string
beforeEach(async () => {
  sandbox = await openDevSandbox()
  log = join(sandbox.home, '.local/state/mfad/mfad.log')
})
afterEach(() => sandbox.close())

const line = (msg: string) => `{"level":"info","time":"2026-11-26T16:40:03.000Z","msg":"${msg}"}\n`
const shown = (msg: string) => `2026-11-26 16:40:03 info  ${msg}\n`

function writeLog(text: string) {
  fs.mkdirSync(join(log, '..'), { recursive: true })
  fs.writeFileSync(log, text)
}

function installScript(name: string, script: string) {
  fs.writeFileSync(join(sandbox.home, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

/** `mfad logs -f`, with what it has printed so far. */
function startFollowing(): { child: ChildProcess; printed(): string; ended: Promise<Ended> } {
  const child = spawn(process.execPath, ['dist/mfad.cjs', 'logs', '-f'], { env: sandbox.environment })
  let printed = ''
  child.stdout.on('data', (chunk) => {
    printed += chunk
  })
  return { child, printed: () => printed, ended: run(child) }
}

describe('the log of a daemon', () => {
  it('in the background is its file, found by the process, with a line for a login', async () => {
    const state = join(sandbox.home, 'elsewhere')
    const started = await sandbox.mfadWith({ environment: { XDG_STATE_HOME: state } }, 'daemon', '--detach')
    const pid = Number(/pid (\d+)/.exec(started.stdout)?.[1])
    try {
      writeLog(line('another log'))
      await sandbox.mfad('login', 'dev', sandbox.code())
      const { exitCode, stdout, stderr } = await sandbox.mfad('logs')
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      const lines = stdout.split('\n').filter((each) => !each.includes('noticed at the start'))
      expect(lines).toEqual([
        expect.stringMatching(
          /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d info {2}started {2}pid=\d+ .*files\.socket=\S+/,
        ),
        expect.stringMatching(/ info {2}logged in {2}renewed=dev$/),
        '',
      ])
      const { stdout: json } = await sandbox.mfad('logs', '--json')
      expect(json).toBe(fs.readFileSync(join(state, 'mfad/mfad.log'), 'utf8'))
    } finally {
      process.kill(pid, 'SIGTERM')
      await until('it ends', () => !fs.existsSync(join(sandbox.home, 'run/mfad/mfad.sock')))
    }
  })

  it('in the foreground is where it was started', async () => {
    const daemon = await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('logs')
    expect(exitCode).toBe(3)
    expect(stderr).toMatch(
      /^mfad: the daemon \(pid \d+\) keeps no log: what it says goes to \S+\n {2}→ to have a log, end it \(kill \d+\), then: mfad .+\n$/,
    )
    expect(stderr).toContain(`(pid ${daemon.process.pid})`)
  })

  it('that has ended is what it has left, and that is said', async () => {
    writeLog(line('stopped'))
    expect(await sandbox.mfad('logs')).toEqual({
      exitCode: 0,
      stdout: shown('stopped'),
      stderr: `mfad: the daemon is not running; this is its last log, ${log}\n`,
    })
  })

  it('that has no lines is told from one that was not found', async () => {
    writeLog('')
    const { exitCode, stdout, stderr } = await sandbox.mfad('logs')
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '' })
    expect(stderr).toContain(`mfad: ${log} has no lines that you can read\n`)
  })

  it('that never ran is none', async () => {
    const { exitCode, stderr } = await sandbox.mfad('logs')
    expect(exitCode).toBe(3)
    expect(stderr).toMatch(
      /^mfad: there is no log: no daemon runs, and none has left one\n {2}→ start it with: mfad /,
    )
  })

  it('is shown without what a terminal would obey, in lines that can be read', async () => {
    writeLog(`\u001b]0;title\u0007${'x'.repeat(300_000)}\n${line('\u202e\u009b2J')}\u001b[2J\0\n`)
    for (const args of [['logs'], ['logs', '--json']]) {
      const { exitCode, stdout } = await sandbox.mfad(...args)
      expect(exitCode).toBe(0)
      expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}|\u202e/u)
      expect(stdout.split('\n')).toHaveLength(4)
    }
    const { stdout } = await sandbox.mfad('logs', '--json')
    for (const each of stdout.trim().split('\n')) expect(JSON.parse(each)).toHaveProperty('msg')
  })
})

describe('mfad logs -f', () => {
  it('goes on with what is written, also in a new file, until Ctrl-C', async () => {
    writeLog(line('before').repeat(20))
    const { child, printed, ended } = startFollowing()
    await until('it begins', () => printed() === shown('before').repeat(10))
    fs.appendFileSync(log, line('one'))
    await until('a line comes', () => printed().endsWith(shown('one')))
    fs.renameSync(log, `${log}.1`)
    fs.writeFileSync(log, line('two'))
    await until('the new file', () => printed().endsWith(shown('two')))
    child.kill('SIGINT')
    expect((await ended).exitCode).toBe(130)
  })

  it('ends when nobody reads it any more', async () => {
    writeLog(line('before'))
    const { child, printed, ended } = startFollowing()
    await until('it begins', () => printed() !== '')
    child.stdout?.destroy()
    const writing = setInterval(() => fs.appendFileSync(log, line('more')), 50)
    try {
      expect(await ended).toMatchObject({ exitCode: 0, stderr: expect.not.stringContaining('EPIPE') })
    } finally {
      clearInterval(writing)
    }
  })
})

describe('the journal', () => {
  beforeEach(() => {
    const units = join(sandbox.home, '.config/systemd/user')
    fs.mkdirSync(units, { recursive: true })
    fs.writeFileSync(join(units, 'mfad.service'), '[Service]\nExecStart=/usr/bin/node mfad.cjs daemon\n')
  })
  const entry = (MESSAGE: unknown) =>
    `${JSON.stringify({ __REALTIME_TIMESTAMP: '1764175203000000', MESSAGE })}\n`
  const journal = (text: string) => fs.writeFileSync(join(sandbox.home, 'journal'), text)

  it('of an installed service is asked for its unit, and what systemd says of it is shown, too', async () => {
    journal(
      entry('Started mfad.service.') + entry(line('started').trim()) + entry([0x68, 0x69]) + entry(null),
    )
    installScript('journalctl', 'echo "$@" > "$HOME/asked"; cat "$HOME/journal"')
    const { exitCode, stdout, stderr } = await sandbox.mfad('logs')
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: `2025-11-26 16:40:03 Started mfad.service.\n${shown('started')}2025-11-26 16:40:03 hi\n2025-11-26 16:40:03 \n`,
    })
    expect(stderr).toBe(
      'mfad: the daemon is not running; this is its last log, the journal of mfad.service\n',
    )
    expect(fs.readFileSync(join(sandbox.home, 'asked'), 'utf8')).toBe(
      '--user-unit mfad.service --lines 1000 --output json --all --no-pager --quiet\n',
    )
  })

  it('is where a daemon writes to that systemd has connected to it', async () => {
    journal(entry(line('started').trim()))
    installScript('journalctl', 'echo "$@" > "$HOME/asked"; cat "$HOME/journal"')
    installScript(
      'connected',
      `JOURNAL_STREAM="1:$(readlink "/proc/$$/fd/2" | tr -dc 0-9)" exec ${process.execPath} "$@"`,
    )
    writeLog(line('another log'))
    await sandbox.startDaemon({}, { node: join(sandbox.home, 'bin/connected') })
    expect(await sandbox.mfad('logs')).toEqual({ exitCode: 0, stdout: shown('started'), stderr: '' })
    expect(fs.readFileSync(join(sandbox.home, 'asked'), 'utf8')).toMatch(/^--(?:user-)?unit \S+\.service /)
  })

  it('is followed until Ctrl-C, and journalctl ends with it', async () => {
    journal(entry(line('started').trim()))
    installScript('journalctl', 'echo $$ > "$HOME/pid"; cat "$HOME/journal"; exec sleep 1000')
    const { child, printed, ended } = startFollowing()
    await until('it begins', () => printed() === shown('started'))
    child.kill('SIGINT')
    expect((await ended).exitCode).toBe(130)
    const pid = Number(fs.readFileSync(join(sandbox.home, 'pid'), 'utf8'))
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  it('that cannot be read is a fact', async () => {
    installScript(
      'journalctl',
      'echo "No journal files were opened due to insufficient permissions." >&2; exit 1',
    )
    const { exitCode, stderr } = await sandbox.mfad('logs')
    expect(exitCode).toBe(3)
    expect(stderr).toContain(
      'mfad: journalctl cannot read the journal: No journal files were opened due to insufficient permissions.\n' +
        '  → see whether this works: journalctl --user-unit mfad.service\n',
    )
  })
})
