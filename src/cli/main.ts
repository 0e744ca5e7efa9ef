// The executable: the one place that sets the exit code.
import { createOutput } from './output.ts'
import { run } from './run.ts'

// A reader that goes away (`mfad status | head -1`) ends the program, quietly.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
})

run(process.argv.slice(2), process.env, createOutput(process.env)).then(
  (exitCode) => {
    process.exitCode = exitCode
  },
  (error: unknown) => {
    process.exitCode = 1
    createOutput(process.env).printError({
      message: `a bug: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      hint: 'please report it, with the command that you ran',
    })
  },
)
