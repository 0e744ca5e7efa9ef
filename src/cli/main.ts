// The executable: the one place that sets the exit code.

import { run } from './run.ts'
import { createOutput } from './terminal/output.ts'

// By default it opens a debugger to every local user, and this process may become the daemon.
if (process.argv[2] === 'daemon') process.on('SIGUSR1', () => undefined)

const output = createOutput(process.env)
run(process.argv.slice(2), process.env, output).then(
  (exitCode) => {
    process.exitCode = exitCode
  },
  (error: unknown) => {
    process.exitCode = 1
    output.printError({
      message: `a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      hint: 'please report it, with the command that you ran and what this prints: mfad doctor --report',
    })
  },
)
