// A plain section: its text, which versions of a file share, and where it stands in one of them. Entries are read when they are
// asked for.

import type { Entry, PlainSection } from './document.ts'
import { detached, splitLines } from './text.ts'

/** `text`: from the header to the next one. */
export function plainSection(name: string, text: string, start: number, line: number): PlainSection {
  return new Placed(new Content(detached(name), detached(text), line), start)
}

/** What a section says, wherever it begins. */
class Content {
  readonly name: string
  readonly text: string
  readonly line: number
  #entries: ReadonlyMap<string, Entry> | undefined

  constructor(name: string, text: string, line: number) {
    this.name = name
    this.text = text
    this.line = line
  }

  get entries(): ReadonlyMap<string, Entry> {
    this.#entries ??= readEntries(this.text, this.line)
    return this.#entries
  }
}

class Placed implements PlainSection {
  readonly isPlain = true
  readonly content: Content
  readonly name: string
  readonly start: number
  readonly end: number

  constructor(content: Content, start: number) {
    this.content = content
    this.name = content.name
    this.start = start
    this.end = start + content.text.length
  }

  get line(): number {
    return this.content.line
  }

  get entries(): ReadonlyMap<string, Entry> {
    return this.content.entries
  }

  at(start: number, line: number): PlainSection {
    const { name, text, line: ownLine } = this.content
    if (line !== ownLine) return new Placed(new Content(name, text, line), start)
    return start === this.start ? this : new Placed(this.content, start)
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
