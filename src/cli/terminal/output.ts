// The only file that prints. Results go to standard output, everything else to standard error. Control characters are
// taken out of all text: names in a file could hold escape sequences.
import type { ErrorBody } from '../../core/errors.ts'
import { clean, escapeUnsafe } from '../../core/text/clean.ts'
import { type Colours, cleanAroundStyles, paintWith, type Style } from '../../core/text/styles.ts'
import { createTerminal, type Size, type Terminal } from './terminal.ts'

export type Output = {
  /** A result, for the user or for a pipe. */
  print(text: string): void
  printJson(value: unknown): void
  /** Something the user should know, beside the result. */
  note(text: string): void
  printError(error: Pick<ErrorBody, 'message' | 'hint'>): void
  /** Of the terminal that shows the results. */
  colours: Colours
  style(style: Style, text: string): string
  /** Of the terminal that shows the results; undefined where they go elsewhere, or to a terminal that cannot be redrawn. */
  size(): Size | undefined
  /** Is there still somebody who reads the results? False only once a line was written in vain. */
  hasReader(): boolean
  /** Text with its control sequences, as screen.ts makes it. */
  control(text: string): void
}

export function createOutput(
  environment: Readonly<Record<string, string | undefined>>,
  terminal: Terminal = createTerminal(),
): Output {
  const isTerminal = terminal.isTerminal(1)
  const colours = isTerminal ? coloursOf(environment) : 'none'
  const write = (descriptor: 1 | 2, text: string) => terminal.write(descriptor, `${text}\n`)
  return {
    print: (text) => write(1, colours === 'none' ? clean(text) : cleanAroundStyles(text)),
    printJson: (value) => write(1, escapeUnsafe(JSON.stringify(value, null, 2))),
    note: (text) => write(2, clean(text)),
    printError({ message, hint }) {
      const paint = paintWith(terminal.isTerminal(2) ? coloursOf(environment) : 'none')
      write(2, `${paint('red', 'mfad:')} ${clean(message)}`)
      if (hint !== '') write(2, `  → ${clean(hint)}`)
    },
    colours,
    style: paintWith(colours),
    size: () => (isTerminal && environment.TERM !== 'dumb' ? terminal.size() : undefined),
    hasReader: terminal.hasReader,
    control: (text) => terminal.write(1, text),
  }
}

function coloursOf({ NO_COLOR, TERM, COLORTERM }: Readonly<Record<string, string | undefined>>): Colours {
  if (NO_COLOR || TERM === 'dumb') return 'none'
  return TERM?.includes('256color') === true || COLORTERM ? 'many' : 'sixteen'
}
