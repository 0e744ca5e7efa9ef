// The questions of a guided command. Each is asked three times at most; then what was missing is said. Ctrl-C ends every one of them.

import { AppError } from '../../core/errors.ts'
import { askLine } from './prompt.ts'

const mostAttempts = 3

type Complain = (fact: string) => void

/** Yes or no; an empty line is `byDefault`. */
export async function askYes(question: string, byDefault: boolean, complain: Complain): Promise<boolean> {
  return askUntil(
    () => askLine(`${question} [${byDefault ? 'Y/n' : 'y/N'}] `),
    (answer) => {
      if (answer === '') return byDefault
      if (/^y(?:es)?$/i.test(answer)) return true
      return /^no?$/i.test(answer) ? false : undefined
    },
    () => complain('answer with y or n'),
  )
}

/** One of those that were listed with their numbers, by its number or by itself. */
export async function askWhich(
  question: string,
  choices: readonly string[],
  complain: Complain,
): Promise<string> {
  return askUntil(
    () => askLine(`${question} (1-${choices.length}) `),
    (answer) =>
      choices.find((choice) => choice === answer) ??
      (/^\d{1,3}$/.test(answer) ? choices[Number(answer) - 1] : undefined),
    () => complain(`answer with a number from 1 to ${choices.length}`),
  )
}

/** `read` answers undefined for what is no answer. Throws usage.bad-answer after the third. */
export async function askUntil<T>(
  ask: () => Promise<string>,
  read: (answer: string) => T | undefined,
  complain: (answer: string) => void,
): Promise<T> {
  for (let asked = 1; ; asked++) {
    const answer = (await ask()).trim()
    const value = read(answer)
    if (value !== undefined) return value
    complain(answer)
    if (asked === mostAttempts)
      throw new AppError(
        'usage.bad-answer',
        'none of the three answers can be used',
        'start again when you have the answer: mfad setup',
      )
  }
}
