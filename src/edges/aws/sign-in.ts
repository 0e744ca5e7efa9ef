// The sign-in of the AWS console: one POST, by the same way and with the same trust as every other call to AWS.
import { type ClientRequest, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { readSignInToken } from '../../core/login/sign-in.ts'
import type { StsFailure } from '../../core/login/sts-failure.ts'
import type { AwsTarget, Partitions } from '../../core/login/sts-target.ts'
import type { FailedProxy, TransportCause } from '../../core/login/transport-failure.ts'
import { createConnection } from './connection.ts'
import { startDeadline } from './deadline.ts'
import { partitions as known } from './partitions.ts'

export const partitions: Partitions = known

export type SignInRequest = Pick<AwsTarget, 'caBundle' | 'proxy'> & {
  /** https, or http on this computer. */
  url: string
  form: string
}

const limitMs = 15_000
const maxAnswerBytes = 64 * 1024

/** The token for a link. Rejects with what speaks against the CA bundle alone, before anything is sent. Follows no redirection. */
export async function askSignInToken(
  request: SignInRequest,
): Promise<{ token: string } | { failure: StsFailure }> {
  const ended = new AbortController()
  const connection = createConnection(request, ended.signal)
  const deadline = startDeadline(limitMs)
  try {
    const { status, text } = await post(request, connection.requestHandler, deadline.signal)
    const token = status === 200 ? readSignInToken(text) : undefined
    if (token !== undefined) return { token }
    return { failure: status >= 400 ? answered(status) : silent('not-sts') }
  } catch (error) {
    return { failure: classify(error as FailedCall, deadline.signal.aborted, connection.askedProxy()) }
  } finally {
    deadline.clear()
    ended.abort()
  }
}

type Handlers = ReturnType<typeof createConnection>['requestHandler']

function post(
  { url, form }: SignInRequest,
  { httpsAgent, connectionTimeout }: Handlers,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(form),
    accept: 'application/json',
    'user-agent': 'mfad',
  }
  const options = { method: 'POST', headers, signal }
  return new Promise((resolve, reject) => {
    const sent: ClientRequest = url.startsWith('https:')
      ? requestHttps(url, { ...options, agent: httpsAgent })
      : requestHttp(url, { ...options, agent: false })
    const timer = setTimeout(
      () => sent.destroy(Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' })),
      connectionTimeout,
    )
    const disarm = () => clearTimeout(timer)
    sent.on('socket', (socket) => {
      if (socket.connecting) socket.once('connect', disarm)
      else disarm()
    })
    sent.on('close', disarm)
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      let bytes = 0
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > maxAnswerBytes) response.destroy(new Error('the answer is too long'))
        chunks.push(chunk)
      })
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8') }),
      )
    })
    sent.end(form)
  })
}

type FailedCall = Error & { code?: string; proxy?: FailedProxy }

function classify(
  { code, proxy }: FailedCall,
  hasExpired: boolean,
  askedProxy: FailedProxy | undefined,
): StsFailure {
  const at = proxy ?? askedProxy
  const cause = (word: string): TransportCause =>
    at === undefined ? { code: word } : { code: word, proxy: at }
  if (hasExpired)
    return at === undefined ? silent('timeout') : { ...silent('timeout'), cause: cause('ETIMEDOUT') }
  if (code === undefined || code.startsWith('HPE_')) return silent('not-sts')
  return { ...silent(code === 'ETIMEDOUT' ? 'timeout' : 'unreachable'), cause: cause(code) }
}

/** What the body says is a page for a browser. */
function answered(httpStatus: number): StsFailure {
  return { kind: 'answered', name: '', message: '', httpStatus }
}

function silent(kind: StsFailure['kind']): StsFailure {
  return { kind, name: '', message: '' }
}
