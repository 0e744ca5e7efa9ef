// A plain section: its text, and where it stands. Entries are read when they are asked for.

import type { Entry, PlainSection } from './document.ts'
import { detached, splitLines } from './text.ts'

/** `text`: from the header to the next one. The section keeps a copy: a slice would keep the whole version of the file in memory for
 * as long as a later version shares the section. */
export function plainSection(name: string, text: string, start: number, line: number): PlainSection {
  const own = detached(text)
  return new Plain(own.slice(1, 1 + name.length), own, start, line, undefined)
}

class Plain implements PlainSection {
  readonly isPlain = true
  readonly name: string
  readonly start: number
  readonly end: number
  readonly line: number
  readonly #text: string
  /** The first section with this text in these lines. It reads the entries for all of them. */
  readonly content: Plain
  #entries: ReadonlyMap<string, Entry> | undefined

  constructor(name: string, text: string, start: number, line: number, content: Plain | undefined) {
    this.name = name
    this.start = start
    this.end = start + text.length
    this.line = line
    this.#text = text
    this.content = content ?? this
  }

  get entries(): ReadonlyMap<string, Entry> {
    const { content } = this
    content.#entries ??= readEntries(content.#text, content.line)
    return content.#entries
  }

  at(start: number, line: number): PlainSection {
    if (start === this.start && line === this.line) return this
    return new Plain(this.name, this.#text, start, line, line === this.line ? this.content : undefined)
  }
}

function readEntries(text: string, firstLine: number): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const [index, line] of splitLines(text).entries()) {
    const equals = line.indexOf('=')
    if (index === 0 || equals === -1 || /^[ \t]*[#;]/.test(line)) continue
    const key = line.slice(0, equals).trimEnd()
    entries.set(key, { key, value: line.slice(equals + 1).trim(), line: firstLine + index, disputed: false })
  }
  return entries
}
