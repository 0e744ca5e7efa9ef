// One file as it was read last. An empty file, or one that is only the beginning of what it was, is most likely being
// written at this moment: it is not believed for 500 ms.
//
//   10:00:00.000  4,096 bytes                     believed
//   10:00:01.000  0 bytes, `aws configure` writes not believed until 01.500; what was read before still counts
//   10:00:01.020  4,200 bytes                     believed at once

import type { CredentialsDocument } from '../../core/document/document.ts'
import { parseDocument } from '../../core/document/parse.ts'
import type { AppError } from '../../core/errors.ts'
import type { Warning } from '../../core/wire.ts'
import { isEqual, startsWith } from '../../edges/files/disk/bytes.ts'
import type { FileStore } from '../../edges/files/store.ts'
import { fileWarnings, warningOf } from '../../edges/files/warnings.ts'

export type KnownFile = {
  path: string
  /** Warn where others can read it: true of the credentials file, not of the config file. */
  hasSecrets: boolean
  store: FileStore
  parse: RememberingParse
  stamp?: string
  bytes: Uint8Array
  document: CredentialsDocument
  warnings: Warning[]
  suspect?: { length: number; since: number }
  /** Where the path leads. */
  realPath?: string
  /** Why it cannot be read now; what was read before still counts. */
  error?: AppError
}

/** `earlier`: another version of the file. What stands in both need not be read again. */
export type Parse = (bytes: Uint8Array, earlier?: CredentialsDocument) => CredentialsDocument

/** `forgetFormer`: of what it has read, only the last is remembered from now on. A huge file would stay for good. */
export type RememberingParse = ((bytes: Uint8Array) => CredentialsDocument) & { forgetFormer(): void }

export const disbeliefMs = 500

/** A file of which nothing has been read yet. */
export function knownFile(
  path: string,
  hasSecrets: boolean,
  store: FileStore,
  parse: RememberingParse,
): KnownFile {
  const bytes = new Uint8Array()
  return { path, hasSecrets, store, parse, bytes, document: parse(bytes), warnings: [] }
}

/** Reads the file again where its stamp says that it changed. Answers whether anything is different now. */
export function refreshFile(file: KnownFile, now: Date): boolean {
  if (file.suspect === undefined && file.stamp === file.store.stamp()) return false
  const state = file.store.read()
  if (state.kind === 'present' && isSuspect(file, state.bytes, now)) return false
  delete file.suspect
  if (state.kind === 'unreadable') return noteUnreadable(file, state.error)
  delete file.error
  file.realPath = state.realPath
  const bytes = state.kind === 'present' ? state.bytes : new Uint8Array()
  file.stamp = state.stamp
  file.bytes = bytes
  file.document = file.parse(bytes)
  file.warnings = fileWarnings(state, file.document, file.hasSecrets)
  return true
}

/**
 * A reader that remembers what it read last: a login shows it the same two files, before and after, several times.
 * `read` is what reads.
 */
export function createParse(read: Parse = parseDocument): RememberingParse {
  let recent: { bytes: Uint8Array; document: CredentialsDocument }[] = []
  const parse = (bytes: Uint8Array) => {
    const known = recent.find((each) => isEqual(each.bytes, bytes))
    const latest = known ?? { bytes, document: read(bytes, recent[0]?.document) }
    recent = [latest, ...recent.filter((each) => each !== known)].slice(0, 2)
    return latest.document
  }
  return Object.assign(parse, {
    forgetFormer() {
      recent = recent.slice(0, 1)
    },
  })
}

/** A file that cannot be read is not an empty one: the last content is kept, and each look tries to read it again. */
function noteUnreadable(file: KnownFile, error: AppError): boolean {
  const isNews = file.error?.code !== error.code
  file.error = error
  file.warnings = [warningOf(error, file.path)]
  delete file.stamp
  return isNews
}

/** Also remembers since when; where the file still grows, the 500 ms begin again. */
function isSuspect(file: KnownFile, bytes: Uint8Array, now: Date): boolean {
  if (bytes.length === file.bytes.length || !startsWith(file.bytes, bytes)) return false
  if (file.suspect?.length !== bytes.length) file.suspect = { length: bytes.length, since: now.getTime() }
  return Math.abs(now.getTime() - file.suspect.since) < disbeliefMs
}
