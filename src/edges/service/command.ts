// Runs one command of a service manager, with a limit on its time and output.

import { type ExecFileException, execFile } from 'node:child_process'
import type { StepOutcome } from '../../core/service/step-outcome.ts'

const maxOutputBytes = 1024 * 1024

/** Never rejects: how a command ended is data. */
export function runServiceCommand(
  [program = '', ...args]: readonly string[],
  timeoutMs = 30_000,
): Promise<StepOutcome> {
  const options = {
    // A deleted working directory would look like a missing program.
    cwd: '/',
    // Messages in English, which step-outcome.ts reads.
    env: { ...process.env, LC_ALL: 'C' },
    timeout: timeoutMs,
    killSignal: 'SIGKILL',
    maxBuffer: maxOutputBytes,
  } as const
  return new Promise((resolve) => {
    execFile(program, args, options, (error, _stdout, stderr) => {
      if (error === null) resolve({ exitCode: 0, detail: stderr })
      else if (typeof error.code === 'number') resolve({ exitCode: error.code, detail: stderr })
      else resolve({ exitCode: null, detail: error.code ?? endedBy(error, timeoutMs) })
    })
  })
}

function endedBy({ killed, signal }: ExecFileException, timeoutMs: number): string {
  return killed ? `no answer within ${timeoutMs / 1000} s` : `ended by ${signal}`
}
