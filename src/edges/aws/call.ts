// One call to AWS through a client of its SDK. Everything the client could look up by itself is given explicitly, answers
// are bounded, and nothing is retried: a call may carry a code, and a code counts once.
import type { StsFailure } from '../../core/login/sts-failure.ts'
import type { AwsTarget } from '../../core/login/sts-target.ts'
import type { FailedProxy, TransportCause } from '../../core/login/transport-failure.ts'
import { type Connection, createConnection } from './connection.ts'
import { startDeadline } from './deadline.ts'
import { type Answer, post } from './post.ts'

/** Long-term keys, or those of a session with its token. */
type AnyCredentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string }

export type AwsRequest = AwsTarget & { credentials: AnyCredentials }

/** `host` is what was called, with its port where it is not 443. `clockOffsetSeconds` is the service's clock minus ours. */
export type AwsResult<T> = { answer: T; host?: string; clockOffsetSeconds?: number } | { failure: StsFailure }

/** What every client of the SDK takes. */
export type ClientConfig = ReturnType<typeof clientConfig>

/** What the SDK has made ready to be sent, as far as we look at it. The address has no query: see isSafeEndpoint. */
type SignedRequest = {
  protocol: string
  hostname: string
  port?: number
  path: string
  headers: Record<string, string>
  body?: string
}
type Seen = { host?: string; clockOffsetSeconds?: number }

const maxAnswerBytes = 1024 * 1024

/**
 * Makes a client, has it `send` one command, and ends it. Resolves with what came of it; rejects only where nothing was
 * sent since the target cannot be used (settings.bad-ca-bundle).
 */
export async function callAws<C, T>(
  request: AwsRequest,
  limitMs: number,
  stopping: AbortSignal,
  createClient: (config: ClientConfig) => C,
  send: (client: C, signal: AbortSignal) => Promise<T>,
): Promise<AwsResult<T>> {
  const connection = await createConnection(request)
  const seen: Seen = {}
  const client = createClient(clientConfig(request, requestHandler(connection, seen)))
  const deadline = startDeadline(limitMs)
  try {
    const answer = await send(client, AbortSignal.any([stopping, deadline.signal]))
    return { answer, ...seen }
  } catch (error) {
    const failure = classify(error, stopping.aborted, deadline.signal.aborted, connection.askedProxy())
    return { failure: { ...failure, ...seen } }
  } finally {
    deadline.clear()
    connection.close()
  }
}

/** Everything that a client would look up in variables and files: our bundles leave the code for that out, see sdk-parts.mjs. */
function clientConfig(
  { credentials, region, endpointUrl, useFipsEndpoint, useDualstackEndpoint }: AwsRequest,
  requestHandler: RequestHandler,
) {
  return {
    region,
    credentials,
    ...(endpointUrl === undefined ? {} : { endpoint: endpointUrl }),
    ignoreConfiguredEndpointUrls: true,
    useFipsEndpoint,
    useDualstackEndpoint,
    defaultsMode: 'standard' as const,
    retryMode: 'standard' as const,
    maxAttempts: 1,
    authSchemePreference: [],
    disableClockSkewCorrection: false,
    userAgentAppId: () => Promise.resolve(undefined),
    bodyLengthChecker: (body: string) => Buffer.byteLength(body),
    requestHandler,
  }
}

type RequestHandler = ReturnType<typeof requestHandler>

/** Sends what the SDK has signed, and notes which host that was and what its clock says: the `Date` header, which refusals have, too. */
function requestHandler(connection: Connection, seen: Seen) {
  return {
    async handle(request: SignedRequest, { abortSignal }: { abortSignal?: unknown } = {}) {
      const { protocol, hostname, port, path, headers, body = '' } = request
      seen.host = port === undefined ? hostname : `${hostname}:${port}`
      const isTls = protocol === 'https:'
      const host = hostname.replace(/^\[(.*)\]$/, '$1')
      const sentAt = Date.now()
      const answer = await post(
        { isTls, host, port, path, headers, body, mostBytes: maxAnswerBytes },
        connection,
        abortSignal as AbortSignal,
      )
      noteClock(seen, sentAt, answer)
      return { response: answer }
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
  }
}

function noteClock(seen: Seen, sentAt: number, { headers, answeredAt }: Answer): void {
  const serverTime = Date.parse(headers.date ?? '')
  if (!Number.isNaN(serverTime))
    seen.clockOffsetSeconds = Math.round((serverTime - (sentAt + answeredAt) / 2) / 1000)
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
  if (hasExpired || code === 'ETIMEDOUT') {
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
