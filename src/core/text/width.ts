// How much room a text takes on a terminal.
import { splitStyles } from './styles.ts'

/** The text broken into lines no wider than this, unless a single word is wider. */
export function wrap(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columns))
    .join('\n')
}

function wrapLine(line: string, columns: number): string[] {
  const [first = '', ...words] = line.split(/(?<=\S) /)
  const lines: string[] = []
  let last = first
  for (const word of words) {
    if (widthOf(last) + 1 + widthOf(word) <= columns) last = `${last} ${word}`
    else {
      lines.push(last)
      last = word
    }
  }
  return [...lines, last]
}

/** A line no wider than this; what is cut off is shown as `…`. The sequences for styles have no width. */
export function cutLine(line: string, columns: number): string {
  const parts = splitStyles(line)
  const isStyle = (index: number) => index % 2 === 1
  const width = parts.reduce((sum, part, index) => sum + (isStyle(index) ? 0 : widthOf(part)), 0)
  if (width <= columns) return line
  let left = columns - 1
  let cut = ''
  for (const [index, part] of parts.entries()) {
    if (isStyle(index)) {
      cut += part
      continue
    }
    for (const character of part) {
      left -= widthOf(character)
      if (left < 0) return `${cut}…`
      cut += character
    }
  }
  return cut
}

const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u

/** ASCII, lines and blocks, of which each fills one column. The tables of Unicode take time to load. */
const narrow = /^[ -~\u2500-\u25ff]*$/

export function widthOf(text: string): number {
  if (narrow.test(text)) return text.length
  let width = 0
  for (const character of text) {
    if (/\p{M}|\u200d/u.test(character)) continue
    width += wide.test(character) ? 2 : 1
  }
  return width
}
