// Writes and removes session sections: the refusals that must hold at the instant of writing, and the check of what is
// about to replace the file.

import { type CredentialsDocument, parseDocument } from '../core/document.ts'
import { changesOnlySections } from '../core/document-comparison.ts'
import { removeSection, setSection } from '../core/document-edit.ts'
import { AppError, type ErrorBody, errorBody } from '../core/errors.ts'
import { readSession, sessionKeys } from '../core/session-section.ts'
import type { Warning } from '../core/wire.ts'
import type { Update, UpdateResult } from '../edges/file-store.ts'
import { busyError, type KnownFiles } from './known-files.ts'

const mostAttempts = 5

export type SessionWrite = {
  sessionProfile: string
  /** By key; see sessionValues. */
  values: ReadonlyMap<string, string>
  /** Take over a section that is not ours. */
  adopt: boolean
  /** Left out, and reported, when it cannot be written: one odd section must not cost the others their renewal. */
  isOptional: boolean
}

/** Why optional sections were left out, by session profile. */
export type Skipped = ReadonlyMap<string, ErrorBody>

/** Throws file.rejected-by-aws when botocore, and so the AWS CLI, would refuse the file as it is. */
export function checkAccepted(document: CredentialsDocument, path: string): void {
  const finding = document.findings.find(({ rejectsFile }) => rejectsFile)
  if (finding === undefined) return
  throw new AppError(
    'file.rejected-by-aws',
    `AWS tools reject ${path}, so mfad does not write to it: line ${finding.line}: ${finding.message}`,
    finding.hint,
  )
}

/** Writes all sections in one replacement, and returns when the daemon knows the new file. */
export async function writeSessions(
  known: KnownFiles,
  writes: readonly SessionWrite[],
): Promise<{ warnings: Warning[]; skipped: Skipped }> {
  const names = new Set(writes.map(({ sessionProfile }) => sessionProfile))
  let skipped: Skipped = new Map()
  const warnings = await replace(known, names, (before) => {
    const edited = withSessions(before, writes, known.files.credentials)
    skipped = edited.skipped
    return edited.document
  })
  return { warnings, skipped }
}

/** Throws what writeSessions would throw for the file as it is now. Writes nothing. */
export function rehearseSessions({ documents, files }: KnownFiles, writes: readonly SessionWrite[]): void {
  withSessions(documents.credentials, writes, files.credentials)
}

function withSessions(
  before: CredentialsDocument,
  writes: readonly SessionWrite[],
  path: string,
): { document: CredentialsDocument; skipped: Skipped } {
  checkAccepted(before, path)
  const skipped = new Map<string, ErrorBody>()
  let document = before
  for (const { sessionProfile, values, adopt, isOptional } of writes) {
    try {
      requireOurs(document, sessionProfile, adopt, path)
      document = setSection(document, sessionProfile, sessionKeys, values)
    } catch (error) {
      if (!isOptional || !(error instanceof AppError)) throw error
      skipped.set(sessionProfile, errorBody(error))
    }
  }
  return { document, skipped }
}

/** Removes our lines of a session section. The file may be one that AWS tools reject: less of it does no harm. */
export async function removeSession(known: KnownFiles, sessionProfile: string): Promise<Warning[]> {
  return replace(known, new Set([sessionProfile]), (before) => {
    requireOurs(before, sessionProfile, false, known.files.credentials)
    return removeSection(before, sessionProfile, sessionKeys)
  })
}

async function replace(
  known: KnownFiles,
  names: ReadonlySet<string>,
  change: (before: CredentialsDocument) => CredentialsDocument,
): Promise<Warning[]> {
  const { bytes, warnings } = await updateSettled(known, {
    edit: (before) => change(parseDocument(before)).toBytes(),
    verify(before, after) {
      if (changesOnlySections(parseDocument(before), parseDocument(after), names, sessionKeys)) return
      throw new AppError(
        'internal.unsafe-edit',
        'the new credentials file would have changed more than session sections; nothing was written',
        'report this with the shape of your file (no values)',
      )
    },
  })
  known.adoptWritten(bytes)
  return warnings.map((warning) => ({ ...warning, file: known.files.credentials }))
}

/**
 * Never replaces a half-written file: its writer would go on in the old one, and what it writes there would be lost.
 * A login has waited for AWS since the files were last looked at. Throws file.busy.
 */
async function updateSettled(known: KnownFiles, update: Update): Promise<UpdateResult> {
  const edit = (before: Uint8Array) => {
    known.refresh()
    if (known.unsettledUntil !== undefined) throw busyError(known.files.credentials)
    return update.edit(before)
  }
  for (let attempt = 1; ; attempt++) {
    await known.settle()
    try {
      return await known.credentials.update({ ...update, edit })
    } catch (error) {
      const isBusy = error instanceof AppError && error.code === 'file.busy'
      if (!isBusy || attempt === mostAttempts) throw error
    }
  }
}

function requireOurs(
  document: CredentialsDocument,
  sessionProfile: string,
  adopt: boolean,
  path: string,
): void {
  const session = readSession(document, sessionProfile)
  if (session.kind !== 'foreign' || (adopt && session.isAdoptable)) return
  throw new AppError(
    'profile.session-not-ours',
    `${session.reason}: line ${session.line} of ${path}`,
    'look at that section; mfad does not change what it did not write',
  )
}
