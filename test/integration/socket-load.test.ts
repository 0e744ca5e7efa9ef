// Many clients at once, and clients that send anything: the daemon answers or hangs up, and neither ends nor grows.
import { readFileSync } from 'node:fs'
import { createConnection } from 'node:net'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDevSandbox, type RunningDaemon, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox
let daemon: RunningDaemon
beforeEach(async () => {
  sandbox = await openDevSandbox()
  daemon = await sandbox.startDaemon()
})
afterEach(() => sandbox.close())

/** What comes back until the daemon closes the connection, or until `isEnough`. */
function talk(text: string | Uint8Array, isEnough = (_said: string) => false): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection(join(sandbox.home, 'run/mfad/mfad.sock'))
    let said = ''
    socket.on('data', (chunk) => {
      said += chunk
      if (isEnough(said)) socket.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(said))
    socket.write(text)
    // Nothing more is to come: the daemon need not wait for the rest of a request.
    socket.end()
  })
}

const question = 'GET /v1/status HTTP/1.1\r\nhost: mfad\r\nconnection: close\r\n\r\n'

it('1,000 clients at once are each answered or turned away, and it goes on', {
  timeout: 60_000,
}, async () => {
  const answers = await Promise.all(Array.from({ length: 1000 }, () => talk(question)))
  const answered = answers.filter((said) => said.startsWith('HTTP/1.1 200 '))
  expect(answered.length).toBeGreaterThanOrEqual(64)
  expect(answers.filter((said) => said !== '' && !said.startsWith('HTTP/1.1 200 '))).toEqual([])
  expect((await sandbox.mfad('status')).exitCode).toBe(0)
})

const part = fc.oneof(
  fc.constantFrom(
    'GET /v1/status',
    'POST /v1/login',
    'POST /v1/logout',
    'DELETE /',
    ' HTTP/1.1',
    '\r\n',
    '\r\n\r\n',
    ': ',
  ),
  fc.constantFrom(
    'content-length: 5',
    'content-length: -1',
    'transfer-encoding: chunked',
    'host: mfad',
    '5\r\n{"a":',
  ),
  fc.constantFrom(
    '{"profiles":["dev"]}',
    '{"profile":"__proto__"}',
    '[[[[[[',
    '\0',
    'expect: 100-continue',
    'upgrade: x',
  ),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

/** A million takes two minutes: MFAD_TEST_REQUESTS=1000000. */
const malformedRequests = Number(process.env.MFAD_TEST_REQUESTS ?? 4000)

it('malformed requests neither end it nor have it grow', {
  timeout: 90_000 + malformedRequests,
}, async () => {
  const requests = fc.sample(
    fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
    {
      numRuns: malformedRequests,
      seed: 1,
    },
  )
  const send = async (from: number, to: number) => {
    for (let at = from; at < to; at += 40)
      await Promise.all(requests.slice(at, Math.min(at + 40, to)).map((text) => talk(text)))
  }
  const half = requests.length / 2
  await send(0, half)
  const before = residentKiB()
  await send(half, requests.length)
  expect(residentKiB() - before).toBeLessThan(8 * 1024)
  expect(daemon.log()).not.toContain('a request failed')
  expect((await sandbox.mfad('status')).exitCode).toBe(0)
})

function residentKiB(): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${daemon.process.pid}/status`, 'utf8'))?.[1])
}
