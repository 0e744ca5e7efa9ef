// Runs a program by its argv, never by a shell, in a process group of its own, so that what it starts ends with it.
import { spawn } from 'node:child_process'
import type { Environment } from './paths.ts'

export type ProgramEnd = {
  /** Null where it did not start, or was ended by a signal. */
  exitCode: number | null
  /** Cut at 64 KiB. */
  stdout: string
  /** Cut at 4 KiB; why it did not start. */
  stderr: string
}

type Options = {
  environment: Environment
  limitMs?: number
  /** Aborting it ends the program, by `endSignal` first. */
  withdraw?: AbortSignal
  endSignal?: NodeJS.Signals
}

const mostOutputBytes = 64 * 1024
const mostComplaintBytes = 4096
const killAfterMs = 1000
const failsWithinMs = 300

/** Never rejects: how a program ended is data. */
export function runProgram(program: string, args: readonly string[], options: Options): Promise<ProgramEnd> {
  const { environment, limitMs, withdraw, endSignal = 'SIGTERM' } = options
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      detached: true,
      // A deleted working directory would look like a missing program.
      cwd: '/',
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const stdout = collect(child.stdout, mostOutputBytes)
    const stderr = collect(child.stderr, mostComplaintBytes)
    const timers: NodeJS.Timeout[] = []
    const end = () => {
      signalGroup(child.pid, endSignal)
      timers.push(setTimeout(signalGroup, killAfterMs, child.pid, 'SIGKILL'))
    }
    const finish = (exitCode: number | null, problem = '') => {
      timers.forEach(clearTimeout)
      withdraw?.removeEventListener('abort', end)
      resolve({ exitCode, stdout: stdout(), stderr: problem || stderr() })
    }
    child.on('error', (error: NodeJS.ErrnoException) => finish(null, `${program}: ${error.code}`))
    child.on('close', (exitCode) => finish(exitCode))
    if (limitMs !== undefined) timers.push(setTimeout(signalGroup, limitMs, child.pid, 'SIGKILL'))
    withdraw?.addEventListener('abort', end)
    if (withdraw?.aborted) end()
  })
}

/**
 * A program that shows something until it is answered says nothing when it is shown, but fails soon where it cannot.
 * Resolves when it has run long enough, or has ended well; rejects where it failed before.
 */
export async function untilShown(running: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const longEnough = new Promise((resolve) => {
    timer = setTimeout(resolve, failsWithinMs)
  })
  try {
    await Promise.race([running, longEnough])
  } finally {
    clearTimeout(timer)
  }
}

function collect(stream: NodeJS.ReadableStream, mostBytes: number): () => string {
  const chunks: Buffer[] = []
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    if (bytes < mostBytes) chunks.push(chunk.subarray(0, mostBytes - bytes))
    bytes += chunk.length
  })
  stream.on('error', () => undefined)
  return () => Buffer.concat(chunks).toString('utf8')
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // It has just ended by itself.
  }
}
