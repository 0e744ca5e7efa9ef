// A child process that answers each line it is given with one line, in order. Starting Python takes longer than most of
// what it is asked, so one is kept for many questions.

import { spawn } from 'node:child_process'

export type LineProcess = {
  /** Rejects when the child ends before it has answered. */
  ask(lines: readonly string[]): Promise<string[]>
  close(): Promise<void>
}

type Question = {
  missing: number
  answers: string[]
  done(answers: string[]): void
  failed(error: Error): void
}

export function startLineProcess(
  argv: readonly [string, ...string[]],
  environment: NodeJS.ProcessEnv,
): LineProcess {
  const child = spawn(argv[0], argv.slice(1), { env: environment, stdio: ['pipe', 'pipe', 'pipe'] })
  const questions: Question[] = []
  let unfinished = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = chunk.split('\n')
    lines[0] = unfinished + lines[0]
    unfinished = lines.pop() ?? ''
    for (const line of lines) takeAnswer(questions, line)
  })
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    errors += chunk
  })
  // What is written after its end is reported by the questions left open.
  child.stdin.on('error', () => undefined)
  const fail = (reason: string) => {
    for (const { failed } of questions.splice(0)) failed(new Error(`${argv.join(' ')}: ${reason}`))
  }
  child.on('error', ({ message }) => fail(message))
  const ended = new Promise<void>((done) => child.on('close', () => done()))
  const closed = ended.then(() => fail(`ended: ${errors}`))
  return {
    ask(lines) {
      if (lines.length === 0) return Promise.resolve([])
      return new Promise((done, failed) => {
        questions.push({ missing: lines.length, answers: [], done, failed })
        child.stdin.write(`${lines.join('\n')}\n`)
      })
    },
    close() {
      child.stdin.end()
      return closed
    },
  }
}

function takeAnswer(questions: Question[], line: string): void {
  const [question] = questions
  if (question === undefined) throw new Error(`an answer that nobody asked for: ${line}`)
  question.answers.push(line)
  if (--question.missing > 0) return
  questions.shift()
  question.done(question.answers)
}
