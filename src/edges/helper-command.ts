// Runs a command that a file of the user names, by /bin/sh, in a process group of its own that ends with it: with a limit
// on its time and output, nothing of AWS in its environment, and not at all where somebody else could have written it.
import { spawn } from 'node:child_process'
import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CommandResult } from '../core/mfa-process.ts'
import { checkAccess, otherOwnerError } from './file-access.ts'
import type { Environment } from './paths.ts'

export type HelperDeps = {
  environment: Environment
  timeoutMs: number
  stopping: AbortSignal
}

const mostOutputBytes = 64 * 1024
const mostComplaintBytes = 4096
/** What a command left in the background may hold its output open; what it has printed itself is there by then. */
const drainMs = 200

/** Never rejects: how a command ended is data. */
export function runHelperCommand(command: string, deps: HelperDeps): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn('/bin/sh', ['-c', command], {
      detached: true,
      cwd: '/',
      env: helperEnvironment(deps.environment),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const output = collect(child.stdout, mostOutputBytes, () => end({ kind: 'too-long' }))
    const complaint = collect(child.stderr, mostComplaintBytes)
    let drain: NodeJS.Timeout | undefined
    let result: CommandResult['end'] | undefined
    const finish = () => {
      clearTimeout(drain)
      clearTimeout(timer)
      deps.stopping.removeEventListener('abort', stop)
      child.stdout.destroy()
      child.stderr.destroy()
      resolve({ end: result ?? { kind: 'not-started' }, output: output(), complaint: complaint() })
    }
    const end = (how: CommandResult['end']) => {
      if (result !== undefined) return
      result = how
      killGroup(child.pid)
      finish()
    }
    const stop = () => end({ kind: 'stopped' })
    const timer = setTimeout(() => end({ kind: 'timed-out' }), deps.timeoutMs)
    deps.stopping.addEventListener('abort', stop)
    child.on('error', () => end({ kind: 'not-started' }))
    child.on('exit', (exitCode, signal) => {
      if (result !== undefined) return
      result =
        exitCode === null ? { kind: 'signalled', signal: String(signal) } : { kind: 'exited', exitCode }
      drain = setTimeout(finish, drainMs)
    })
    child.on('close', () => {
      if (drain !== undefined) finish()
    })
    if (deps.stopping.aborted) stop()
  })
}

/**
 * Throws AppError file.* where somebody other than the user, or root, could change the file that names a command: whoever
 * can would have us run it.
 */
export function checkOwnFile(path: string, identity: { uid: number; gid: number }): void {
  const realPath = realpathSync(path)
  const located = [realPath, dirname(realPath), dirname(path)].map((each) => {
    const stats = statSync(each, { bigint: true })
    if (Number(stats.uid) !== identity.uid && stats.uid !== 0n) throw otherOwnerError(each)
    // What is root's is as good as the user's own, and how many names it has is no matter for reading it.
    return { path: each, stats: Object.assign(stats, { uid: BigInt(identity.uid), nlink: 1n }) }
  })
  const [file, ...directories] = located
  checkAccess(file, directories, identity)
}

/** A mfad that the command runs refuses, so that none waits for itself. */
function helperEnvironment(environment: Environment): NodeJS.ProcessEnv {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'))
  return { ...Object.fromEntries(kept), MFAD_INSIDE: '1' }
}

function collect(stream: NodeJS.ReadableStream, mostBytes: number, onTooLong?: () => void): () => string {
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

/** All that the shell has started, too. */
function killGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has just ended by itself.
  }
}
