// Changes a key or a header of the user's own, in the credentials file or the config file, and nothing else. Like the edits
// of our sections, each is read back before it is handed out: for botocore and for the AWS SDK only what was meant differs.
//
//   set        `[profile dev]` without the key  → one line more; without the section → the section at the end
//              mfa_serial=OLD                   → mfa_serial=NEW: the line keeps its form
//   remove     mfa_serial = NEW                 → the line is gone
//   exchange   aws_access_key_id = AKIA…        → mfad_keyring = dev: another key in the same place, and back
//   rename     [dev] # mine                     → [dev-long-term] # mine

import { AppError } from '../errors.ts'
import { changesOnlyName } from './comparison.ts'
import type { CredentialsDocument, Entry, Section } from './document.ts'
import { removeSection, setSection } from './edit.ts'
import {
  assertOnlyTheseChanged,
  assertReadable,
  assertStandsOnce,
  assertWritable,
  unreadableError,
} from './edit-checks.ts'
import { allLinesOf, isCommentOrBlank, linesOf, type OwnLine, type TextLine } from './own-lines.ts'
import { insertion, type Splice, spliced, valueSplice, withText } from './splices.ts'
import { lineEndOf } from './text.ts'

/** `section` is the name between the brackets: `dev` in the credentials file, `profile dev` in the config file. */
export type UserEdit =
  /** `after`: the key below which a new line goes; by default it goes to the end of the section. */
  | { kind: 'set'; section: string; key: string; value: string; after?: string }
  /** `dropsSection`: the header goes, too, when nothing else stands below it: undoes what created the section. */
  | { kind: 'remove'; section: string; key: string; dropsSection?: boolean }
  | { kind: 'exchange'; section: string; key: string; by: string; value: string }
  | { kind: 'rename'; section: string; to: string }

/**
 * The document with these edits, made one after another. Throws AppError `file.section-unreadable` where AWS tools would not
 * read exactly what was meant, and `file.not-as-expected` where an edit does not fit what stands there.
 */
export function applyEdits(document: CredentialsDocument, edits: readonly UserEdit[]): CredentialsDocument {
  return edits.reduce(applyEdit, document)
}

function applyEdit(document: CredentialsDocument, edit: UserEdit): CredentialsDocument {
  assertStandsOnce(document, edit.section)
  if (edit.kind === 'set') return setKey(document, edit)
  if (edit.kind === 'remove') return removeKey(document, edit)
  if (edit.kind === 'exchange') return exchangeKey(document, edit)
  return renameSection(document, edit.section, edit.to)
}

type Of<Kind extends UserEdit['kind']> = Extract<UserEdit, { kind: Kind }>

function setKey(
  document: CredentialsDocument,
  { section: name, key, value, after }: Of<'set'>,
): CredentialsDocument {
  const section = document.sections.get(name)
  const values = new Map([[key, value]])
  if (section === undefined) return setSection(document, name, [key], values)
  assertWritable(name, values)
  const line = lineOf(document, section, key)
  const splice = line
    ? newValue(document, line, plainEntry(document, section, key), value)
    : insertion(lineBefore(document, section, after), `${key} = ${value}`, lineEndOf(document.text))
  return checked(document, section, [splice], values, [key])
}

function removeKey(
  document: CredentialsDocument,
  { section: name, key, dropsSection = false }: Of<'remove'>,
): CredentialsDocument {
  const section = document.sections.get(name)
  if (!section) return document
  const line = lineOf(document, section, key)
  if (!line) {
    // Some reader may find it all the same, in a section that the others do not see or in [DEFAULT].
    assertReadable(document, document, name, [key], new Map())
    return document
  }
  plainEntry(document, section, key)
  if (dropsSection) return removeSection(document, name, [key])
  const { header } = linesOf(document, section, [])
  // Right below a header at the end of the file it came with the line end before it.
  const start = line.next === line.end && header.next === line.start ? header.end : line.start
  return checked(document, section, [{ start, end: line.next, text: '' }], new Map(), [key])
}

