// The container credentials endpoint: HTTP on this computer alone, for programs that ask for their credentials again and again.
// Nothing is kept and nothing is logged.
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  credentialsAnswer,
  type EndpointAnswer,
  endpointFailure,
  readEndpointRequest,
  wrongToken,
} from '../core/container-credentials.ts'
import { AppError, errorBody } from '../core/errors.ts'
import type { SessionCredentials } from '../core/profiles/session-section.ts'
import { endpointProof, endpointToken, isSame } from './endpoint-secret.ts'

export type EndpointDeps = {
  port: number
  /** As it is now: whoever makes new tokens has the former ones refused at once. */
  secret(): string
  /** Of the profile of that name; throws AppError where it has no live session. */
  credentialsOf(profile: string): Promise<SessionCredentials>
}

const host = '127.0.0.1'
const receiveLimitMs = 10_000
const maxHeaderBytes = 8192
const maxConnections = 64

/** Throws daemon.port-taken, or what else keeps it from listening as daemon.port-unusable. */
export async function startContainerEndpoint(deps: EndpointDeps): Promise<{ close(): Promise<void> }> {
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    headersTimeout: receiveLimitMs,
    requestTimeout: receiveLimitMs,
    connectionsCheckingInterval: receiveLimitMs / 2,
  })
  server.maxConnections = maxConnections
  server.setTimeout(receiveLimitMs * 2, (socket) => socket.destroy())
  const onRequest = (request: IncomingMessage, response: ServerResponse) =>
    void answer(deps, request).then((each) => send(response, each))
  server.on('request', onRequest)
  server.on('checkExpectation', onRequest)
  server.on('clientError', (_, socket) => socket.destroy())
  server.on('upgrade', (_, socket) => socket.destroy())
  server.on('connect', (_, socket) => socket.destroy())
  await listen(server, deps.port)
  // A connection that cannot be taken, as when too many files are open: those that come later can be.
  server.on('error', () => undefined)
  return {
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    server.listen({ host, port, exclusive: true })
    await once(server, 'listening')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    if (code !== 'EADDRINUSE')
      throw new AppError(
        'daemon.port-unusable',
        `port ${port} cannot be used: ${code}`,
        'choose another one: mfad serve --port PORT',
        error,
      )
    throw new AppError(
      'daemon.port-taken',
      `port ${port} is taken: by another mfad serve, or by another program`,
      'end that one, or choose another port: mfad serve --port PORT',
      error,
    )
  }
}

async function answer(
  { port, secret, credentialsOf }: EndpointDeps,
  request: IncomingMessage,
): Promise<EndpointAnswer> {
  try {
    const { method = '', url = '', headers, headersDistinct } = request
    const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0
    const hosts = headersDistinct.host ?? []
    const call = readEndpointRequest({ method, target: url, hosts, hasBody }, port)
    if (!('kind' in call)) return call
    if (call.kind === 'proof')
      return { status: 200, body: { proof: endpointProof(secret(), port, call.nonce) } }
    const { profile } = call
    const tokens = headersDistinct.authorization ?? []
    if (tokens.length !== 1 || !isSame(tokens[0] ?? '', endpointToken(secret(), profile))) return wrongToken()
    return credentialsAnswer(await credentialsOf(profile))
  } catch (error) {
    return endpointFailure(errorBody(error))
  }
}

function send(response: ServerResponse, { status, body }: EndpointAnswer): void {
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    connection: 'close',
  })
  response.end(text)
}
