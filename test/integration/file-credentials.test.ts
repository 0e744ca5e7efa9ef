// What programs, shells and scripts take out of the file: the real command line, real shells, boto3, the SDK for JavaScript and the
// AWS CLI. What is printed here is secret on purpose, so it does not go through the sandbox.
import { spawn } from 'node:child_process'
import { mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requireProgram, requirePython } from '../support/clients.ts'
import { startLineProcess } from '../support/line-process.ts'
import { mfadArgv, scriptPath } from '../support/program.ts'
import { alice, aliceKeys, devConfig, openSandbox, run, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const [exited, tooLittle] = [0, 8]

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox()
  sandbox.writeCredentials(`[dev]\n${aliceKeys}\n[other]\n${aliceKeys}`)
  sandbox.writeConfig(`${devConfig}[profile dev-live]\ncredential_process = mfad credential-process dev\n`)
  mkdirSync(join(sandbox.home, 'bin'), { recursive: true })
  symlinkSync(scriptPath, join(sandbox.home, 'bin/mfad'))
})
afterEach(() => sandbox.close())

const login = async (code = sandbox.code()) => {
  const { exitCode, stderr } = await sandbox.mfad('login', 'dev', code)
  expect(exitCode, stderr).toBe(0)
}
const environment = (more: Record<string, string> = {}) => ({ ...sandbox.environment, ...more })
const mfad = (...args: string[]) => {
  const [program = '', ...words] = [...mfadArgv, ...args]
  return run(spawn(program, words, { env: environment(), stdio: 'pipe' }))
}
const issued = () => sandbox.sts.issued.at(-1)?.accessKeyId
/** The same file as if it had been written long ago. */
const settle = () => utimesSync(sandbox.credentialsFile, new Date(0), new Date(0))
const expire = (ago: number) => {
  const at = `${new Date(Date.now() - ago * 1000).toISOString().slice(0, 19)}Z`
  sandbox.writeCredentials(sandbox.readCredentials().replace(/^expiration = .*$/m, `expiration = ${at}`))
}

describe('mfad env', () => {
  const stale = {
    AWS_PROFILE: 'other',
    AWS_DEFAULT_PROFILE: 'other',
    AWS_ACCESS_KEY_ID: 'ASIASTALESTALESTALE1',
    AWS_SECRET_ACCESS_KEY: 'stale',
    AWS_SESSION_TOKEN: 'stale',
    AWS_SECURITY_TOKEN: 'stale',
    AWS_REGION: 'us-east-1',
  }
  const shells = [
    ['bash', 'eval "$(mfad env dev)"', '$?'],
    ['zsh', 'eval "$(mfad env dev)"', '$?'],
    ['dash', 'eval "$(mfad env dev)"', '$?'],
    ['fish', 'mfad env dev | source', '$status'],
  ] as const

  for (const [shell, evaluate, status] of shells) {
    it(`gives ${shell} the session, over whatever stood in its environment, and fails in it when there is none`, async (context) => {
      requireProgram(context, shell === 'dash' ? 'bash' : shell)
      const aws = requireProgram(context, 'aws')
      await sandbox.startDaemon()
      await login()
      // SHELL says another one: what counts is who runs it.
      const env = environment({ ...stale, SHELL: shell === 'fish' ? '/bin/bash' : '/usr/bin/fish' })
      const shows = (text: string) =>
        run(
          spawn(
            shell,
            ['-c', `${evaluate}; echo ${status} "$AWS_ACCESS_KEY_ID" "$AWS_PROFILE" "$AWS_REGION"; ${text}`],
            { env, stdio: 'pipe' },
          ),
        )
      const caller = `${aws} --endpoint-url ${sandbox.sts.endpoint} sts get-caller-identity --query Arn --output text`
      const fresh = await shows(caller)
      expect(fresh.stdout.split('\n'), fresh.stderr).toEqual([`0 ${issued()}  eu-west-1`, alice.arn, ''])

      expire(7200)
      const dead = await shows(`${caller} || echo refused`)
      expect(dead.stdout.split('\n')[0]).toBe('1  dev-mfa us-east-1')
      expect(dead.stderr).toContain(
        'mfad: the session of dev expired 2h ago\n  → renew it with: mfad login dev\n',
      )
    })
  }

  it('makes AWS tools say what is wrong after it has failed: they do not go on as somebody else', async (context) => {
    const aws = requireProgram(context, 'aws')
    settle()
    const script = `eval "$(mfad env dev)"; ${aws} sts get-caller-identity`
    const { stderr } = await run(spawn('bash', ['-c', script], { env: environment(stale), stdio: 'pipe' }))
    expect(stderr).toContain('dev has no session')
    expect(stderr).toContain('The config profile (dev-mfa) could not be found')
  })

  it('is for the shell that runs it, also where the user has csh', async () => {
    settle()
    const env = environment({ SHELL: '/bin/csh' })
    const { stderr } = await run(spawn('sh', ['-c', 'mfad env dev; true'], { env, stdio: 'pipe' }))
    expect(stderr).toContain('dev has no session')
  })

  it('ends a script that ends at failures', async () => {
    settle()
    const script = 'set -eu; eval "$(mfad env dev)"; echo went on'
    const { exitCode, stdout } = await run(spawn('sh', ['-c', script], { env: environment(), stdio: 'pipe' }))
    expect([exitCode, stdout]).toEqual([1, ''])
  })

  it('writes what docker takes: the values as they are', async () => {
    await sandbox.startDaemon()
    await login()
    const { stdout } = await mfad('env', 'dev', '--format', 'dotenv')
    const values = sandbox.sts.issued.at(-1)
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      `AWS_ACCESS_KEY_ID=${values?.accessKeyId}`,
      `AWS_SECRET_ACCESS_KEY=${values?.secretAccessKey}`,
      `AWS_SESSION_TOKEN=${values?.sessionToken}`,
    ])
    expect(stdout).not.toMatch(/['"]|AWS_PROFILE/)
  })
})

