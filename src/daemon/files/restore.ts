// Writes once more what another program's write has undone.

import type { CredentialsDocument } from '../../core/document/document.ts'
import { checkAccepted } from '../../core/document/edit-checks.ts'
import { noteRestored } from '../../core/writes/ledger.ts'
import { applyChanges } from '../../core/writes/merge.ts'
import { planEdits, planRestores, type Undone } from '../../core/writes/plan-writes.ts'
import type { FileName } from './both-files.ts'
import type { KnownFiles } from './known-files.ts'
import { checkMerge, type Edit } from './late-merge.ts'
import { replaceKnown } from './replace-known.ts'

/** The names of the sections that were restored. Throws file.*. */
export async function restoreUndone(known: KnownFiles, name: FileName): Promise<string[]> {
  let undone: Undone[] = []
  const edit: Edit = {
    edit(before) {
      const { parse, path } = known.file(name)
      const document = parse(before)
      checkAccepted(document, path)
      undone = undoneIn(known, name, document)
      return applyChanges(document, undone).document.toBytes()
    },
    verify(before, after) {
      const { parse } = known.file(name)
      checkMerge(parse(before), parse(after), undone)
    },
  }
  await replaceKnown(known, name, edit, () => undefined)
  const restored = undone.map(({ written, from }) => ({ written, found: from }))
  known.setLedger(noteRestored(known.ledgerOf(name), restored, known.now()), name)
  return undone.map((each) => each.name)
}

function undoneIn(known: KnownFiles, name: FileName, document: CredentialsDocument): Undone[] {
  const [ledger, now] = [known.ledgerOf(name), known.now()]
  if (name === 'config') return planEdits(document, ledger, now).restore
  return planRestores({ credentials: document, config: known.documents.config }, ledger, now).restore
}
