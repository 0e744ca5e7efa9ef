// How long a connection may take, with real connections and a clock that only the test moves.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { createConnection, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHttpServer, type Routes } from '../../../src/daemon/socket/http-server.ts'

const ignore = () => undefined
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const startOfRequest = 'POST / HTTP/1.1\r\nhost: mfad\r\ncontent-length: 100\r\n\r\n{'

let directory: string
let server: Server
/** The routes answer when this is called. */
let answer: () => void
let isAsked: boolean

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'mfad-http-'))
  // Node's own timers are not these.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  isAsked = false
  const answered = new Promise<void>((resolve) => {
    answer = resolve
  })
  const routes: Routes = {
    'GET /': async () => {
      isAsked = true
      await answered
      return {}
    },
  }
  server = createHttpServer(routes, '0', log)
  server.listen(join(directory, 'socket'))
  await once(server, 'listening')
})
afterEach(async () => {
  vi.useRealTimers()
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
  rmSync(directory, { recursive: true })
})

/** Both ends of a new connection. */
async function connect(text: string): Promise<{ client: Socket; served: Socket; closed: Promise<unknown> }> {
  const accepted = once(server, 'connection') as Promise<[Socket]>
  const client = createConnection(join(directory, 'socket'))
  const closed = once(client.resume(), 'close')
  const [served] = await accepted
  if (text !== '') await send(client, served, text)
  return { client, served, closed }
}

/** Sends, and waits until all of it has arrived. */
async function send(client: Socket, served: Socket, text: string): Promise<void> {
  const end = served.bytesRead + text.length
  client.write(text)
  await turnsUntil(() => served.bytesRead >= end)
}

async function turnsUntil(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn()
}

describe('a connection', () => {
  it('that has not sent a request within 10 s is closed, whatever it sends meanwhile, and no earlier', async () => {
    const slow = await connect(startOfRequest)
    const silent = await connect('')
    for (let time = 500; time < 10_000; time += 500) {
      vi.advanceTimersByTime(500)
      await send(slow.client, slow.served, ' ')
    }
    vi.advanceTimersByTime(499)
    await nextTurn()
    expect([slow.served.destroyed, silent.served.destroyed]).toEqual([false, false])
    vi.advanceTimersByTime(1)
    await Promise.all([slow.closed, silent.closed])
  })

  it('has 10 s once more after an answer, and none of the time that the answer took', async () => {
    const { client, served, closed } = await connect('GET / HTTP/1.1\r\nhost: mfad\r\n\r\n')
    await turnsUntil(() => isAsked)
    vi.advanceTimersByTime(60_000)
    expect(served.destroyed).toBe(false)
    answer()
    await once(client, 'data')
    vi.advanceTimersByTime(9999)
    expect(served.destroyed).toBe(false)
    vi.advanceTimersByTime(1)
    await closed
  })

  it.each([
    ['in the middle of a request', startOfRequest],
    ['before it is answered', 'GET / HTTP/1.1\r\nhost: mfad\r\n\r\n'],
  ])(
    'whose client goes away %s leaves no timer, which would hold up the end of the daemon',
    async (_when, text) => {
      const { client, served } = await connect(text)
      if (text.startsWith('GET')) await turnsUntil(() => isAsked)
      const gone = new Promise((resolve) => served.on('close', resolve))
      client.destroy()
      await gone
      answer()
      await nextTurn()
      expect(vi.getTimerCount()).toBe(0)
    },
  )
})
