// One POST to AWS, and its whole answer, which is bounded. The connection says through which proxy, and whom to trust. Nothing is
// repeated, and no redirection is followed.
import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Connection } from './connection.ts'

export type Post = {
  isTls: boolean
  /** An IPv6 address without brackets. */
  host: string
  port?: number | undefined
  path: string
  headers: Record<string, string>
  body: string
  mostBytes: number
}

/** The names of the headers are in lower case; `answeredAt` is when they came. */
export type Answer = {
  statusCode: number
  headers: Record<string, string>
  body: Uint8Array
  answeredAt: number
}

/** Rejects with Node's own error where no whole answer comes. For an answer that is too long, the error has no code, but `$metadata`. */
export async function post(request: Post, connection: Connection, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted()
  let stop = () => undefined as unknown
  // Removed in the end: Node keeps what AbortSignal.any made, and all that its listeners refer to, as long as it has listeners.
  const onAbort = () => stop()
  signal.addEventListener('abort', onAbort)
  try {
    return await new Promise((resolve, reject) => {
      const sent = send(request, connection)
      // While a request waits for a proxy to open the tunnel, destroying it emits nothing, so it is said here.
      const giveUp = (error: Error) => {
        reject(error)
        sent.destroy()
      }
      stop = () => giveUp(new Error('the call was given up'))
      whenNotConnected(sent, connection.connectTimeoutMs, () => giveUp(timedOut()))
      sent.on('error', reject)
      sent.on('response', (response) => {
        // From here on the answer itself shows whether it came whole. An error of the request after that does not matter.
        sent.off('error', reject).on('error', () => undefined)
        wholeAnswer(response, request.mostBytes).then(resolve, reject)
      })
      sent.end(request.body)
    })
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

function send({ isTls, host, port, path, headers }: Post, { httpsAgent }: Connection): ClientRequest {
  const options = { method: 'POST', host, port, path, headers }
  return isTls ? requestHttps({ ...options, agent: httpsAgent }) : requestHttp({ ...options, agent: false })
}

function whenNotConnected(sent: ClientRequest, limitMs: number, then: () => void): void {
  const timer = setTimeout(then, limitMs)
  const disarm = () => clearTimeout(timer)
  sent.on('socket', (socket) => {
    if (socket.connecting) socket.once('connect', disarm)
    else disarm()
  })
  sent.on('close', disarm)
}

function timedOut(): Error {
  return Object.assign(new Error('no connection'), { code: 'ETIMEDOUT' })
}

function wholeAnswer(response: IncomingMessage, mostBytes: number): Promise<Answer> {
  const answeredAt = Date.now()
  const statusCode = response.statusCode ?? 0
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let bytes = 0
    response.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes <= mostBytes) return
      const $metadata = { httpStatusCode: statusCode }
      response.destroy(Object.assign(new Error('the answer is too long'), { $metadata }))
    })
    response.on('error', reject)
    response.on('end', () =>
      resolve({ statusCode, headers: singleHeaders(response), body: Buffer.concat(chunks), answeredAt }),
    )
  })
}

/** Node gives a list only of those that may come more than once. */
function singleHeaders({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(',') : (value ?? ''),
    ]),
  )
}
