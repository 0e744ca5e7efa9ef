// Writes and removes session sections: the refusals that must hold at the instant of writing, and the check of what is
// about to replace the file.

import { changesOnlySections } from '../../core/document/comparison.ts'
import type { CredentialsDocument } from '../../core/document/document.ts'
import { removeSection, setSection } from '../../core/document/edit.ts'
import { checkAccepted } from '../../core/document/edit-checks.ts'
import { AppError, type ErrorBody, errorBody } from '../../core/errors.ts'
import type { Documents } from '../../core/profiles/sections.ts'
import { readSession, sessionKeys } from '../../core/profiles/session-section.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import type { Warning } from '../../core/wire.ts'
import { noteMeant, noteWritten, type SessionWrite, type Source } from '../../core/writes/ledger.ts'
import { standsIn } from '../../core/writes/plan-writes.ts'
import type { KnownFiles } from './known-files.ts'
import type { Edit } from './late-merge.ts'
import { replaceKnown } from './replace-known.ts'
import type { NoteWrite } from './update-believed.ts'

/** Why sections were left out, by session profile. */
export type Skipped = ReadonlyMap<string, ErrorBody>

/** A document with the changes that were meant, and what was left out. */
type Edited = {
  document: CredentialsDocument
  /** By session section: what it was made from; undefined where it was removed, or only brought in step. */
  meant: ReadonlyMap<string, Source | undefined>
  skipped: Skipped
}

/** Writes all sections in one replacement, and returns when the daemon knows the new file. Throws file.*, profile.*. */
export async function writeSessions(
  known: KnownFiles,
  writes: readonly SessionWrite[],
): Promise<{ warnings: Warning[]; skipped: Skipped }> {
  const names = new Set(writes.map(({ sessionProfile }) => sessionProfile))
  return replace(known, names, (credentials, isLate) => {
    const documents = { credentials, config: known.documents.config }
    // No request waits for a late merge, and the file that it is made in may be quite another one: what does not fit there
    // is left out.
    return withSessions(documents, isLate ? writes.map(asOptional) : writes, known.files.credentials)
  })
}

/** Throws what writeSessions would throw for the file as it is now. Writes nothing. */
export function rehearseSessions({ documents, files }: KnownFiles, writes: readonly SessionWrite[]): void {
  const names = new Set(writes.map(({ sessionProfile }) => sessionProfile))
  const { document } = withSessions(documents, writes, files.credentials)
  checkOnlySessions(documents.credentials, document, names)
}

/** Removes our lines of a session section. Also from a file that AWS tools reject: it does not get any worse. */
export async function removeSession(known: KnownFiles, sessionProfile: string): Promise<Warning[]> {
  const { warnings } = await replace(known, new Set([sessionProfile]), (before) => {
    requireOurs(before, sessionProfile, false, known.files.credentials)
    return {
      document: removeSection(before, sessionProfile, sessionKeys),
      meant: new Map([[sessionProfile, undefined]]),
      skipped: new Map(),
    }
  })
  return warnings
}

/** Replaces the file by one with these changes. `names`: the only sections that may differ. */
async function replace(
  known: KnownFiles,
  names: ReadonlySet<string>,
  change: (before: CredentialsDocument, isLate: boolean) => Edited,
): Promise<{ warnings: Warning[]; skipped: Skipped }> {
  let meant: Edited['meant'] = new Map()
  let skipped: Skipped = new Map()
  const edit: Edit = {
    edit(before, isLate) {
      const edited = change(known.parse(before), isLate)
      if (!isLate) [meant, skipped] = [edited.meant, edited.skipped]
      return edited.document.toBytes()
    },
    verify: (before, after) => checkOnlySessions(known.parse(before), known.parse(after), names),
  }
  const note: NoteWrite = (before, after) =>
    known.setLedger(noteWritten(known.ledger, before, after, 'sessions', meant, known.now()))
  const { warnings, bytes } = await replaceKnown(known, 'credentials', edit, note)
  known.setLedger(noteMeant(known.ledger, meant, known.parse(bytes), known.now()))
  return { warnings: warnings.map((warning) => ({ ...warning, file: known.files.credentials })), skipped }
}

function withSessions(documents: Documents, writes: readonly SessionWrite[], path: string): Edited {
  checkAccepted(documents.credentials, path)
  const stands = standsIn(documents)
  const meant = new Map<string, Source | undefined>()
  const skipped = new Map<string, ErrorBody>()
  let document = documents.credentials
  for (const { sessionProfile, source, values, adopt, isOptional, replaces } of writes) {
    const session = readSession(document, sessionProfile)
    if (replaces !== undefined && (session.kind !== 'ours' || session.accessKeyId !== replaces)) continue
    try {
      if (source !== undefined && !stands(source)) throw keysChangedError(source.profile, path)
      requireOurs(document, sessionProfile, adopt, path)
      document = setSection(document, sessionProfile, sessionKeys, values)
      meant.set(sessionProfile, source)
    } catch (error) {
      if (!isOptional || !(error instanceof AppError)) throw error
      skipped.set(sessionProfile, errorBody(error))
    }
  }
  return { document, meant, skipped }
}

function asOptional(write: SessionWrite): SessionWrite {
  return { ...write, isOptional: true }
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

/** A session in a file with another access key would be used by commands that are meant for another account. */
function keysChangedError(profile: string, path: string): AppError {
  return new AppError(
    'profile.keys-changed',
    `the access key of ${profile} was changed while its session was on the way; it was not written to ${path}`,
    `log in with the key that stands there now: ${mfadCommand('login', profile)}`,
  )
}
