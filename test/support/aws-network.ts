// What may lie between a client and AWS: TLS with a certificate that has to be trusted, and a CONNECT proxy, on loopback.
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { resolve } from 'node:path'

/** The authority whose certificate the servers here show. They stand for localhost, 127.0.0.1 and some hosts of STS. */
export const authorityFile = resolve('test/fixtures/test-authority.pem')

type Closable = { close(): Promise<void> }

/** A TLS server in front of one that speaks plainly, such as the embedded STS. */
export async function startTlsFront(endpoint: string): Promise<Closable & { port: number }> {
  const pem = readFileSync('test/fixtures/test-server.pem')
  const server = createTlsServer({ key: pem, cert: pem }, (incoming, response) => {
    forward(endpoint, incoming, response)
  })
  return { port: await listen(server), close: () => close(server) }
}

export type ConnectProxy = Closable & {
  url: string
  /** `HOST:PORT` of each CONNECT. */
  readonly asked: string[]
  /** What it answers; 200 opens the tunnel. Undefined: nothing at all. */
  answer: number | undefined
  /** `user:password` that it asks for. */
  credentials: string | undefined
}

/** A proxy that opens a tunnel to `port` on this computer, whichever host it is asked for. */
export async function startConnectProxy(port: number): Promise<ConnectProxy> {
  const server = createServer((_, response) => response.writeHead(405).end())
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => sockets.add(socket))
  const proxy: ConnectProxy = {
    url: '',
    asked: [],
    answer: 200,
    credentials: undefined,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await close(server)
    },
  }
  server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    proxy.asked.push(incoming.url ?? '')
    socket.on('error', () => socket.destroy())
    if (proxy.answer === undefined) return
    const status = isLetIn(proxy, incoming) ? proxy.answer : 407
    const body = status === 200 ? '' : '<html>the words of the proxy</html>'
    socket.write(`HTTP/1.1 ${status} Words\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    if (status !== 200) return void socket.end()
    const upstream = connect(port, '127.0.0.1')
    sockets.add(upstream)
    upstream.on('error', () => socket.destroy())
    socket.pipe(upstream).pipe(socket)
  })
  proxy.url = `http://127.0.0.1:${await listen(server)}`
  return proxy
}

function isLetIn({ credentials }: ConnectProxy, { headers }: IncomingMessage): boolean {
  if (credentials === undefined) return true
  return headers['proxy-authorization'] === `Basic ${Buffer.from(credentials).toString('base64')}`
}

function forward(endpoint: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, url, headers } = incoming
  const onward = request(`${endpoint}${url}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  onward.on('error', () => response.destroy())
  incoming.pipe(onward)
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return (server.address() as AddressInfo).port
}

function close(server: Server): Promise<void> {
  return new Promise((done) => {
    server.close(() => done())
    server.closeAllConnections()
  })
}
