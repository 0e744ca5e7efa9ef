// Makes what one program changed in a file, section by section, in a version of the file that it had not seen. That is
// needed where its edit and ours crossed: it wrote into the old file when the new one was already in place, or it wrote
// back what it had read before our edit.

import type { CredentialsDocument } from '../document/document.ts'
import { removeSection, setSection } from '../document/edit.ts'
import { parseDocument, parseText } from '../document/parse.ts'
import { encode, lineEndOf, splitLines } from '../document/text.ts'
import { AppError } from '../errors.ts'
import { readSession, readSessionSection, sessionKeys } from '../profiles/session-section.ts'
import { mergeLines } from './line-merge.ts'
import {
  addedLines,
  endIndexOf,
  isSame,
  type SectionChange,
  sectionChanges,
  sectionTexts,
  withoutEnd,
} from './section-changes.ts'

/** `conflicts`: the sections that both sides changed, each in its own way. They stay as they are in `current`. */
export type Merged = { document: CredentialsDocument; conflicts: string[] }

/**
 * The changes, made in `current`. Throws AppError `internal.unsafe-edit` where the result would not read section by section
 * as it should, and file.rejected-by-aws where AWS tools would reject it while they accept `current`.
 */
export function applyChanges(current: CredentialsDocument, changes: readonly SectionChange[]): Merged {
  const merging: Merging = { texts: sectionTexts(current), order: [], lineEnd: lineEndOf(current.text) }
  merging.order = [...merging.texts.keys()]
  const conflicts: string[] = []
  const ownRemoved: string[] = []
  for (const change of changes) {
    const found = merging.texts.get(change.name)
    const result = resultOf(change, found)
    if (result.kind === 'conflict') conflicts.push(change.name)
    else if (result.kind === 'comments') addComments(merging, change, result.text)
    else if (result.kind === 'text' && result.text !== undefined) setText(merging, change, result.text)
    else if (result.kind === 'text') {
      if (isOwnSession(change.name, found ?? '')) ownRemoved.push(change.name)
      else removeText(merging, change.name)
    }
  }
  for (const name of ownRemoved) dropRepeatedComments(merging, name)
  const document = withoutSessions(putTogether(merging, current), ownRemoved)
  checkAccepted(document, current)
  return { document, conflicts }
}

/** A file taken apart: the texts of its sections by name, and the order in which they are put together again. */
type Merging = { texts: Map<string, string>; order: string[]; lineEnd: string }

function setText(merging: Merging, change: SectionChange, text: string): void {
  const { texts, lineEnd } = merging
  if (!texts.has(change.name)) {
    merging.order = inserted(merging.order, change)
    // A logout takes away one line end before a section of ours: it has to be there.
    const lead = change.lead === '' && isOwnSession(change.name, text) ? lineEnd : change.lead
    const previous = nameBefore(merging.order, change.name)
    const before = texts.get(previous) ?? ''
    if (before !== '') texts.set(previous, before + lead)
  }
  texts.set(change.name, text)
}

function removeText(merging: Merging, name: string): void {
  merging.texts.delete(name)
  merging.order = merging.order.filter((other) => other !== name)
}

/** Where a logout leaves the comments of a session section: at the end of the section before it. */
function addComments({ texts, order, lineEnd }: Merging, change: SectionChange, text: string): void {
  const previous = nameBefore(inserted(order, change), change.name)
  const before = texts.get(previous) ?? ''
  // Only new lines: what became of the earlier ones was decided when the section was removed.
  const known = new Set([...splitLines(before), ...splitLines(change.from ?? '')])
  const added = linesIn(text).filter((line) => line.trim() !== '' && !known.has(line))
  if (added.length === 0) return
  const whole = [...linesIn(before), ...added].join(lineEnd)
  texts.set(previous, before === '' ? whole + lineEnd : withEndOf(whole, before))
}

/** Takes out of a section that is removed the comments that another change has already put before it. */
function dropRepeatedComments({ texts, order }: Merging, name: string): void {
  const known = new Set(splitLines(texts.get(nameBefore(order, name)) ?? ''))
  const lines = (texts.get(name) ?? '').match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? []
  const kept = lines.filter((line) => !isComment(line) || !known.has(withoutEnd(line)))
  texts.set(name, kept.join(''))
}

function nameBefore(order: readonly string[], name: string): string {
  return order[order.indexOf(name) - 1] ?? ''
}

