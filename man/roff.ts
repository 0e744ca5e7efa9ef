// The pages of docs/ as a manual page: the part of Markdown that they use, in the macros of man(7). Both groff and mandoc must
// take the result without a warning.

const columns = 78

/** A page: its headings become sections, those of the third level subsections. */
export function roffOf(markdown: string): string {
  const lines = markdown.trim().split('\n')
  const blocks: string[] = []
  for (let at = 0; at < lines.length; ) {
    const end = blockEnd(lines, at)
    blocks.push(blockOf(lines.slice(at, end)))
    at = end
    while (lines[at] === '') at += 1
  }
  return blocks.join('\n')
}

/** Bold, for what is typed as it stands; italic, for what stands for something else. */
export const bold = (text: string) => `\\fB${escaped(text, true)}\\fR`

export function sectionOf(title: string): string {
  return `.SH "${escaped(title.toUpperCase())}"`
}

/** What a term means. The term is marked up already. */
export function tagged(term: string, text: string): string {
  return `.TP\n${safeLine(term)}\n${paragraphOf(text)}`
}

export function example(code: string, text?: string): string {
  const lines = code.split('\n').map((line) => safeLine(escaped(line, true)))
  return [
    ...(text === undefined ? [] : ['.PP', paragraphOf(text)]),
    '.RS 4',
    '.EX',
    ...lines,
    '.EE',
    '.RE',
  ].join('\n')
}

/** Filled text of Markdown. */
export function paragraphOf(text: string): string {
  return fill(inline(text.replace(/\s+/g, ' ').trim()))
}

function blockEnd(lines: readonly string[], start: number): number {
  const first = lines[start] ?? ''
  if (first.startsWith('#')) return start + 1
  const isFence = first.startsWith('```')
  for (let at = start + 1; at < lines.length; at += 1) {
    if (isFence ? lines[at] === '```' : lines[at] === '') return isFence ? at + 1 : at
  }
  return lines.length
}

function blockOf(lines: readonly string[]): string {
  const [first = ''] = lines
  if (first.startsWith('### ')) return `.SS "${escaped(first.slice(4))}"`
  if (first.startsWith('## ')) return sectionOf(first.slice(3))
  if (first.startsWith('```')) return example(lines.slice(1, -1).join('\n'))
  if (first.startsWith('|')) return tableOf(lines)
  if (first.startsWith('- ')) return listOf(lines)
  return `.PP\n${paragraphOf(lines.join(' '))}`
}

function listOf(lines: readonly string[]): string {
  const items = lines.join('\n').slice(2).split('\n- ')
  return items.map((item) => `.IP \\(bu 2\n${paragraphOf(item)}`).join('\n')
}

/** The first column says what it is about; of more than two, each further one is named. */
function tableOf([head = '', , ...rows]: readonly string[]): string {
  const names = cellsOf(head)
  return rows
    .map((row) => {
      const [term = '', ...cells] = cellsOf(row)
      const named = cells.map((cell, at) => (cells.length > 1 ? `${names[at + 1]}: ${cell}` : cell))
      const filled = cells.flatMap((cell, at) => (cell === '' ? [] : [paragraphOf(named[at] ?? '')]))
      return `.TP\n${safeLine(inline(term))}\n${filled.join('\n.br\n')}`
    })
    .join('\n')
}

function cellsOf(row: string): string[] {
  return row
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'))
}

function inline(text: string): string {
  return text
    .replace(/\[([^\]]*)\]\([^)\s]*\)/g, '$1')
    .split(/(`[^`]+`|\*\*[^*]+\*\*|\b_[^_]+_\b)/)
    .map((part, at) => {
      if (at % 2 === 0) return escaped(part)
      const inner = part.replace(/^(?:`|\*\*|_)|(?:`|\*\*|_)$/g, '')
      return part.startsWith('_') ? `\\fI${escaped(inner)}\\fR` : bold(inner)
    })
    .join('')
}

/** Literal: to be copied, so that a hyphen is one. */
function escaped(text: string, isLiteral = false): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', isLiteral ? '\\-' : '-')
    .replaceAll('"', '\\(dq')
    .replaceAll("'", '\\(aq')
    .replaceAll('`', '\\(ga')
    .replaceAll('^', '\\(ha')
    .replaceAll('~', '\\(ti')
    .replace(/[^\x20-\x7e]/gu, (character) => {
      return `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`
    })
}

/** A line that begins with a dot would be a request. */
function safeLine(line: string): string {
  return /^(?:\\f.)?\./.test(line) ? `\\&${line}` : line
}

function fill(text: string): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > columns) {
      lines.push(line)
      line = ''
    }
    line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, line].map(safeLine).join('\n')
}
