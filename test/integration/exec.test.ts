// `mfad exec`: as near to the command itself as a child can be, at a real terminal and without one.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StsRole } from '../../src/demo/sts/embedded-sts.ts'
import { requireProgram, requirePython } from '../support/clients.ts'
import { mfadArgv, scriptPath } from '../support/program.ts'
import { alice, devConfig, devCredentials, openSandbox, type Sandbox } from '../support/sandbox.ts'
import { openTerminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

const roleArn = 'arn:aws:iam::444455556666:role/admin'
const roles: StsRole[] = [{ arn: roleArn, trusts: [alice.arn] }]

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox([alice], roles)
  sandbox.writeCredentials(devCredentials)
  sandbox.writeConfig(`${devConfig}\n[profile admin]\nrole_arn = ${roleArn}\nsource_profile = dev\n`)
  symlinkSync(scriptPath, join(sandbox.home, 'bin/mfad'))
  await sandbox.startDaemon()
  const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
  expect(exitCode, stderr).toBe(0)
})
afterEach(() => sandbox.close())

type Result = { exitCode: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }

/** In a session of its own: without a terminal. */
function start(args: readonly string[], environment: Record<string, string | undefined> = {}) {
  const [program = '', ...words] = [...mfadArgv, 'exec', ...args]
  const child = spawn(program, words, {
    env: { ...sandbox.environment, ...environment },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  return { child, ended: resultOf(child) }
}

function resultOf(child: ChildProcess): Promise<Result> {
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name]?.setEncoding('latin1').on('data', (chunk: string) => {
      text[name] += chunk
    })
  return new Promise((done) => child.on('close', (exitCode, signal) => done({ exitCode, signal, ...text })))
}

const exec = (...args: string[]) => {
  const { child, ended } = start(args)
  child.stdin?.end()
  return ended
}
const sh = (script: string) => ['dev', '--', 'sh', '-c', script]

describe('mfad exec', () => {
  it('gives the command the session, in its environment and nowhere else', async (context) => {
    const aws = requireProgram(context, 'aws')
    const stale = {
      AWS_PROFILE: 'other',
      AWS_SECURITY_TOKEN: 'stale',
      AWS_ACCESS_KEY_ID: 'stale',
      KEPT: 'yes',
    }
    const script = `echo "$KEPT [$AWS_PROFILE] [$AWS_SECURITY_TOKEN] $AWS_REGION"; tr '\\0' ' ' < /proc/$PPID/cmdline; tr '\\0' ' ' < /proc/$$/cmdline; echo; ${aws} --endpoint-url ${sandbox.sts.endpoint} sts get-caller-identity --query Arn --output text`
    const { child, ended } = start(sh(script), stale)
    child.stdin?.end()
    const { stdout, stderr, exitCode } = await ended
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout.split('\n')[0]).toBe('yes [] [] eu-west-1')
    expect(stdout).toContain(`${alice.arn}\n`)
    sandbox.watchForSecrets(stdout)
  })

  it('has it go where aws --profile dev-mfa would, unless the shell says otherwise', async (context) => {
    const python = requirePython(context, 'boto3')
    const bundle = '/etc/ssl/certs/ca-certificates.crt'
    sandbox.writeConfig(
      `${devConfig}use_dualstack_endpoint = true\nca_bundle = ${bundle}\nservices = s\nendpoint_url = https://all.example.com\nretry_mode = adaptive\nmax_attempts = 7\noutput = text\n[services s]\ns3 =\n  endpoint_url = https://s3.example.com\n`,
    )
    await until('the settings are kept in step', () => sandbox.readCredentials().includes('services = s'))
    const script = `import boto3, sys
session = boto3.Session(profile_name=sys.argv[1] if len(sys.argv) > 1 else None)
for name in ('s3', 'ec2', 'sts'):
    client = session.client(name)
    print(client.meta.endpoint_url, client.meta.config.retries, client.meta.region_name)
print(session._session.get_config_variable('ca_bundle'), session._session.get_config_variable('output'))
print(session.get_credentials().access_key[-4:])
`
    const besides = { AWS_ENDPOINT_URL_STS: undefined, AWS_ENDPOINT_URL_IAM: undefined }
    const child = spawn(python, ['-c', script, 'dev-mfa'], { env: { ...sandbox.environment, ...besides } })
    const expected = await resultOf(child)
    expect(expected.stdout).toContain('https://s3.example.com')
    const asExec = async (environment: Record<string, string | undefined>) => {
      const { child, ended } = start(['dev', '--', python, '-c', script], { ...besides, ...environment })
      child.stdin?.end()
      return ended
    }
    expect(await asExec({})).toMatchObject({ exitCode: 0, stdout: expected.stdout })
    const other = await asExec({ AWS_ENDPOINT_URL_S3: 'https://mine.example.com', AWS_MAX_ATTEMPTS: '' })
    expect(other.stdout).toBe(expected.stdout.replace('https://s3.example.com', 'https://mine.example.com'))
  })

  it('leaves every other variable as it is, also an empty one', async () => {
    const { child, ended } = start(['dev', '--', 'printenv', 'EMPTY', 'AWS_DEFAULT_OUTPUT'], { EMPTY: '' })
    child.stdin?.end()
    expect(await ended).toMatchObject({ exitCode: 1, stdout: '\n' })
  })

  it('ends as the command ends', async () => {
    expect(await exec(...sh('exit 7'))).toMatchObject({ exitCode: 7, stderr: '' })
    expect(await exec(...sh('kill -TERM $$'))).toMatchObject({ exitCode: null, signal: 'SIGTERM' })
    expect(await exec(...sh('kill -KILL $$'))).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
    // Not of the same signal: a core of ours would hold the session.
    expect(await exec(...sh('ulimit -c 0; kill -SEGV $$'))).toMatchObject({ exitCode: 139, signal: null })
    expect(await exec('dev', '--', 'no-such-program')).toMatchObject({
      exitCode: 127,
      stderr: 'mfad: no-such-program was not found\n',
    })
    const plain = join(sandbox.home, 'plain')
    writeFileSync(plain, 'echo hello\n')
    expect(await exec('dev', '--', plain)).toMatchObject({
      exitCode: 126,
      stderr: `mfad: ${plain} cannot be run: EACCES\n`,
    })
  })

  it('hands over every word behind the dashes, and every byte of the streams', async () => {
    const { child, ended } = start([
      'dev',
      '--',
      'sh',
      '-c',
      'printf "%s|" "$0" "$@" >&2; cat',
      '--help',
      '-h',
      '',
      'a b',
      '--',
      '--wait',
    ])
    const bytes = Buffer.from(Array.from({ length: 100_000 }, (_, index) => (index * 7) % 256))
    child.stdin?.end(bytes)
    const { stdout, stderr } = await ended
    expect(stderr).toBe('--help|-h||a b|--|--wait|')
    expect(Buffer.from(stdout, 'latin1').equals(bytes)).toBe(true)
  })

  it('leaves the signals of the command as they are by default: a pipe that is closed ends it', async () => {
    const { stdout, stderr } = await exec(...sh('grep SigIgn /proc/self/status; yes | head -1'))
    expect([stdout, stderr]).toEqual(['SigIgn:\t0000000000000000\ny\n', ''])
  })

  it.each(['SIGTERM', 'SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const)(
    'passes %s on, once',
    async (signal) => {
      const name = signal.slice(3)
      const { child, ended } = start(
        sh(
          `trap 'n=$((n+1)); echo got ${name} $n' ${name}; echo ready; until [ -n "$n" ]; do sleep 0.05; done; sleep 0.3; exit 4`,
        ),
      )
      let shown = ''
      child.stdout?.on('data', (chunk: string) => {
        shown += chunk
      })
      await until('the command runs', () => shown.includes('ready'))
      process.kill(child.pid ?? 0, signal)
      expect(await ended).toMatchObject({ exitCode: 4, stdout: `ready\ngot ${name} 1\n`, stderr: '' })
    },
  )

  it('renews first what has too little time and needs no code', async () => {
    expect((await exec('admin', '--', 'true')).exitCode).toBe(0)
    const key = () => /^\[admin-mfa\]\naws_access_key_id = (.*)$/m.exec(sandbox.readCredentials())?.[1]
    const before = key()
    sandbox.writeCredentials(
      sandbox
        .readCredentials()
        .replace(
          /(\[admin-mfa\][^[]*expiration = ).*/,
          `$1${new Date(Date.now() + 60_000).toISOString().slice(0, 19)}Z`,
        ),
    )
    expect((await exec('admin', '--min', '50m', '--', 'true')).exitCode).toBe(0)
    expect(key()).not.toBe(before)
  })

  it('does not begin where there is no session, or no command', async () => {
    expect(await exec('other', '--', 'touch', join(sandbox.home, 'begun'))).toMatchObject({ exitCode: 4 })
    expect(await exec('dev', '--min', '13h', '--', 'true')).toMatchObject({ exitCode: 8 })
    expect(await exec('dev')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('put it behind two dashes: mfad exec dev -- aws s3 ls\n'),
    })
    expect(() => readFileSync(join(sandbox.home, 'begun'))).toThrow()
  })
})

describe('mfad exec at a terminal', () => {
  it('is put aside by Ctrl-Z, comes back, is ended by Ctrl-C, and follows the size', async () => {
    mkdirSync(join(sandbox.home, 'empty'))
    const terminal = openTerminal(sandbox.environment, 'exec', 'dev', '--', 'bash', '--norc', '-i')
    // What is typed is shown too, so what is waited for is written in two parts there.
    await terminal.typeAfter('bash-', `mfad exec dev -- sh -c 'echo re""ady; read x; echo g""ot $x'\r`)
    await terminal.typeAfter('ready', '\u001a')
    await terminal.typeAfter('Stopped', 'echo pro""mpt; fg\r')
    await terminal.typeAfter('prompt', '')
    await terminal.typeAfter('mfad exec dev', 'hello\r')
    await terminal.typeAfter('got hello', `mfad exec dev -- sh -c 'echo sle""eping; exec sleep 1000'\r`)
    await terminal.typeAfter('sleeping', '\u0003')
    await terminal.typeAfter('bash-', 'echo sta""tus $?\r')
    await terminal.typeAfter('status 130', '')

    await terminal.typeAfter(
      'bash-',
      `mfad exec dev -- sh -c 'trap "n=\\$((n+1)); echo i""nt \\$n" INT; echo wai""ting; sleep 0.4; sleep 0.4; exit 6'\r`,
    )
    await terminal.typeAfter('waiting', '\u0003')
    await terminal.typeAfter('int 1', '')
    await terminal.typeAfter('bash-', 'echo sta""tus $?\r')
    await terminal.typeAfter('status 6', '')
    expect(terminal.shown()).not.toContain('int 2')

    await terminal.typeAfter(
      'bash-',
      `mfad exec dev -- sh -c 'trap "echo wi""nch; exit 3" WINCH; echo go""ing; while :; do sleep 0.05; done'\r`,
    )
    await terminal.typeAfter('going', '')
    terminal.resize(90, 30)
    await until('the size was followed', () => terminal.shown().includes('winch'))
    await terminal.typeAfter('bash-', 'exit 5\r')
    expect(await terminal.ended()).toEqual({ exitCode: 5, isSane: true })
  })

  it('stops when its command stops by itself, and goes on with it', async () => {
    const terminal = openTerminal(sandbox.environment, 'exec', 'dev', '--', 'bash', '--norc', '-i')
    await terminal.typeAfter('bash-', `mfad exec dev -- sh -c 'kill -STOP $$; echo we""nt on'\r`)
    await terminal.typeAfter('Stopped', 'fg\r')
    await terminal.typeAfter('went on', 'exit\r')
    expect((await terminal.ended()).exitCode).toBe(0)
  })
})
