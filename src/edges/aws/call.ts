// One call to AWS through a client of its SDK. Everything the client could look up by itself is given explicitly, answers
// are bounded, and nothing is retried: a call may carry a code, and a code counts once.
import { Transform, type TransformCallback } from 'node:stream'
import type { StsFailure } from '../../core/login/sts-failure.ts'
import type { AwsTarget } from '../../core/login/sts-target.ts'
import type { FailedProxy, TransportCause } from '../../core/login/transport-failure.ts'
import { type Connection, createConnection } from './connection.ts'
import { startDeadline } from './deadline.ts'

/** Long-term keys, or those of a session with its token. */
type AnyCredentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string }

export type AwsRequest = AwsTarget & { credentials: AnyCredentials }

/** `host` is what was called, with its port where it is not 443. `clockOffsetSeconds` is the service's clock minus ours. */
export type AwsResult<T> = { answer: T; host?: string; clockOffsetSeconds?: number } | { failure: StsFailure }

/** What every client of the SDK takes. */
export type ClientConfig = ReturnType<typeof clientConfig>

/** What every client of the SDK has. Its middleware is typed by the commands of that one client, and ours serves all. */
type Client = {
  middlewareStack: {
    add(middleware: unknown, at: { step: 'deserialize'; priority: 'low'; name: string }): void
  }
  destroy(): void
}
type Handler = (args: { request: unknown }) => Promise<{ response: unknown }>

const maxAnswerBytes = 1024 * 1024

/**
 * Makes a client, has it `send` one command, and ends it. Resolves with what came of it; rejects only where nothing was
 * sent since the target cannot be used (settings.bad-ca-bundle).
 */
export async function callAws<C extends Client, T>(
  request: AwsRequest,
  limitMs: number,
  stopping: AbortSignal,
  createClient: (config: ClientConfig) => C,
  send: (client: C, signal: AbortSignal) => Promise<T>,
): Promise<AwsResult<T>> {
  const ended = new AbortController()
  const connection = createConnection(request, ended.signal)
  const client = createClient(clientConfig(request, connection))
  const seen = observe(client)
  const deadline = startDeadline(limitMs)
  try {
    const answer = await send(client, AbortSignal.any([stopping, deadline.signal]))
    return { answer, ...seen() }
  } catch (error) {
    const failure = classify(error, stopping.aborted, deadline.signal.aborted, connection.askedProxy())
    return { failure: { ...failure, ...seen() } }
  } finally {
    deadline.clear()
    ended.abort()
    client.destroy()
  }
}

function clientConfig(
  { credentials, region, endpointUrl, useFipsEndpoint, useDualstackEndpoint }: AwsRequest,
  { requestHandler }: Connection,
) {
  return {
    region,
    credentials,
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    useFipsEndpoint,
    useDualstackEndpoint,
    defaultsMode: 'standard' as const,
    retryMode: 'standard' as const,
    maxAttempts: 1,
    requestHandler,
  }
}

type HttpRequest = { hostname: string; port?: number }
type HttpAnswer = { headers?: Record<string, string>; body?: NodeJS.ReadableStream }
type Seen = { host?: string; clockOffsetSeconds?: number }

/**
 * Bounds the body of every answer, and tells which host the SDK called and what that host's clock says: the `Date` header,
 * which refusals have, too.
 */
function observe(client: Client): () => Seen {
  const seen: Seen = {}
  client.middlewareStack.add(
    (next: Handler): Handler =>
      async (args) => {
        const { hostname, port } = args.request as HttpRequest
        seen.host = port === undefined ? hostname : `${hostname}:${port}`
        const sentAt = Date.now()
        const result = await next(args)
        const answer = result.response as HttpAnswer
        const serverTime = Date.parse(answer.headers?.date ?? '')
        if (!Number.isNaN(serverTime))
          seen.clockOffsetSeconds = Math.round((serverTime - (sentAt + Date.now()) / 2) / 1000)
        if (answer.body !== undefined) answer.body = answer.body.pipe(boundedStream(answer.body))
        return result
      },
    { step: 'deserialize', priority: 'low', name: 'observe' },
  )
  return () => seen
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
  source.on('aborted', () =>
    bounded.destroy(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })),
  )
  return bounded
}

type SdkError = Error & {
  code?: unknown
  proxy?: FailedProxy
  $metadata?: { httpStatusCode?: number; requestId?: string }
}

/**
 * What a rejection of the SDK means. It is a refusal by AWS only where the answer has AWS's form and an error code in it.
 */
function classify(
  error: unknown,
  isStopping: boolean,
  hasExpired: boolean,
  askedProxy: FailedProxy | undefined,
): StsFailure {
  const { name, message, proxy, $metadata } = error as SdkError
  const silence = (kind: StsFailure['kind'], cause?: TransportCause): StsFailure =>
    cause === undefined ? { kind, name: '', message: '' } : { kind, name: '', message: '', cause }
  if (isStopping) return silence('stopping')
  if (hasExpired && askedProxy === undefined) return silence('timeout')
  const code = codeOf(error as SdkError)
  // The SDK calls the end of its wait for a connection so, and gives it no code.
  if (hasExpired || code === 'ETIMEDOUT' || (name === 'TimeoutError' && code === undefined)) {
    const at = proxy ?? askedProxy
    return silence('timeout', at === undefined ? { code: 'ETIMEDOUT' } : { code: 'ETIMEDOUT', proxy: at })
  }
  if (code !== undefined) {
    if (code.startsWith('HPE_')) return silence('not-sts')
    return silence('unreachable', proxy === undefined ? { code } : { code, proxy })
  }
  const httpStatus = $metadata?.httpStatusCode
  if (httpStatus === undefined) return silence('unreachable', { code: name })
  // The SDK calls a refusal without an error code Unknown, and one that it cannot read Error.
  const hasErrorCode = $metadata?.requestId !== undefined && name !== 'Unknown' && name !== 'Error'
  const isRefusal = (httpStatus >= 400 && hasErrorCode) || httpStatus >= 500 || httpStatus === 429
  return isRefusal ? { kind: 'answered', name, message, httpStatus } : silence('not-sts')
}

/** Node's own, which have this form. */
function codeOf({ code }: SdkError): string | undefined {
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]*$/.test(code) ? code : undefined
}
