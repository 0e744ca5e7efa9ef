// Files in which each line is so plain that all readers read the same, whatever stands around it: nearly all files.
// They need one pass over the text; entries are read when they are asked for.

import type { Entry, Section } from './document.ts'
import { splitLines } from './document-text.ts'

/** One line with its line end, whose parts are the name of a header or the key of an entry; or a comment or blank line.
 * Neighbouring parts share no character, so that matching is linear. */
const plainLine =
  /\[(?!(?:profile|sso-session|services)\.)((?:(?:profile|sso-session|services) )?[A-Za-z0-9_./%@:+-]+)\][ \t]*(?:\r?\n|$)|([a-z][a-z0-9_]*)[ \t]*=[ \t]*(?:[!$-&(-:<-~][ !$-&(-:<-~]*)?(?:\r?\n|$)|[ \t]*(?:[#;][^\r\n]*)?(?:\r?\n|$)/y

/** Names of sections that are more than names to some reader. */
const specialNames: ReadonlySet<string> = new Set([
  'DEFAULT',
  ...Object.getOwnPropertyNames(Object.prototype),
])

/** Matches one plain line where its `lastIndex` says. */
export function plainLinePattern(): RegExp {
  return new RegExp(plainLine)
}

export function isSpecialName(name: string): boolean {
  return specialNames.has(name)
}

/** Looking through more keys than this for a duplicate would take quadratic time. */
const mostKeys = 32

/** The sections of a text, or undefined where a line is not plain or something stands twice. */
export function readPlainText(text: string): Map<string, Section> | undefined {
  const sections = new Map<string, PlainSection>()
  const pattern = plainLinePattern()
  let section: PlainSection | undefined
  let keys: string[] = []
  let headers = 0
  let line = 0
  for (let offset = 0; offset < text.length; offset = pattern.lastIndex) {
    pattern.lastIndex = offset
    const match = pattern.exec(text)
    if (!match) return undefined
    line++
    const name = match[1]
    const key = match[2]
    if (name !== undefined) {
      if (section) section.end = offset
      section = new PlainSection(text, name, line, offset)
      sections.set(name, section)
      keys = []
      if (sections.size !== ++headers) return undefined
    } else if (key !== undefined) {
      if (!section || keys.length === mostKeys || keys.includes(key)) return undefined
      keys.push(key)
    }
  }
  if (section) section.end = text.length
  return [...specialNames].some((name) => sections.has(name)) ? undefined : sections
}

/** A section whose entries are read from its text on first use. */
class PlainSection implements Section {
  readonly name: string
  readonly line: number
  readonly start: number
  end: number
  readonly #text: string
  #entries: ReadonlyMap<string, Entry> | undefined

  constructor(text: string, name: string, line: number, start: number) {
    this.#text = text
    this.name = name
    this.line = line
    this.start = start
    this.end = start
  }

  get entries(): ReadonlyMap<string, Entry> {
    this.#entries ??= readPlainEntries(this.#text.slice(this.start, this.end), this.line)
    return this.#entries
  }
}

function readPlainEntries(text: string, firstLine: number): Map<string, Entry> {
  const entries = new Map<string, Entry>()
  for (const [index, line] of splitLines(text).entries()) {
    const equals = line.indexOf('=')
    if (index === 0 || equals === -1 || /^[ \t]*[#;]/.test(line)) continue
    const key = line.slice(0, equals).trimEnd()
    entries.set(key, { key, value: line.slice(equals + 1).trim(), line: firstLine + index, disputed: false })
  }
  return entries
}
