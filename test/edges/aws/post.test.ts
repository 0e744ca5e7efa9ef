import { getEventListeners } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createConnection } from '../../../src/edges/aws/connection.ts'
import { post } from '../../../src/edges/aws/post.ts'

let server: Server
let serve: RequestListener
let asked: number
let stopping: AbortController
beforeEach(async () => {
  asked = 0
  stopping = new AbortController()
  serve = (_, response) => response.setHeader('set-cookie', ['a', 'b']).writeHead(418).end('tea')
  server = createServer((request, response) => {
    asked++
    serve(request, response)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
})
afterEach(() => {
  server.closeAllConnections()
  return new Promise((done) => void server.close(done))
})

async function ask(signal: AbortSignal, mostBytes = 100) {
  const { port } = server.address() as AddressInfo
  const request = { isTls: false, host: '127.0.0.1', port, path: '/', headers: {}, body: 'a=b', mostBytes }
  return post(request, await createConnection({}), signal)
}

it('answers with the status, the headers, each as one, and the whole body', async () => {
  const { statusCode, headers, body } = await ask(stopping.signal)
  expect(statusCode).toBe(418)
  expect(headers['set-cookie']).toBe('a,b')
  expect(Buffer.from(body).toString()).toBe('tea')
})

it('takes a body of the most bytes, and of no more', async () => {
  expect(await ask(stopping.signal, 3)).toMatchObject({ statusCode: 418 })
  const tooLong = { message: 'the answer is too long', $metadata: { httpStatusCode: 418 } }
  await expect(ask(stopping.signal, 2)).rejects.toMatchObject(tooLong)
})

it('has nothing against what comes after a whole answer: it may hold a session that cost a code', async () => {
  serve = ({ socket }) =>
    socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 3\r\n\r\ntea\r\nmore')
  const { body } = await ask(stopping.signal)
  expect(Buffer.from(body).toString()).toBe('tea')
})

it.each([
  ['ends too soon', 'content-length: 9\r\n\r\ntea'],
  ['is garbled', 'transfer-encoding: chunked\r\n\r\ntea'],
])('takes no answer that %s', async (_what, rest) => {
  serve = ({ socket }) => socket.end(`HTTP/1.1 200 OK\r\n${rest}`)
  await expect(ask(stopping.signal)).rejects.toMatchObject({ code: 'ECONNRESET' })
})

it('sends nothing once it is stopped, and waits for nothing when it is stopped', async () => {
  await expect(ask(AbortSignal.abort())).rejects.toThrow()
  expect(asked).toBe(0)
  serve = (_, response) => {
    response.write('half')
    stopping.abort()
  }
  await expect(ask(stopping.signal)).rejects.toThrow('the call was given up')
})

// Node keeps a signal that is made of others for as long as somebody listens to it: 20 KB stayed with every login.
it.each<[string, RequestListener]>([
  ['an answer', (_, response) => void response.end('a')],
  ['an answer that is too long', (_, response) => void response.end('a'.repeat(200))],
  ['no answer', (request) => void request.socket.destroy()],
  ['a stop', () => stopping.abort()],
])('listens to nobody any more after %s', async (_what, listener) => {
  serve = listener
  const signal = AbortSignal.any([stopping.signal, new AbortController().signal])
  await ask(signal).catch(() => undefined)
  expect(asked).toBe(1)
  expect(getEventListeners(signal, 'abort')).toEqual([])
})
