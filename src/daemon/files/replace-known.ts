// The one way in which the daemon replaces an AWS file: when what stands there is believed, and with what other programs still
// write into the old one put into the new one.

import type { UpdateResult } from '../../edges/files/store.ts'
import type { FileName } from './both-files.ts'
import type { KnownFiles } from './known-files.ts'
import { type Edit, mergeLate, noteMerged } from './late-merge.ts'
import { type NoteWrite, type Purpose, updateBelieved } from './update-believed.ts'

/** Replaces the file and takes the new one for known. Throws file.* and what `edit` throws. */
export function replaceKnown(
  known: KnownFiles,
  name: FileName,
  edit: Edit,
  note: NoteWrite,
  purpose: Purpose = 'job',
): Promise<UpdateResult> {
  return updateBelieved(
    known,
    name,
    {
      edit: (before) => edit.edit(before, false),
      verify: edit.verify,
      merge: (late) =>
        mergeLate(known, name, edit, late, (merge) =>
          replaceKnown(
            known,
            name,
            merge,
            (before, after) => noteMerged(known, name, before, after),
            'merge',
          ),
        ),
    },
    purpose,
    note,
  )
}
