// What fails at mfad's own files, its socket, its log and its settings, is a fact and a next step: never a bug, and never a
// wait without end.
import { execFileSync, spawn } from 'node:child_process'
import * as fs from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Ended, openDevSandbox, run, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openDevSandbox()
})
afterEach(() => sandbox.close())

const isRoot = process.getuid?.() === 0
const asNobody = isRoot ? { uid: 65534, gid: 65534 } : {}
const giveAway = (...paths: string[]) => {
  for (const path of paths) if (isRoot) fs.chownSync(path, 65534, 65534)
}

const runtime = () => join(sandbox.home, 'run')

/** One fact, one next step, and the exit code for a daemon that cannot be had. */
function expectFact({ exitCode, stdout, stderr }: Ended, fact: RegExp, hint: RegExp): void {
  expect(stderr).toMatch(/^mfad: .+\n {2}→ .+\n$/)
  const [first = '', second = ''] = stderr.split('\n')
  expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' })
  expect(first).toMatch(fact)
  expect(second).toMatch(hint)
}

describe('the place of the socket is no bug of mfad’s', () => {
  it.each([
    [
      'in a file',
      (home: string) => join(home, '.aws/config/mfad.sock'),
      /a part of its path is no directory$/,
    ],
    ['in a directory of the kernel', () => '/proc/self/x', /the socket \/proc\/self\/x cannot be used: /],
    [
      'where no directory can be made',
      () => '/proc/x/mfad.sock',
      /its directory does not exist and cannot be made$/,
    ],
    ['on a read-only file system', () => '/sys/x/mfad.sock', /cannot be used: /],
    ['with a name that is too long', () => `/tmp/mfad-${'x'.repeat(90)}/${'y'.repeat(200)}`, /bytes long/],
  ])('%s', async (_where, place, fact) => {
    const environment = { MFAD_SOCKET: place(sandbox.home) }
    expectFact(await sandbox.mfadWith({ environment }, 'daemon'), fact, /MFAD_SOCKET/)
  })

  it('when its directory cannot be written', async () => {
    const directory = join(sandbox.home, 'locked')
    fs.mkdirSync(directory, { mode: 0o500 })
    giveAway(directory, sandbox.home)
    const environment = { MFAD_SOCKET: join(directory, 'x.sock') }
    const ended = await sandbox.mfadWith({ environment, ...asNobody }, 'daemon')
    expectFact(ended, /cannot be used: permission denied$/, /ls -ld .+locked/)
  })

  it('when a directory stands there', async () => {
    fs.mkdirSync(join(sandbox.home, 'run/mfad/mfad.sock'), { recursive: true })
    expectFact(await sandbox.mfad('daemon'), /something that is no socket stands there$/, /MFAD_SOCKET/)
  })

  it.skipIf(!isRoot)('when the runtime directory is full', async () => {
    const full = join(sandbox.home, 'full')
    fs.mkdirSync(full)
    const script =
      'mount -t tmpfs -o size=8k,nr_inodes=4 tmpfs "$1"; while : > "$1/$((i+=1))"; do :; done 2>/dev/null; shift; exec "$@"'
    const child = spawn(
      'unshare',
      ['--mount', 'bash', '-c', script, 'sh', full, process.execPath, resolve('dist/mfad.cjs'), 'daemon'],
      { env: { ...sandbox.environment, XDG_RUNTIME_DIR: full }, stdio: 'pipe' },
    )
    expectFact(await run(child), /the socket .+ cannot be used: no space is left$/, /df -h/)
  })

  it('costs no processor: a directory that cannot be made is not tried for ever', async () => {
    const startedAt = performance.now()
    await sandbox.mfadWith({ environment: { MFAD_SOCKET: '/proc/x/mfad.sock' } }, 'daemon', '--detach')
    expect(performance.now() - startedAt).toBeLessThan(8000)
  })
})

describe('a directory of the user’s', () => {
  it('that happens to be called mfad keeps its mode', async () => {
    const directory = join(sandbox.home, 'src/mfad')
    fs.mkdirSync(directory, { recursive: true })
    fs.chmodSync(directory, 0o755)
    await sandbox.startDaemon({ MFAD_SOCKET: join(directory, 'mfad.sock') })
    expect(fs.statSync(directory).mode & 0o777).toBe(0o755)
    expect(fs.statSync(join(directory, 'mfad.sock')).mode & 0o777).toBe(0o600)
  })
})

