// What holds for every file, whatever stands in it, as far as bytes tell. Each is a sentence and a test of it, which is
// true where there is nothing to hold.

import { changesOnlySections } from '../../src/core/document/comparison.ts'
import type { CredentialsDocument } from '../../src/core/document/document.ts'
import { removeSection, setSection } from '../../src/core/document/edit.ts'
import { parseDocument } from '../../src/core/document/parse.ts'
import { readSession } from '../../src/core/profiles/session-section.ts'
import { type Edits, ownKeys, sessionName, unlessRefused } from './edits.ts'

const names = new Set([sessionName])

export const editPromises: Record<string, (edits: Edits) => boolean> = {
  'the bytes of a file come back': ({ file, before }) => areSame(before.toBytes(), file),

  'what makes AWS tools reject a file is named with its line and the next step': ({ before }) =>
    before.findings.every(
      ({ line, message, hint }) => line >= 1 && line <= linesIn(before) && message !== '' && hint !== '',
    ),

  'a file without a finding is edited, not refused': ({ before, set, removed }) => {
    const values = [...(before.sections.get(sessionName)?.entries.values() ?? [])]
    const isPlain = before.findings.length === 0 && values.every(({ value }) => !value.includes('\n'))
    return !isPlain || (set !== undefined && removed !== undefined)
  },

  "a new section goes to the end, in our form and with the file's line ends": ({ before, set, values }) =>
    !set || before.sections.has(sessionName) || set.text === before.text + newSection(before, values),

  'a new section is removed to the byte': ({ file, before, set, undone }) =>
    !set || before.sections.has(sessionName) || (undone !== undefined && areSame(undone.toBytes(), file)),

  'several new sections are removed to the byte, in whatever order they go': ({
    file,
    before,
    set,
    values,
  }) => {
    if (!set) return true
    const several = [sessionName, 'prod-mfa', 'new-mfa']
    if (several.some((name) => before.sections.has(name))) return true
    let after: CredentialsDocument | undefined = before
    for (const name of [...several, ...orderOf(several, file.length)]) {
      const isSet: boolean = after.sections.has(name)
      const from: CredentialsDocument = after
      after = unlessRefused(() =>
        isSet ? removeSection(from, name, ownKeys) : setSection(from, name, ownKeys, values),
      )
      if (after === undefined) return true
    }
    return areSame(after.toBytes(), file)
  },

  'every line that is not ours stays where it is when ours are set': ({ before, set }) =>
    !set || !before.sections.has(sessionName) || isKept(...otherLines(before, set)),

  'every line that is not ours stays when ours are removed, but the header and one line end': ({
    before,
    removed,
  }) => !removed || isKeptButHeader(...otherLines(before, removed)),

  'what is set is ours': ({ set }) => !set || readSession(set, sessionName).kind === 'ours',

  'what is removed is gone': ({ isRejected, before, removed }) =>
    !removed ||
    isRejected ||
    before.sections.has('DEFAULT') ||
    readSession(removed, sessionName).kind !== 'ours',

  'the header stays only above keys of the user': ({ before, removed }) => {
    if (!removed || before.findings.length > 0) return true
    const keys = [...(before.sections.get(sessionName)?.entries.keys() ?? [])]
    return removed.sections.has(sessionName) === keys.some((key) => !ownKeys.includes(key))
  },

  'setting twice is setting once': ({ set, values }) =>
    !set || areSame(setSection(set, sessionName, ownKeys, values).toBytes(), set.toBytes()),

  'setting other values first makes no difference': ({ set, values }) => {
    // Where our line is the last one, without a line end, a key that comes and goes leaves one; after a lone carriage
    // return a new one is refused, because the SDKs would read both lines as one.
    if (!set?.text.endsWith('\n')) return true
    const others = new Map([
      ...values,
      ['region', 'us-east-1'],
      ['aws_access_key_id', 'ASIAOTHEROTHEROTHERO'],
    ])
    const detour = unlessRefused(() => setSection(set, sessionName, ownKeys, others))
    return !detour || areSame(setSection(detour, sessionName, ownKeys, values).toBytes(), set.toBytes())
  },

  'the document of an edit is the one that its bytes give': ({ set, removed }) =>
    [set, removed].every((edited) => !edited || isReadBack(edited)),

  'the last check before a file is replaced lets our own edits through': ({ before, set, removed, undone }) =>
    [set, removed, undone].every((after) => !after || changesOnlySections(before, after, names, ownKeys)),

  'several sections can be set in one replacement, and removed one by one': ({ before, set, values }) => {
    // A last line of ours without a line end gets one from the section below it, and takes it along when it goes.
    if (!set || ownLine.test(lastLineOf(before))) return true
    const several = ['prod-mfa', 'new-mfa']
    if ([sessionName, ...several].some((name) => losesLine(before, name, values))) return true
    let after = set
    for (const name of several) after = unlessRefused(() => setSection(after, name, ownKeys, values)) ?? after
    if (!changesOnlySections(before, after, new Set([...several, sessionName]), ownKeys)) return false
    return several.every((name) => {
      const less = unlessRefused(() => removeSection(after, name, ownKeys)) ?? after
      return changesOnlySections(after, less, new Set([name]), ownKeys)
    })
  },
}

