// Edits of the user's own keys and headers, in either AWS file, with all that holds for our sections: only where the file is
// trusted, believed and accepted by AWS tools, as a replacement of the whole, and with what other programs write meanwhile.

import type { CredentialsDocument } from '../../core/document/document.ts'
import { checkAccepted } from '../../core/document/edit-checks.ts'
import { applyEdits, type UserEdit } from '../../core/document/user-edit.ts'
import { AppError } from '../../core/errors.ts'
import type { Warning } from '../../core/wire.ts'
import { noteWritten } from '../../core/writes/ledger.ts'
import { isEqual } from '../../edges/files/disk/bytes.ts'
import type { FileName } from './both-files.ts'
import type { KnownFiles } from './known-files.ts'
import type { Edit } from './late-merge.ts'
import { replaceKnown } from './replace-known.ts'

/**
 * The edits for the document as it stands at the instant of writing. Pure, and asked again when the file has changed; may
 * throw an AppError to refuse.
 */
export type PlanEdits = (document: CredentialsDocument) => readonly UserEdit[]

/**
 * Makes the edits in one replacement, and returns when the daemon knows the new file. A job: to be put into the queue of
 * those that write. Throws file.*, and what `plan` throws; then nothing was written.
 */
export async function editUserFile(
  known: KnownFiles,
  name: FileName,
  plan: PlanEdits,
): Promise<{ warnings: Warning[]; isChanged: boolean }> {
  let edits: readonly UserEdit[] = []
  const edit: Edit = {
    edit(before) {
      const { parse, path } = known.file(name)
      const document = parse(before)
      checkAccepted(document, path)
      edits = plan(document)
      return applyEdits(document, edits).toBytes()
    },
    verify(before, after) {
      const { parse, path } = known.file(name)
      if (!isEqual(applyEdits(parse(before), edits).toBytes(), after)) throw unsafeError(path)
    },
  }
  const { warnings, isChanged } = await replaceKnown(known, name, edit, (before, after) => {
    // Should a program write back what it had read before, it is made once more; see keeper.ts.
    const ledger = noteWritten(known.ledgerOf(name), before, after, 'edit', new Map(), known.now())
    known.setLedger(ledger, name)
  })
  return { warnings: warningsOf(known, name, warnings), isChanged }
}

/** Throws what editUserFile would throw for the file as it is now. Writes nothing. */
export function rehearseUserEdit(known: KnownFiles, name: FileName, plan: PlanEdits): void {
  const { document, path, store } = known.file(name)
  checkAccepted(document, path)
  applyEdits(document, plan(document))
  store.checkReplaceable()
}

/** That others can read it is worth a warning only where there are secrets in it. */
function warningsOf(
  known: KnownFiles,
  name: FileName,
  warnings: readonly Omit<Warning, 'file'>[],
): Warning[] {
  const { path, hasSecrets } = known.file(name)
  return warnings
    .filter(({ code }) => hasSecrets || code !== 'file.readable-by-others')
    .map((warning) => ({ ...warning, file: path }))
}

function unsafeError(path: string): AppError {
  return new AppError(
    'internal.unsafe-edit',
    `the new ${path} would have changed more than was meant; nothing was written`,
    'report this with the shape of your file (no values)',
  )
}
