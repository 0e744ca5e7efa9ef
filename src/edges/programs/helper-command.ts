// Runs a command that a file of the user names, by /bin/sh, in a process group of its own that ends with it: with a limit
// on its time and output, nothing of AWS or of how the daemon was started in its environment, and not at all where
// somebody else could have written it.
import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CommandResult } from '../../core/login/mfa-process.ts'
import { checkAccess, otherOwnerError } from '../files/disk/access.ts'
import type { Environment } from '../paths.ts'
import { childEnvironment } from './child-environment.ts'
import { collect, drainMs, signalGroup, startProgram } from './started-program.ts'

export type HelperDeps = {
  environment: Environment
  /** What the command is told, beside it. */
  variables?: Record<string, string>
  timeoutMs: number
  stopping: AbortSignal
}

const mostOutputBytes = 64 * 1024
const mostComplaintBytes = 4096

/** Never rejects: how a command ended is data. */
export function runHelperCommand(command: string, deps: HelperDeps): Promise<CommandResult> {
  if (deps.stopping.aborted) return Promise.resolve(withoutOutput('stopped'))
  const started = startProgram('/bin/sh', ['-c', command], helperEnvironment(deps))
  if (started === undefined) return Promise.resolve(withoutOutput('not-started'))
  const { child } = started
  return new Promise((resolve) => {
    const output = collect(started.stdout, mostOutputBytes, () => end({ kind: 'too-long' }))
    const complaint = collect(started.stderr, mostComplaintBytes)
    let drain: NodeJS.Timeout | undefined
    let result: CommandResult['end'] | undefined
    const finish = () => {
      clearTimeout(drain)
      clearTimeout(timer)
      deps.stopping.removeEventListener('abort', stop)
      started.stdout.destroy()
      started.stderr.destroy()
      resolve({ end: result ?? { kind: 'not-started' }, output: output(), complaint: complaint() })
    }
    const end = (how: CommandResult['end']) => {
      if (result !== undefined) return
      result = how
      signalGroup(child.pid, 'SIGKILL')
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
      // What it left in the background would run with nobody to end it.
      signalGroup(child.pid, 'SIGKILL')
      drain = setTimeout(finish, drainMs)
    })
    child.on('close', () => {
      if (drain !== undefined) finish()
    })
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

function withoutOutput(kind: 'stopped' | 'not-started'): CommandResult {
  return { end: { kind }, output: '', complaint: '' }
}

/** A mfad that the command runs refuses, so that none waits for itself. */
function helperEnvironment({ environment, variables }: HelperDeps): NodeJS.ProcessEnv {
  return { ...childEnvironment(environment), ...variables, MFAD_INSIDE: '1' }
}