describe('the log of --detach is no bug of mfad’s, and is not waited for', () => {
  const log = () => join(sandbox.home, '.local/state/mfad/mfad.log')

  it.each<[string, (path: string) => void, RegExp]>([
    ['a directory', (path) => fs.mkdirSync(path), /the log .+ cannot be used: a directory stands there$/],
    [
      'a FIFO',
      (path) => execFileSync('mkfifo', [path]),
      /the log .+ cannot be used: a FIFO or a device stands there$/,
    ],
    ['a circle of links', (path) => fs.symlinkSync('mfad.log', path), /its links lead in a circle$/],
    ['a terminal', (path) => fs.symlinkSync('/dev/null', path), /it is not a regular file$/],
  ])('when it is %s', async (_what, make, fact) => {
    fs.mkdirSync(join(log(), '..'), { recursive: true })
    make(log())
    expectFact(await sandbox.mfad('daemon', '--detach'), fact, /XDG_STATE_HOME/)
  })

  it('when its directory is a file', async () => {
    fs.mkdirSync(join(sandbox.home, '.local'))
    fs.writeFileSync(join(sandbox.home, '.local/state'), '')
    expectFact(
      await sandbox.mfad('daemon', '--detach'),
      /a part of its path is no directory$/,
      /XDG_STATE_HOME/,
    )
  })

  it('when its directory cannot be written', async () => {
    fs.mkdirSync(join(sandbox.home, '.local/state'), { recursive: true })
    fs.chmodSync(join(sandbox.home, '.local/state'), 0o500)
    giveAway(join(sandbox.home, '.local/state'), join(sandbox.home, '.local'), runtime(), sandbox.home)
    const ended = await sandbox.mfadWith(asNobody, 'daemon', '--detach')
    expectFact(ended, /the log .+ cannot be used: permission denied$/, /ls -ld/)
  })

  it('and says itself why the daemon did not start', async () => {
    const ended = await sandbox.mfadWith(
      { environment: { MFAD_SOCKET: '/proc/self/x' } },
      'daemon',
      '--detach',
    )
    expectFact(
      ended,
      /^mfad: the daemon did not start: the socket \/proc\/self\/x cannot be used/,
      /MFAD_SOCKET/,
    )
  })
})

describe('the settings file', () => {
  it.each<[string, (path: string) => void]>([
    ['a directory', (path) => fs.mkdirSync(path)],
    ['a FIFO', (path) => execFileSync('mkfifo', [path])],
  ])('that is %s is a fact for every command', async (_what, make) => {
    const path = join(sandbox.home, 'settings')
    make(path)
    const environment = { MFAD_CONFIG: path }
    for (const args of [['daemon'], ['daemon', '--detach'], ['status'], ['login', 'dev', sandbox.code()]]) {
      expect(await sandbox.mfadWith({ environment }, ...args)).toEqual({
        exitCode: 4,
        stdout: '',
        stderr: `mfad: the settings file ${path} cannot be read: it is not a regular file\n  → look at it with: ls -l ${path}\n`,
      })
    }
  })

  it('that may not be looked at is not taken for absent', async () => {
    const directory = join(sandbox.home, '.config/mfad')
    fs.mkdirSync(directory, { recursive: true })
    fs.writeFileSync(join(directory, 'config.ini'), '[mfad]\nsuffix = -x\n')
    fs.chmodSync(directory, 0)
    giveAway(sandbox.home, runtime(), join(sandbox.home, '.config'), directory)
    const { exitCode, stderr } = await sandbox.mfadWith(asNobody, 'status')
    fs.chmodSync(directory, 0o700)
    expect({ exitCode, stderr }).toEqual({
      exitCode: 4,
      stderr: expect.stringContaining('cannot be read: permission denied'),
    })
  })
})