function isComment(line: string): boolean {
  return /^[ \t]*[#;]/.test(line)
}

function putTogether({ texts, order, lineEnd }: Merging, current: CredentialsDocument): CredentialsDocument {
  const text = joined(
    order.map((name) => texts.get(name) ?? ''),
    lineEnd,
  )
  const document = current.isUtf8 ? parseText(text, true) : parseDocument(encode({ text, isUtf8: false }))
  checkTexts(document, texts)
  return document
}

function withoutSessions(document: CredentialsDocument, names: readonly string[]): CredentialsDocument {
  return names.reduce((rest, name) => removeSection(rest, name, sessionKeys), document)
}

function isOwnSession(name: string, text: string): boolean {
  return readSession(parseText(text, true), name).kind === 'ours'
}

/** Does a section's text hold every line that a change added, and none that it removed? */
export function isMade(change: SectionChange, found: string | undefined): boolean {
  if (change.to === undefined || found === undefined) return isSame(found, change.to)
  const lines = new Set(splitLines(found))
  const removed = addedLines({ from: change.to, to: change.from ?? '' })
  return (
    addedLines(change).every((line) => lines.has(line)) &&
    !removed.some((line) => line !== '' && lines.has(line))
  )
}

/** Could a change be made in a section's text, without a conflict? */
export function canMake(change: SectionChange, found: string | undefined): boolean {
  return resultOf(change, found).kind === 'text'
}

/** What a section becomes; `comments`: it does not come back, but these lines of it are kept. */
type Result =
  | { kind: 'text'; text: string | undefined }
  | { kind: 'comments'; text: string }
  | { kind: 'as-it-is' }
  | { kind: 'conflict' }

function resultOf({ name, from, to }: SectionChange, found: string | undefined): Result {
  if (isSame(found, to)) return { kind: 'as-it-is' }
  if (isSame(found, from))
    return { kind: 'text', text: to === undefined || found === undefined ? to : withEndOf(to, found) }
  // The program that removed the section had not seen our change to it.
  if (to === undefined) return { kind: 'as-it-is' }
  if (found === undefined) return withoutOwnLines(name, from, to)
  const text = withOwnValues(name, from, to, found) ?? withBothEdits(from ?? '', to, found)
  return text === undefined ? { kind: 'conflict' } : { kind: 'text', text }
}

/**
 * For a session section that was removed meanwhile. It stays removed where the other program changed only what stands
 * around our lines; those changes are kept.
 */
function withoutOwnLines(name: string, from: string | undefined, to: string): Result {
  const [base, theirs] = [from ?? '', to].map((text) => parseText(text, true))
  const isLeftAlone = base && theirs && !isTouched(name, base, theirs)
  if (!isLeftAlone || readSession(base, name).kind !== 'ours') return { kind: 'text', text: to }
  const rest = unlessRefused(() => removeSection(theirs, name, sessionKeys))
  if (rest === undefined || rest.sections.has(name)) return { kind: 'text', text: rest?.text ?? to }
  return { kind: 'comments', text: rest.text }
}

/** Merged line by line; undefined where both changed the same line, or AWS tools would not read the result alike. */
function withBothEdits(from: string, to: string, found: string): string | undefined {
  const text = mergeLines(linesIn(from), linesIn(to), linesIn(found))?.join(lineEndOf(found))
  const findings = (of: string) => parseText(of, true).findings.length
  // A finding that neither side had was made by putting them together, such as a key that stands twice.
  if (text === undefined || findings(text) > Math.max(findings(to), findings(found))) return undefined
  return withEndOf(text, found)
}

/**
 * An empty text has no lines. Were it one empty line, two sides that each add something would both replace it: a conflict.
 */
function linesIn(text: string): string[] {
  const kept = withoutEnd(text)
  return kept === '' ? [] : splitLines(kept)
}

/**
 * A session section of ours whose own lines the other left alone: our values, and of the lines around them what both made.
 *
 *   both had read   [dev-mfa] aws_session_token = OLD
 *   theirs          [dev-mfa] aws_session_token = OLD # one
 *   ours            [dev-mfa] aws_session_token = NEW # two
 *   merged          [dev-mfa] aws_session_token = NEW # two # one
 */
function withOwnValues(
  name: string,
  from: string | undefined,
  to: string,
  found: string,
): string | undefined {
  const [base, theirs, ours] = [from ?? '', to, found].map((text) => parseText(text, true))
  const section = ours?.sections.get(name)
  if (base === undefined || theirs === undefined || section === undefined) return undefined
  if (readSessionSection(section).kind !== 'ours') return undefined
  if (isTouched(name, base, theirs) || !base.sections.has(name) || !theirs.sections.has(name))
    return undefined
  const values = new Map(
    sessionKeys.flatMap((key) => {
      const value = section.entries.get(key)?.value
      return value === undefined ? [] : [[key, value] as const]
    }),
  )
  const withValues = (document: CredentialsDocument) => setSection(document, name, sessionKeys, values).text
  return unlessRefused(() => withBothEdits(withValues(base), withValues(theirs), found))
}

function unlessRefused<T>(edit: () => T): T | undefined {
  try {
    return edit()
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
}

/** Are both texts of a session section with the same session in it, whatever stands around our lines? */
export function hasSameSession(name: string, one: string | undefined, other: string | undefined): boolean {
  const [ones, others] = [one, other].map((text) => parseText(text ?? '', true))
  if (ones === undefined || others === undefined || readSession(ones, name).kind !== 'ours') return false
  return !isTouched(name, ones, others)
}

/** Do our own lines in a section differ? */
function isTouched(name: string, base: CredentialsDocument, theirs: CredentialsDocument): boolean {
  return sessionKeys.some((key) => valueIn(base, name, key) !== valueIn(theirs, name, key))
}

function valueIn({ sections }: CredentialsDocument, name: string, key: string): string | undefined {
  return sections.get(name)?.entries.get(key)?.value
}

function inserted(order: readonly string[], { name, followers }: SectionChange): string[] {
  const next = followers.find((follower) => order.includes(follower))
  const index = next === undefined ? order.length : order.indexOf(next)
  return name === '' ? ['', ...order] : order.toSpliced(index, 0, name)
}

/** Each section on lines of its own. */
function joined(texts: readonly string[], lineEnd: string): string {
  let whole = ''
  for (const text of texts) {
    if (text === '') continue
    whole += whole === '' || /[\r\n]$/.test(whole) ? text : lineEnd + text
  }
  return whole
}

export function unsafeMergeError(): AppError {
  return new AppError(
    'internal.unsafe-edit',
    'two edits of the file could not be put together safely; nothing was written',
    'report this with the shape of your file (no values)',
  )
}

/** Throws when the document does not read as these sections. */
function checkTexts(document: CredentialsDocument, texts: ReadonlyMap<string, string>): void {
  const found = sectionTexts(document)
  const expected = [...texts].filter(([name, text]) => name !== '' || text !== '')
  const isAsMeant = expected.every(([name, text]) => isSame(found.get(name), text))
  const names = [...found].filter(([name, text]) => name !== '' || text !== '')
  if (!isAsMeant || names.length !== expected.length) throw unsafeMergeError()
}

/** Throws when AWS tools would reject the document, while they accept `current`. */
function checkAccepted(document: CredentialsDocument, current: CredentialsDocument): void {
  const finding = document.findings.find(({ rejectsFile }) => rejectsFile)
  if (finding === undefined || current.findings.some(({ rejectsFile }) => rejectsFile)) return
  throw new AppError(
    'file.rejected-by-aws',
    `with both edits in it AWS tools would reject the file: line ${finding.line}: ${finding.message}`,
    finding.hint,
  )
}

function withEndOf(text: string, other: string): string {
  return withoutEnd(text) + other.slice(endIndexOf(other))
}

/**
 * Do two documents differ only by these changes, each made in full? What the other side had added to the same section
 * stands there, too, and comments of a section that is gone may stand elsewhere. This checks what was merged, and knows
 * nothing of how that was done.
 */
export function differsOnlyBy(
  before: CredentialsDocument,
  after: CredentialsDocument,
  changes: readonly SectionChange[],
): boolean {
  const byName = new Map(changes.map((change) => [change.name, change]))
  const gone = changes.filter(({ name }) => !after.sections.has(name))
  const comments = new Set(
    gone.flatMap(({ from, to }) => [from, to]).flatMap((text) => linesIn(text ?? '').filter(isComment)),
  )
  return sectionChanges(before, after).every((made) => {
    const meant = byName.get(made.name)
    if (meant !== undefined)
      return hasLines(made.to, [...addedLines(meant), ...addedLines({ from: meant.from, to: made.from })])
    if (made.from === undefined || made.to === undefined) return false
    return hasLines(made.to, linesIn(made.from)) && addedLines(made).every((line) => comments.has(line))
  })
}

function hasLines(text: string | undefined, wanted: readonly string[]): boolean {
  const lines = new Set(splitLines(text ?? ''))
  return wanted.every((line) => lines.has(line))
}
