// A replacement of the credentials file that waits until what stands there is believed. Never replaces a half-written file:
// its writer would go on in the old one, and what it writes there would be lost. A login needs this too, although it began
// with a look: while it waited for AWS, another program may have begun to write.

import type { CredentialsDocument } from '../../core/document/document.ts'
import { passingFileErrors } from '../../core/error-codes.ts'
import { AppError } from '../../core/errors.ts'
import { startsWith } from '../../edges/files/disk/bytes.ts'
import { busyError } from '../../edges/files/disk/errors.ts'
import type { Update, UpdateResult } from '../../edges/files/store.ts'
import type { KnownFiles } from './known-files.ts'

/** Enters into the ledger what was changed, before the daemon reads the new file. */
export type NoteWrite = (before: CredentialsDocument, after: CredentialsDocument) => void

const attemptPauseMs = 25
/** The next login waits for this one; nobody waits for a merge, and what it merges is nowhere else. */
const patienceMs = { job: 3000, merge: 60_000 }

/** Throws file.*. */
export async function updateBelieved(
  known: KnownFiles,
  update: Update,
  purpose: keyof typeof patienceMs,
  note: NoteWrite,
): Promise<UpdateResult> {
  const startedAt = performance.now()
  for (;;) {
    try {
      return await updateNow(known, update, note)
    } catch (error) {
      const isPassing = error instanceof AppError && passingFileErrors.has(error.code)
      const isOver = performance.now() - startedAt > patienceMs[purpose]
      if (!isPassing || isOver || (purpose === 'merge' && known.isClosing)) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, attemptPauseMs))
  }
}

async function updateNow(known: KnownFiles, update: Update, note: NoteWrite): Promise<UpdateResult> {
  await known.untilBelieved()
  const store = known.credentials
  const edit = (before: Uint8Array) => {
    known.refresh()
    // Read while another program had just emptied it: an edit of that would be made in a file without any profile.
    const isHalf = before.length < known.credentialsBytes.length && startsWith(known.credentialsBytes, before)
    if (isHalf || known.doubtfulUntil !== undefined || known.credentials !== store)
      throw busyError(known.files.credentials)
    return update.edit(before)
  }
  const result = await store.update({ ...update, edit })
  const isSameFile = known.realPath === undefined || known.realPath === result.realPath
  if (isSameFile && result.isChanged) note(known.parse(result.before), known.parse(result.bytes))
  known.adoptWritten(result)
  return result
}
