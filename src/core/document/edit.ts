// Changes our own lines in a document and nothing else. Every edit is read back before it is handed out: for botocore
// and for the AWS SDK, our section must hold exactly our values, and all others what they held before.

import type { CredentialsDocument, Section } from './document.ts'
import { assertOnlyTheseChanged, assertReadable, assertStandsOnce, assertWritable } from './edit-checks.ts'
import { linesOf, type OwnLine, type TextLine, textWithoutSections } from './own-lines.ts'
import { insertion, type Splice, spliced, valueSplice, withText } from './splices.ts'
import { lineEndOf } from './text.ts'

/**
 * The document with our lines in section `name`; a new section is appended, an existing one updated in place.
 * `ownKeys`: every key that may be ours, in the order in which they are written; `values`: the ones that should be
 * there now. Throws AppError `file.section-unreadable` where AWS tools would not read exactly these values.
 */
export function setSection(
  document: CredentialsDocument,
  name: string,
  ownKeys: readonly string[],
  values: ReadonlyMap<string, string>,
): CredentialsDocument {
  return setSections(document, new Map([[name, { ownKeys, values }]]))
}

/** What is to stand in a section, and every key that may be ours there, in the order in which they are written. */
export type SectionLines = { ownKeys: readonly string[]; values: ReadonlyMap<string, string> }

/**
 * As `setSection` for each of them in turn, with one reading instead of one for each: 300 sections take as long as one. Throws
 * where any of them does.
 */
export function setSections(
  document: CredentialsDocument,
  sections: ReadonlyMap<string, SectionLines>,
): CredentialsDocument {
  const splices: Splice[] = []
  for (const [name, { ownKeys, values }] of sections) {
    assertWritable(name, values)
    assertStandsOnce(document, name)
    const section = document.sections.get(name)
    if (section === undefined) continue
    splices.push(...updates(document, section, ownKeys, values))
  }
  let text = spliced(document.text, splices)
  for (const [name, { ownKeys, values }] of sections)
    if (!document.sections.has(name)) text = appended(text, name, ownKeys, values)
  const after = withText(document, text)
  for (const [name, { ownKeys, values }] of sections) assertReadable(document, after, name, ownKeys, values)
  // To botocore a section may not be there yet, and to the SDK it is: then all that may be ours counts.
  const anyOf = [...new Set([...sections.values()].flatMap(({ ownKeys }) => ownKeys))]
  assertOnlyTheseChanged(
    document,
    after,
    new Set(sections.keys()),
    (section) => sections.get(section?.name ?? '')?.ownKeys ?? anyOf,
  )
  return after
}

/**
 * The document without our lines in section `name`, and without its header unless other keys stand there. What
 * `setSection` appended is removed to the byte. Throws AppError `file.section-unreadable` where AWS tools would then
 * read something else in other lines.
 */
export function removeSection(
  document: CredentialsDocument,
  name: string,
  ownKeys: readonly string[],
): CredentialsDocument {
  const section = document.sections.get(name)
  if (!section) return document
  assertStandsOnce(document, name)
  const text = textWithoutSections(document, new Set([name]), ownKeys)
  const after = withText(document, text)
  assertOnlyTheseChanged(document, after, new Set([name]), ownKeys)
  return after
}

function appended(
  text: string,
  name: string,
  ownKeys: readonly string[],
  values: ReadonlyMap<string, string>,
): string {
  // After a lone "\r", a "\n" would look like half of the user's line end when the section is removed.
  const lineEnd = text.endsWith('\r') ? '\r\n' : lineEndOf(text)
  const entries = ownKeys.filter((key) => values.has(key)).map((key) => `${key} = ${values.get(key)}`)
  const lines = [`[${name}]`, ...entries].map((line) => line + lineEnd)
  return text + (text === '' ? '' : lineEnd) + lines.join('')
}

function updates(
  document: CredentialsDocument,
  section: Section,
  ownKeys: readonly string[],
  values: ReadonlyMap<string, string>,
): Splice[] {
  const { header, own } = linesOf(document, section, ownKeys)
  const lineEnd = lineEndOf(document.text)
  const splices: Splice[] = []
  let previous: TextLine = header
  for (const key of ownKeys) {
    const line = own.find((candidate) => candidate.key === key)
    const value = values.get(key)
    if (line && value === undefined) splices.push({ start: line.start, end: line.next, text: '' })
    else if (line && value !== undefined) {
      splices.push(replacement(document, section, line, value))
      previous = line
    } else if (value !== undefined) splices.push(insertion(previous, `${key} = ${value}`, lineEnd))
  }
  return splices
}

/** Replaces the value alone where all readers agree about the line; else the whole line, with its capitals, colon or
 * indentation. */
function replacement(
  { text }: CredentialsDocument,
  { entries }: Section,
  { key, start, end }: OwnLine,
  value: string,
): Splice {
  const entry = entries.get(key)
  if (!entry || entry.disputed || entry.value === '' || entry.value.includes('\n'))
    return { start, end, text: `${key} = ${value}` }
  return valueSplice(text, start, entry, value)
}
