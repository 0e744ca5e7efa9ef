// Starts a program by its argv, never by a shell, and signals it.
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export type StartedProgram = { child: ChildProcess; stdout: Readable; stderr: Readable }

/**
 * In a process group of its own where `ownsGroup`, so that signals reach what it starts, too. Never throws: answers
 * undefined where its arguments or its environment are too long, or no more files can be opened.
 */
export function startProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  ownsGroup: boolean,
  input?: string,
): StartedProgram | undefined {
  try {
    // A deleted working directory would look like a missing program.
    const child: ChildProcess = spawn(program, args, {
      detached: ownsGroup,
      cwd: '/',
      env,
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    })
    // Other failures come as an event later, and then there may be no streams.
    child.on('error', () => undefined)
    // It may end before it has read everything.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
    const { stdout, stderr } = child
    return stdout && stderr ? { child, stdout, stderr } : undefined
  } catch {
    return undefined
  }
}

/** What has been printed so far, cut at `mostBytes`. */
export function collect(stream: Readable, mostBytes: number, onTooLong?: () => void): () => string {
  const chunks: Buffer[] = []
  let bytes = 0
  stream.on('data', (chunk: Buffer) => {
    if (bytes < mostBytes) chunks.push(chunk.subarray(0, mostBytes - bytes))
    bytes += chunk.length
    if (bytes > mostBytes) onTooLong?.()
  })
  stream.on('error', () => undefined)
  return () => Buffer.concat(chunks).toString('utf8')
}

/** Signals it, and all that it has started where it has a group of its own. */
export function signalProgram(child: ChildProcess, signal: NodeJS.Signals, ownsGroup: boolean): void {
  if (!ownsGroup) return void child.kill(signal)
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // It has just ended by itself.
  }
}
