import { GetCallerIdentityCommand, GetSessionTokenCommand, STSClient } from '@aws-sdk/client-sts'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { type EmbeddedSts, type Fault, startEmbeddedSts } from '../../../src/demo/sts/embedded-sts.ts'
import { alice, phone } from './accounts.ts'
import type { Credentials } from './signed-request.ts'

describe('the AWS SDK', () => {
  it('logs in and uses the session', async () => {
    const sts = await start()
    const { Credentials: session } = await login(sts)
    const identity = await client(sts, {
      accessKeyId: session?.AccessKeyId ?? '',
      secretAccessKey: session?.SecretAccessKey ?? '',
      sessionToken: session?.SessionToken ?? '',
    }).send(new GetCallerIdentityCommand({}))
    expect(identity.Arn).toBe(alice.arn)
    expect(session?.Expiration?.getMilliseconds()).toBe(0)
  })

  it('is refused with a wrong secret', async () => {
    const sts = await start()
    const forger = client(sts, { ...alice, secretAccessKey: 'wrong' })
    await expect(forger.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({
      name: 'SignatureDoesNotMatch',
      $metadata: { httpStatusCode: 403 },
    })
  })

  it('is refused when its body is changed on the way', async () => {
    const sts = await start()
    const changed = client(sts, alice)
    changed.middlewareStack.add(
      (next) => (args) => {
        const request = args.request as { body: string }
        request.body = request.body.replace('DurationSeconds=900', 'DurationSeconds=901')
        return next(args)
      },
      { step: 'deserialize' },
    )
    const command = new GetSessionTokenCommand({ DurationSeconds: 900 })
    await expect(changed.send(command)).rejects.toMatchObject({ name: 'SignatureDoesNotMatch' })
  })

  it('corrects its clock by the one of STS', async () => {
    const sts = await start()
    sts.setClockOffsetSeconds(-20 * 60)
    const late = client(sts, alice)
    const identify = () => late.send(new GetCallerIdentityCommand({}))
    await expect(identify()).rejects.toThrow(/^Signature not yet current: /)
    expect((await identify()).Arn).toBe(alice.arn)
  })
})

describe('a fault', () => {
  it.each<[Fault, object, 'used up' | 'still good']>([
    [{ kind: 'throttle' }, { name: 'Throttling', $metadata: { httpStatusCode: 400 } }, 'still good'],
    [
      { kind: 'unavailable' },
      { name: 'ServiceUnavailable', $metadata: { httpStatusCode: 503 } },
      'still good',
    ],
    [
      { kind: 'internal-failure' },
      { name: 'InternalFailure', $metadata: { httpStatusCode: 500 } },
      'still good',
    ],
    [{ kind: 'html' }, { $metadata: { httpStatusCode: 200 } }, 'still good'],
    [{ kind: 'reset' }, { code: 'ECONNRESET' }, 'still good'],
    [{ kind: 'reset-after-evaluation' }, { code: 'ECONNRESET' }, 'used up'],
    [{ kind: 'malformed-xml' }, { $metadata: { httpStatusCode: 200 } }, 'used up'],
  ])('%o fails the login, and the code is %s afterwards', async (fault, error, state) => {
    const sts = await start()
    sts.setFault(fault, 1)
    const tokenCode = sts.tokenCode(phone.serialNumber)
    await expect(login(sts, tokenCode)).rejects.toMatchObject(error)
    const again = await login(sts, tokenCode).then(
      () => 'still good',
      () => 'used up',
    )
    expect(again).toBe(state)
  })

  it('lasts for as many requests as asked, or until it is changed', async () => {
    const sts = await start()
    const identify = () =>
      client(sts, alice)
        .send(new GetCallerIdentityCommand({}))
        .then(
          () => 'OK',
          (error: Error) => error.name,
        )
    sts.setFault({ kind: 'throttle' }, 2)
    expect([await identify(), await identify(), await identify()]).toEqual(['Throttling', 'Throttling', 'OK'])
    sts.setFault({ kind: 'unavailable' })
    expect([await identify(), await identify()]).toEqual(['ServiceUnavailable', 'ServiceUnavailable'])
    sts.setFault({ kind: 'none' })
    expect(await identify()).toBe('OK')
  })

  it('answers slowly when asked', async () => {
    const sts = await start()
    sts.setFault({ kind: 'slow', milliseconds: 80 })
    const startedAt = performance.now()
    await login(sts)
    expect(performance.now() - startedAt).toBeGreaterThan(79)
  })

  it('can put hostile credentials in an answer, byte for byte', async () => {
    const sts = await start()
    const sessionToken = 'token\r\n[default]\naws_access_key_id = AKIAEVIL\t<&>\u2028'
    sts.setFault({ kind: 'answer', credentials: { sessionToken } })
    const { Credentials: session } = await login(sts)
    expect(session?.SessionToken).toBe(sessionToken)
    expect(session?.AccessKeyId).toMatch(/^ASIA/)
  })

  it('can send 50 MiB', async () => {
    const sts = await start()
    sts.setFault({ kind: 'huge' })
    const answer = await fetch(sts.endpoint, { method: 'POST', body: '' })
    let length = 0
    for await (const chunk of answer.body ?? []) length += chunk.length
    expect(length).toBeGreaterThan(50 * 1024 * 1024)
  })

  it('serves on after a client that hung up on a huge answer', async () => {
    const sts = await start()
    sts.setFault({ kind: 'huge' }, 1)
    const answer = await fetch(sts.endpoint, { method: 'POST', body: '' })
    await answer.body?.cancel()
    expect((await login(sts)).Credentials).toBeDefined()
  })
})

describe('closing', () => {
  it.each<Fault>([{ kind: 'hang' }, { kind: 'slow', milliseconds: 600_000 }, { kind: 'huge' }])(
    'drops a connection with the fault %o at once',
    async (fault) => {
      const sts = await start()
      sts.setFault(fault)
      const call = fetch(sts.endpoint, { method: 'POST', body: '' }).then((answer) => answer.text())
      const failed = expect(call).rejects.toThrow()
      await vi.waitFor(() => expect(sts.calls).toHaveLength(1))
      const startedAt = performance.now()
      await Promise.all([sts.close(), sts.close()])
      await failed
      expect(performance.now() - startedAt).toBeLessThan(1000)
    },
  )

  it('leaves no timer of a slow answer', async () => {
    const sts = await start()
    sts.setFault({ kind: 'slow', milliseconds: 600_000 })
    const calls = Array.from({ length: 20 }, () => fetch(sts.endpoint, { method: 'POST', body: '' }))
    await vi.waitFor(() => expect(sts.calls).toHaveLength(20))
    expect(timers()).toBeGreaterThanOrEqual(20)
    await sts.close()
    expect((await Promise.allSettled(calls)).every(({ status }) => status === 'rejected')).toBe(true)
    await vi.waitFor(() => expect(timers()).toBeLessThan(20))
  })

  it('lets no one in afterwards', async () => {
    const sts = await start()
    await sts.close()
    await expect(fetch(sts.endpoint)).rejects.toThrow()
  })
})

async function start(): Promise<EmbeddedSts> {
  const sts = await startEmbeddedSts({ users: [alice] })
  onTestFinished(() => sts.close())
  return sts
}

function client(sts: EmbeddedSts, credentials: Credentials): STSClient {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const stsClient = new STSClient({
    region: 'eu-west-1',
    endpoint: sts.endpoint,
    credentials: { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) },
    maxAttempts: 1,
  })
  onTestFinished(() => stsClient.destroy())
  return stsClient
}

function login(sts: EmbeddedSts, tokenCode = sts.tokenCode(phone.serialNumber)) {
  const command = new GetSessionTokenCommand({ SerialNumber: phone.serialNumber, TokenCode: tokenCode })
  return client(sts, alice).send(command)
}

/** Of the whole process; the test runner and the clients have a few of their own. */
function timers(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length
}
