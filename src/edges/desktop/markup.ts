// Text for notifications and dialogs: of bounded length, and with markup escaped.

const mostCharacters = 1000

/** At most 1,000 characters, none of them split. */
export function shorten(text: string): string {
  const characters = [...text]
  return characters.length <= mostCharacters ? text : `${characters.slice(0, mostCharacters - 1).join('')}…`
}

export function escapeMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

/** `fact → next step`, for notifications of one line. */
export function oneLine(text: string): string {
  return text.replace(/\r?\n/g, ' → ')
}

/** Line breaks stay; other control characters become spaces. */
export function withoutControls(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n]/gu, ' ')
}

/** Broken into lines of at most `columns`, at a space where there is one: dialogs grow beyond the screen otherwise. */
export function wrap(text: string, columns: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, columns))
    .join('\n')
}

function wrapLine(line: string, columns: number): string[] {
  const lines: string[] = []
  let current = ''
  for (const word of line.split(' ').flatMap((each) => pieces(each, columns))) {
    const longer = current === '' ? word : `${current} ${word}`
    if (width(longer) <= columns) current = longer
    else {
      lines.push(current)
      current = word
    }
  }
  return [...lines, current]
}

function pieces(word: string, columns: number): string[] {
  const parts = ['']
  for (const character of word) {
    const last = parts.at(-1) ?? ''
    if (width(last + character) > columns) parts.push(character)
    else parts[parts.length - 1] = last + character
  }
  return parts
}

/** East Asian characters and emoji take two columns. */
function width(text: string): number {
  return [...text].reduce((sum, character) => sum + ((character.codePointAt(0) ?? 0) >= 0x1100 ? 2 : 1), 0)
}
