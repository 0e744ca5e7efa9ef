// Sections in which each line is so plain that all readers read the same, whatever stands around them: nearly all
// sections. They need one pass over the text; entries are read when they are asked for.

import type { Earlier, Entry, Part, Section, Split } from './document.ts'
import { header, key, lineEnd, trivia, value } from './plain-lines.ts'
import { countLineEnds, detached, splitLines } from './text.ts'

const linePattern = new RegExp(`${header}|(?:(${key})${value}|${trivia})${lineEnd}`, 'y')
const nextHeaderPattern = new RegExp(`\\n(?=${header})`, 'g')
/** A longer section costs less line by line, since a match remembers where it passed each of its characters. */
const sectionPattern = new RegExp(`${header}(?:(?:${key}${value}|${trivia})${lineEnd}){0,256}`, 'y')

/** The plain line at an offset, with its line end: the name of a header, the key of an entry, or neither in a comment or
 * blank line. */
export function plainLineAt(text: string, offset: number): RegExpExecArray | null {
  return matchFrom(linePattern, text, offset)
}

/** A name may stand twice. The part that is the same as in the earlier text is not read again. */
export function splitText(text: string, earlier?: Earlier): Split {
  const { plain, odd, ...from } = earlier ? resume(earlier) : { plain: [], odd: [], start: 0, line: 1 }
  let { start, line } = from
  while (start < text.length) {
    const match = matchFrom(sectionPattern, text, start)
    const lineStarts = match?.[0].match(/\n(?:[a-z][a-z0-9_]*)?/g) ?? []
    if (match && !isAnyKeyTwice(lineStarts)) {
      plain.push(new PlainSection(text, match, line))
      line += lineStarts.length
      start += match[0].length
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

type Resumed = { plain: Section[]; odd: Part[]; start: number; line: number }

/** Goes on at the last plain section that the earlier text has, too, and that did not end with it: nothing above depends on
 * what comes after. */
function resume({ split, unchanged }: Earlier): Resumed {
  const index = split.plain.findLastIndex(({ end }) => end < unchanged)
  const { start, line } = split.plain[index] ?? { start: 0, line: 1 }
  return {
    plain: split.plain.slice(0, Math.max(0, index)),
    odd: split.odd.filter((part) => part.start < start),
    start,
    line,
  }
}

function isAnyKeyTwice(lineStarts: readonly string[]): boolean {
  return lineStarts.some((start, index) => start !== '\n' && lineStarts.indexOf(start, index + 1) !== -1)
}

/** The offset of the next plain header after an offset, or the end of the text. */
function nextHeader(text: string, offset: number): number {
  const match = matchFrom(nextHeaderPattern, text, offset)
  return match ? match.index + 1 : text.length
}

function matchFrom(pattern: RegExp, text: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset
  return pattern.exec(text)
}

/** A section whose entries are read from its text on first use. */
class PlainSection implements Section {
  readonly isPlain = true
  readonly name: string
  readonly line: number
  readonly start: number
  readonly end: number
  readonly #text: string
  #entries: ReadonlyMap<string, Entry> | undefined

  constructor(text: string, match: RegExpExecArray, line: number) {
    this.#text = text
    this.name = detached(match[1] ?? '')
    this.line = line
    this.start = match.index
    this.end = match.index + match[0].length
  }

  get entries(): ReadonlyMap<string, Entry> {
    this.#entries ??= readPlainEntries(detached(this.#text.slice(this.start, this.end)), this.line)
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
