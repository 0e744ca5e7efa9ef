// Writes and removes session sections: the refusals that must hold at the instant of writing, and the check of what is
// about to replace the file.

import { changesOnlySections } from '../../core/document/comparison.ts'
import type { CredentialsDocument } from '../../core/document/document.ts'
import { removeSection, type SectionLines, setSections } from '../../core/document/edit.ts'
import { checkAccepted } from '../../core/document/edit-checks.ts'
import { AppError, type ErrorBody, errorBody } from '../../core/errors.ts'
import { ownKeysOf, ownKeysWith, withoutUsers } from '../../core/profiles/own-keys.ts'
import { readSession } from '../../core/profiles/session-section.ts'
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
    // No request waits for a late merge, and the file that it is made in may be quite another one: what does not fit there
    // is left out.
    return withSessions(known, credentials, isLate ? writes.map(asOptional) : writes)
  })
}

/** Throws what writeSessions would throw for the file as it is now. Writes nothing. */
export function rehearseSessions(known: KnownFiles, writes: readonly SessionWrite[]): void {
  const names = new Set(writes.map(({ sessionProfile }) => sessionProfile))
  const { credentials } = known.documents
  const { document } = withSessions(known, credentials, writes)
  checkOnlySessions(credentials, document, names)
}

/** Removes our lines of a session section. Also from a file that AWS tools reject: it does not get any worse. */
export async function removeSession(known: KnownFiles, sessionProfile: string): Promise<Warning[]> {
  const { warnings } = await replace(known, new Set([sessionProfile]), (before) => {
    requireOurs(before, sessionProfile, false, known.files.credentials)
    return {
      document: removeSection(before, sessionProfile, ownKeysOf(before.sections.get(sessionProfile))),
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
  const { warnings, bytes, isChanged } = await replaceKnown(known, 'credentials', edit, note)
  if (isChanged) known.noteWritten(meant.keys())
  known.setLedger(noteMeant(known.ledger, meant, known.parse(bytes), known.now()))
  return { warnings: warnings.map((warning) => ({ ...warning, file: known.files.credentials })), skipped }
}

/** `before`: the credentials file as it stands at this moment. */
function withSessions(
  { sections, files }: Pick<KnownFiles, 'sections' | 'files'>,
  before: CredentialsDocument,
  writes: readonly SessionWrite[],
): Edited {
  const path = files.credentials
  checkAccepted(before, path)
  const stands = standsIn({ credentials: before.sections, config: sections.config })
  const wanted = writes.filter(({ sessionProfile, replaces }) => {
    const session = readSession(before, sessionProfile)
    return replaces === undefined || (session.kind === 'ours' && session.accessKeyId === replaces)
  })
  const check = ({ sessionProfile, source, adopt }: SessionWrite) => {
    if (source !== undefined && !stands(source)) throw keysChangedError(source.profile, path)
    requireOurs(before, sessionProfile, adopt, path)
  }
  return togetherOr(before, wanted, check, () => oneByOne(before, wanted, check))
}

/** All in one edit, which is nearly always possible; where something stands against one of them, `otherwise`. */
function togetherOr(
  document: CredentialsDocument,
  writes: readonly SessionWrite[],
  check: (write: SessionWrite) => void,
  otherwise: () => Edited,
): Edited {
  try {
    for (const write of writes) check(write)
    const sections = writes.map(
      ({ sessionProfile: name, values }) => [name, ownLines(document, name, values)] as const,
    )
    const meant = new Map(writes.map(({ sessionProfile, source }) => [sessionProfile, source]))
    return { document: setSections(document, new Map(sections)), meant, skipped: new Map() }
  } catch (error) {
    // Which of them it was, and what becomes of the others, is found one by one.
    if (error instanceof AppError) return otherwise()
    throw error
  }
}

function oneByOne(
  before: CredentialsDocument,
  writes: readonly SessionWrite[],
  check: (write: SessionWrite) => void,
): Edited {
  const meant = new Map<string, Source | undefined>()
  const skipped = new Map<string, ErrorBody>()
  let document = before
  for (const write of writes) {
    const { sessionProfile, source, values, isOptional } = write
    try {
      check(write)
      document = withSession(document, sessionProfile, values)
      meant.set(sessionProfile, source)
    } catch (error) {
      if (!isOptional || !(error instanceof AppError)) throw error
      skipped.set(sessionProfile, errorBody(error))
    }
  }
  return { document, meant, skipped }
}

function withSession(
  document: CredentialsDocument,
  name: string,
  values: ReadonlyMap<string, string>,
): CredentialsDocument {
  return setSections(document, new Map([[name, ownLines(document, name, values)]]))
}

/** What is to stand in a section, and which of its keys are ours. */
function ownLines(
  document: CredentialsDocument,
  name: string,
  values: ReadonlyMap<string, string>,
): SectionLines {
  const written = withoutUsers(document, name, values)
  return { values: written, ownKeys: ownKeysWith(document.sections.get(name), written) }
}

function asOptional(write: SessionWrite): SessionWrite {
  return { ...write, isOptional: true }
}

function checkOnlySessions(
  before: CredentialsDocument,
  after: CredentialsDocument,
  names: ReadonlySet<string>,
): void {
  if (changesOnlySections(before, after, names, ownKeysOf)) return
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
