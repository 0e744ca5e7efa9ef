// The container endpoint as a test runs it: the real `mfad serve` on a port of its own.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, request } from 'node:http'
import { mfadArgv } from './program.ts'
import { type Ended, run, type Sandbox } from './sandbox.ts'
import { until } from './until.ts'

export type Served = {
  port: number
  /** Everything it has printed so far. */
  printed(): string
  pid: number
  stop(signal?: NodeJS.Signals): Promise<Ended>
}

/** Below those that the system gives to outgoing connections, which could take it in between. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 15_000 + Math.floor(Math.random() * 15_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((tried) => {
      server.once('error', () => tried(false))
      server.listen(port, '127.0.0.1', () => tried(true))
    })
    if (!isFree) continue
    server.close()
    await once(server, 'close')
    return port
  }
}

/** What it prints must hold no secret: the sandbox looks. */
export async function startServe(sandbox: Sandbox, port: number, ...args: string[]): Promise<Served> {
  const [program = '', ...words] = [...mfadArgv, 'serve', '--port', String(port), ...args]
  const child = spawn(program, words, { env: sandbox.environment, stdio: 'pipe' })
  let text = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      text += chunk
    })
  const ended = run(child)
  await until('it serves, or has ended', () => text !== '' || child.exitCode !== null)
  return {
    port,
    pid: child.pid ?? 0,
    printed: () => text,
    async stop(signal = 'SIGTERM') {
      child.kill(signal)
      sandbox.watchForSecrets(text)
      return ended
    },
  }
}

type Asked = { method?: string; path?: string; headers?: Record<string, string>; body?: string }
type Answered = { status: number; text: string; headers: Record<string, unknown> }

export function ask(
  port: number,
  { method = 'GET', path = '/', headers = {}, body = '' }: Asked,
): Promise<Answered> {
  return new Promise((resolvePromise, reject) => {
    const length = body === '' ? {} : { 'content-length': String(body.length) }
    const sent = request(
      { host: '127.0.0.1', port, method, path, headers: { ...headers, ...length } },
      (response) => {
        let text = ''
        response.on('data', (chunk) => {
          text += chunk
        })
        response.on('end', () =>
          resolvePromise({ status: response.statusCode ?? 0, text, headers: response.headers }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}
