// The real programs that the demo runs.
import { type ChildProcess, spawn } from 'node:child_process'

export type Ended = { exitCode: number | null; output: string }

/** Runs a program to its end, at most `limitMs`; both its outputs in the order of arrival. */
export function runProgram(
  argv: readonly string[],
  environment: Record<string, string>,
  limitMs: number,
): Promise<Ended> {
  const [program = '', ...args] = argv
  return new Promise((resolve) => {
    const child = spawn(program, args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] })
    // spawn's own limit goes on for a program that is not there, and the demo with it.
    const timer = setTimeout(() => child.kill(), limitMs)
    const end = (ended: Ended) => {
      clearTimeout(timer)
      resolve(ended)
    }
    let output = ''
    const collect = (chunk: Buffer) => {
      output += chunk
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    child.on('error', (error: NodeJS.ErrnoException) => end({ exitCode: null, output: String(error.code) }))
    child.on('close', (exitCode) => end({ exitCode, output: output.trimEnd() }))
  })
}

export type DaemonProcess = {
  /** Waits for the first line of the log with this message; undefined when it does not come in time. */
  line(message: string, limitMs: number): Promise<Record<string, unknown> | undefined>
  stop(): Promise<void>
}

/** Starts a daemon whose log, one JSON object a line, is read. */
export function startDaemonProcess(
  argv: readonly string[],
  environment: Record<string, string>,
): DaemonProcess {
  const [program = '', ...args] = argv
  const child: ChildProcess = spawn(program, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] })
  const lines: Record<string, unknown>[] = []
  let rest = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    const parts = (rest + chunk).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts.flatMap(parseLine))
  })
  const ended = new Promise<void>((resolve) => child.on('close', () => resolve()))
  return {
    async line(message, limitMs) {
      const deadline = Date.now() + limitMs
      for (;;) {
        const found = lines.find(({ msg }) => typeof msg === 'string' && msg.startsWith(message))
        if (found !== undefined || Date.now() > deadline || child.exitCode !== null) return found
        await new Promise((resolve) => setTimeout(resolve, 25))
      }
    },
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

function parseLine(line: string): Record<string, unknown>[] {
  try {
    return [JSON.parse(line) as Record<string, unknown>]
  } catch {
    return [{ msg: line }]
  }
}
