import { type AddressInfo, createServer, type Server } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import type { AwsTarget } from '../../../src/core/login/sts-target.ts'
import { type EmbeddedSts, startEmbeddedSts } from '../../../src/demo/sts/embedded-sts.ts'
import { askSignInToken } from '../../../src/edges/aws/sign-in.ts'
import { createSts } from '../../../src/edges/aws/sts.ts'
import {
  authorityFile,
  type ConnectProxy,
  startConnectProxy,
  startTlsFront,
} from '../../support/aws-network.ts'
import { alice } from '../../support/sandbox.ts'
import { until } from '../../support/until.ts'

let sts: EmbeddedSts
let front: Awaited<ReturnType<typeof startTlsFront>>
let proxy: ConnectProxy

beforeAll(async () => {
  sts = await startEmbeddedSts({ users: [alice] })
  front = await startTlsFront(sts.endpoint)
  proxy = await startConnectProxy(front.port)
})
beforeEach(() => Object.assign(proxy, { asked: [], answer: 200, credentials: undefined }))
afterAll(async () => {
  await proxy.close()
  await front.close()
  await sts.close()
})

const caBundle = { value: authorityFile, where: 'AWS_CA_BUNDLE' }
const through = (address: string, noProxy = '') => ({ address, where: 'HTTPS_PROXY', noProxy })
const frontUrl = () => `https://127.0.0.1:${front.port}`
const credentials = { accessKeyId: alice.accessKeyId, secretAccessKey: alice.secretAccessKey }

function ask(target: Partial<AwsTarget>, limitMs?: number) {
  const whole = { region: 'eu-west-1', useFipsEndpoint: false, useDualstackEndpoint: false, ...target }
  return createSts(limitMs).getCallerIdentity({ ...whole, credentials }, new AbortController().signal)
}
const answer = (host: string) => ({ answer: alice.arn, host })
const because = (cause: object) => ({ failure: { kind: 'unreachable', cause } })

describe('the host that a call names', () => {
  const unknownThere = (host: string) => ({ failure: { name: 'InvalidClientTokenId', host } })
  it.each<[Partial<AwsTarget>, string, (host: string) => object]>([
    [{}, 'sts.eu-west-1.amazonaws.com', answer],
    [{ region: 'us-east-1', useFipsEndpoint: true }, 'sts-fips.us-east-1.amazonaws.com', answer],
    [{ useDualstackEndpoint: true }, 'sts.eu-west-1.api.aws', answer],
    [{ region: 'eusc-de-east-1' }, 'sts.eusc-de-east-1.amazonaws.eu', unknownThere],
    [{ region: 'us-iso-east-1' }, 'sts.us-iso-east-1.c2s.ic.gov', unknownThere],
  ])('with %j is the one that the SDK called: %s', async (target, host, expected) => {
    expect(await ask({ ...target, caBundle, proxy: through(proxy.url) })).toMatchObject(expected(host))
    expect(proxy.asked).toEqual([`${host}:443`])
  })

  it('is that of the endpoint, with its port', async () => {
    expect(await ask({ endpointUrl: frontUrl(), caBundle })).toMatchObject(answer(`127.0.0.1:${front.port}`))
    expect(await ask({ endpointUrl: sts.endpoint })).toMatchObject(
      answer(sts.endpoint.replace('http://', '')),
    )
  })
})

