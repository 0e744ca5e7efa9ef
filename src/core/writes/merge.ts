// What one program changed in a file, section by section, applied to a version that it did not know of. For edits that met
// ours: written into the old file when the new one stood already, or written over ours by a program that had read before.

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

/** `conflicts`: sections that both sides changed, each in its own way; they are as in `current`. */
export type Merged = { document: CredentialsDocument; conflicts: string[] }

/**
 * The changes, made in `current`. Throws AppError `internal.unsafe-edit` where the result would not read section by section
 * as it should, and file.rejected-by-aws where AWS tools would reject it while they accept `current`.
 */
export function applyChanges(current: CredentialsDocument, changes: readonly SectionChange[]): Merged {
  const texts = sectionTexts(current)
  const conflicts: string[] = []
  const ownRemoved: string[] = []
  const lineEnd = lineEndOf(current.text)
  let order = [...texts.keys()]
  for (const change of changes) {
    const { name } = change
    const found = texts.get(name)
    const result = resultOf(change, found)
    if (result.kind === 'conflict') conflicts.push(name)
    if (result.kind !== 'text') continue
    if (result.text !== undefined && found === undefined) {
      order = inserted(order, change)
      const previous = order[order.indexOf(name) - 1]
      // What a logout takes away before a section of ours has to stand there.
      const lead = change.lead === '' && isOwnSession(name, result.text) ? lineEnd : change.lead
      const before = previous === undefined ? '' : (texts.get(previous) ?? '')
      if (previous !== undefined && before !== '') texts.set(previous, before + lead)
    }
    if (result.text !== undefined) texts.set(name, result.text)
    else if (isOwnSession(name, found ?? '')) ownRemoved.push(name)
    else {
      texts.delete(name)
      order = order.filter((other) => other !== name)
    }
  }
  const text = joined(
    order.map((name) => texts.get(name) ?? ''),
    lineEnd,
  )
  let document = current.isUtf8 ? parseText(text, true) : parseDocument(encode({ text, isUtf8: false }))
  for (const name of ownRemoved) {
    document = removeSection(document, name, sessionKeys)
    texts.delete(name)
  }
  checkMerged(document, texts, current)
  return { document, conflicts }
}

function isOwnSession(name: string, text: string): boolean {
  return readSession(parseText(text, true), name).kind === 'ours'
}

/** Do all the lines stand in a section's text that a change added, and none that it removed? */
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

type Result = { kind: 'text'; text: string | undefined } | { kind: 'as-it-is' } | { kind: 'conflict' }

function resultOf({ name, from, to }: SectionChange, found: string | undefined): Result {
  if (isSame(found, to)) return { kind: 'as-it-is' }
  if (isSame(found, from))
    return { kind: 'text', text: to === undefined || found === undefined ? to : withEndOf(to, found) }
  // Whoever removes what another has changed has not seen the change.
  if (to === undefined) return { kind: 'as-it-is' }
  if (found === undefined) return { kind: 'text', text: to }
  const text = withOwnValues(name, from, to, found) ?? withBothEdits(from ?? '', to, found)
  return text === undefined ? { kind: 'conflict' } : { kind: 'text', text }
}

/** Line by line; undefined where both changed the same line, or AWS tools would reject what comes of it. */
function withBothEdits(from: string, to: string, found: string): string | undefined {
  const [base, theirs, ours] = [from, to, found].map((text) => splitLines(withoutEnd(text)))
  if (base === undefined || theirs === undefined || ours === undefined) return undefined
  const text = mergeLines(base, theirs, ours)?.join(lineEndOf(found))
  const findings = (of: string) => parseText(of, true).findings.length
  // What AWS tools read differently, or not at all, and neither side had, comes from putting them together.
  if (text === undefined || findings(text) > Math.max(findings(to), findings(found))) return undefined
  return withEndOf(text, found)
}

/** A session section of ours whose own lines the other left alone: theirs, with our values. */
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
  const isTouched = sessionKeys.some((key) => valueIn(base, name, key) !== valueIn(theirs, name, key))
  if (isTouched || !theirs.sections.has(name)) return undefined
  const values = new Map(
    sessionKeys.flatMap((key) => {
      const value = section.entries.get(key)?.value
      return value === undefined ? [] : [[key, value] as const]
    }),
  )
  try {
    return setSection(theirs, name, sessionKeys, values).text
  } catch (error) {
    if (error instanceof AppError) return undefined
    throw error
  }
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
    'two edits of the credentials file could not be put together safely; nothing was written',
    'report this with the shape of your file (no values)',
  )
}

function checkMerged(
  document: CredentialsDocument,
  texts: ReadonlyMap<string, string>,
  current: CredentialsDocument,
): void {
  const found = sectionTexts(document)
  const expected = [...texts].filter(([name, text]) => name !== '' || text !== '')
  const isAsMeant = expected.every(([name, text]) => isSame(found.get(name), text))
  const names = [...found].filter(([name, text]) => name !== '' || text !== '')
  if (!isAsMeant || names.length !== expected.length) throw unsafeMergeError()
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
 * Do two documents differ only by these changes, each made in full? What the other side had added to the same section may
 * stand there, too. For a check of what was merged, with nothing from the merging.
 */
export function differsOnlyBy(
  before: CredentialsDocument,
  after: CredentialsDocument,
  changes: readonly SectionChange[],
): boolean {
  const byName = new Map(changes.map((change) => [change.name, change]))
  return sectionChanges(before, after).every((made) => {
    const meant = byName.get(made.name)
    if (meant === undefined) return false
    if (isSame(made.to, meant.to)) return true
    const lines = new Set(splitLines(made.to ?? ''))
    const expected = [...addedLines(meant), ...addedLines({ ...made, from: meant.from, to: made.from })]
    return expected.every((line) => lines.has(line))
  })
}
