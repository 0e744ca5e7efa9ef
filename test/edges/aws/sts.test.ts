import { readFileSync } from 'node:fs'
import { createServer, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import { createSts, reachSts } from '../../../src/edges/aws/sts.ts'

const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' }
const target = { region: 'eu-west-1', useFipsEndpoint: false, useDualstackEndpoint: false, credentials }

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

it('takes an answer that names nobody for no answer: two such would be one user', async () => {
  const empty = '<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>'
  const port = await listen(createServer((_, response) => response.end(empty)))
  const endpointUrl = `http://127.0.0.1:${port}`
  const result = await createSts().getCallerIdentity({ ...target, endpointUrl }, AbortSignal.timeout(5000))
  expect(result).toMatchObject({ failure: { kind: 'not-sts' } })
})

it('sends no code to a server that is not trusted, whatever NODE_TLS_REJECT_UNAUTHORIZED says', async () => {
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
  onTestFinished(() => void vi.unstubAllEnvs())
  const pem = readFileSync('test/fixtures/untrusted-server.pem')
  let requests = 0
  const server = createTlsServer({ key: pem, cert: pem }, (_, response) => {
    requests++
    response.end()
  })
  const endpointUrl = `https://127.0.0.1:${await listen(server)}`
  const request = {
    ...target,
    endpointUrl,
    serialNumber: 'arn:aws:iam::1:mfa/a',
    tokenCode: '123456',
    durationSeconds: 900,
  }
  const result = await createSts().getSessionToken(request, AbortSignal.timeout(5000))
  expect(result).toMatchObject({ failure: { kind: 'unreachable' } })
  expect(requests).toBe(0)
})

it.each<[string, (response: ServerResponse) => void]>([
  ['does not answer', () => undefined],
  ['begins an answer, and does not end it', (response) => response.writeHead(200).write('<GetCaller')],
])('waits 15 s, and no longer, for a server that %s', async (_what, serve) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  // Node keeps the time of these itself.
  vi.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
    const controller = new AbortController()
    setTimeout(() => controller.abort(), ms)
    return controller.signal
  })
  let isAsked = false
  const server = createServer((_, response) => {
    serve(response)
    isAsked = true
  })
  onTestFinished(() => server.closeAllConnections())
  const endpointUrl = `http://127.0.0.1:${await listen(server)}`
  let isOver = false
  const never = new AbortController().signal
  const result = createSts()
    .getCallerIdentity({ ...target, endpointUrl }, never)
    .finally(() => {
      isOver = true
    })
  while (!isAsked) await nextTurn()
  vi.advanceTimersByTime(14_900)
  for (let turn = 0; turn < 10; turn++) await nextTurn()
  expect(isOver).toBe(false)
  vi.advanceTimersByTime(100)
  expect(await result).toMatchObject({ failure: { kind: 'timeout' } })
})

it('assumes a role with a session, asking for what the role needs', async () => {
  const bodies: string[] = []
  const answer =
    '<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLEEXAMPLE00</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken><Expiration>2026-03-01T11:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>'
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      bodies.push(`${request.headers['x-amz-security-token']} ${body}`)
      response.end(answer)
    })
  })
  const endpointUrl = `http://127.0.0.1:${await listen(server)}`
  const request = {
    ...target,
    credentials: { ...credentials, sessionToken: 'token', expiration: new Date(0) },
    endpointUrl,
    roleArn: 'arn:aws:iam::444455556666:role/admin',
    roleSessionName: 'mfad-admin',
    durationSeconds: 3600,
  }
  const result = await createSts().assumeRole(request, AbortSignal.timeout(5000))
  expect(result).toMatchObject({
    answer: { sessionToken: 't', expiration: new Date('2026-03-01T11:00:00Z') },
  })
  await createSts().assumeRole({ ...request, externalId: 'x-1' }, AbortSignal.timeout(5000))
  const fields =
    'RoleArn=arn%3Aaws%3Aiam%3A%3A444455556666%3Arole%2Fadmin&RoleSessionName=mfad-admin&DurationSeconds=3600'
  expect(bodies[0]).toContain('token Action=AssumeRole&')
  expect(bodies[0]).not.toContain('ExternalId')
  for (const field of fields.split('&')) expect(bodies[0]).toContain(field)
  expect(bodies[1]).toContain('ExternalId=x-1')
})

it('reaches STS without a signature, and learns its clock from the refusal', async () => {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    const date = new Date(Date.now() - 600_000).toUTCString()
    response.writeHead(403, { date, 'x-amzn-requestid': 'a-b', 'content-type': 'text/xml' })
    response.end(
      '<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>MissingAuthenticationToken</Code><Message>Request is missing Authentication Token</Message></Error><RequestId>a-b</RequestId></ErrorResponse>',
    )
  })
  const { credentials: _, ...where } = target
  const endpointUrl = `http://127.0.0.1:${await listen(server)}`
  const result = await reachSts({ ...where, endpointUrl }, 5000, AbortSignal.timeout(5000))
  expect(seen).toEqual([undefined])
  const { failure } = result as Extract<typeof result, { failure: unknown }>
  expect(failure).toMatchObject({ kind: 'answered', name: 'MissingAuthenticationToken' })
  expect(failure.clockOffsetSeconds).toBeGreaterThan(-603)
  expect(failure.clockOffsetSeconds).toBeLessThan(-597)
})