describe('a proxy', () => {
  it('gets the user name and the password that its address holds', async () => {
    proxy.credentials = 'ann:p@ss:word'
    const address = proxy.url.replace('//', '//ann:p%40ss%3Aword@')
    expect(await ask({ caBundle, proxy: through(address) })).toMatchObject(
      answer('sts.eu-west-1.amazonaws.com'),
    )
  })

  it.each([
    ['https', frontUrl],
    ['http', () => sts.endpoint],
  ])('is not asked for what is on this computer, by %s', async (_scheme, endpointUrl) => {
    const result = await ask({ endpointUrl: endpointUrl(), caBundle, proxy: through('http://127.0.0.1:1') })
    expect(result).toMatchObject({ answer: alice.arn })
  })

  it('is not asked for a host that NO_PROXY names', async () => {
    const result = await ask({
      endpointUrl: 'https://sts.invalid',
      proxy: through(proxy.url, 'invalid'),
    })
    expect(result).toMatchObject(because({ code: expect.stringMatching(/^(?:ENOTFOUND|EAI_AGAIN)$/) }))
    expect(proxy.asked).toEqual([])
  })

  it('must not stand for the host behind it: a certificate for the proxy’s own address is none for another', async () => {
    const result = await ask({ endpointUrl: 'https://10.0.0.1', caBundle, proxy: through(proxy.url) })
    expect(proxy.asked).toEqual(['10.0.0.1:443'])
    expect(result).toMatchObject(because({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }))
  })

  it.each([[403], [407], [502]])('that answers %i is named, and AWS has said nothing', async (status) => {
    proxy.answer = status
    const result = await ask({ caBundle, proxy: through(proxy.url.replace('//', '//ann:hunter2@')) })
    const host = proxy.url.replace('http://', '')
    expect(result).toMatchObject(
      because({ proxy: { host, where: 'HTTPS_PROXY', status, hasCredentials: true } }),
    )
    expect(JSON.stringify(result)).not.toMatch(/hunter2|ann|the words of the proxy/)
  })

  it.each<[string, () => string, string]>([
    ['nobody listens at', () => 'http://127.0.0.1:1', 'ECONNREFUSED'],
    ['has an unknown name', () => 'http://proxy.invalid:3128', '(?:ENOTFOUND|EAI_AGAIN)'],
    ['is no proxy', () => sts.endpoint, 'NOT_A_PROXY'],
    ['has a certificate that is not trusted', frontUrl, '(?:SELF_SIGNED\\w+|UNABLE_TO_\\w+)'],
  ])('that %s is told from AWS being out of reach', async (_what, address, code) => {
    const result = await ask({ proxy: through(address()) })
    const host = address().replace(/^https?:\/\//, '')
    expect(result).toMatchObject(
      because({ code: expect.stringMatching(new RegExp(`^${code}$`)), proxy: { host } }),
    )
  })

  describe('that never answers', () => {
    let silent: Server
    let open = 0
    let host: string
    beforeAll(async () => {
      silent = createServer((socket) => {
        open++
        socket
          .on('close', () => open--)
          .on('error', () => undefined)
          .resume()
      })
      await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done))
      host = `127.0.0.1:${(silent.address() as AddressInfo).port}`
    })
    afterAll(() => new Promise((done) => void silent.close(done)))
    const timedOut = () => ({ failure: { kind: 'timeout', cause: { code: 'ETIMEDOUT', proxy: { host } } } })

    it('is left when the call is over, and its connection closed', async () => {
      expect(await ask({ proxy: through(`http://${host}`) }, 1000)).toMatchObject(timedOut())
      await until('the connection is closed', () => open === 0)
    })

    it('is waited for 10 s, and no longer, by a sign-in as well', async () => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
      onTestFinished(() => void vi.useRealTimers())
      let isOver = false
      const request = { url: 'https://signin.aws.amazon.com/federation', form: 'a=b' }
      const result = askSignInToken({ ...request, proxy: through(`http://${host}`) }).finally(() => {
        isOver = true
      })
      while (open === 0) await nextTurn()
      vi.advanceTimersByTime(9900)
      for (let turn = 0; turn < 10; turn++) await nextTurn()
      expect(isOver).toBe(false)
      vi.advanceTimersByTime(100)
      expect(await result).toMatchObject(timedOut())
      vi.useRealTimers()
      await until('the connection is closed', () => open === 0)
    })
  })
})

describe('behind a proxy', () => {
  const target = () => ({ caBundle, proxy: through(proxy.url) })

  it('a server that hangs is left, and it is not the proxy that is blamed', async () => {
    sts.setFault({ kind: 'hang' }, 1)
    const { failure } = (await ask(target(), 1000)) as { failure: object }
    expect(failure).toEqual({
      kind: 'timeout',
      name: '',
      message: '',
      host: 'sts.eu-west-1.amazonaws.com',
    })
  })

  it('a connection that is cut off is AWS’s', async () => {
    sts.setFault({ kind: 'reset' }, 1)
    expect(await ask(target())).toMatchObject(because({ code: 'ECONNRESET' }))
  })

  it('an answer without end is cut off', async () => {
    sts.setFault({ kind: 'huge' }, 1)
    expect(await ask(target())).toMatchObject({ failure: { kind: 'not-sts' } })
  })
})

describe('a call that does not come through says why', () => {
  it.each<[string, () => Partial<AwsTarget>, string]>([
    ['nobody listens', () => ({ endpointUrl: 'https://127.0.0.1:1' }), 'ECONNREFUSED'],
    ['there is no such name', () => ({ endpointUrl: 'https://sts.invalid' }), '(?:ENOTFOUND|EAI_AGAIN)'],
    ['the certificate is not trusted', () => ({ endpointUrl: frontUrl() }), 'UNABLE_TO_\\w+'],
    [
      'the usual certificates are replaced by others',
      () => ({ endpointUrl: frontUrl(), caBundle: { value: untrustedFile, where: 'AWS_CA_BUNDLE' } }),
      'UNABLE_TO_\\w+',
    ],
    [
      'the certificate is for another host',
      () => ({ region: 'ap-east-1', caBundle, proxy: through(proxy.url) }),
      'ERR_TLS_CERT_ALTNAME_INVALID',
    ],
    [
      'the server does not speak TLS',
      () => ({ endpointUrl: sts.endpoint.replace('http:', 'https:') }),
      'EPROTO|ERR_SSL_\\w+',
    ],
  ])('%s', async (_what, target, code) => {
    expect(await ask(target())).toMatchObject(
      because({ code: expect.stringMatching(new RegExp(`^(?:${code})$`)) }),
    )
  })
})

const untrustedFile = `${process.cwd()}/test/fixtures/untrusted-server.pem`
