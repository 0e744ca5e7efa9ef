// The socket as other programs see it: HTTP/1.1 with JSON, limits, and no secret in any answer.
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { Agent, request } from 'node:http'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { devConfig, openDevSandbox, type RunningDaemon, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

type Answer = { status: number; version: string | undefined; body: unknown }

let sandbox: Sandbox
let socketPath: string
let daemon: RunningDaemon

beforeEach(async () => {
  sandbox = await openDevSandbox()
  socketPath = join(sandbox.home, 'run/mfad/mfad.sock')
  daemon = await sandbox.startDaemon()
})
afterEach(() => sandbox.close())

/** A request by Node's own client; `body` is sent as it is. */
function send(method: string, path: string, body = '', agent?: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = body === '' ? {} : { 'content-length': Buffer.byteLength(body) }
    const call = request({ socketPath, method, path, headers, ...(agent ? { agent } : {}) }, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => {
        sandbox.watchForSecrets(text)
        const { statusCode = 0, headers } = response
        resolve({ status: statusCode, version: String(headers['mfad-version']), body: JSON.parse(text) })
      })
    })
    call.on('error', reject)
    call.end(body)
  })
}

/** Everything the daemon says on a connection until it closes it. */
async function connect(
  text: string,
): Promise<{ socket: Socket; said: () => string; closed: Promise<unknown> }> {
  const socket = createConnection(socketPath)
  let said = ''
  socket.on('data', (chunk) => {
    said += chunk
  })
  socket.on('error', () => undefined)
  const closed = new Promise((resolve) => socket.on('close', resolve))
  await Promise.race([once(socket, 'connect'), closed])
  socket.write(text)
  return { socket, said: () => said, closed }
}

/** A client that has gone is not waited for: its request had up to 10 s. */
async function expectPromptEnd(): Promise<void> {
  const startedAt = performance.now()
  expect((await daemon.stop()).exitCode).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(5000)
}

const post = (path: string, body: unknown) => send('POST', path, JSON.stringify(body))
const badRequest = (message: string) => ({
  status: 400,
  version: '0.1.0',
  body: { error: { code: 'usage.bad-request', message, hint: expect.any(String) } },
})

describe('GET /v1/status with a revision', () => {
  it('is answered when something has happened, by a request, in a file or by time', async () => {
    const first = await send('GET', '/v1/status')
    const revisionIn = ({ body }: Answer) => String((body as { revision: string }).revision)
    const stateIn = ({ body }: Answer) => (body as { profiles: { state: string }[] }).profiles[0]?.state
    const next = (answer: Answer) => send('GET', `/v1/status?after=${revisionIn(answer)}&wait=60`)
    expect(revisionIn(await send('GET', '/v1/status'))).toBe(revisionIn(first))

    sandbox.sts.setSessionSeconds(4)
    const waiting = next(first)
    await sandbox.mfad('login', 'dev', sandbox.code())
    const loggedIn = await waiting
    expect(stateIn(loggedIn)).toBe('expiring')
    const expired = await next(loggedIn)
    expect(stateIn(expired)).toBe('expired')
    const edited = next(expired)
    sandbox.writeConfig(`${devConfig}[profile more]\nregion = eu-west-1\n`)
    expect((await edited).status).toBe(200)
    const last = next(await edited)
    await daemon.stop()
    expect((await last).status).toBe(200)
  })

  it('is refused where the query holds something else', async () => {
    for (const query of ['wait=301', 'wait=x', 'after=1&until=2'])
      expect((await send('GET', `/v1/status?${query}`)).status, query).toBe(400)
  })
})

