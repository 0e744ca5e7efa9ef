// Bold and coloured text, as terminals take it.
import { clean } from './clean.ts'

export type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red'

/** How many colours there are. */
export type Colours = 'none' | 'sixteen' | 'many'

/** The text in that style, and harmless. */
export type Paint = (style: Style, text: string) => string

type StyleCodes = Readonly<Record<Style, string>>
const sixteenColours: StyleCodes = { bold: '1', dim: '2', red: '31', green: '32', yellow: '33' }
/** To be read on white and on black alike: the plain green and yellow of many terminals vanish on white. */
const manyColours: StyleCodes = { ...sixteenColours, red: '38;5;160', green: '38;5;28', yellow: '38;5;130' }

export function paintWith(colours: Colours): Paint {
  if (colours === 'none') return (_, text) => clean(text)
  const codes = colours === 'many' ? manyColours : sixteenColours
  return (style, text) => `\x1b[${codes[style]}m${clean(text)}\x1b[0m`
}

const styleSequence = new RegExp(`(${'\u001b'}\\[(?:0|1|2|31|32|33|38;5;(?:28|130|160))m)`)

/** The parts of a text: every second one is a sequence that a style adds. */
export function splitStyles(text: string): string[] {
  return text.split(styleSequence)
}

/** Clean text, with the sequences that a style adds left in. */
export function cleanAroundStyles(text: string): string {
  return splitStyles(text)
    .map((part, index) => (index % 2 === 1 ? part : clean(part)))
    .join('')
}
