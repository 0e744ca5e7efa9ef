// The container credentials endpoint: the real `mfad serve`, asked by boto3, the SDK for JavaScript and whoever has no business there.
import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { requireProgram, requirePython } from '../support/clients.ts'
import { ask, freePort, type Served, startServe } from '../support/endpoint.ts'
import { startLineProcess } from '../support/line-process.ts'
import { aliceKeys, aliceSerial, devConfig, openSandbox, run, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const program = resolve('dist/mfad.cjs')

let sandbox: Sandbox
let served: Served[] = []
beforeEach(async () => {
  sandbox = await openSandbox()
  sandbox.writeCredentials(`[dev]\n${aliceKeys}`)
  sandbox.writeConfig(`${devConfig}[profile staging]\nregion = eu-west-1\n`)
  await sandbox.startDaemon()
  served = []
})
afterEach(async () => {
  for (const each of served) await each.stop()
  await sandbox.close()
})

const login = async (code = sandbox.code()) => {
  const { exitCode, stderr } = await sandbox.mfad('login', 'dev', code)
  expect(exitCode, stderr).toBe(0)
}
const issued = () => sandbox.sts.issued.at(-1)
const serve = async (...args: string[]) => {
  const one = await startServe(sandbox, await freePort(), ...args)
  served.push(one)
  return one
}
/** What it prints is secret on purpose, so it does not go through the sandbox. */
const envOf = (port: number, profile = 'dev', ...args: string[]) =>
  run(
    spawn(
      process.execPath,
      [program, 'env', profile, '--endpoint', '--port', String(port), '--format', 'json', ...args],
      { env: sandbox.environment, stdio: 'pipe' },
    ),
  )
const variablesOf = async (port: number, profile = 'dev') => {
  const { exitCode, stdout, stderr } = await envOf(port, profile)
  expect(exitCode, stderr).toBe(0)
  return JSON.parse(stdout) as Record<string, string>
}
const credentialsOf = (port: number, token: string, path = '/v1/credentials/dev') =>
  ask(port, { path, headers: { authorization: token } })

/** The surroundings of a program that knows the endpoint and nothing else. */
const bare = (variables: Record<string, string>) => ({
  PATH: sandbox.environment.PATH ?? '',
  HOME: join(sandbox.home, 'nobody'),
  AWS_EC2_METADATA_DISABLED: 'true',
  ...variables,
})
const secretPath = () => join(sandbox.home, '.local/state/mfad/endpoint-secret')

describe('a program that asks the endpoint', () => {
  const botoScript = `
import boto3, sys
client = boto3.Session().client('sts', endpoint_url=sys.argv[1], region_name='eu-west-1')
for line in sys.stdin:
    client.get_caller_identity()
    print(client._request_signer._credentials.access_key, flush=True)`

  it('boto3: takes each new session while it runs, also after the endpoint was killed and started again', async (context) => {
    const python = requirePython(context, 'boto3')
    sandbox.sts.setSessionSeconds(600)
    await login()
    const { port, stop } = await serve()
    const variables = await variablesOf(port)
    const boto = startLineProcess([python, '-c', botoScript, sandbox.sts.endpoint], bare(variables))
    const first = issued()?.accessKeyId
    expect(await boto.ask(['call'])).toEqual([first])
    await login(sandbox.nextCode())
    expect(issued()?.accessKeyId).not.toBe(first)
    expect(await boto.ask(['call'])).toEqual([issued()?.accessKeyId])
    await stop('SIGKILL')
    served = [await startServe(sandbox, port)]
    expect(await variablesOf(port)).toEqual(variables)
    expect(await boto.ask(['call'])).toEqual([issued()?.accessKeyId])
    await boto.close()
  })

  it('the SDK for JavaScript: takes the session that a login writes meanwhile', async () => {
    sandbox.sts.setSessionSeconds(200)
    await login()
    const { port } = await serve()
    const script = `
import { createInterface } from 'node:readline'
import { STSClient, GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { defaultProvider } from '@aws-sdk/credential-provider-node'
const client = new STSClient({ region: 'eu-west-1', endpoint: '${sandbox.sts.endpoint}', credentials: defaultProvider() })
for await (const line of createInterface({ input: process.stdin })) {
  await client.send(new GetCallerIdentityCommand({}))
  console.log((await client.config.credentials()).accessKeyId)
}`
    const sdk = startLineProcess(
      [process.execPath, '--input-type=module', '-e', script],
      bare(await variablesOf(port)),
    )
    const first = issued()?.accessKeyId
    expect(await sdk.ask(['call'])).toEqual([first])
    await login(sandbox.nextCode())
    expect(issued()?.accessKeyId).not.toBe(first)
    await until('it has the new session', async () => (await sdk.ask(['call']))[0] === issued()?.accessKeyId)
    await sdk.close()
  })

  it('the AWS CLI, in a shell that had other credentials before', async (context) => {
    const aws = requireProgram(context, 'aws')
    await login()
    const { port } = await serve()
    const mfad = `${process.execPath} ${program}`
    const text = `eval "$(${mfad} env dev --endpoint --port ${port})"; ${aws} --endpoint-url ${sandbox.sts.endpoint} sts get-caller-identity --query Arn --output text`
    const stale = {
      AWS_ACCESS_KEY_ID: 'ASIASTALESTALESTALE1',
      AWS_SECRET_ACCESS_KEY: 'x',
      AWS_PROFILE: 'other',
    }
    const env = { ...sandbox.environment, ...stale }
    const { stdout, stderr } = await run(spawn('bash', ['-c', text], { env, stdio: 'pipe' }))
    expect([stdout, stderr]).toEqual(['arn:aws:iam::111122223333:user/alice\n', ''])
  })

  it('without a live session gets the reason and the next step, in the form that boto3 and the SDK for JavaScript show', async (context) => {
    const python = requirePython(context, 'boto3')
    utimesSync(sandbox.credentialsFile, new Date(0), new Date(0))
    const { port } = await serve()
    const ended = await envOf(port)
    expect(ended.exitCode).toBe(0)
    expect(ended.stderr).toBe('mfad: dev has no session; log in with: mfad login dev\n')
    const variables = JSON.parse(ended.stdout) as Record<string, string>
    const token = variables.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? ''
    const { status, text } = await credentialsOf(port, token)
    const [code, message] = ['session.none', 'dev has no session; log in with: mfad login dev']
    expect([status, JSON.parse(text)]).toEqual([409, { code, message, Code: code, Message: message }])
    const script = "import boto3; boto3.client('sts', region_name='eu-west-1').get_caller_identity()"
    const boto = await run(spawn(python, ['-c', script], { env: bare(variables), stdio: 'pipe' }))
    expect(boto.stderr).toContain(message)
    const js = `
import { fromHttp } from '@aws-sdk/credential-provider-http'
await fromHttp({ maxRetries: 0 })().catch(({ Code, Message }) => console.log(Code, Message))`
    const argv = ['--input-type=module', '-e', js]
    const sdk = await run(spawn(process.execPath, argv, { env: bare(variables), stdio: 'pipe' }))
    expect(sdk.stdout).toBe(`${code} ${message}\n`)
  })
})

describe('the endpoint', () => {
  it('serves profiles of every name that AWS tools can read, to boto3 and the SDK for JavaScript', async (context) => {
    const python = requirePython(context, 'boto3')
    const profiles = ['a/b', 'team@x:y', '100%', 'a.b+c', 'dev']
    sandbox.writeCredentials(profiles.map((name) => `[${name}]\n${aliceKeys}`).join('\n'))
    sandbox.writeConfig(profiles.map((name) => `[profile ${name}]\nmfa_serial = ${aliceSerial}\n`).join(''))
    const { exitCode, stderr } = await sandbox.mfad('login', '--all', sandbox.code())
    expect(exitCode, stderr).toBe(0)
    const { port } = await serve()
    const js = `
import { fromHttp } from '@aws-sdk/credential-provider-http'
console.log((await fromHttp({ maxRetries: 0 })()).accessKeyId)`
    const py = 'import boto3; print(boto3.Session().get_credentials().access_key)'
    for (const name of [...profiles, 'dev-mfa']) {
      const env = bare(await variablesOf(port, name))
      const sdk = await run(
        spawn(process.execPath, ['--input-type=module', '-e', js], { env, stdio: 'pipe' }),
      )
      const boto = await run(spawn(python, ['-c', py], { env, stdio: 'pipe' }))
      const key = `${issued()?.accessKeyId}\n`
      expect([name, sdk.stdout, boto.stdout]).toEqual([name, key, key])
    }
  })

  it('gives nothing of other files while the settings that name them cannot be read', async () => {
    await login()
    const { port } = await serve()
    const token = (await variablesOf(port)).AWS_CONTAINER_AUTHORIZATION_TOKEN ?? ''
    sandbox.writeSettings('[mfad]\nduration = never\n')
    const { status, text } = await credentialsOf(port, token)
    expect([status, JSON.parse(text).code]).toEqual([409, 'settings.invalid'])
    sandbox.writeSettings('')
    expect((await credentialsOf(port, token)).status).toBe(200)
  })

  it('gives nothing without the right token, and each profile has its own', async () => {
    await login()
    const { port } = await serve()
    const variables = await variablesOf(port)
    const token = variables.AWS_CONTAINER_AUTHORIZATION_TOKEN ?? ''
    const other = (await variablesOf(port, 'staging')).AWS_CONTAINER_AUTHORIZATION_TOKEN ?? ''
    expect(other).not.toBe(token)
    const good = await credentialsOf(port, token)
    expect([good.status, JSON.parse(good.text)]).toEqual([
      200,
      {
        AccessKeyId: issued()?.accessKeyId,
        SecretAccessKey: issued()?.secretAccessKey,
        Token: issued()?.sessionToken,
        Expiration: /^expiration = (.*)$/m.exec(sandbox.readCredentials())?.[1],
      },
    ])
    expect(good.headers['cache-control']).toBe('no-store')
    for (const wrong of ['', other, `${token}x`, token.slice(1), `Bearer ${token}`]) {
      const { status, text } = await credentialsOf(port, wrong)
      expect([wrong, status, JSON.parse(text).code]).toEqual([wrong, 403, 'AccessDenied'])
    }
    // Whether there is such a profile does not show.
    const none = await credentialsOf(port, token, '/v1/credentials/nosuch')
    expect(none).toMatchObject({ status: 403, text: (await credentialsOf(port, other)).text })
  })

  it('refuses another host (a web page whose name leads here), another method, another path, and a body', async () => {
    await login()
    const { port } = await serve()
    const token = (await variablesOf(port)).AWS_CONTAINER_AUTHORIZATION_TOKEN ?? ''
    const path = '/v1/credentials/dev'
    const authorization = token
    const asked = [
      { path, headers: { authorization, host: `evil.example:${port}` } },
      { path, headers: { authorization, host: '127.0.0.1' } },
      { path, headers: { authorization }, method: 'POST' },
      { path, headers: { authorization }, method: 'HEAD' },
      { path, headers: { authorization }, body: 'x' },
      { path: `${path}?x=1`, headers: { authorization } },
      { path: `${path}/`, headers: { authorization } },
      { path: '/v1/credentials/%64ev', headers: { authorization } },
      { path: '/v1/credentials/%ff', headers: { authorization } },
      { path: '/', headers: { authorization } },
    ]
    const statuses = []
    for (const each of asked) statuses.push((await ask(port, each)).status)
    // %64 is a d: the same profile, and the same token.
    expect(statuses).toEqual([403, 403, 405, 405, 400, 404, 404, 200, 404, 404])
  })

  it('survives whatever is sent to it', async () => {
    await login()
    const { port } = await serve()
    const token = (await variablesOf(port)).AWS_CONTAINER_AUTHORIZATION_TOKEN ?? ''
    for (const text of [
      '\0\0\0\0\r\n\r\n',
      `GET / HTTP/1.1\r\nhost: ${'x'.repeat(20_000)}\r\n\r\n`,
      'GET /',
    ]) {
      const socket = connect(port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.write(text)
      if (text === 'GET /') socket.destroy()
      await new Promise((closed) => socket.on('close', closed))
    }
    const flood = Array.from({ length: 80 }, () => connect(port, '127.0.0.1').on('error', () => undefined))
    await until('they are connected, or turned away', () => flood.every(({ connecting }) => !connecting))
    for (const socket of flood) socket.destroy()
    await until('it answers again', async () => {
      const answer = await credentialsOf(port, token).catch(() => undefined)
      return answer?.status === 200
    })
  })

  it('is reached from this computer only, opens no debugger, and logs nothing', async () => {
    await login()
    const one = await serve()
    const token = (await variablesOf(one.port)).AWS_CONTAINER_AUTHORIZATION_TOKEN ?? ''
    process.kill(one.pid, 'SIGUSR1')
    await credentialsOf(one.port, token)
    await credentialsOf(one.port, 'wrong')
    expect(one.printed()).toBe(
      `serving sessions at http://127.0.0.1:${one.port} until Ctrl-C; the variables for a program: mfad env PROFILE --endpoint --port ${one.port}\n`,
    )
    const hex = one.port.toString(16).toUpperCase().padStart(4, '0')
    const listening = ['/proc/net/tcp', '/proc/net/tcp6']
      .filter((path) => existsSync(path))
      .flatMap((path) => readFileSync(path, 'utf8').split('\n'))
      .filter((line) => new RegExp(`^ *\\d+: [0-9A-F]+:${hex} \\S+ 0A `).test(line))
    expect(listening.map((line) => line.trim().split(/\s+/)[1])).toEqual([`0100007F:${hex}`])
    expect((await one.stop('SIGINT')).exitCode).toBe(130)
  })

  it('has its secret in a file for its user alone, and takes none that others could have seen', async () => {
    const { port } = await serve()
    await variablesOf(port)
    expect(statSync(secretPath()).mode & 0o777).toBe(0o600)
    chmodSync(secretPath(), 0o644)
    const { exitCode, stderr } = await envOf(port)
    expect(exitCode).toBe(3)
    expect(stderr).toContain(`${secretPath()} is damaged, or is not yours alone`)
    expect(stderr).toContain('with: mfad serve --new-tokens')
  })

  it('refuses every former token after --new-tokens', async () => {
    await login()
    const first = await serve()
    const former = (await variablesOf(first.port)).AWS_CONTAINER_AUTHORIZATION_TOKEN ?? ''
    // Another one, beside it: the first one takes the new tokens, too.
    const second = await serve('--new-tokens')
    expect((await credentialsOf(first.port, former)).status).toBe(403)
    expect((await credentialsOf(second.port, former)).status).toBe(403)
    const now = (await variablesOf(first.port)).AWS_CONTAINER_AUTHORIZATION_TOKEN ?? ''
    expect((await credentialsOf(first.port, now)).status).toBe(200)
  })

  it('says that its port is taken, and keeps the tokens then', async () => {
    const first = await serve()
    const before = readFileSync(secretPath(), 'utf8')
    const { exitCode, stderr } = await sandbox.mfad('serve', '--port', String(first.port), '--new-tokens')
    expect([exitCode, stderr.split('\n')[0]]).toEqual([
      3,
      `mfad: port ${first.port} is taken: by another mfad serve, or by another program`,
    ])
    expect(readFileSync(secretPath(), 'utf8')).toBe(before)
    expect((await sandbox.mfad('serve', '--port', '80')).exitCode).toBe(2)
  })
})

describe('mfad env --endpoint', () => {
  it('fails in the shell where nothing serves, and names the command that does', async () => {
    const port = await freePort()
    const mfad = `${process.execPath} ${program}`
    const text = `set -e; eval "$(${mfad} env dev --endpoint --port ${port})"; echo went on`
    const { exitCode, stdout, stderr } = await run(
      spawn('bash', ['-c', text], { env: sandbox.environment, stdio: 'pipe' }),
    )
    expect([exitCode, stdout]).toEqual([1, ''])
    expect(stderr).toContain(
      `mfad: nothing answers at http://127.0.0.1:${port}\n  → start the endpoint, and leave it running: mfad serve --port ${port}\n`,
    )
  })

  it('gives no token away to another program that has taken the port', async () => {
    await (await serve()).stop()
    served = []
    const asked: string[] = []
    const stranger = createServer((request, response) => {
      asked.push(`${request.url} ${JSON.stringify(request.headers)}`)
      response.end(`{"proof":"${'0'.repeat(64)}"}\n`)
    })
    const port = await freePort()
    await new Promise<void>((listening) => stranger.listen(port, '127.0.0.1', listening))
    try {
      const { exitCode, stdout, stderr } = await envOf(port)
      expect([exitCode, stdout]).toEqual([3, ''])
      expect(stderr).toContain(`what answers at http://127.0.0.1:${port} is not the mfad serve of this user`)
      expect(asked).toHaveLength(1)
      expect(asked[0]).toMatch(/^\/v1\/proof\/[0-9a-f]{32} \{"host":"127.0.0.1:\d+"\}$/)
    } finally {
      stranger.close()
    }
  })

  it('says so where AWS tools would take [default] instead', async () => {
    const { port } = await serve()
    expect((await envOf(port)).stderr).not.toContain('[default]')
    sandbox.writeCredentials(`[default]\n${aliceKeys}\n[dev]\n${aliceKeys}`)
    writeFileSync(join(sandbox.home, '.aws/config'), devConfig)
    expect((await envOf(port)).stderr).toContain(
      `mfad: a program that sees ${sandbox.credentialsFile} takes the credentials of [default] and does not ask the endpoint`,
    )
  })

  it('does not know a profile that is not there', async () => {
    const { port } = await serve()
    const { exitCode, stderr } = await envOf(port, 'dve')
    expect([exitCode, stderr.split('\n')[0]]).toEqual([4, 'mfad: there is no profile dve'])
  })
})