describe('the socket', () => {
  it('answers a status, with the version in a header', async () => {
    const { status, version, body } = await send('GET', '/v1/status')
    expect({ status, version }).toEqual({ status: 200, version: '0.1.0' })
    expect(body).toMatchObject({ files: { socket: socketPath }, profiles: [{ profile: 'dev' }] })
  })

  it('logs in, renews and logs out without telling a secret', async () => {
    const tokenCode = sandbox.code()
    const renewed = [{ profile: 'dev', sessionProfile: 'dev-mfa', expiration: expect.stringMatching(/Z$/) }]
    expect(await post('/v1/login', { profiles: ['dev'], tokenCode })).toMatchObject({
      status: 200,
      body: { renewed, failed: [], warnings: [] },
    })
    expect(await post('/v1/renew', { profile: 'dev' })).toMatchObject({
      status: 400,
      body: { error: { code: 'usage.token-code-needed' } },
    })
    expect(await post('/v1/logout', { profile: 'dev' })).toMatchObject({
      status: 200,
      body: { profile: 'dev', sessionProfile: 'dev-mfa', removed: true },
    })
  })

  it('carries an error as its code, fact and next step', async () => {
    expect(await post('/v1/login', { profiles: ['nobody'] })).toEqual({
      status: 404,
      version: '0.1.0',
      body: {
        error: {
          code: 'profile.not-found',
          message: 'there is no profile nobody',
          hint: 'list the profiles with: mfad status',
        },
      },
    })
  })

  it.each([
    ['GET', '/'],
    ['GET', '/v1/login'],
    ['DELETE', '/v1/status'],
    ['GET', '/v1/status/constructor'],
    ['GET', '/__proto__'],
  ])('knows no %s %s', async (method, path) => {
    expect(await send(method, path)).toMatchObject({
      status: 404,
      body: { error: { code: 'usage.unknown-route' } },
    })
  })

  it.each([
    ['no JSON', '{', 'the body is not JSON'],
    ['no object', '[]', 'the body must be a JSON object'],
    ['null', 'null', 'the body must be a JSON object'],
    ['no profiles', '{}', 'profiles must be a list of at most 100 names'],
    ['a number as profile', '{"profiles": [1]}', 'profiles must be a list of at most 100 names'],
    [
      'a code that is no string',
      '{"profiles": [], "tokenCode": 123456}',
      'tokenCode must be a string of six digits',
    ],
    [
      'a field it does not know',
      '{"profiles": [], "__proto__": {}}',
      'the body holds a field that this request does not have; it knows profiles, all, tokenCode, serialNumber, durationSeconds, save, adopt, assuming',
    ],
    [
      'more than 8 KiB',
      JSON.stringify({ profiles: ['x'.repeat(9000)] }),
      'the body is longer than 8192 bytes',
    ],
  ])('refuses a login with %s', async (_what, body, message) => {
    expect(await send('POST', '/v1/login', body)).toEqual(badRequest(message))
    expect(sandbox.codesSent()).toEqual([])
  })

  it('refuses headers of more than 8 KiB, in the same words as everything else', async () => {
    const { said, closed } = await connect(
      `GET /v1/status HTTP/1.1\r\nhost: mfad\r\nx: ${'x'.repeat(9000)}\r\n\r\n`,
    )
    await closed
    expect(said()).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(said()).toContain('\r\nmfad-version: 0.1.0\r\n')
    expect(said()).toContain('"message":"the headers are longer than 8192 bytes"')
  })

  it('refuses what is not HTTP', async () => {
    const { said, closed } = await connect('what?\r\n\r\n')
    await closed
    expect(said()).toContain('"message":"the request is not HTTP"')
  })

  it('answers several requests on one connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    const ports = new Set<unknown>()
    agent.on('free', (socket) => ports.add(socket))
    for (const _ of [1, 2, 3])
      expect(await send('GET', '/v1/status', '', agent)).toMatchObject({ status: 200 })
    expect(ports.size).toBe(1)
    agent.destroy()
  })

  it('answers several requests that were sent at once', async () => {
    const { socket, said } = await connect('GET /v1/status HTTP/1.1\r\nhost: mfad\r\n\r\n'.repeat(2))
    await until('both are answered', () => said().split('HTTP/1.1 200 OK').length === 3)
    socket.destroy()
  })

  it('lives through more connections than it takes', async () => {
    const connections = await Promise.all(Array.from({ length: 80 }, () => connect('')))
    let refused = 0
    for (const { closed } of connections) void closed.then(() => refused++)
    await until('the surplus is refused', () => refused === 16)
    connections[0]?.socket.write('GET /v1/status HTTP/1.1\r\nhost: mfad\r\n\r\n')
    await until('an accepted one is served', () => connections[0]?.said().startsWith('HTTP/1.1 200'))
    for (const { socket } of connections) socket.destroy()
    await until('there is room again', async () => (await sandbox.mfad('status')).stderr === '')
  })

  it('finishes a login whose client has gone', async () => {
    sandbox.sts.setFault({ kind: 'slow', milliseconds: 500 }, 1)
    const body = JSON.stringify({ profiles: ['dev'], tokenCode: sandbox.code() })
    const { socket } = await connect(
      `POST /v1/login HTTP/1.1\r\nhost: mfad\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
    )
    await until('STS is asked', () => sandbox.codesSent().length === 1)
    socket.destroy()
    await until('the session is written', () => sandbox.readCredentials().includes('[dev-mfa]'))
    expect((await sandbox.status()).profiles[0]?.state).toBe('valid')
    await expectPromptEnd()
  })

  it('is not shaken by a client that goes away in the middle of a request', async () => {
    const { socket } = await connect('POST /v1/login HTTP/1.1\r\nhost: mfad\r\ncontent-length: 100\r\n\r\n{')
    socket.destroy()
    expect(await send('GET', '/v1/status')).toMatchObject({ status: 200 })
    await expectPromptEnd()
  })

  it('takes one login after another', async () => {
    const tokenCode = sandbox.code()
    const answers = await Promise.all([
      post('/v1/login', { profiles: ['dev'], tokenCode }),
      post('/v1/login', { profiles: ['dev'], tokenCode }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 403])
    expect(sandbox.codesSent()).toHaveLength(1)
  })
})

it('answers without a host, and to an expectation it does not know', async () => {
  const bare = await connect('GET /v1/status HTTP/1.1\r\nconnection: close\r\n\r\n')
  await bare.closed
  expect(bare.said()).toMatch(/^HTTP\/1\.1 200 /)
  const expecting = await connect(
    'GET /v1/status HTTP/1.1\r\nhost: x\r\nexpect: miracles\r\nconnection: close\r\n\r\n',
  )
  await expecting.closed
  expect(expecting.said()).toMatch(/^HTTP\/1\.1 200 [\s\S]*mfad-version: /)
})

it('hangs up on a client that sends requests without waiting for the answers', async () => {
  const requests = 'GET /v1/status HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(1000)
  const { closed, said } = await connect(requests)
  await closed
  expect(said().split('HTTP/1.1 200').length).toBeLessThan(10)
  expect((await sandbox.mfad('status')).exitCode).toBe(0)
})

it('refuses another user, also where its directory can be entered', async (context) => {
  if (process.getuid?.() !== 0) context.skip('only root can become another user')
  const directory = mkdtempSync(join(tmpdir(), 'mfad-open-'))
  try {
    chmodSync(directory, 0o755)
    const open = join(directory, 'mfad.sock')
    await daemon.stop()
    await sandbox.startDaemon({ MFAD_SOCKET: open })
    const ask = `require('node:net').connect(process.argv[1]).on('connect', () => console.log('in')).on('error', ({ code }) => console.log(code))
      .on('connect', () => process.exit())`
    const answerTo = (uid: number) =>
      spawnSync(process.execPath, ['-e', ask, open], { uid, gid: uid, encoding: 'utf8' }).stdout
    expect(answerTo(0)).toBe('in\n')
    expect(answerTo(65_534)).toBe('EACCES\n')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
