// What crosses the socket outlives a version: after an upgrade the command line meets the daemon of before. Each version's
// answers are kept in test/fixtures/answers, and are not changed any more once that version is out.
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openDevSandbox, type Sandbox } from '../support/sandbox.ts'

type Answers = Record<string, unknown>

const directory = 'test/fixtures/answers'
const versions = readdirSync(directory).map((name) => name.replace(/\.json$/, ''))

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openDevSandbox()
})
afterEach(() => sandbox.close())

const answersOf = (version: string): Answers =>
  JSON.parse(
    readFileSync(join(directory, `${version}.json`), 'utf8')
      .replaceAll('@HOME@', sandbox.home)
      .replaceAll('@LATER@', `${new Date(Date.now() + 11 * 3_600_000).toISOString().slice(0, 19)}Z`),
  )

/** What today's daemon answers to the same requests, one after the other. */
async function answersOfToday(): Promise<Answers> {
  await sandbox.startDaemon()
  const answers: Answers = {}
  for (const [route, body] of [
    ['POST /v1/login', { profiles: ['dev'], tokenCode: sandbox.code() }],
    ['GET /v1/status', undefined],
    ['POST /v1/snooze', { profile: 'dev', seconds: 600 }],
    ['POST /v1/logout', { profile: 'dev' }],
  ] as const) {
    answers[route] = await ask(route, body)
  }
  return answers
}

function ask(route: string, body: object | undefined): Promise<unknown> {
  const [method, path] = route.split(' ')
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: socketPath(), method, path }, async (response) => {
      let text = ''
      for await (const chunk of response) text += chunk
      resolve(JSON.parse(text))
    })
    call.on('error', reject)
    call.end(body === undefined ? '' : JSON.stringify(body))
  })
}

const socketPath = () => join(sandbox.home, 'run/mfad/mfad.sock')

/** A daemon of that version, as far as the command line can see. */
async function startStandIn(version: string, answers: Answers): Promise<() => Promise<unknown>> {
  const server = createServer((request, response) => {
    const [path] = (request.url ?? '').split('?')
    response.writeHead(200, { 'mfad-version': version, 'content-type': 'application/json' })
    response.end(JSON.stringify(answers[`${request.method} ${path}`]))
  })
  mkdirSync(join(sandbox.home, 'run/mfad'), { recursive: true, mode: 0o700 })
  await new Promise<void>((done) => server.listen(socketPath(), done))
  return () => new Promise((done) => server.close(done))
}

describe.each(versions)('the answers of version %s', (version) => {
  it('are understood by this command line', async () => {
    const close = await startStandIn('0.0.1', answersOf(version))
    const older = 'mfad: the daemon has version 0.0.1, this is'
    try {
      for (const [args, said] of [
        [['status'], /dev .*valid/],
        [['login', 'dev', sandbox.code()], /dev → \[dev-mfa\] until/],
        [['snooze', 'dev'], /dev/],
        [['logout', 'dev'], /dev: \[dev-mfa\] is removed/],
      ] as const) {
        const { exitCode, stdout, stderr } = await sandbox.mfad(...args)
        expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 0, stdout: expect.stringMatching(said) })
        expect(stderr).toContain(older)
      }
    } finally {
      await close()
    }
  })

  it('have no field that today’s daemon leaves out', async () => {
    const today = await answersOfToday()
    expect(missing(answersOf(version), today, '')).toEqual([])
  })
})

/** The places of `old` that `now` does not have, or where it has something of another kind. */
function missing(old: unknown, now: unknown, place: string): string[] {
  if (typeof old !== typeof now || Array.isArray(old) !== Array.isArray(now)) return [place]
  if (typeof old !== 'object' || old === null) return []
  return Object.entries(old).flatMap(([field, value]) =>
    missing(value, (now as Record<string, unknown> | null)?.[field], `${place}/${field}`),
  )
}
