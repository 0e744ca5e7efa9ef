// The socket's client: HTTP/1.0 over node:net, one request a connection. `node:http` would cost more than all the rest.
import { createConnection } from 'node:net'

export type Answer = { status: number; version: string; body: unknown }

const maxAnswerBytes = 64 * 1024 * 1024

/**
 * Sends a request and reads the whole answer. Rejects with Node's errors (ENOENT, ECONNREFUSED, ...) and ETIMEDOUT, also
 * when it is to end.
 */
export function request(
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
  timeoutMs: number,
  ending?: AbortSignal,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const connection = createConnection(socketPath)
    const chunks: Buffer[] = []
    let bytes = 0
    const giveUp = () => connection.destroy(Object.assign(new Error('timed out'), { code: 'ETIMEDOUT' }))
    const timer = setTimeout(giveUp, timeoutMs)
    ending?.addEventListener('abort', giveUp)
    connection.write(formatRequest(method, path, body))
    connection.on('data', (chunk) => {
      bytes += chunk.length
      if (bytes > maxAnswerBytes) connection.destroy(new Error('the answer is too long'))
      chunks.push(chunk)
    })
    connection.on('error', reject)
    connection.on('close', () => {
      clearTimeout(timer)
      ending?.removeEventListener('abort', giveUp)
    })
    connection.on('end', () => {
      try {
        resolve(parseAnswer(Buffer.concat(chunks).toString('utf8')))
      } catch (error) {
        reject(error)
      }
    })
  })
}

function formatRequest(method: string, path: string, body: unknown): string {
  const text = body === undefined ? '' : JSON.stringify(body)
  return `${method} ${path} HTTP/1.0\r\nhost: mfad\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`
}

function parseAnswer(text: string): Answer {
  const end = text.indexOf('\r\n\r\n')
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1]
  if (end < 0 || status === undefined) throw Object.assign(new Error('no answer'), { code: 'ECONNRESET' })
  const version = /\r\nmfad-version: *([^\r]*)/i.exec(text.slice(0, end))?.[1] ?? ''
  return { status: Number(status), version, body: JSON.parse(text.slice(end + 4)) }
}
