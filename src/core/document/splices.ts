// Places of a text that are replaced by other text, and the document that comes of it.

import type { CredentialsDocument, Entry } from './document.ts'
import type { TextLine } from './own-lines.ts'
import { parseDocument, parseText } from './parse.ts'
import { encode } from './text.ts'

/** Offsets in the text before. */
export type Splice = { start: number; end: number; text: string }

/** A last line without a line end stays without one. */
export function insertion({ end, next }: TextLine, line: string, lineEnd: string): Splice {
  return { start: next, end: next, text: next > end ? line + lineEnd : lineEnd + line }
}

/** Another value in a line about which all readers agree, in place of one that is not empty. */
export function valueSplice(text: string, start: number, { value }: Entry, by: string): Splice {
  const valueStart = text.indexOf(value, text.indexOf('=', start) + 1)
  return { start: valueStart, end: valueStart + value.length, text: by }
}

/** Where text is both inserted and replaced at one offset, the inserted comes first. */
export function spliced(text: string, splices: readonly Splice[]): string {
  const inOrder = splices.toSorted((one, other) => one.start - other.start || one.end - other.end)
  let result = ''
  let cursor = 0
  for (const splice of inOrder) {
    result += text.slice(cursor, splice.start) + splice.text
    cursor = splice.end
  }
  return result + text.slice(cursor)
}

export function withText(document: CredentialsDocument, text: string): CredentialsDocument {
  if (text === document.text) return document
  // The one byte that was not UTF-8 may have gone with the edit, so the text is decoded anew.
  if (!document.isUtf8) return parseDocument(encode({ text, isUtf8: false }), document)
  return parseText(text, true, document)
}
