// What the daemon's environment and files may not do to it, and where a secret may not turn up. Closing a sandbox looks
// for secrets and codes in everything that was printed; see test/support/sandbox.ts.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { alice, openDevSandbox, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox

beforeEach(async () => {
  sandbox = await openDevSandbox()
})
afterEach(() => sandbox.close())

const done = { exitCode: 0, stderr: '' }

describe("the daemon's environment", () => {
  it.each([
    ['AWS_PROFILE', 'other'],
    ['AWS_DEFAULT_PROFILE', 'other'],
    ['AWS_ACCESS_KEY_ID', 'AKIAOTHEROTHEREXAMPLE'],
    ['AWS_SECRET_ACCESS_KEY', 'other'],
    ['AWS_SESSION_TOKEN', 'other'],
    ['AWS_REGION', 'no region'],
    ['AWS_DEFAULT_REGION', 'no region'],
    ['AWS_DEFAULTS_MODE', 'bogus'],
    ['AWS_RETRY_MODE', 'bogus'],
    ['AWS_MAX_ATTEMPTS', '0'],
    ['AWS_SIGV4A_SIGNING_REGION_SET', '*'],
    ['AWS_EC2_METADATA_DISABLED', 'bogus'],
    ['AWS_STS_REGIONAL_ENDPOINTS', 'bogus'],
    ['AWS_USE_FIPS_ENDPOINT', 'bogus'],
    ['NODE_OPTIONS', '--max-old-space-size=200'],
  ])('does not change a login by %s=%s', async (name, value) => {
    const daemon = await sandbox.startDaemon({ [name]: value })
    expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject(done)
    expect(sandbox.sts.calls).toEqual([
      { action: 'GetSessionToken', accessKeyId: alice.accessKeyId, outcome: 'OK', durationSeconds: 43_200 },
    ])
    expect(daemon.log()).not.toMatch(/warning/i)
  })

  it('gives no variable of AWS or Node to the programs that the daemon starts', async () => {
    const seen = join(sandbox.home, 'seen')
    writeFileSync(join(sandbox.home, 'bin/notify-send'), `#!/bin/sh\nenv > ${seen}\n`)
    await sandbox.startDaemon({ AWS_SECRET_ACCESS_KEY: 'other', NODE_OPTIONS: '--max-old-space-size=200' })
    expect(await sandbox.mfad('notify-test')).toMatchObject({ exitCode: 0 })
    await until('it is there', () => existsSync(seen))
    expect(readFileSync(seen, 'utf8')).not.toMatch(/other|NODE_OPTIONS|AWS_SECRET/)
  })
})

describe('the AWS files', () => {
  it('are opened by no one but our reader: never while the SDK works', async (context) => {
    if (spawnSync('strace', ['-V']).error) return context.skip('there is no strace')
    sandbox.sts.setFault({ kind: 'slow', milliseconds: 300 }, 1)
    const daemon = await sandbox.startDaemon()
    const trace = join(sandbox.home, 'run/trace')
    const args = [
      '-f',
      '-q',
      '-e',
      'trace=openat,open,connect',
      '-o',
      trace,
      '-p',
      String(daemon.process.pid),
    ]
    const strace = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] })
    const ended = new Promise((resolve) => strace.on('close', resolve))
    const tracerOf = () =>
      /TracerPid:\t(\d+)/.exec(readFileSync(`/proc/${daemon.process.pid}/status`, 'utf8'))?.[1]
    await until('strace is attached', () => tracerOf() !== '0')
    expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject(done)
    strace.kill('SIGINT')
    await ended
    const lines = readFileSync(trace, 'utf8').split('\n')
    const connected = lines.findIndex((line) => line.includes('connect(') && line.includes('AF_INET'))
    expect(connected).toBeGreaterThan(0)
    const opened = (of: string[]) =>
      of.flatMap((line) => /open(?:at)?\((?:AT_FDCWD, )?"([^"]+)"/.exec(line)?.[1] ?? [])
    const inHome = opened(lines).filter((path) => path.startsWith(`${sandbox.home}/`))
    // Its status, and the notes of other daemons.
    const own = ['run/mfad/mfad.status.', '.local/state/mfad'].map((path) => join(sandbox.home, path))
    const isOfItself = (path: string) => own.some((start) => path.startsWith(start))
    expect(new Set(inHome.filter((path) => !path.endsWith('.tmp') && !isOfItself(path)))).toEqual(
      new Set([sandbox.credentialsFile, join(sandbox.home, '.aws')]),
    )
    // Loading the SDK and calling STS, up to the answer: what is opened there is the SDK's doing.
    const sdkLoaded = lines.findIndex((line) => line.includes('sts.cjs'))
    expect(sdkLoaded).toBeGreaterThan(-1)
    const bySdk = opened(lines.slice(sdkLoaded, connected + 1))
    expect(bySdk.filter((path) => path.startsWith(sandbox.home))).toEqual([])
  })
})

