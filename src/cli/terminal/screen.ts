// A text that fills the terminal and is redrawn. It stands on the alternate screen that terminals have for this, so that
// the lines from before come back when it ends.
import { cleanAroundStyles } from '../../core/text/styles.ts'
import { cutLine } from '../../core/text/width.ts'
import type { Output } from './output.ts'

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
