// A replacement of one of the two AWS files that waits until what stands there is believed. Never replaces a half-written file:
// its writer would go on in the old one, and what it writes there would be lost. A login needs this too, although it began
// with a look: while it waited for AWS, another program may have begun to write.

import type { CredentialsDocument } from '../../core/document/document.ts'
import { passingFileErrors } from '../../core/error-codes.ts'
import { AppError } from '../../core/errors.ts'
import { steadyMs } from '../../edges/clock.ts'
import { startsWith } from '../../edges/files/disk/bytes.ts'
import { busyError } from '../../edges/files/disk/errors.ts'
import type { Update, UpdateResult } from '../../edges/files/store.ts'
import type { FileName } from './both-files.ts'
import type { KnownFiles } from './known-files.ts'

/** Enters into the ledger what was changed, before the daemon reads the new file. */
export type NoteWrite = (before: CredentialsDocument, after: CredentialsDocument) => void

const attemptPauseMs = 25
/** The next login waits for this one; nobody waits for a merge, and what it merges is nowhere else. */
const patienceMs = { job: 3000, merge: 60_000 }
export type Purpose = keyof typeof patienceMs

/** Throws file.*. */
export async function updateBelieved(
  known: KnownFiles,
  name: FileName,
  update: Update,
  purpose: Purpose,
  note: NoteWrite,
): Promise<UpdateResult> {
  const startedAt = steadyMs()
  for (;;) {
    try {
      return await updateNow(known, name, update, note)
    } catch (error) {
      const isPassing = error instanceof AppError && passingFileErrors.has(error.code)
      const isOver = steadyMs() - startedAt > patienceMs[purpose]
      if (!isPassing || isOver || (purpose === 'merge' && known.isClosing)) throw error
    }
    await new Promise((resolve) => setTimeout(resolve, attemptPauseMs))
  }
}

async function updateNow(
  known: KnownFiles,
  name: FileName,
  update: Update,
  note: NoteWrite,
): Promise<UpdateResult> {
  await known.untilBelieved()
  const { store } = known.file(name)
  const edit = (before: Uint8Array) => {
    known.refresh()
    const file = known.file(name)
    // Read while another program had just emptied it: an edit of that would be made in a file without any profile.
    const isHalf = before.length < file.bytes.length && startsWith(file.bytes, before)
    if (isHalf || known.doubtfulUntil !== undefined || file.store !== store) throw busyError(file.path)
    return update.edit(before)
  }
  const result = await store.update({ ...update, edit })
  const { realPath = result.realPath, parse } = known.file(name)
  if (realPath === result.realPath && result.isChanged) note(parse(result.before), parse(result.bytes))
  known.adoptWritten(name, result)
  return result
}
