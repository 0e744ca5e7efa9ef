// The sign-in of the AWS console: one POST, by the same way and with the same trust as every other call to AWS.
import { readSignInToken } from '../../core/login/sign-in.ts'
import type { StsFailure } from '../../core/login/sts-failure.ts'
import type { AwsTarget, Partitions } from '../../core/login/sts-target.ts'
import type { FailedProxy, TransportCause } from '../../core/login/transport-failure.ts'
import { type Connection, createConnection } from './connection.ts'
import { startDeadline } from './deadline.ts'
import { partitions as known } from './partitions.ts'
import { post } from './post.ts'

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
  const connection = await createConnection(request)
  const deadline = startDeadline(limitMs)
  try {
    const { status, text } = await postForm(request, connection, deadline.signal)
    const token = status === 200 ? readSignInToken(text) : undefined
    if (token !== undefined) return { token }
    return { failure: status >= 400 ? answered(status) : silent('not-sts') }
  } catch (error) {
    return { failure: classify(error as FailedCall, deadline.signal.aborted, connection.askedProxy()) }
  } finally {
    deadline.clear()
    connection.close()
  }
}

async function postForm(
  { url, form }: SignInRequest,
  connection: Connection,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  const { protocol, hostname, port, pathname, search } = new URL(url)
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': String(Buffer.byteLength(form)),
    accept: 'application/json',
    'user-agent': 'mfad',
  }
  const request = {
    isTls: protocol === 'https:',
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? undefined : Number(port),
    path: pathname + search,
    headers,
    body: form,
    mostBytes: maxAnswerBytes,
  }
  const { statusCode, body } = await post(request, connection, signal)
  return { status: statusCode, text: Buffer.from(body).toString('utf8') }
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