function exchangeKey(
  document: CredentialsDocument,
  { section: name, key, by, value }: Of<'exchange'>,
): CredentialsDocument {
  const section = document.sections.get(name)
  const line = section && lineOf(document, section, key)
  if (!section || !line) throw missingError(name, key)
  const standing = lineOf(document, section, by)
  if (standing) throw standingError(`${by} of [${name}]`, standing.line)
  const values = new Map([[by, value]])
  assertWritable(name, values)
  const entry = plainEntry(document, section, key)
  const splices = [
    { start: line.start, end: line.start + key.length, text: by },
    newValue(document, line, entry, value),
  ]
  return checked(document, section, splices, values, [key, by])
}

function renameSection(document: CredentialsDocument, from: string, to: string): CredentialsDocument {
  const section = document.sections.get(from)
  if (!section) throw missingError(from)
  const standing = document.sections.get(to)
  if (standing) throw standingError(`[${to}]`, standing.line)
  const { start, line } = linesOf(document, section, []).header
  const nameStart = start + 1
  const isAsWritten = document.text.startsWith(`[${from}]`, start)
  if (!isAsWritten || hasFinding(document, line)) throw unreadableError(document, from, [], '')
  const splice = { start: nameStart, end: nameStart + from.length, text: to }
  const after = withText(document, spliced(document.text, [splice]))
  const isRead = !hasFinding(after, line) && changesOnlyName(document, after, from, to)
  if (!isRead) throw unreadableError(after, to, [], '')
  return after
}

/** The document with these places changed, where AWS tools read nothing else differently than `keys`, and these as `values`. */
function checked(
  document: CredentialsDocument,
  { name }: Section,
  splices: readonly Splice[],
  values: ReadonlyMap<string, string>,
  keys: readonly string[],
): CredentialsDocument {
  const after = withText(document, spliced(document.text, splices))
  assertReadable(document, after, name, keys, values)
  assertOnlyTheseChanged(document, after, new Set([name]), keys)
  return after
}

/** The line of a key in the section itself, not in [DEFAULT]. */
function lineOf(document: CredentialsDocument, section: Section, key: string): OwnLine | undefined {
  return linesOf(document, section, [key]).own[0]
}

/** Throws where the value goes on in further lines, or AWS tools do not agree about the line. */
function plainEntry(document: CredentialsDocument, section: Section, key: string): Entry {
  const entry = section.entries.get(key)
  if (entry === undefined || entry.disputed || entry.value.includes('\n'))
    throw unreadableError(document, section.name, [key], key)
  return entry
}

function newValue({ text }: CredentialsDocument, { start, end }: OwnLine, entry: Entry, by: string): Splice {
  if (entry.value !== '') return valueSplice(text, start, entry, by)
  const separator = text.indexOf('=', start) + 1
  const space = text[separator - 2] === ' ' ? ' ' : ''
  return { start: separator, end, text: space + by }
}

/** Below its last line that is neither blank nor a comment: a comment after that is most likely the next section's. */
function lineBefore(document: CredentialsDocument, section: Section, after: string | undefined): TextLine {
  const named = after === undefined ? undefined : lineOf(document, section, after)
  const lines = allLinesOf(document, section)
  const line = named ?? lines.findLast((each) => !isCommentOrBlank(document, each))
  // Only the last line of the file can be without a line end; with one added to it, it could not be left as it was.
  return line !== undefined && line.next > line.end ? line : (lines[0] as TextLine)
}

function hasFinding({ findings }: CredentialsDocument, line: number): boolean {
  return findings.some((finding) => finding.line === line)
}

function missingError(section: string, key?: string): AppError {
  return new AppError(
    'file.not-as-expected',
    key === undefined ? `there is no [${section}] in the file` : `[${section}] has no ${key}`,
    'run the command again: it looks at the file as it is now',
  )
}

function standingError(what: string, line: number): AppError {
  return new AppError(
    'file.not-as-expected',
    `${what} already stands in line ${line}`,
    'rename or remove what stands there, then run the command again',
  )
}
