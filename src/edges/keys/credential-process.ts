// Runs a credential_process: its words as botocore splits them, without a shell, with limits on its time and output, without
// anything about AWS in its environment, and with nothing of it left running afterwards. Whether the file that names it is to
// be believed is in files/disk/trust.ts.
import type { CommandResult } from '../../core/login/command-result.ts'
import { splitCommand } from '../../core/text/command-words.ts'
import { type HelperDeps, runHelperProgram } from '../programs/helper-command.ts'

/** Never rejects. */
export async function runCredentialProcess(command: string, deps: HelperDeps): Promise<CommandResult> {
  const words = splitCommand(command)
  if (!Array.isArray(words)) return { end: { kind: 'not-started' }, output: '', complaint: '' }
  const [program = '', ...args] = words
  return runHelperProgram(program, args, deps)
}
