// Writes and removes session sections: the refusals that must hold at the instant of writing, and the check of what is
// about to replace the file.

import { changesOnlySections } from '../../core/document/comparison.ts'
import type { CredentialsDocument } from '../../core/document/document.ts'
import { removeSection, setSection } from '../../core/document/edit.ts'
import { checkAccepted } from '../../core/document/edit-checks.ts'
import { parseDocument } from '../../core/document/parse.ts'
import { AppError, type ErrorBody, errorBody } from '../../core/errors.ts'
import { readSession, sessionKeys } from '../../core/profiles/session-section.ts'
import type { Warning } from '../../core/wire.ts'
import type { Undone, WriteKind } from '../../core/writes/ledger.ts'
import { applyChanges } from '../../core/writes/merge.ts'
import { busyError } from '../../edges/files/disk/errors.ts'
import type { Update, UpdateResult } from '../../edges/files/store.ts'
import type { SessionWrite } from '../agent-state.ts'
import type { KnownFiles } from './known-files.ts'
import { checkMerge, type Edit, mergeLate } from './late-merge.ts'

/** Why optional sections were left out, by session profile. */
export type Skipped = ReadonlyMap<string, ErrorBody>

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
    return edited
  })
  return { warnings, skipped }
}

/** Throws what writeSessions would throw for the file as it is now. Writes nothing. */
export function rehearseSessions({ documents, files }: KnownFiles, writes: readonly SessionWrite[]): void {
  const names = new Set(writes.map(({ sessionProfile }) => sessionProfile))
  const { document } = withSessions(documents.credentials, writes, files.credentials)
  checkOnlySessions(documents.credentials, document, names)
}

function checkOnlySessions(
  before: CredentialsDocument,
  after: CredentialsDocument,
  names: ReadonlySet<string>,
): void {
  if (changesOnlySections(before, after, names, sessionKeys)) return
  throw new AppError(
    'internal.unsafe-edit',
    'the new credentials file would have changed more than session sections; nothing was written',
    'report this with the shape of your file (no values)',
  )
}

function withSessions(
  before: CredentialsDocument,
  writes: readonly SessionWrite[],
  path: string,
): { document: CredentialsDocument; settled: readonly string[]; skipped: Skipped } {
  checkAccepted(before, path)
  const settled: string[] = []
  const skipped = new Map<string, ErrorBody>()
  let document = before
  for (const { sessionProfile, values, adopt, isOptional, replaces } of writes) {
    const session = readSession(document, sessionProfile)
    if (replaces !== undefined && (session.kind !== 'ours' || session.accessKeyId !== replaces)) continue
    try {
      requireOurs(document, sessionProfile, adopt, path)
      document = setSection(document, sessionProfile, sessionKeys, values)
      settled.push(sessionProfile)
    } catch (error) {
      if (!isOptional || !(error instanceof AppError)) throw error
      skipped.set(sessionProfile, errorBody(error))
    }
  }
  return { document, settled, skipped }
}

/** Removes our lines of a session section. The file may be one that AWS tools reject: less of it does no harm. */
export async function removeSession(known: KnownFiles, sessionProfile: string): Promise<Warning[]> {
  return replace(known, new Set([sessionProfile]), (before) => {
    requireOurs(before, sessionProfile, false, known.files.credentials)
    return { document: removeSection(before, sessionProfile, sessionKeys), settled: [sessionProfile] }
  })
}

async function replace(
  known: KnownFiles,
  names: ReadonlySet<string>,
  change: (before: CredentialsDocument) => { document: CredentialsDocument; settled: Iterable<string> },
): Promise<Warning[]> {
  let settled: Iterable<string> = []
  const edit = {
    edit(before: Uint8Array) {
      const changed = change(parseDocument(before))
      settled = changed.settled
      return changed.document.toBytes()
    },
    verify: (before: Uint8Array, after: Uint8Array) =>
      checkOnlySessions(parseDocument(before), parseDocument(after), names),
  }
  const { warnings, bytes } = await write(known, edit, 'sessions')
  known.recentWrites.settle(settled, parseDocument(bytes))
  return warnings.map((warning) => ({ ...warning, file: known.files.credentials }))
}

/** Makes once more what another program's write has undone; the names of those sections. */
export async function restoreUndone(known: KnownFiles): Promise<string[]> {
  let undone: Undone[] = []
  const edit: Edit = {
    edit(before) {
      const document = parseDocument(before)
      checkAccepted(document, known.files.credentials)
      undone = known.recentWrites.undone(document)
      return applyChanges(document, undone).document.toBytes()
    },
    verify: (before, after) => checkMerge(before, after, undone),
  }
  await write(known, edit, 'made-again')
  known.recentWrites.noteMadeAgain(undone)
  return undone.map(({ name }) => name)
}

/** Replaces the file and takes the new one for known; what others then still write into the old one is merged. */
function write(known: KnownFiles, edit: Edit, kind: WriteKind | 'made-again'): Promise<UpdateResult> {
  return updateSettled(
    known,
    { ...edit, merge: (late) => mergeLate(known, edit, late, (merge) => write(known, merge, 'merge')) },
    kind,
  )
}

/** What a program that is writing at this moment causes. */
const passingErrors = ['file.busy', 'file.changed-underneath', 'file.rejected-by-aws']
const attemptPauseMs = 25
/** The next login waits for this one; nobody waits for a merge, and what it merges is nowhere else. */
const [jobPatienceMs, mergePatienceMs] = [3000, 60_000]

/**
 * Never replaces a half-written file: its writer would go on in the old one, and what it writes there would be lost.
 * A login has waited for AWS since the files were last looked at. Throws file.*.
 */
async function updateSettled(
  known: KnownFiles,
  update: Update,
  kind: WriteKind | 'made-again',
): Promise<UpdateResult> {
  const startedAt = performance.now()
  for (;;) {
    try {
      await known.settle()
      const store = known.credentials
      const edit = (before: Uint8Array) => {
        known.refresh()
        if (known.unsettledUntil !== undefined || known.credentials !== store)
          throw busyError(known.files.credentials)
        return update.edit(before)
      }
      const result = await store.update({ ...update, edit })
      known.adoptWritten(result, kind)
      return result
    } catch (error) {
      const patienceMs = kind === 'merge' ? mergePatienceMs : jobPatienceMs
      const isPassing = error instanceof AppError && passingErrors.includes(error.code)
      const isOver = performance.now() - startedAt > patienceMs
      if (!isPassing || isOver || (kind === 'merge' && known.isClosing)) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, attemptPauseMs))
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
