// A text that fills the terminal and is redrawn. It stands on the alternate screen that terminals have for this, so that
// the lines from before come back when it ends.
import { cleanAroundStyles, type Output, splitStyles } from './output.ts'

type Size = NonNullable<ReturnType<Output['size']>>

export type Screen = {
  /** Shows as many of these lines as there is room for, each cut to the width. */
  draw(text: string): void
  /** Leaves the terminal as it was. May be called again. */
  close(): void
}

const esc = '\u001b['
/** The alternate screen, with the cursor hidden. */
const enter = `${esc}?1049h${esc}?25l`
const leave = `${esc}?25h${esc}?1049l`
const home = `${esc}H`
const reset = `${esc}0m`
const clearLine = `${esc}K`
const clearBelow = `${esc}J`

/** `output` must be a terminal. */
export function openScreen(output: Pick<Output, 'size' | 'control'>): Screen {
  let isOpen = false
  return {
    draw(text) {
      const size = output.size() ?? { columns: 80, rows: 24 }
      output.control(`${isOpen ? '' : enter}${home}${picture(text, size)}`)
      isOpen = true
    },
    close() {
      if (isOpen) output.control(leave)
      isOpen = false
    },
  }
}

/** What is to be written to fill the screen with this text. The last line says how many lines there was no room for. */
export function picture(text: string, { columns, rows }: Size): string {
  const lines = cleanAroundStyles(text).split('\n')
  const shown =
    lines.length <= rows ? lines : [...lines.slice(0, rows - 1), `… ${lines.length - rows + 1} more lines`]
  // Cleared before it is written: after a line as wide as the terminal the cursor stands on its last character.
  const drawn = shown.map((line, index) => {
    return `${index === shown.length - 1 ? clearBelow : clearLine}${cutLine(line, columns)}${reset}`
  })
  return drawn.join('\r\n')
}

/** The text broken into lines no wider than this, unless a single word is wider. */
export function wrap(text: string, columns: number): string {
  return text
    .split('\n')
    .map((line) =>
      line.split(/(?<=\S) /).reduce((wrapped, word) => {
        const last = wrapped.slice(wrapped.lastIndexOf('\n') + 1)
        return `${wrapped}${widthOf(last) + 1 + widthOf(word) > columns ? '\n' : ' '}${word}`
      }),
    )
    .join('\n')
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
