// What our bundles leave out of the AWS SDK is missed nowhere: they send what the whole SDK sends, byte by byte but for what is of
// the instant, and read an answer as it does.
import { createRequire } from 'node:module'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { resolve } from 'node:path'
import { IAMClient, ListMFADevicesCommand } from '@aws-sdk/client-iam'
import {
  AssumeRoleCommand,
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
} from '@aws-sdk/client-sts'
import fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import type * as iamSource from '../../src/edges/aws/iam.ts'
import { partitions } from '../../src/edges/aws/partitions.ts'
import * as stsSource from '../../src/edges/aws/sts.ts'
import { startConnectProxy } from '../support/aws-network.ts'

const load = createRequire(import.meta.url)
const stsBundle = load(resolve('dist/sts.cjs')) as typeof stsSource
const iamBundle = load(resolve('dist/iam.cjs')) as typeof iamSource

/** Answers whatever it is asked with the same, and keeps what it was asked. */
let server: Server
let endpointUrl: string
let requests: string[] = []
let answer = ''
beforeAll(async () => {
  server = createServer(serve)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  endpointUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // Not the SDK's business here; see sdk-environment.ts.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
})
beforeEach(() => {
  requests = []
  answer = http('<a/>')
})
afterAll(() => new Promise((done) => void server.close(done)))

function serve(socket: Socket): void {
  let text = ''
  socket.on('error', () => undefined)
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1')
    const bodyAt = text.indexOf('\r\n\r\n') + 4
    const length = Number(/^content-length: (\d+)/im.exec(text)?.[1])
    if (bodyAt < 4 || text.length < bodyAt + length) return
    requests.push(text)
    socket.end(answer)
  })
}

function http(body: string, status = '200 OK', headers = 'x-amzn-requestid: a-b\r\n'): string {
  return `HTTP/1.1 ${status}\r\n${headers}connection: close\r\n\r\n${body}`
}

