// Asks a person, or reads what a program pipes in.
import { AppError } from '../../core/errors.ts'

const maxInputBytes = 1024

/** Is there a person at a terminal? The question goes to standard error, so that the output can be piped. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** The line that is typed. Throws interrupted.by-user at Ctrl-C or the end of the input. */
export async function askLine(question: string): Promise<string> {
  const { createInterface } = await import('node:readline')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  let isOver = false
  try {
    return await new Promise<string>((resolve, reject) => {
      const interrupt = () => {
        // Ends the line of the question.
        if (!isOver) process.stderr.write('\n')
        isOver = true
        reject(new AppError('interrupted.by-user', 'interrupted', ''))
      }
      terminal.on('SIGINT', interrupt)
      terminal.on('close', interrupt)
      terminal.question(question, (line) => {
        isOver = true
        resolve(line)
      })
    })
  } finally {
    terminal.close()
  }
}

/** The first line of standard input. Throws usage.no-input. */
export async function readLineFromInput(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin) {
    text += String(chunk)
    if (text.length > maxInputBytes || text.includes('\n')) break
  }
  const line = text.split('\n')[0]?.trim() ?? ''
  if (line !== '' && text.length <= maxInputBytes) return line
  throw new AppError(
    'usage.no-input',
    'standard input holds no code',
    'pipe a command that prints one: ykman oath accounts code -s aws | mfad login dev -',
  )
}