function areSame(ones: Uint8Array, others: Uint8Array): boolean {
  return Buffer.compare(ones, others) === 0
}

/** One of the orders of three, each number another one. */
function orderOf([one = '', two = '', three = '']: readonly string[], number: number): readonly string[] {
  const orders = [
    [one, two, three],
    [one, three, two],
    [two, one, three],
    [two, three, one],
    [three, one, two],
    [three, two, one],
  ]
  return orders[number % orders.length] ?? []
}

function newSection({ text }: CredentialsDocument, values: ReadonlyMap<string, string>): string {
  const end = text.endsWith('\r') || /^[^\n]*\r\n/.test(text) ? '\r\n' : '\n'
  const lines = [`[${sessionName}]`, ...[...values].map(([key, value]) => `${key} = ${value}`)]
  return (text === '' ? '' : end) + lines.map((line) => line + end).join('')
}

function linesIn({ text }: CredentialsDocument): number {
  return text.split(/\r\n|\n|\r/).length
}

function isReadBack(edited: CredentialsDocument): boolean {
  const { text, findings } = parseDocument(edited.toBytes())
  return text === edited.text && JSON.stringify(findings) === JSON.stringify(edited.findings)
}

const ownLine = new RegExp(`^[^a-z#;=:]*(?:${ownKeys.join('|')})[^a-z=:]*[=:]`, 'iu')
const header = new RegExp(`^[^a-z#;=:[]*\\[${sessionName}\\]`)

/** The lines of both with their ends, but those that look like ours: told by their looks alone, so that a mistake in
 * mfad's own idea of a line does not repeat itself here. Where there are lone carriage returns, one may meet a line feed
 * when what stood between them goes, so there the line ends do not count. */
function otherLines(before: CredentialsDocument, after: CredentialsDocument): [string[], string[]] {
  const hasLoneReturn = /\r(?!\n)/.test(before.text)
  const othersIn = ({ text }: CredentialsDocument) => {
    const lines = text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? []
    const others = lines.filter((line) => !ownLine.test(line))
    return hasLoneReturn ? others.map((line) => line.replace(/[\r\n]+$/, '')) : others
  }
  return [othersIn(before), othersIn(after)]
}

/** Where the last line of a section goes, a blank line above it may come to stand above the next section of ours, and
 * look as if it belonged there: the last check refuses that for several sections at once. */
function losesLine(
  { sections }: CredentialsDocument,
  name: string,
  values: ReadonlyMap<string, string>,
): boolean {
  return [...(sections.get(name)?.entries.keys() ?? [])].some(
    (key) => ownKeys.includes(key) && !values.has(key),
  )
}

/** Empty after a line end. */
function lastLineOf({ text }: CredentialsDocument): string {
  return text.slice(Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1)
}

/** A last line without a line end gets one where a line of ours goes below it. */
function isKept(before: readonly string[], after: readonly string[]): boolean {
  const [one, other] = [before.join(''), after.join('')]
  return one === other || (!/[\r\n]$/.test(one) && [`${one}\n`, `${one}\r\n`].includes(other))
}

function isKeptButHeader(before: readonly string[], after: readonly string[]): boolean {
  const rest = after.join('')
  if (before.join('') === rest) return true
  return before.some((line, index) => {
    if (!header.test(line)) return false
    const mark = line.startsWith('\ufeff') ? '\ufeff' : ''
    const above = before.slice(0, index).join('') + mark
    const below = before.slice(index + 1).join('')
    // At the beginning of the file the one line end is that of the next section of ours.
    const belowNothing = above === '' ? below.replace(/^\r?\n/, '') : below
    return [above + below, above.replace(/\r?\n$/, '') + below, belowNothing].includes(rest)
  })
}
