// What a command prints, kept as text.
import type { Output } from '../../src/cli/terminal/output.ts'

export type CapturedOutput = Output & { stdout: string; stderr: string }

export function captureOutput(): CapturedOutput {
  const output: CapturedOutput = {
    stdout: '',
    stderr: '',
    print(text) {
      output.stdout += `${text}\n`
    },
    printJson(value) {
      output.stdout += `${JSON.stringify(value)}\n`
    },
    note(text) {
      output.stderr += `${text}\n`
    },
    printError({ message, hint }) {
      output.stderr += `mfad: ${message}\n  → ${hint}\n`
    },
    colours: 'none',
    style: (_, text) => text,
    size: () => undefined,
    hasReader: () => true,
    control(text) {
      output.stdout += text
    },
  }
  return output
}
