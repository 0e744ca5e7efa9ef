// One file, and what comes of edits of the user's own keys and headers in it.

import type { CredentialsDocument } from '../../src/core/document/document.ts'
import { applyEdits, type UserEdit } from '../../src/core/document/user-edit.ts'
import { AppError } from '../../src/core/errors.ts'

const sections = ['profile dev', 'dev', 'default', 'profile "prod"', 'services s', 'profile new']
/** One that is often there, one with nested lines, and one that never is. */
const keys = ['region', 's3', 'mfad_keyring']
const value = 'arn:aws:iam::111122223333:mfa/alice'

export type UserEdited = {
  edit: UserEdit
  /** Missing where it was refused in the promised way. */
  after?: CredentialsDocument
  /** The edit taken back. */
  undone?: CredentialsDocument
}

export function userEditsOf(before: CredentialsDocument): UserEdited[] {
  if (before.findings.some(({ rejectsFile }) => rejectsFile)) return []
  return editsFor(before).map((edit) => {
    const after = unlessRefused(() => applyEdits(before, [edit]))
    const undone = after && unlessRefused(() => applyEdits(after, [inverseOf(before, edit)]))
    return { edit, ...(after && { after }), ...(undone && { undone }) }
  })
}

/** Three of them, others for each file. */
function editsFor({ text, sections: standing }: CredentialsDocument): UserEdit[] {
  const names = [...standing.keys(), ...sections]
  const section = names[text.length % names.length] ?? ''
  const entries = [...(standing.get(section)?.entries.keys() ?? []), ...keys]
  const key = entries[(text.length >> 2) % entries.length] ?? ''
  return [
    { kind: 'set', section, key, value },
    text.length % 2 === 0
      ? { kind: 'remove', section, key }
      : { kind: 'exchange', section, key, by: 'mfad_marker', value },
    { kind: 'rename', section, to: section.replace(/("?)$/, '-long-term$1') },
  ]
}

/** A removed line goes back to where it was only where it was the last; what it held is put back all the same. */
function inverseOf(before: CredentialsDocument, edit: UserEdit): UserEdit {
  if (edit.kind === 'rename') return { kind: 'rename', section: edit.to, to: edit.section }
  const { section, key } = edit
  const standing = before.sections.get(section)
  const entry = standing?.entries.get(key)
  const isStanding = entry !== undefined && entry.line > (standing?.line ?? 0)
  if (edit.kind === 'exchange')
    return { kind: 'exchange', section, key: edit.by, by: key, value: entry?.value ?? '' }
  if (isStanding) return { kind: 'set', section, key, value: entry.value }
  return { kind: 'remove', section, key, dropsSection: standing === undefined }
}

/** Undefined where it is refused in the promised way. */
export function unlessRefused<T>(edit: () => T): T | undefined {
  try {
    return edit()
  } catch (error) {
    const refusals = ['file.section-unreadable', 'file.not-as-expected', 'file.value-unwritable']
    if (error instanceof AppError && refusals.includes(error.code)) return undefined
    throw error
  }
}
