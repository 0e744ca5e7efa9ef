// Stands between the command line and the daemon: counts the requests, and can answer as another daemon would.
import { createConnection, createServer } from 'node:net'

export type Relay = {
  /** Method and path of each so far. */
  requests(): string[]
  /** Answers instead of the daemon, with the version 0.0.0, where it gives something: an error, or else the body of an answer. */
  refuse(request: string): object | undefined
  close(): Promise<void>
}

export async function startRelay(daemonSocket: string, path: string): Promise<Relay> {
  const requests: string[] = []
  const server = createServer({ allowHalfOpen: true }, (client) => {
    let request = ''
    client.on('error', () => undefined)
    client.on('data', (chunk) => {
      request += String(chunk)
      const [head = '', body = ''] = request.split('\r\n\r\n')
      if (!request.includes('\r\n\r\n') || body.length < Number(/content-length: (\d+)/.exec(head)?.[1]))
        return
      requests.push(request.slice(0, request.indexOf(' HTTP/')))
      const refusal = relay.refuse(request)
      if (refusal !== undefined) {
        const status = 'error' in refusal ? 400 : 200
        client.end(`HTTP/1.0 ${status} x\r\nmfad-version: 0.0.0\r\n\r\n${JSON.stringify(refusal)}`)
        return
      }
      const daemon = createConnection(daemonSocket)
      daemon.on('error', () => client.destroy())
      daemon.write(request)
      daemon.pipe(client)
    })
  })
  const relay: Relay = {
    requests: () => [...requests],
    refuse: () => undefined,
    close: () => new Promise((done) => server.close(() => done())),
  }
  await new Promise<void>((done) => server.listen(path, done))
  return relay
}
