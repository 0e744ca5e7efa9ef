// Asks a person, or reads what a program pipes in.
import { AppError } from '../../core/errors.ts'

const maxInputBytes = 1024

/** Is there a person at a terminal? The question goes to standard error, so that the output can be piped. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/** The line that is typed. Throws interrupted.by-user at Ctrl-C or the end of the input. */
export function askLine(question: string): Promise<string> {
  return ask(question, true)
}

/** The same for a secret: nothing of it is shown. */
export function askHidden(question: string): Promise<string> {
  return ask(question, false)
}

async function ask(question: string, isShown: boolean): Promise<string> {
  const { createInterface } = await import('node:readline')
  // Without an output it takes the keys itself, and shows none of them.
  const terminal = createInterface(
    isShown ? { input: process.stdin, output: process.stderr } : { input: process.stdin, terminal: true },
  )
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
      if (!isShown) process.stderr.write(question)
      terminal.question(question, (line) => {
        if (!isShown) process.stderr.write('\n')
        isOver = true
        resolve(line)
        // At once: what was pasted behind this line may be a secret, and would be shown.
        terminal.close()
      })
    })
  } finally {
    terminal.close()
  }
}

/** All of standard input; of one that is too long only the beginning, which is too long as well. */
export async function readInput(): Promise<string> {
  return readUntil(() => false)
}

async function readUntil(isEnough: (text: string) => boolean): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin) {
    text += String(chunk)
    if (text.length > maxInputBytes || isEnough(text)) break
  }
  return text
}

/** The first line of standard input. Throws usage.no-input. */
export async function readLineFromInput(): Promise<string> {
  const text = await readUntil((read) => read.includes('\n'))
  const line = text.split('\n')[0]?.trim() ?? ''
  if (line !== '' && text.length <= maxInputBytes) return line
  throw new AppError(
    'usage.no-input',
    'standard input holds no code',
    'pipe a command that prints one: ykman oath accounts code -s aws | mfad login dev -',
  )
}