/** Without what is of the instant, and the SDK's version: what it ships for require() still names the version before. */
function comparable(request: string | undefined): string | undefined {
  return request
    ?.replace(/^(amz-sdk-invocation-id): [\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\r$/im, '$1: ID\r')
    .replace(/^(x-amz-date): \d{8}T\d{6}Z\r$/im, '$1: DATE\r')
    .replace(/\/\d{8}\//, '/DAY/')
    .replace(/(aws-sdk-js\/|api\/(?:sts|iam)#)3\.\d+\.\d+/g, '$1VERSION')
    .replace(/Signature=[\da-f]{64}/, 'Signature=SIGNATURE')
}

/** No connection outlives a call. */
const requestHandler = { httpAgent: { keepAlive: false, maxSockets: Number.POSITIVE_INFINITY } }
const never = new AbortController().signal
const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
const key = fc.stringMatching(/^[A-Z0-9]{16,20}$/)
const target = fc.record({
  region: fc.constantFrom('eu-west-1', 'us-east-1', 'cn-north-1', 'us-gov-west-1', 'us-iso-east-1'),
  path: fc.constantFrom('', '/', '/sts', '/a/b/'),
  accessKeyId: key,
  secretAccessKey: word,
  sessionToken: fc.option(fc.stringMatching(/^[A-Za-z0-9+/=]{1,400}$/), { nil: undefined }),
})

type Where = {
  region: string
  path: string
  accessKeyId: string
  secretAccessKey: string
  sessionToken: string | undefined
}

function configs({ region, path, sessionToken, ...keys }: Where) {
  const credentials = { ...keys, ...(sessionToken === undefined ? {} : { sessionToken }) }
  const url = `${endpointUrl}${path}`
  return {
    ours: { region, credentials, endpointUrl: url, useFipsEndpoint: false, useDualstackEndpoint: false },
    whole: { region, credentials, endpoint: url, maxAttempts: 1, requestHandler },
  }
}

/** What each of them sends. */
async function sent(ours: () => Promise<unknown>, whole: () => Promise<unknown>) {
  requests = []
  await ours()
  await whole().catch(() => undefined)
  const [mine, theirs] = requests.map(comparable)
  expect(theirs).toContain('Signature=SIGNATURE')
  return [mine, theirs]
}

it('ask STS for a session as the whole SDK does', async () => {
  const inputs = fc.record({ serialNumber: word, tokenCode: word, durationSeconds: fc.nat() })
  const asked = fc.asyncProperty(target, inputs, async (where, input) => {
    const { ours, whole } = configs(where)
    const { serialNumber: SerialNumber, tokenCode: TokenCode, durationSeconds: DurationSeconds } = input
    const command = new GetSessionTokenCommand({ SerialNumber, TokenCode, DurationSeconds })
    const [mine, theirs] = await sent(
      () => stsBundle.createSts().getSessionToken({ ...ours, ...input }, never),
      () => new STSClient(whole).send(command),
    )
    expect(mine).toBe(theirs)
  })
  await fc.assert(asked, { numRuns: 60 })
})

it('ask STS for a role, and whose keys they are, as the whole SDK does', async () => {
  const inputs = fc.record({
    roleArn: word,
    roleSessionName: word,
    externalId: word,
    durationSeconds: fc.nat(),
  })
  const asked = fc.asyncProperty(target, inputs, async (where, input) => {
    const { ours, whole } = configs(where)
    const credentials = { sessionToken: '', ...ours.credentials, expiration: new Date(0) }
    const command = new AssumeRoleCommand({
      RoleArn: input.roleArn,
      RoleSessionName: input.roleSessionName,
      DurationSeconds: input.durationSeconds,
      ExternalId: input.externalId,
    })
    const [mine, theirs] = await sent(
      () => stsBundle.createSts().assumeRole({ ...ours, ...input, credentials }, never),
      () => new STSClient({ ...whole, credentials }).send(command),
    )
    expect(mine).toBe(theirs)
    const [own, others] = await sent(
      () => stsBundle.createSts().getCallerIdentity(ours, never),
      () => new STSClient(whole).send(new GetCallerIdentityCommand({})),
    )
    expect(own).toBe(others)
  })
  await fc.assert(asked, { numRuns: 40 })
})

it('ask IAM as the whole SDK does', async () => {
  const asked = fc.asyncProperty(target, async (where) => {
    const { ours, whole } = configs(where)
    const [mine, theirs] = await sent(
      () => iamBundle.createIam().listMfaDevices(ours, never),
      () => new IAMClient(whole).send(new ListMFADevicesCommand({})),
    )
    expect(mine).toBe(theirs)
  })
  await fc.assert(asked, { numRuns: 20 })
})

it('look nothing up in the environment', async () => {
  const variables = {
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:1',
    AWS_REGION: 'ap-east-1',
    AWS_SDK_UA_APP_ID: 'somebody',
    AWS_MAX_ATTEMPTS: 'many',
    AWS_RETRY_MODE: 'bogus',
    AWS_DEFAULTS_MODE: 'bogus',
    AWS_USE_FIPS_ENDPOINT: 'true',
    AWS_AUTH_SCHEME_PREFERENCE: 'sigv4a',
    AWS_DISABLE_CLOCK_SKEW_CORRECTION: 'bogus',
    AWS_SIGV4A_SIGNING_REGION_SET: '*',
    AWS_ACCESS_KEY_ID: 'AKIASOMEBODYELSES000',
  }
  const where = { region: 'eu-west-1', path: '', accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's' }
  const { ours } = configs({ ...where, sessionToken: undefined })
  const ask = () => stsBundle.createSts().getCallerIdentity(ours, never)
  await ask()
  Object.assign(process.env, variables)
  try {
    await ask()
  } finally {
    for (const name of Object.keys(variables)) delete process.env[name]
  }
  expect(requests).toHaveLength(2)
  expect(comparable(requests[1])).toBe(comparable(requests[0]))
})

it('call the host that the whole SDK calls', async () => {
  const proxy = await startConnectProxy(1)
  proxy.answer = 502
  const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's' }
  const expected: (string | undefined)[] = []
  const called: (string | undefined)[] = []
  for (const region of [
    'eu-west-1',
    'us-east-1',
    'cn-north-1',
    'us-gov-west-1',
    'eusc-de-east-1',
    'us-iso-east-1',
  ])
    for (const useFipsEndpoint of [false, true])
      for (const useDualstackEndpoint of [false, true]) {
        const where = { region, useFipsEndpoint, useDualstackEndpoint, credentials: keys }
        expected.push(hostOf(where))
        const setting = { address: proxy.url, where: 'HTTPS_PROXY', noProxy: '' }
        const result = await stsBundle.createSts().getCallerIdentity({ ...where, proxy: setting }, never)
        called.push('failure' in result ? result.failure.host : undefined)
      }
  await proxy.close()
  expect(called).toEqual(expected)
  expect(proxy.asked).toEqual(expected.flatMap((host) => (host === undefined ? [] : [`${host}:443`])))
  expect(new Set(expected).size).toBeGreaterThan(15)
})

/** Undefined where there is none. */
function hostOf(where: { region: string; useFipsEndpoint: boolean; useDualstackEndpoint: boolean }) {
  const { endpointProvider } = new STSClient(where).config
  const { region: Region, useFipsEndpoint: UseFIPS, useDualstackEndpoint: UseDualStack } = where
  try {
    return endpointProvider({ Region, UseFIPS, UseDualStack, UseGlobalEndpoint: false }).url.hostname
  } catch {
    return undefined
  }
}

it('know the partitions that the SDK knows', () => {
  for (const region of [
    'eu-west-1',
    'cn-north-1',
    'us-gov-east-1',
    'eusc-de-east-1',
    'us-isob-east-1',
    'xx-new-1',
  ])
    expect(stsBundle.createSts().partitions.partitionOf(region)).toBe(partitions.partitionOf(region))
  for (const name of ['aws', 'aws-cn', 'aws-us-gov', 'aws-eusc', 'aws-iso', 'nowhere'])
    expect(iamBundle.createIam().partitions.defaultRegionOf(name)).toBe(partitions.defaultRegionOf(name))
})

const issued = (values: string) =>
  `<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetSessionTokenResult><Credentials>${values}</Credentials></GetSessionTokenResult><ResponseMetadata><RequestId>a-b</RequestId></ResponseMetadata></GetSessionTokenResponse>`
const whole =
  '<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>a/b+c=</SecretAccessKey><SessionToken>t&amp;&#65;</SessionToken><Expiration>2026-03-01T11:00:00Z</Expiration>'
const refusal = (code: string, message = 'No.') =>
  `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>a-b</RequestId></ErrorResponse>`

it.each<[string, string]>([
  ['a session', http(issued(whole))],
  [
    'a session in other words',
    http(`<?xml version="1.0"?>\n<!-- x -->${issued(whole.replaceAll('><', '>\n <'))}`),
  ],
  ['CDATA', http(issued('<AccessKeyId><![CDATA[ASIA<&]]></AccessKeyId>'))],
  ['an expiration with an offset', http(issued('<Expiration>2026-03-01T11:00:00.5+02:00</Expiration>'))],
  ['an expiration that is none', http(issued('<Expiration>soon</Expiration>'))],
  ['no session', http(issued(''))],
  ['another document', http('<html><body>Sign in</body></html>')],
  ['no document', http('{"a": 1}')],
  ['half a document', http(issued(whole).slice(0, 200))],
  ['nothing', http('')],
  ['a redirection', http('', '302 Found', 'location: /x\r\n')],
  ['a refusal', http(refusal('AccessDenied', 'MultiFactorAuthentication failed &lt;x&gt;'), '403 Forbidden')],
  ['a refusal that the SDK has a class for', http(refusal('ExpiredTokenException'), '400 Bad Request')],
  ['a refusal of the region', http(refusal('RegionDisabledException'), '403 Forbidden')],
  ['too many calls', http(refusal('Throttling'), '400 Bad Request')],
  ['a failure', http('<a/>', '500 Internal Server Error')],
  ['a failure without an id', http('oh', '503 Service Unavailable', '')],
  ['a refusal without a code', http('<ErrorResponse/>', '403 Forbidden')],
  ['not found', http('', '404 Not Found')],
  [
    'a clock',
    http(
      refusal('SignatureDoesNotMatch'),
      '403 Forbidden',
      'date: Sun, 01 Mar 2026 10:00:00 GMT\r\nx-amzn-requestid: 1\r\n',
    ),
  ],
  ['not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ['an answer that ends too soon', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n<a/>'],
  ['an answer without end', http('x'.repeat(2 * 1024 * 1024))],
  ['nothing at all', ''],
])('read %s as the whole SDK does', async (_what, text) => {
  answer = text
  const keys = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 's' }
  const { ours, whole } = configs({ region: 'eu-west-1', path: '', ...keys, sessionToken: undefined })
  const input = { serialNumber: 'arn:aws:iam::1:mfa/a', tokenCode: '123456', durationSeconds: 900 }
  const ask = (sts: typeof stsSource) => sts.createSts().getSessionToken({ ...ours, ...input }, never)
  const [bundled, source] = [await ask(stsBundle), await ask(stsSource)]
  expect(withoutClock(bundled)).toEqual(withoutClock(source))
  const theirs = await new STSClient(whole).send(new GetSessionTokenCommand({})).then(
    ({ Credentials }) => ({
      secretAccessKey: Credentials?.SecretAccessKey,
      token: Credentials?.SessionToken,
    }),
    ({ name, message }: Error) => ({ name, message }),
  )
  if ('failure' in bundled && bundled.failure.kind === 'answered') {
    const { name, message } = bundled.failure
    expect({ name, message }).toEqual(theirs)
  }
  if (!('failure' in bundled)) {
    const { secretAccessKey = '', sessionToken } = bundled.answer
    expect({ secretAccessKey, token: sessionToken }).toEqual({
      secretAccessKey: '',
      token: '',
      ...definedOf(theirs),
    })
  }
})

function withoutClock(result: object): object {
  return JSON.parse(
    JSON.stringify(result, (name, value) => (name === 'clockOffsetSeconds' ? undefined : value)),
  )
}

function definedOf(values: object): object {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined))
}
