// Runs a command that a file of the user names, by /bin/sh or as it is: with limits on its time and output, without anything about
// AWS in its environment, and with nothing of it left running afterwards. Whether the file is to be believed is in
// files/disk/trust.ts.
import type { CommandResult } from '../../core/login/command-result.ts'
import type { Environment } from '../paths.ts'
import { childEnvironment } from './child-environment.ts'
import { runProgram } from './child-program.ts'
import { withheldFrom } from './privileges.ts'

export type HelperDeps = {
  environment: Environment
  /** Added to the environment. */
  variables?: Record<string, string>
  timeoutMs: number
  stopping: AbortSignal
}

/** Never rejects. */
export async function runHelperCommand(command: string, deps: HelperDeps): Promise<CommandResult> {
  const result = await runHelperProgram('/bin/sh', ['-c', command], deps)
  // The reason is about the shell, and was not printed by the command.
  if (result.end.kind === 'not-started') return { end: { kind: 'not-started' }, output: '', complaint: '' }
  return withWithheld(result, command)
}

/** The same for a program that is started without a shell. Never rejects. */
export async function runHelperProgram(
  program: string,
  args: readonly string[],
  deps: HelperDeps,
): Promise<CommandResult> {
  const environment = helperEnvironment(deps)
  const { end, stdout, stderr } = await runProgram(program, args, {
    environment,
    limitMs: deps.timeoutMs,
    stop: deps.stopping,
    endSignal: 'SIGKILL',
    tooMuchOutput: 'kill',
    processGroup: 'own, ends with it',
  })
  const { PATH } = environment
  const result = { end, output: stdout, complaint: stderr, ...(PATH === undefined ? {} : { path: PATH }) }
  return withWithheld(result, program)
}

/** Of one that has failed, whether it was for rights that it could not take. */
function withWithheld(result: CommandResult, command: string): CommandResult {
  if (result.end.kind === 'exited' && result.end.exitCode === 0) return result
  const name = withheldFrom(command, result.path)
  return name === undefined ? result : { ...result, withheldFrom: name }
}

/** MFAD_INSIDE has an mfad that the command runs refuse to start: each would wait for the other. */
function helperEnvironment({ environment, variables }: HelperDeps): NodeJS.ProcessEnv {
  return { ...childEnvironment(environment), ...variables, MFAD_INSIDE: '1' }
}
