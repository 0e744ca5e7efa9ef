// Which lines of a section are ours, and where they stand in the text.

import type { CredentialsDocument, Section } from './document.ts'
import { lineEndAt, lineEndBefore, lineEndOf, splitLines, stripPython } from './text.ts'

/** Offsets in the document's text: `end` is before the line end, `next` after it. */
export type TextLine = { line: number; start: number; end: number; next: number }

export type OwnLine = TextLine & { key: string }

export type SectionLines = {
  header: TextLine
  /** Our lines, in file order. A line is ours when botocore reads one of our keys there: in any case, with "=" or ":". */
  own: readonly OwnLine[]
  /** Is there anything but our lines, comments and blank lines? */
  hasOthers: boolean
}

export function linesOf(
  document: CredentialsDocument,
  section: Section,
  ownKeys: readonly string[],
): SectionLines {
  const keyByLine = new Map<number, string>()
  for (const key of ownKeys) {
    const entry = section.entries.get(key)
    if (entry) keyByLine.set(entry.line, key)
  }
  const [header, ...rest] = allLinesOf(document, section)
  const own = rest.flatMap((line) => {
    const key = keyByLine.get(line.line)
    return key === undefined ? [] : [{ key, ...line }]
  })
  const hasOthers = rest.some((line) => !keyByLine.has(line.line) && !isCommentOrBlank(document, line))
  return { header: header as TextLine, own, hasOthers }
}

/** From its header to the next one; after a final line end comes one more, empty line. */
export function allLinesOf({ text }: CredentialsDocument, section: Section): TextLine[] {
  let start = section.start
  return splitLines(text.slice(section.start, section.end)).map((content, index) => {
    const end = start + content.length
    const line = { line: section.line + index, start, end, next: end + lineEndAt(text, end).length }
    start = line.next
    return line
  })
}

export function isCommentOrBlank({ text }: CredentialsDocument, { start, end }: TextLine): boolean {
  return /^(?:[#;]|$)/.test(stripPython(text.slice(start, end)))
}

/**
 * The text without our lines in the named sections: the inverse of adding them, in whatever order they came and go.
 * A header goes too unless something else would then fall into the section before, and with it the one line end that was
 * added before it.
 *
 *   `[a]⏎k = v` and two sections of ours    `[a]⏎k = v⏎ [x-mfa]…⏎ ⏎[y-mfa]…⏎`
 *   without [y-mfa]                          `[a]⏎k = v⏎ [x-mfa]…⏎`
 *   without [x-mfa]                          `[a]⏎k = v⏎ [y-mfa]…⏎`
 *   without both                             `[a]⏎k = v`
 */
export function textWithoutSections(
  document: CredentialsDocument,
  names: ReadonlySet<string>,
  ownKeys: readonly string[],
): string {
  const { text, sections } = document
  const found = [...names].flatMap((name) => sections.get(name) ?? [])
  let rest = ''
  let cursor = text.length
  const cut = (start: number, next: number) => {
    rest = text.slice(next, cursor) + rest
    cursor = Math.min(start, cursor)
  }
  for (const section of found.sort((one, other) => other.start - one.start)) {
    const { header, own, hasOthers } = linesOf(document, section, ownKeys)
    for (const line of own.toReversed()) cut(line.start, line.next)
    if (hasOthers) continue
    cut(header.start, header.next)
    const below = rest === '' ? 'nothing' : isBeforeOurs(rest, document, names) ? 'added' : 'other'
    const isJoined = isAfterLoneReturn(text, header) && rest.startsWith('\n')
    if (below === 'added' && (cursor === 0 || isJoined)) rest = rest.slice(lineEndAt(rest, 0).length)
    else cursor -= lengthOfLineEndAdded(text, header, below)
  }
  return text.slice(0, cursor) + rest
}

/** A key that only sections of ours have. */
const mark = 'mfad_key'

/** Does a text begin with one line end and a section of ours that stays? Then the line end was added with that section. The
 * answer must not depend on our own lines, which are not in this text: a file is compared with and without them. */
function isBeforeOurs(text: string, { sections }: CredentialsDocument, names: ReadonlySet<string>): boolean {
  const [, name = ''] = /^\r?\n\[([^\]\r\n]+)\]/.exec(text) ?? []
  return !names.has(name) && (sections.get(name)?.entries.has(mark) ?? false)
}

/**
 * The line end before a header is as long as the header's own; half of a `\r\n` was never added. It stays where it ends a
 * line of the user's and something of the user's follows: the two lines would become one.
 */
function lengthOfLineEndAdded(text: string, header: TextLine, below: 'nothing' | 'added' | 'other'): number {
  const added = isAfterLoneReturn(text, header) ? '\r\n' : lineEndAt(text, header.end) || lineEndOf(text)
  const position = header.start - added.length
  if (position <= 0 || added === '\r' || lineEndBefore(text, header.start) !== added) return 0
  const isBlankLine = lineEndBefore(text, position) !== ''
  return below !== 'other' || isBlankLine ? added.length : 0
}

/** After a lone `\r` a `\r\n` is added. When that goes, a `\n` that follows must go with it: `\r` and `\n` would be one line
 * end instead of two. */
function isAfterLoneReturn(text: string, { start }: TextLine): boolean {
  return text.endsWith('\r\r\n', start)
}
