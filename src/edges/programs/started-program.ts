// Starts a program by its argv, never by a shell, in a process group of its own, so that what it starts can end with it.
import { type ChildProcess, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

export type StartedProgram = { child: ChildProcess; stdout: Readable; stderr: Readable }

/** What a program left in the background may hold its output open; what it has printed itself is there by then. */
export const drainMs = 200

/** Never throws: answers undefined where there is no room for its words, its environment or its streams. */
export function startProgram(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): StartedProgram | undefined {
  try {
    // A deleted working directory would look like a missing program.
    const child: ChildProcess = spawn(program, args, {
      detached: true,
      cwd: '/',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    // Node says some failures later, and then may have made no streams.
    child.on('error', () => undefined)
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

/** All that the program has started, too. */
export function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch {
    // It has just ended by itself.
  }
}