describe('no secret', () => {
  it('is in anything that is printed, logged or notified in a whole life', async () => {
    sandbox.writeSettings('[mfad]\nlog_level = debug\nreminders = 1s, 0s\n')
    sandbox.sts.setSessionSeconds(2)
    await sandbox.startDaemon()
    const code = sandbox.code()
    await sandbox.mfad('login', 'dev', code)
    await sandbox.mfad('login', 'dev', code)
    await sandbox.mfad('login', code, 'dev')
    await sandbox.mfad('status')
    await sandbox.mfad('status', '--json')
    await until('it has expired', () => sandbox.notifications().length > 0)
    for (const kind of ['html', 'malformed-xml', 'unavailable', 'reset'] as const) {
      sandbox.sts.setFault({ kind }, 1)
      await sandbox.mfad('login', 'dev', sandbox.nextCode())
    }
    sandbox.writeCredentials(`${sandbox.readCredentials()}${alice.secretAccessKey}\n`)
    await sandbox.mfad('login', 'dev', sandbox.nextCode())
    await sandbox.mfad('status')
    sandbox.writeCredentials(
      `[dev]\n${alice.accessKeyId} = ${alice.secretAccessKey}\n${alice.secretAccessKey} = 1\n`,
    )
    await sandbox.mfad('status', '--json')
    await sandbox.mfad('logout', 'dev')
  })

  it('is in the arguments of a program, where every user could see it', async () => {
    await sandbox.startDaemon()
    sandbox.sts.setFault({ kind: 'slow', milliseconds: 500 }, 1)
    const code = sandbox.code()
    const login = sandbox.mfadWith({ input: `${code}\n` }, 'login', 'dev', '-')
    await until('STS is asked', () => sandbox.codesSent().length === 1)
    // Another run of the tests on this computer may use the same code at this moment.
    const words = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name) && readIfThere(`/proc/${name}/environ`).includes(sandbox.home))
      .map((pid) => readIfThere(`/proc/${pid}/cmdline`))
    expect(words.some((line) => line.includes('mfad.cjs\0login'))).toBe(true)
    expect(words.filter((line) => line.split('\0').includes(code))).toEqual([])
    expect(await login).toMatchObject(done)
  })

  it('is left in a core dump: the process allows none of its memory there', async () => {
    const daemon = await sandbox.startDaemon()
    const filter = readFileSync(`/proc/${daemon.process.pid}/coredump_filter`, 'utf8')
    expect(Number.parseInt(filter, 16)).toBe(0)
  })

  it('could be readable by others, whatever the daemon makes: its umask is 0077', async () => {
    const daemon = await sandbox.startDaemon()
    const umask = /Umask:\t(\d+)/.exec(readFileSync(`/proc/${daemon.process.pid}/status`, 'utf8'))?.[1]
    expect(umask).toBe('0077')
  })
})

function readIfThere(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