describe('mfad credential-process', () => {
  it('prints exactly what AWS tools expect, with the daemon or without it', async () => {
    const daemon = await sandbox.startDaemon()
    await login()
    const values = sandbox.sts.issued.at(-1)
    const keys = {
      AccessKeyId: values?.accessKeyId,
      SecretAccessKey: values?.secretAccessKey,
      SessionToken: values?.sessionToken,
      Expiration: /^expiration = (.*)$/m.exec(sandbox.readCredentials())?.[1],
    }
    const up = await mfad('credential-process', 'dev')
    expect([up.exitCode, JSON.parse(up.stdout), up.stderr]).toEqual([exited, { Version: 1, ...keys }, ''])
    expect(JSON.parse((await mfad('credential-process', 'dev-mfa', '--format', 'sts')).stdout)).toEqual({
      Credentials: keys,
    })
    await daemon.stop()
    const down = await mfad('credential-process', 'dev')
    expect([down.exitCode, JSON.parse(down.stdout), down.stderr]).toEqual([
      exited,
      { Version: 1, ...keys },
      'mfad: the daemon is not running; this is what the file says\n',
    ])
    writeFileSync(join(sandbox.home, 'run/mfad/mfad.sock'), 'no socket')
    expect(await mfad('credential-process', 'dev')).toEqual(down)
  })

  it('gives boto3, which runs for long, the session that a login writes meanwhile', async (context) => {
    const python = requirePython(context, 'boto3')
    // One that lasts as long as boto3 takes for "about to end", so that it asks for each call.
    sandbox.sts.setSessionSeconds(600)
    await sandbox.startDaemon()
    await login()
    const script = `
import boto3, sys
client = boto3.Session(profile_name='dev-live').client('sts', endpoint_url=sys.argv[1], region_name='eu-west-1')
for line in sys.stdin:
    client.get_caller_identity()
    print(client._request_signer._credentials.access_key, flush=True)`
    const boto = startLineProcess([python, '-c', script, sandbox.sts.endpoint], environment())
    const first = issued()
    expect(await boto.ask(['call'])).toEqual([first])
    await login(sandbox.nextCode())
    expect(issued()).not.toBe(first)
    expect(await boto.ask(['call'])).toEqual([issued()])
    await boto.close()
  })

  it('gives the SDK for JavaScript, which runs for long, the session that a login writes meanwhile', async () => {
    sandbox.sts.setSessionSeconds(200)
    await sandbox.startDaemon()
    await login()
    const script = `
import { createInterface } from 'node:readline'
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { defaultProvider } from '@aws-sdk/credential-provider-node'
const client = new STSClient({ region: 'eu-west-1', endpoint: process.env.AWS_ENDPOINT_URL_STS, credentials: defaultProvider({ profile: 'dev-live' }) })
for await (const line of createInterface({ input: process.stdin })) {
  await client.send(new GetCallerIdentityCommand({}))
  console.log((await client.config.credentials()).accessKeyId)
}`
    const sdk = startLineProcess([process.execPath, '--input-type=module', '-e', script], environment())
    const first = issued()
    expect(await sdk.ask(['call'])).toEqual([first])
    await login(sandbox.nextCode())
    expect(issued()).not.toBe(first)
    // Its refresh runs beside the call that notices that the session is about to end.
    await until('it has the new session', async () => (await sdk.ask(['call']))[0] === issued())
    await sdk.close()
  })

  it('says in one line what is wrong, and boto3 shows it', async (context) => {
    settle()
    const { exitCode, stdout, stderr } = await mfad('credential-process', 'dev')
    expect([exitCode, stdout]).toEqual([tooLittle, ''])
    expect(stderr.trimEnd().split('\n').at(-1)).toBe('mfad: dev has no session; log in with: mfad login dev')
    const python = requirePython(context, 'boto3')
    const script = "import boto3; boto3.Session(profile_name='dev-live').client('sts').get_caller_identity()"
    const boto = await run(spawn(python, ['-c', script], { env: environment(), stdio: 'pipe' }))
    expect(boto.stderr).toContain('mfad: dev has no session; log in with: mfad login dev')
  })
})

