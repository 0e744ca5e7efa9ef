// STS, called through the AWS SDK. Everything the client could look up by itself is given explicitly, answers are bounded,
// and nothing is retried: a call may carry a code, and a code counts once.
import { Transform, type TransformCallback } from 'node:stream'
import {
  GetCallerIdentityCommand,
  GetSessionTokenCommand,
  STSClient,
  type STSClientConfig,
} from '@aws-sdk/client-sts'
import type { StsFailure } from '../../core/login/sts-failure.ts'
import type { LongTermCredentials } from '../../core/profiles/sections.ts'
import type { SessionCredentials } from '../../core/profiles/session-section.ts'
import { startDeadline } from './deadline.ts'

export type StsTarget = {
  region: string
  /** https, or http on loopback. */
  endpointUrl?: string
  useFipsEndpoint: boolean
  useDualstackEndpoint: boolean
}

/** Long-term keys, or those of a session with its token. */
type AnyCredentials = LongTermCredentials & { sessionToken?: string }

export type SessionTokenRequest = StsTarget & {
  credentials: LongTermCredentials
  serialNumber: string
  tokenCode: string
  durationSeconds: number
}

/** Either the answer or what went wrong; never a rejection. `clockOffsetSeconds` is STS's clock minus ours. */
export type StsResult<T> = { answer: T; clockOffsetSeconds?: number } | { failure: StsFailure }

export type Sts = {
  /** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
  getSessionToken(request: SessionTokenRequest, signal: AbortSignal): Promise<StsResult<SessionCredentials>>
  /** The ARN of the caller; needs no permission. */
  getCallerIdentity(
    request: StsTarget & { credentials: AnyCredentials },
    signal: AbortSignal,
  ): Promise<StsResult<string>>
}

const connectTimeoutMs = 5000
const callTimeoutMs = 15_000
const maxAnswerBytes = 1024 * 1024

export function createSts(limitMs = callTimeoutMs): Sts {
  return {
    getSessionToken: (request, signal) =>
      call(request, limitMs, signal, async (client, abortSignal) => {
        const { serialNumber, tokenCode, durationSeconds } = request
        const command = new GetSessionTokenCommand({
          SerialNumber: serialNumber,
          TokenCode: tokenCode,
          DurationSeconds: durationSeconds,
        })
        const { Credentials, $metadata } = await client.send(command, { abortSignal })
        // A page of HTML can be well-formed, too.
        if (Credentials === undefined) throw Object.assign(new Error('no credentials'), { $metadata })
        return {
          accessKeyId: Credentials.AccessKeyId ?? '',
          secretAccessKey: Credentials.SecretAccessKey ?? '',
          sessionToken: Credentials.SessionToken ?? '',
          expiration: Credentials.Expiration ?? new Date(Number.NaN),
        }
      }),
    getCallerIdentity: (request, signal) =>
      call(request, limitMs, signal, async (client, abortSignal) => {
        const { Arn, $metadata } = await client.send(new GetCallerIdentityCommand({}), { abortSignal })
        if (!Arn) throw Object.assign(new Error('no ARN'), { $metadata })
        return Arn
      }),
  }
}

async function call<T>(
  request: StsTarget & { credentials: AnyCredentials },
  limitMs: number,
  signal: AbortSignal,
  send: (client: STSClient, signal: AbortSignal) => Promise<T>,
): Promise<StsResult<T>> {
  const client = new STSClient(clientConfig(request))
  const clock = observeAnswers(client)
  const deadline = startDeadline(limitMs)
  try {
    const answer = await send(client, AbortSignal.any([signal, deadline.signal]))
    return { answer, ...clock.offset() }
  } catch (error) {
    return { failure: { ...classify(error, signal, deadline.signal), ...clock.offset() } }
  } finally {
    deadline.clear()
    client.destroy()
  }
}

function clientConfig({
  credentials,
  region,
  endpointUrl,
  useFipsEndpoint,
  useDualstackEndpoint,
}: Parameters<typeof call>[0]): STSClientConfig {
  return {
    region,
    credentials,
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    useFipsEndpoint: endpointUrl === undefined && useFipsEndpoint,
    useDualstackEndpoint: endpointUrl === undefined && useDualstackEndpoint,
    defaultsMode: 'standard',
    retryMode: 'standard',
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectTimeoutMs,
      httpAgent: { keepAlive: false },
      // Said explicitly: NODE_TLS_REJECT_UNAUTHORIZED=0 would send the code to anyone.
      httpsAgent: { keepAlive: false, rejectUnauthorized: true },
    },
  }
}

type HttpAnswer = { statusCode?: number; headers?: Record<string, string>; body?: NodeJS.ReadableStream }

/** Bounds the body of every answer, and reads STS's clock from its `Date` header: refusals carry one too. */
function observeAnswers(client: STSClient): { offset(): { clockOffsetSeconds?: number } } {
  let clockOffsetSeconds: number | undefined
  client.middlewareStack.add(
    (next) => async (args) => {
      const sentAt = Date.now()
      const result = await next(args)
      const answer = result.response as HttpAnswer
      const serverTime = Date.parse(answer.headers?.date ?? '')
      if (!Number.isNaN(serverTime))
        clockOffsetSeconds = Math.round((serverTime - (sentAt + Date.now()) / 2) / 1000)
      if (answer.body !== undefined) answer.body = answer.body.pipe(boundedStream(answer.body))
      return result
    },
    { step: 'deserialize', priority: 'low', name: 'observeAnswers' },
  )
  return { offset: () => (clockOffsetSeconds === undefined ? {} : { clockOffsetSeconds }) }
}

function boundedStream(source: NodeJS.ReadableStream): Transform {
  let bytes = 0
  const bounded = new Transform({
    transform(chunk: Uint8Array, _encoding, done: TransformCallback) {
      bytes += chunk.length
      done(bytes > maxAnswerBytes ? new Error('the answer is too long') : null, chunk)
    },
  })
  source.on('error', (error) => bounded.destroy(error))
  source.on('aborted', () => bounded.destroy(new Error('the connection was closed')))
  return bounded
}

type SdkError = Error & { code?: string; $metadata?: { httpStatusCode?: number; requestId?: string } }

/** What a rejection of the SDK means. STS spoke when there is an error code of its own in an answer of its own form. */
function classify(error: unknown, signal: AbortSignal, timeout: AbortSignal): StsFailure {
  const { name, message, code, $metadata } = error as SdkError
  const silence = (kind: StsFailure['kind']): StsFailure => ({ kind, name: '', message: '' })
  if (signal.aborted) return silence('stopping')
  if (timeout.aborted || (name === 'TimeoutError' && code !== 'ECONNRESET')) return silence('timeout')
  const httpStatus = $metadata?.httpStatusCode
  if (httpStatus === undefined) return silence('unreachable')
  // The SDK calls a refusal without an error code Unknown, and one that it cannot read Error.
  const hasErrorCode = $metadata?.requestId !== undefined && name !== 'Unknown' && name !== 'Error'
  const isRefusal = (httpStatus >= 400 && hasErrorCode) || httpStatus >= 500 || httpStatus === 429
  return isRefusal ? { kind: 'answered', name, message, httpStatus } : silence('not-sts')
}
