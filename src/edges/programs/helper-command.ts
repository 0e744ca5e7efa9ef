// Runs a command that a file of the user names, by /bin/sh, in a process group of its own that ends with it: with a limit
// on its time and output, nothing of AWS or of how the daemon was started in its environment, and not at all where
// somebody else could have written it.
import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CommandResult } from '../../core/login/mfa-process.ts'
import { checkAccess, otherOwnerError } from '../files/disk/access.ts'
import type { Environment } from '../paths.ts'
import { childEnvironment } from './child-environment.ts'
import { runProgram } from './child-program.ts'

export type HelperDeps = {
  environment: Environment
  /** What the command is told, beside it. */
  variables?: Record<string, string>
  timeoutMs: number
  stopping: AbortSignal
}

/** Never rejects: how a command ended is data. */
export async function runHelperCommand(command: string, deps: HelperDeps): Promise<CommandResult> {
  const environment = helperEnvironment(deps)
  const { end, stdout, stderr } = await runProgram('/bin/sh', ['-c', command], {
    environment,
    limitMs: deps.timeoutMs,
    stop: deps.stopping,
    endSignal: 'SIGKILL',
    tooMuchOutput: 'kill',
    processGroup: 'own, ends with it',
  })
  // Why the shell itself could not be started is nothing that the command has said.
  if (end.kind === 'not-started') return { end: { kind: end.kind }, output: '', complaint: '' }
  const { PATH } = environment
  return { end, output: stdout, complaint: stderr, ...(PATH === undefined ? {} : { path: PATH }) }
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
function helperEnvironment({ environment, variables }: HelperDeps): NodeJS.ProcessEnv {
  return { ...childEnvironment(environment), ...variables, MFAD_INSIDE: '1' }
}
