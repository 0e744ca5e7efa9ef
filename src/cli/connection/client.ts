// The socket's client: HTTP/1.0 over node:net, one request a connection. `node:http` takes longer to load than a command to run.
import { createConnection } from 'node:net'

export type Answer = { status: number; version: string; body: unknown }
const maxAnswerBytes = 64 * 1024 * 1024
const lingerMs = 100

/**
 * Sends a request and reads the whole answer. Rejects with Node's errors (ENOENT, ECONNREFUSED, ...), with EPROTO or a
 * SyntaxError for an answer that is not mfad's, and with ETIMEDOUT after `timeoutMs` or when `ending` is aborted.
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
    const connection = createConnection({ path: socketPath, allowHalfOpen: true })
    const chunks: Buffer[] = []
    let bytes = 0
    const giveUp = () => connection.destroy(failure('ETIMEDOUT'))
    const timer = setTimeout(giveUp, timeoutMs)
    ending?.addEventListener('abort', giveUp)
    const text = body === undefined ? '' : JSON.stringify(body)
    const head = `${method} ${path} HTTP/1.0\r\nhost: mfad\r\ncontent-length: ${Buffer.byteLength(text)}`
    connection.write(`${head}\r\n\r\n${text}`)
    connection.on('data', (chunk) => {
      bytes += chunk.length
      if (bytes > maxAnswerBytes) connection.destroy(failure('EPROTO'))
      chunks.push(chunk)
    })
    connection.on('error', reject)
    connection.on('close', () => clearTimeout(timer))
    connection.on('close', () => ending?.removeEventListener('abort', giveUp))
    connection.on('end', () => {
      timer.unref()
      // Closing it takes Node a third of a millisecond, which a process that ends now can save.
      setTimeout(() => connection.destroy(), lingerMs).unref()
      connection.unref()
      resolve(Promise.resolve(Buffer.concat(chunks).toString('utf8')).then(parseAnswer))
    })
  })
}

function parseAnswer(text: string): Answer {
  if (text === '') throw failure('ECONNRESET')
  const end = text.indexOf('\r\n\r\n')
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(text)?.[1]
  const version = /\r\nmfad-version: *([^\r]*)/i.exec(text.slice(0, end))?.[1]
  if (end < 0 || status === undefined || version === undefined) throw failure('EPROTO')
  return { status: Number(status), version, body: JSON.parse(text.slice(end + 4)) }
}

function failure(code: 'ECONNRESET' | 'EPROTO' | 'ETIMEDOUT'): Error {
  return Object.assign(new Error('no answer'), { code })
}
