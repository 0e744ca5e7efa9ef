// HTTP/1.1 with JSON bodies over the Unix socket, and the limits that keep one client from harming the others.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { AppError, errorBody, httpStatusOf } from '../../core/errors.ts'
import { describeBug, type Log } from '../../edges/logger.ts'

/** What a request is beside its body: the words after `?`, and whether its client still waits for the answer. */
type Call = { query: URLSearchParams; gone: AbortSignal }

/** Answers a request with a JSON value, or throws AppError. */
type Route = (body: unknown, call: Call) => unknown | Promise<unknown>

/** By method and path, such as `GET /v1/status`. */
export type Routes = Readonly<Record<string, Route>>

const maxBodyBytes = 8192
const maxHeaderBytes = 8192
const maxConnections = 64
const maxWaitingRequests = 8
/** A connection is closed when no whole request has come within this, counted from its start or its last answer. */
const receiveLimitMs = 10_000
const neverMs = 2 ** 31 - 1

/** A server that is not listening yet. */
export function createHttpServer(routes: Routes, version: string, log: Log): Server {
  const server = createServer({
    maxHeaderSize: maxHeaderBytes,
    keepAliveTimeout: 5000,
    headersTimeout: 0,
    requestTimeout: 0,
    requireHostHeader: false,
    // Node's own check of slow requests wakes an idle process twice a minute; the timer of each connection does its work.
    connectionsCheckingInterval: neverMs,
  })
  server.maxConnections = maxConnections
  const timers = new WeakMap<Socket, NodeJS.Timeout>()
  const disarm = (socket: Socket) => clearTimeout(timers.get(socket))
  const arm = (socket: Socket) => {
    disarm(socket)
    // Nobody is at the other end any more, and a timer would only hold up the end of the daemon.
    if (socket.destroyed) return
    timers.set(
      socket,
      setTimeout(() => socket.destroy(), receiveLimitMs),
    )
  }
  server.on('connection', (socket) => {
    arm(socket)
    socket.on('close', () => disarm(socket))
    // A client that goes away in the middle of an answer is no error of ours.
    socket.on('error', () => socket.destroy())
  })
  const waiting = new WeakMap<Socket, number>()
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request
    const count = (change: 1 | -1) =>
      waiting.set(socket, (waiting.get(socket) ?? 0) + change).get(socket) ?? 0
    // Without a limit, answers that nobody reads would pile up.
    if (count(1) > maxWaitingRequests) return void socket.destroy()
    response.on('close', () => count(-1))
    response.setHeader('mfad-version', version)
    const onAnswered = () => {
      if ((waiting.get(socket) ?? 0) <= 1) arm(socket)
    }
    const steps = { onReceived: () => disarm(socket), onAnswered }
    void serve(routes, request, response, log, steps)
  }
  server.on('request', onRequest)
  server.on('checkExpectation', onRequest)
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    if (socket.writable) socket.end(rawAnswer(malformedRequest(error.code), version))
    else socket.destroy()
  })
  return server
}

async function serve(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
  log: Log,
  { onReceived, onAnswered }: { onReceived(): void; onAnswered(): void },
): Promise<void> {
  const [path = '', query = ''] = (request.url ?? '').split('?', 2)
  const key = `${request.method} ${path}`
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  try {
    const body = await readBody(request)
    onReceived()
    const route = Object.hasOwn(routes, key) ? routes[key] : undefined
    if (route === undefined) throw unknownRoute(routes, key)
    const call = { query: new URLSearchParams(query), gone: gone.signal }
    answer(response, 200, await route(body, call))
  } catch (error) {
    if (request.errored) return
    if (!(error instanceof AppError))
      log.error({ request: key.slice(0, 100), problem: describeBug(error) }, 'a request failed')
    const { code, message, hint } = errorBody(error)
    answer(response, code === 'usage.unknown-route' ? 404 : httpStatusOf(code), {
      error: { code, message, hint },
    })
  } finally {
    onAnswered()
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let bytes = 0
  // Left open at an early end, so that the refusal can still be sent.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) throw badBody(`the body is longer than ${maxBodyBytes} bytes`)
    chunks.push(chunk)
  }
  if (bytes === 0) return {}
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'))
  } catch {
    throw badBody('the body is not JSON')
  }
}

/** What Node's parser refuses has no response object. */
function rawAnswer({ code, message, hint }: AppError, version: string): string {
  const text = `${JSON.stringify({ error: { code, message, hint } })}\n`
  const head = [
    'HTTP/1.1 400 Bad Request',
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(text)}`,
    `mfad-version: ${version}`,
  ]
  return `${head.join('\r\n')}\r\n\r\n${text}`
}

function malformedRequest(code: string | undefined): AppError {
  if (code !== 'HPE_HEADER_OVERFLOW') return badBody('the request is not HTTP')
  return badBody(`the headers are longer than ${maxHeaderBytes} bytes`)
}

function badBody(message: string): AppError {
  return new AppError('usage.bad-request', message, 'send a JSON object')
}

function unknownRoute(routes: Routes, key: string): AppError {
  return new AppError(
    'usage.unknown-route',
    `there is no ${JSON.stringify(key.slice(0, 100))}`,
    `this daemon knows: ${Object.keys(routes).join(', ')}`,
  )
}
