// The only file that prints. Results go to standard output, everything else to standard error. Control characters are
// taken out of all text: names in a file could hold escape sequences.
import type { ErrorBody } from '../../core/errors.ts'
import { createTerminal, type Size, type Terminal } from './terminal.ts'

export type Output = {
  /** A result, for the user or for a pipe. */
  print(text: string): void
  printJson(value: unknown): void
  /** Something the user should know, beside the result. */
  note(text: string): void
  printError(error: Pick<ErrorBody, 'message' | 'hint'>): void
  style(style: Style, text: string): string
  /** Of the terminal that shows the results; undefined where they go elsewhere, or to a terminal that cannot be redrawn. */
  size(): Size | undefined
  /** Is there still somebody who reads the results? False only once a line was written in vain. */
  hasReader(): boolean
  /** Text with its control sequences, as screen.ts makes it. */
  control(text: string): void
}

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red'

type StyleCodes = Readonly<Record<Style, string>>
const sixteenColours: StyleCodes = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33' }
/** To be read on white and on black alike: the plain green and yellow of many terminals vanish on white. */
const manyColours: StyleCodes = { ...sixteenColours, red: '38;5;160', green: '38;5;28', yellow: '38;5;130' }

export function createOutput(
  environment: Readonly<Record<string, string | undefined>>,
  terminal: Terminal = createTerminal(),
): Output {
  const isTerminal = terminal.isTerminal(1)
  const isColoured = isTerminal && !environment.NO_COLOR && environment.TERM !== 'dumb'
  const isErrorColoured = () => terminal.isTerminal(2) && !environment.NO_COLOR && environment.TERM !== 'dumb'
  const hasMany = environment.TERM?.includes('256color') === true || Boolean(environment.COLORTERM)
  const styleCodes = hasMany ? manyColours : sixteenColours
  const write = (descriptor: 1 | 2, text: string) => terminal.write(descriptor, `${text}\n`)
  const paint = (isOn: boolean, style: Style, text: string) =>
    isOn ? `\x1b[${styleCodes[style]}m${text}\x1b[0m` : text
  return {
    print: (text) => write(1, isColoured ? cleanAroundStyles(text) : clean(text)),
    printJson: (value) => write(1, escapeUnsafe(JSON.stringify(value, null, 2))),
    note: (text) => write(2, clean(text)),
    printError({ message, hint }) {
      write(2, `${paint(isErrorColoured(), 'red', 'mfad:')} ${clean(message)}`)
      if (hint !== '') write(2, `  → ${clean(hint)}`)
    },
    style: (style, text) => paint(isColoured, style, clean(text)),
    size: () => (isTerminal && environment.TERM !== 'dumb' ? terminal.size() : undefined),
    hasReader: terminal.hasReader,
    control: (text) => terminal.write(1, text),
  }
}

const unsafeCharacter = /(?!\n)\p{Cc}|[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu

/** Text without control characters, other than line ends. Plain text does not need the tables of Unicode, which take time to load. */
export function clean(text: string): string {
  if (/^[\n -~]*$/.test(text)) return text
  return text.replace(unsafeCharacter, '?')
}

/** The same JSON, with the control characters escaped that JSON.stringify leaves in: a terminal could obey them. */
export function escapeUnsafe(json: string): string {
  return json.replace(unsafeCharacter, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

const styleSequence = new RegExp(`(${'\u001b'}\\[(?:0|1|2|31|32|33|38;5;(?:28|130|160))m)`)

/** The parts of a text: every second one is a sequence that `style` adds. */
export function splitStyles(text: string): string[] {
  return text.split(styleSequence)
}

/** Clean text, with the sequences that `style` adds left in. */
export function cleanAroundStyles(text: string): string {
  return splitStyles(text)
    .map((part, index) => (index % 2 === 1 ? part : clean(part)))
    .join('')
}
