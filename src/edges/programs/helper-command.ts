// Runs a command that a file of the user names, by /bin/sh: with limits on its time and output, without anything about
// AWS in its environment, with nothing of it left running afterwards, and not at all where somebody else could have
// written it.
import { realpathSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { CommandResult } from '../../core/login/mfa-process.ts'
import { checkAccess, otherOwnerError } from '../files/disk/access.ts'
import type { Environment } from '../paths.ts'
import { childEnvironment } from './child-environment.ts'
import { runProgram } from './child-program.ts'

export type HelperDeps = {
  environment: Environment
  /** Added to the environment. */
  variables?: Record<string, string>
  timeoutMs: number
  stopping: AbortSignal
}

/** Never rejects. */
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
  // The reason is about the shell, and was not printed by the command.
  if (end.kind === 'not-started') return { end: { kind: end.kind }, output: '', complaint: '' }
  const { PATH } = environment
  return { end, output: stdout, complaint: stderr, ...(PATH === undefined ? {} : { path: PATH }) }
}

/**
 * Throws AppError file.* where somebody other than the user or root could change the file that names a command: we
 * would run what they write there.
 */
export function checkOwnFile(path: string, identity: { uid: number; gid: number }): void {
  const realPath = realpathSync(path)
  const located = [realPath, dirname(realPath), dirname(path)].map((each) => {
    const stats = statSync(each, { bigint: true })
    if (Number(stats.uid) !== identity.uid && stats.uid !== 0n) throw otherOwnerError(each)
    // A file of root's is as safe as the user's own; and hard links do not matter for a file that is only read.
    return { path: each, stats: Object.assign(stats, { uid: BigInt(identity.uid), nlink: 1n }) }
  })
  const [file, ...directories] = located
  checkAccess(file, directories, identity)
}

/** MFAD_INSIDE: a mfad that the command runs refuses, since it would wait for the daemon that waits for the command. */
function helperEnvironment({ environment, variables }: HelperDeps): NodeJS.ProcessEnv {
  return { ...childEnvironment(environment), ...variables, MFAD_INSIDE: '1' }
}
