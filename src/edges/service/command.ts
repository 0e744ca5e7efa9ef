// Runs one command of a service manager, with a limit on its time and output.

import type { CommandEnd } from '../../core/login/command-result.ts'
import type { StepOutcome } from '../../core/service/step-outcome.ts'
import { runProgram } from '../programs/child-program.ts'

/** Never rejects. */
export async function runServiceCommand(
  [program = '', ...args]: readonly string[],
  timeoutMs = 30_000,
): Promise<StepOutcome> {
  const { end, exitCode, stderr } = await runProgram(program, args, {
    // Messages in English, which step-outcome.ts reads.
    environment: { ...process.env, LC_ALL: 'C' },
    limitMs: timeoutMs,
    mostOutputBytes: 1024 * 1024,
    tooMuchOutput: 'kill',
    processGroup: 'shared',
  })
  return { exitCode, detail: exitCode === null ? reasonOf(end, timeoutMs) : stderr }
}

function reasonOf(end: CommandEnd, timeoutMs: number): string {
  switch (end.kind) {
    case 'not-started':
      return end.reason ?? 'could not be started'
    case 'signalled':
      return `ended by ${end.signal}`
    case 'too-long':
      return 'printed more than 1 MiB'
    default:
      return `no answer within ${timeoutMs / 1000} s`
  }
}
