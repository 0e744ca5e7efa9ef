// One file and what mfad makes of it: with its section, without it, and back again.

import type { CredentialsDocument } from '../../src/core/document/document.ts'
import { removeSection, setSection } from '../../src/core/document/edit.ts'
import { parseDocument } from '../../src/core/document/parse.ts'
import { AppError } from '../../src/core/errors.ts'
import { sessionKeys } from '../../src/core/profiles/session-section.ts'
import { type UserEdited, userEditsOf } from './user-edits.ts'

export const sessionName = 'dev-mfa'
export const ownKeys: readonly string[] = sessionKeys

/** An edit is missing where it was refused in the promised way. */
export type Edits = {
  file: Uint8Array
  before: CredentialsDocument
  isRejected: boolean
  /** What was to be written. */
  values: ReadonlyMap<string, string>
  set?: CredentialsDocument
  removed?: CredentialsDocument
  /** The section removed from `set`. */
  undone?: CredentialsDocument
  users: readonly UserEdited[]
}

export function editsOf(file: Uint8Array): Edits {
  const before = parseDocument(file)
  const isRejected = before.findings.some(({ rejectsFile }) => rejectsFile)
  const values = valuesFor(file)
  const set = isRejected ? undefined : unlessRefused(() => setSection(before, sessionName, ownKeys, values))
  const removed = unlessRefused(() => removeSection(before, sessionName, ownKeys))
  const undone = set && unlessRefused(() => removeSection(set, sessionName, ownKeys))
  return {
    ...{ file, before, isRejected, values, users: userEditsOf(before) },
    ...(set && { set }),
    ...(removed && { removed }),
    ...(undone && { undone }),
  }
}

/** Every other file gets a region. */
function valuesFor(file: Uint8Array): ReadonlyMap<string, string> {
  return new Map([
    ['aws_access_key_id', 'ASIAABCDEFGHIJKLMNOP'],
    ['aws_secret_access_key', 'wJalrXUtnFEMI/K7+MDENG='],
    ['aws_session_token', 'FwoGZXIvYXdzEBYaDN=='],
    ['expiration', '2026-11-23T10:32:13Z'],
    ...(file.length % 2 === 0 ? [] : [['region', 'eu-west-1'] as const]),
    ['manager', 'mfad'],
    ['mfad_key', 'IJKLMNOP'],
  ])
}

/** The result of an edit, or undefined where it is refused in the promised way. */
export function unlessRefused<T>(edit: () => T): T | undefined {
  try {
    return edit()
  } catch (error) {
    if (error instanceof AppError && error.code === 'file.section-unreadable') return undefined
    throw error
  }
}
