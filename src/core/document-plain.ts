// Sections in which each line is so plain that all readers read the same, whatever stands around them: nearly all
// sections. They need one pass over the text; entries are read when they are asked for.

import type { Entry, Section } from './document.ts'
import { countLineEnds, splitLines } from './document-text.ts'

/** A stretch of a text that readers have to look at line by line: it begins at the start of the text or at a plain
 * header, and ends before a plain header or at the end of the text. `line` is that of its start, counted from 1. */
export type Part = { start: number; end: number; line: number }

/** Names of sections that are more than names to some reader. */
const specialNames = ['DEFAULT', 'profile __proto__', ...Object.getOwnPropertyNames(Object.prototype)]

// Neighbouring parts of these patterns share no character, so that matching is linear.
const lineEnd = '(?:\\r?\\n|$)'
const prefixes = '(?:profile|sso-session|services)'
const name = `(?!${prefixes}\\.|(?:${specialNames.join('|')})\\])((?:${prefixes} )?[A-Za-z0-9_./%@:+-]+)`
/** Without a bracket, which botocore would take for the header's, and without white space that is none to some. */
const commentAfterHeader = '[ \\t]+[#;](?:[^\\]\\s\\0-\\x1f\\x85]|[ \\t])*'
const header = `\\[${name}\\](?:${commentAfterHeader}|[ \\t]*)${lineEnd}`
const entry = '([a-z][a-z0-9_]*)[ \\t]*=[ \\t]*(?:[!$-&(-:<-~][ !$-&(-:<-~]*)?'
const trivia = '[ \\t]*(?:[#;][^\\r\\n]*)?'
/** Blocks of lines are bounded, since a match remembers where each of its characters is. */
const lines = `(?:(?:${entry}|${trivia})${lineEnd})`
const sectionPattern = new RegExp(`${header}${lines}{0,64}`, 'y')
const linesPattern = new RegExp(`${lines}{1,64}`, 'y')
const linePattern = new RegExp(`${header}|(?:${entry}|${trivia})${lineEnd}`, 'y')
const nextHeaderPattern = new RegExp(`\\n(?=${header})`, 'g')

/** Matches one plain line where its `lastIndex` says, with its line end: the name of a header, the key of an entry, or
 * neither in a comment or blank line. */
export function plainLinePattern(): RegExp {
  return new RegExp(linePattern)
}

/** Cuts a text into its plain sections and what lies between them, each in order. A name may stand twice. */
export function splitText(text: string): { plain: Section[]; odd: Part[] } {
  const patterns = { section: new RegExp(sectionPattern), lines: new RegExp(linesPattern) }
  const plain: PlainSection[] = []
  const odd: Part[] = []
  let start = 0
  let line = 1
  while (start < text.length) {
    const section = plainSectionAt(text, start, line, patterns)
    if (section) {
      plain.push(section)
      line += section.lineEnds
      start = section.end
      continue
    }
    // A line that is not plain belongs to the section above it.
    const last = plain.at(-1)?.end === start ? plain.pop() : undefined
    const part = { start: last?.start ?? start, end: nextHeader(text, start), line: last?.line ?? line }
    odd.push(part)
    line += countLineEnds(text.slice(start, part.end))
    start = part.end
  }
  return { plain, odd }
}

/** Undefined where there is no plain header, or where a key stands twice below it. */
function plainSectionAt(
  text: string,
  start: number,
  line: number,
  patterns: { section: RegExp; lines: RegExp },
): PlainSection | undefined {
  patterns.section.lastIndex = start
  const name = patterns.section.exec(text)?.[1]
  if (name === undefined) return undefined
  const keys: string[] = []
  let lineEnds = 0
  let cursor = start
  let end = patterns.section.lastIndex
  do {
    for (const found of text.slice(cursor, end - 1).match(/\n(?:[a-z][a-z0-9_]*)?/g) ?? []) {
      lineEnds++
      if (found !== '\n') keys.push(found)
    }
    cursor = end - 1
    end = endOfMatch(patterns.lines, text, end)
  } while (end > cursor + 1)
  if (text.endsWith('\n', end)) lineEnds++
  return isAnyTwice(keys) ? undefined : new PlainSection(text, name, { start, end, line }, lineEnds)
}

function endOfMatch(pattern: RegExp, text: string, offset: number): number {
  pattern.lastIndex = offset
  return offset < text.length && pattern.test(text) ? pattern.lastIndex : offset
}

function isAnyTwice(keys: readonly string[]): boolean {
  if (keys.length > 16) return new Set(keys).size < keys.length
  return keys.some((key, index) => keys.indexOf(key) < index)
}

/** The offset of the next plain header after an offset, or the end of the text. */
function nextHeader(text: string, offset: number): number {
  const pattern = new RegExp(nextHeaderPattern)
  pattern.lastIndex = offset
  const match = pattern.exec(text)
  return match ? match.index + 1 : text.length
}

/** A section whose entries are read from its text on first use. */
class PlainSection implements Section {
  readonly isPlain = true
  readonly name: string
  readonly line: number
  readonly start: number
  readonly end: number
  readonly lineEnds: number
  readonly #text: string
  #entries: ReadonlyMap<string, Entry> | undefined

  constructor(text: string, name: string, { start, end, line }: Part, lineEnds: number) {
    this.#text = text
    this.name = name
    this.line = line
    this.start = start
    this.end = end
    this.lineEnds = lineEnds
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
