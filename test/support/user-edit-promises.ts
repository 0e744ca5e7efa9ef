// What holds for every edit of the user's own keys and headers, whatever the file: first as far as bytes tell, then as
// AWS's own readers see it. Each is a sentence and a test of it, which is true where there is nothing to hold.

import type { CredentialsDocument } from '../../src/core/document/document.ts'
import type { UserEdit } from '../../src/core/document/user-edit.ts'
import type { Reading } from './aws-readers.ts'
import type { Seen } from './reader-promises.ts'
import type { UserEdited } from './user-edits.ts'

type Subject = UserEdited & { before: CredentialsDocument; after: CredentialsDocument }

/** In a file without a finding an edit is made, not refused, where there is something to edit and it is on one line. */
export function isRightlyRefused({ edit, before }: UserEdited & { before: CredentialsDocument }): boolean {
  const section = before.sections.get(edit.section)
  if (before.findings.length > 0) return true
  // To the SDK `[profile.dev]` is `[profile dev]`, and only one of the two would get the new name.
  const isTwice = [...before.sections.keys()].some(
    (name) => name !== edit.section && sdkNameOf(name) === sdkNameOf(edit.section),
  )
  if (edit.kind === 'rename') return section === undefined || before.sections.has(edit.to) || isTwice
  const entry = section?.entries.get(edit.key)
  if (edit.kind === 'exchange' && entry === undefined) return true
  return entry?.value.includes('\n') === true || !canComeBack(edit, before)
}

export const userEditPromises: Record<string, (subject: Subject) => boolean> = {
  'only the one line of a user edit changes, comes or goes': ({ edit, before, after }) => {
    const [ones, others] = [linesOf(before), linesOf(after)]
    const standing = before.sections.get(edit.section)
    if (edit.kind === 'set' && standing === undefined) return after.text.startsWith(before.text)
    if (ones.length === others.length) {
      const changed = ones.filter((line, index) => line !== others[index])
      return changed.length <= 1 && changed.every((line) => isLineOf(line, edit))
    }
    if (edit.kind === 'set') return isWithLine(before.text, after.text, `${edit.key} = ${edit.value}`)
    // It need not be the first line that differs: the last one goes with the line end above it where it came with that.
    const isLine = (line: string) => edit.kind === 'remove' && line.toLowerCase().startsWith(edit.key)
    return ones.some(
      (line) => isLine(line) && isWithLine(after.text, before.text, line.replace(/[\r\n]+$/, '')),
    )
  },

  'what a user edit puts in can be taken out to the byte': ({ edit, before, undone }) =>
    edit.kind === 'remove' ||
    !canComeBack(edit, before) ||
    (undone !== undefined && undone.text === before.text),

  'the comment behind a renamed header stays': ({ edit, before, after }) => {
    if (edit.kind !== 'rename') return true
    const [one, other] = [before.sections.get(edit.section), after.sections.get(edit.to)]
    if (one === undefined || other === undefined) return false
    const rest = before.text.slice(one.start + edit.section.length + 2, one.end)
    return after.text.slice(other.start, other.end) === `[${edit.to}]${rest}`
  },
}

type SeenSubject = Subject & { seen: (document: CredentialsDocument) => Seen }

export const userEditReaderPromises: Record<string, (subject: SeenSubject) => boolean> = {
  'botocore reads what a user edit means, and all else as before': ({ edit, before, after, seen }) => {
    // What is new comes with the keys of [DEFAULT].
    if (before.sections.has('DEFAULT') && !before.sections.has(edit.section)) return true
    const [one, other] = [seen(before).botocore, seen(after).botocore]
    return (
      one !== undefined &&
      other !== undefined &&
      areSame(
        expected(edit, one, (name) => name),
        other,
      )
    )
  },

  'the SDK reads what a user edit means, and all else as before': ({ edit, before, after, seen }) =>
    !before.isUtf8 ||
    (edit.kind === 'remove' && !before.sections.has(edit.section)) ||
    areSame(expected(edit, seen(before).sdk, sdkNameOf), seen(after).sdk),
}

/** What cannot be written cannot be put back either: no value, or one with letters beyond ASCII. */
function canComeBack(edit: UserEdit, { sections, sdkSections }: CredentialsDocument): boolean {
  if (edit.kind === 'rename') return true
  const entry = sections.get(edit.section)?.entries.get(edit.key)
  // Without the line its value would be that of [DEFAULT], or to the SDK that of [profile.dev].
  if (sections.get('DEFAULT')?.entries.has(edit.key)) return false
  if (entry === undefined && sdkSections.get(sdkNameOf(edit.section))?.has(edit.key)) return false
  return entry === undefined || (/^[a-z0-9_]+$/.test(edit.key) && /^[!-~]+(?: +[!-~]+)*$/.test(entry.value))
}

function linesOf({ text }: CredentialsDocument): string[] {
  return text.match(/[^\r\n]*(?:\r\n|\n|\r)|[^\r\n]+$/g) ?? []
}

function isLineOf(line: string, edit: UserEdit): boolean {
  return edit.kind === 'rename' ? line.startsWith(`[${edit.section}]`) : line.startsWith(edit.key)
}

/** Is `longer` the same text with one line more, which brings a line end before or after it? */
function isWithLine(shorter: string, longer: string, line: string): boolean {
  // A last line that goes leaves the line end above it.
  if (shorter + line === longer) return true
  return ['\n', '\r\n', '\r'].some((end) =>
    [line + end, end + line].some((added) => {
      let index = longer.indexOf(added)
      while (index !== -1) {
        if (longer.slice(0, index) + longer.slice(index + added.length) === shorter) return true
        index = longer.indexOf(added, index + 1)
      }
      return false
    }),
  )
}

/** What a reader that read `reading` before has to read now. */
function expected(edit: UserEdit, reading: Reading, nameOf: (section: string) => string): Reading {
  const name = nameOf(edit.section)
  const section = new Map(reading.get(name))
  const result = new Map(reading)
  if (edit.kind === 'rename') {
    result.delete(name)
    return reading.has(name) ? result.set(nameOf(edit.to), section) : result
  }
  if (edit.kind !== 'set') section.delete(edit.key)
  if (edit.kind === 'set') section.set(edit.key, edit.value)
  if (edit.kind === 'exchange') section.set(edit.by, edit.value)
  return result.set(name, section)
}

function sdkNameOf(name: string): string {
  return name.replace(/^(profile|sso-session|services) "?([^"]*)"?$/, '$1.$2')
}

/** The order makes no difference; nor does a section without a key, of which the SDK knows nothing. */
function areSame(one: Reading, other: Reading): boolean {
  const texts = [one, other].map((reading) =>
    [...reading]
      .filter(([, entries]) => entries.size > 0)
      .map(([name, entries]) => JSON.stringify([name, [...entries].sort()]))
      .sort()
      .join('\n'),
  )
  return texts[0] === texts[1]
}