describe('mfad require', () => {
  it('succeeds while there is time enough, and ends with 8 where there is not', async () => {
    const daemon = await sandbox.startDaemon()
    await login()
    expect(await sandbox.mfad('require', 'dev')).toEqual({ exitCode: exited, stdout: '', stderr: '' })
    expect((await sandbox.mfad('require', 'dev', '--min', '11h')).exitCode).toBe(exited)
    const short = await sandbox.mfad('require', 'dev', '--min', '13h')
    expect([short.exitCode, short.stdout]).toEqual([tooLittle, ''])
    expect(short.stderr).toMatch(
      /^mfad: the session of dev lasts 11h 59m more, which is less than 13h\n {2}→ renew it with: mfad login dev --duration 14h\n$/,
    )
    await daemon.stop()
    expect((await sandbox.mfad('require', 'dev')).exitCode).toBe(exited)
  })

  it('believes the daemon about the clock of AWS: a session that our clock calls expired may live', async () => {
    await sandbox.startDaemon().then((daemon) => login().then(() => daemon.stop()))
    expire(7200)
    expect((await sandbox.mfad('require', 'dev')).exitCode).toBe(tooLittle)
    const expiration = /^expiration = (.*)$/m.exec(sandbox.readCredentials())?.[1]
    const path = join(sandbox.home, '.aws')
    const answer = {
      version: '0',
      daemon: null,
      files: { credentials: join(path, 'credentials'), config: join(path, 'config') },
      warnings: [],
      profiles: [
        {
          profile: 'dev',
          sessionProfile: 'dev-mfa',
          kind: 'key',
          state: 'valid',
          renews: 'by-code',
          expiration,
          secondsLeft: 3600,
        },
      ],
    }
    mkdirSync(join(sandbox.home, 'run/mfad'), { recursive: true })
    const server = createServer((_, response) => {
      response.setHeader('mfad-version', '0').end(JSON.stringify(answer))
    })
    await new Promise<void>((listening) =>
      server.listen(join(sandbox.home, 'run/mfad/mfad.sock'), () => listening()),
    )
    try {
      expect((await sandbox.mfad('require', 'dev', '--min', '1h')).exitCode).toBe(exited)
      expect((await sandbox.mfad('require', 'dev', '--min', '2h')).exitCode).toBe(tooLittle)
    } finally {
      server.close()
    }
  })

  it('tells what stands against a session: another kind of profile, another tool, a broken file, a wrong name', async () => {
    sandbox.writeCredentials(
      `[dev]\n${aliceKeys}\n[dev-mfa]\naws_access_key_id = ASIAFOREIGN123456789\naws_secret_access_key = x\naws_session_token = x\n`,
    )
    sandbox.writeConfig(`${devConfig}[profile web]\nsso_session = corp\n`)
    settle()
    const results = ['dev', 'web', 'dve'].map((name) => sandbox.mfad('require', name))
    const said = (await Promise.all(results)).map(({ exitCode, stderr }) => [
      exitCode,
      stderr.replace('mfad: the daemon is not running; this is what the file says\n', '').split('\n')[0],
    ])
    expect(said).toEqual([
      [
        4,
        `mfad: [dev-mfa] holds session credentials that mfad did not write: line 5 of ${sandbox.credentialsFile}`,
      ],
      [4, 'mfad: web signs in through IAM Identity Center (SSO), which AWS tools do without mfad'],
      [4, 'mfad: there is no profile dve'],
    ])
  })

  it('looks again at a file that another program is writing in this instant', async () => {
    await sandbox.startDaemon()
    await login()
    const whole = sandbox.readCredentials()
    writeFileSync(sandbox.credentialsFile, '')
    const required = sandbox.mfad('require', 'dev')
    let writes = 0
    await until('it has been written to for longer than a command takes', () => {
      writeFileSync(sandbox.credentialsFile, '')
      writes += 1
      return writes > 75
    })
    writeFileSync(sandbox.credentialsFile, whole)
    expect((await required).exitCode).toBe(exited)
  })
})