describe('what answers at the socket', () => {
  let server: Server
  const connections = new Set<Socket>()
  const path = () => join(sandbox.home, 'run/mfad/mfad.sock')
  const answering = async (answer: string | ((connection: Socket) => void)) => {
    fs.mkdirSync(join(sandbox.home, 'run/mfad'), { mode: 0o700 })
    server = createServer((connection) => {
      connections.add(connection)
      connection.on('error', () => undefined)
      connection.once('data', () =>
        typeof answer === 'string' ? connection.end(answer) : answer(connection),
      )
    })
    await new Promise<void>((listening) => server.listen(path(), listening))
  }
  afterEach(() => {
    for (const connection of connections) connection.destroy()
    connections.clear()
    server.close()
  })
  const http = (body: string, version = '0.1.0', status = '200 OK') =>
    `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nmfad-version: ${version}\r\n\r\n${body}`
  const status = (changes: object = {}) => {
    const files = { credentials: sandbox.credentialsFile, config: join(sandbox.home, '.aws/config') }
    return JSON.stringify({ version: '0.1.0', daemon: null, files, warnings: [], profiles: [], ...changes })
  }

  it.each<[string, string]>([
    ['{}', http('{}')],
    ['null', http('null')],
    ['a list', http('[]')],
    ['a status with a profile that is none', http('{"version":"0.1.0","profiles":[null]}')],
    ['no JSON', http('<html>')],
    ['half of the JSON', http('{"version":')],
    ['no body', http('')],
    ['HTTP without our version', 'HTTP/1.1 200 OK\r\n\r\n{}'],
    ['an error without an error', http('{}', '0.1.0', '500 Oops')],
    ['an error that is null', http('null', '0.1.0', '404 Not Found')],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ])('by %s is not mfad, which is no bug', async (_what, answer) => {
    await answering(answer)
    for (const args of [['status'], ['login', 'dev', sandbox.code()]])
      expectFact(await sandbox.mfad(...args), /^mfad: what answers at .+ is not mfad$/, /lsof .+mfad\.sock/)
  })

  it('by nothing has closed the connection', async () => {
    await answering((connection) => connection.end())
    expectFact(await sandbox.mfad('status'), /closed the connection before it had answered$/, /try again/)
  })

  it.each<[string, (connection: Socket) => void]>([
    ['is silent', () => undefined],
    [
      'never comes to an end',
      (connection) => {
        connection.write(http('{'))
        const more = setInterval(() => connection.write(' '), 50)
        connection.on('close', () => clearInterval(more))
      },
    ],
  ])('but %s does not answer', async (_what, answer) => {
    await answering(answer)
    expectFact(await sandbox.mfad('status'), /^mfad: the daemon does not answer$/, /end it|restart/)
  })

  it('at more length than memory is given up', async () => {
    await answering((connection) => {
      const chunk = ' '.repeat(1024 * 1024)
      const more = () => {
        while (connection.writable && connection.write(chunk));
      }
      connection.write(http('{'))
      connection.on('drain', more)
      more()
    })
    expectFact(await sandbox.mfad('status'), /is not mfad$/, /lsof/)
  })

  it.each(['0.0.9', '7.0.0'])('as version %s in another way is a daemon to update', async (version) => {
    await answering(http('{"profiles": 7}', version))
    expectFact(
      await sandbox.mfad('status'),
      new RegExp(`the daemon has version ${version}, and this is 0\\.1\\.0, which cannot read its answer$`),
      /mfad daemon --detach$/,
    )
  })

  it('with more than this version knows is read, with a word about the version', async () => {
    await answering(http(status({ revision: 5, profiles: [], news: {} }), '7.0.0'))
    const { exitCode, stderr } = await sandbox.mfad('status')
    expect(exitCode).toBe(0)
    expect(stderr).toContain('the daemon has version 7.0.0, this is 0.1.0')
  })

  it('may be there and not be ours to use', async () => {
    await answering(http(status()))
    fs.chmodSync(path(), 0)
    giveAway(sandbox.home, join(sandbox.home, 'run'), join(sandbox.home, 'run/mfad'), path())
    expectFact(await sandbox.mfadWith(asNobody, 'status'), /cannot be used: permission denied$/, /ls -l/)
  })
})

describe.skipIf(!isRoot)('root', () => {
  const foreign = () => {
    const home = join(sandbox.home, 'other')
    fs.mkdirSync(home)
    fs.writeFileSync(join(home, 'file'), '')
    giveAway(home, join(home, 'file'))
    return home
  }
  const expectRefusal = ({ exitCode, stdout, stderr }: Ended, path: string) =>
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 3,
      stdout: '',
      stderr: `mfad: this is root, but ${path} belongs to another user\n  → run mfad as that user: without sudo, or in a container with --user\n`,
    })

  it.each([
    'AWS_SHARED_CREDENTIALS_FILE',
    'AWS_CONFIG_FILE',
    'MFAD_CONFIG',
    'MFAD_SOCKET',
    'XDG_STATE_HOME',
    'XDG_CONFIG_HOME',
    'XDG_RUNTIME_DIR',
  ])('does not run with another user’s %s, existing or not', async (variable) => {
    const home = foreign()
    const isDirectory = variable.startsWith('XDG_')
    for (const [value, part] of [
      [isDirectory ? home : join(home, 'new/file'), home],
      ...(isDirectory ? [] : [[join(home, 'file'), join(home, 'file')]]),
    ] as [string, string][]) {
      for (const args of [['daemon'], ['daemon', '--detach']])
        expectRefusal(await sandbox.mfadWith({ environment: { [variable]: value } }, ...args), part)
    }
    expect(fs.readdirSync(home)).toEqual(['file'])
  })

  it('does not follow a link into another user’s home', async () => {
    const home = foreign()
    fs.chownSync(join(home, 'file'), 0, 0)
    fs.rmSync(sandbox.credentialsFile)
    fs.symlinkSync(join(home, 'file'), sandbox.credentialsFile)
    expectRefusal(await sandbox.mfad('daemon'), home)
  })

  it('does not move there while it runs, when the settings are changed', async () => {
    const home = foreign()
    await sandbox.startDaemon({ AWS_ENDPOINT_URL_STS: undefined, AWS_ENDPOINT_URL_IAM: undefined })
    sandbox.writeSettings(`[mfad]\ncredentials_file = ${join(home, 'file')}\n`)
    const environment = { AWS_SHARED_CREDENTIALS_FILE: sandbox.credentialsFile }
    const { stdout } = await sandbox.mfadWith({ environment }, 'status', '--json')
    expect(JSON.parse(stdout)).toMatchObject({
      files: { credentials: sandbox.credentialsFile },
      warnings: [{ code: 'daemon.foreign-home' }],
    })
    expect(fs.readFileSync(join(home, 'file'), 'utf8')).toBe('')
  })
})
