// What other programs wrote into an old file after it was replaced, put into the new one.

import type { CredentialsDocument } from '../../core/document/document.ts'
import { checkAccepted } from '../../core/document/edit-checks.ts'
import { AppError } from '../../core/errors.ts'
import { printable } from '../../core/text/printable.ts'
import { isStale, noteWritten } from '../../core/writes/ledger.ts'
import { applyChanges, differsOnlyBy, unsafeMergeError } from '../../core/writes/merge.ts'
import { type SectionChange, sectionChanges } from '../../core/writes/section-changes.ts'
import { isEqual } from '../../edges/files/disk/bytes.ts'
import type { LateWrite } from '../../edges/files/late/late-writes.ts'
import type { Update } from '../../edges/files/store.ts'
import type { FileName } from './both-files.ts'
import type { KnownFiles } from './known-files.ts'

export type Edit = Pick<Update, 'verify'> & {
  /** As Update's. `isLate`: `before` is the old file, with what another program has written into it late. */
  edit(before: Uint8Array, isLate: boolean): Uint8Array
  /** Throws AppError when a part of what was meant could not be written. */
  check?(): void
}

/** What another program wrote into the old file, and what we had put in its place. */
export type Late = LateWrite & { written: Uint8Array; realPath: string }

/** Makes a merge in the file, as a write of its own. */
type Write = (edit: Edit) => Promise<unknown>

/**
 * Puts what another program wrote into the old file into the new one. While the new file is still as we wrote it, our edit
 * is simply made once more, in the other program's text; after that, its changes are merged section by section:
 *
 *   old file, when we read it     `[a]`
 *   old file, now                 `[a]` `[b]`
 *   new file, as we wrote it      `[a]` `[a-mfa]`        → our edit in the old file: `[a]` `[b]` `[a-mfa]`
 *   new file, changed since       `[a]` `[a-mfa]` `[c]`  → merged: `[a]` `[a-mfa]` `[c]` `[b]`
 */
export async function mergeLate(
  known: KnownFiles,
  name: FileName,
  ours: Edit,
  late: Late,
  write: Write,
): Promise<void> {
  let changes: SectionChange[] | undefined
  let conflicts: string[] = []
  const edit: Edit = {
    edit(current) {
      conflicts = []
      changes = undefined
      const { realPath, parse, path } = known.file(name)
      if (realPath !== late.realPath) throw conflictError(`${late.realPath} is no longer the ${name} file`)
      if (isEqual(current, late.written)) return ours.edit(late.after, true)
      const document = parse(current)
      const [before, after] = [parse(late.before), parse(late.after)]
      // They cannot be mixed: a byte E9 is one character of a text that is not UTF-8, and none in one that is.
      if (document.isUtf8 !== before.isUtf8 || before.isUtf8 !== after.isUtf8)
        throw conflictError('only one of the two is UTF-8')
      checkAccepted(document, path)
      const ledger = known.ledgerOf(name)
      changes = sectionChanges(before, after).filter((change) => !isStale(ledger, change, known.now()))
      const merged = applyChanges(document, changes)
      conflicts = merged.conflicts
      return merged.document.toBytes()
    },
    verify(before, after) {
      if (changes === undefined) ours.verify(late.after, after)
      else checkMerge(known.file(name).parse(before), known.file(name).parse(after), changes)
    },
    check() {
      if (changes === undefined) ours.check?.()
      if (conflicts.length > 0) throw conflictError(`both changed ${sectionsOf(conflicts)}`)
    },
  }
  await write(edit)
  edit.check?.()
}

/** Enters into the ledger of the file what was merged. */
export function noteMerged(
  known: KnownFiles,
  name: FileName,
  before: CredentialsDocument,
  after: CredentialsDocument,
): void {
  const ledger = noteWritten(known.ledgerOf(name), before, after, 'merge', new Map(), known.now())
  known.setLedger(ledger, name)
}

export function checkMerge(
  before: CredentialsDocument,
  after: CredentialsDocument,
  changes: readonly SectionChange[],
): void {
  if (differsOnlyBy(before, after, changes)) return
  throw unsafeMergeError()
}

function conflictError(message: string): AppError {
  return new AppError('file.edit-conflict', message, 'compare the two files, and take over what is missing')
}

function sectionsOf(names: readonly string[]): string {
  const sections = names.map((name) =>
    name === '' ? 'the lines before the first section' : `[${printable(name)}]`,
  )
  return sections.slice(0, 5).join(', ')
}
