// Holds what mfad promises for every file against files by the thousand.

import type { CredentialsDocument } from '../../src/core/document/document.ts'
import { type BotocoreReader, type Reading, readWithSdk } from './aws-readers.ts'
import { editPromises } from './edit-promises.ts'
import { type Edits, editsOf } from './edits.ts'
import { readerPromises, type Seen, type SeenEdits } from './reader-promises.ts'
import { isRightlyRefused, userEditPromises, userEditReaderPromises } from './user-edit-promises.ts'
import type { UserEdited } from './user-edits.ts'

export type Counts = {
  files: number
  /** By botocore; the others it rejects whole. */
  accepted: number
  withoutFinding: number
  set: number
  removed: number
  /** Set and removed again, to the original bytes where the section was new. */
  undone: number
  /** Edits of the user's own keys and headers. */
  users: number
}

/** `broken`: the sentence that did not hold, or what was thrown. */
export type Failure = { index: number; broken: string }

export type Verdict = { counts: Counts; failures: Failure[] }

export const noCounts: Counts = {
  files: 0,
  accepted: 0,
  withoutFinding: 0,
  set: 0,
  removed: 0,
  undone: 0,
  users: 0,
}

/** Two calls may overlap: while Python reads for the one, the other computes. */
export async function checkFiles(files: readonly Uint8Array[], botocore: BotocoreReader): Promise<Verdict> {
  const failures: Failure[] = []
  const all = files.map((file, index) => attempt(index, failures, () => editsOf(file)))
  const seen = await see(all, botocore)
  for (const [index, edits] of all.entries()) {
    if (!edits) continue
    const subject = { ...edits, seen: (document: CredentialsDocument) => seen.get(document) as Seen }
    attempt(index, failures, () => {
      const broken = brokenPromise(subject)
      if (broken !== undefined) failures.push({ index, broken })
    })
  }
  return { counts: countsOf(all, seen), failures }
}

function brokenPromise(subject: SeenEdits): string | undefined {
  for (const [says, isKept] of Object.entries(editPromises)) if (!isKept(subject)) return says
  for (const [says, isKept] of Object.entries(readerPromises)) if (!isKept(subject)) return says
  for (const { edit, ...made } of subject.users) {
    const broken = brokenUserPromise(subject, { edit, ...made })
    if (broken !== undefined) return `${broken}: ${JSON.stringify(edit)}`
  }
  return undefined
}

function brokenUserPromise({ before, seen }: SeenEdits, user: UserEdited): string | undefined {
  const { after } = user
  if (after === undefined)
    return isRightlyRefused({ ...user, before }) ? undefined : 'an ordinary user edit is made'
  const promises = Object.entries({ ...userEditPromises, ...userEditReaderPromises })
  return promises.find(([, isKept]) => !isKept({ ...user, before, after, seen }))?.[0]
}

function attempt<T>(index: number, failures: Failure[], action: () => T): T | undefined {
  try {
    return action()
  } catch (error) {
    failures.push({ index, broken: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    return undefined
  }
}

/** The same text is shown to the readers once. */
async function see(
  all: readonly (Edits | undefined)[],
  botocore: BotocoreReader,
): Promise<Map<CredentialsDocument, Seen>> {
  const byText = new Map<string, { document: CredentialsDocument; copies: CredentialsDocument[] }>()
  for (const edits of all)
    for (const document of edits ? documentsOf(edits) : []) {
      if (!document) continue
      const key = `${document.isUtf8} ${document.text}`
      const known = byText.get(key)
      if (known) known.copies.push(document)
      else byText.set(key, { document, copies: [document] })
    }
  const distinct = [...byText.values()]
  const bytes = distinct.map(({ document }) => document.toBytes())
  const asked = botocore.read(bytes)
  const sdk: Reading[] = []
  for (const file of bytes) sdk.push(await readWithSdk(file))
  const readings = await asked
  const seen = new Map<CredentialsDocument, Seen>()
  for (const [index, { copies }] of distinct.entries())
    for (const copy of copies) seen.set(copy, { botocore: readings[index], sdk: sdk[index] as Reading })
  return seen
}

function documentsOf({ before, set, removed, undone, users }: Edits): (CredentialsDocument | undefined)[] {
  return [before, set, removed, undone, ...users.map(({ after }) => after)]
}

function countsOf(all: readonly (Edits | undefined)[], seen: Map<CredentialsDocument, Seen>): Counts {
  const known = all.filter((edits) => edits !== undefined)
  const count = (isCounted: (edits: Edits) => boolean) => known.filter(isCounted).length
  return {
    files: all.length,
    accepted: count(({ before }) => seen.get(before)?.botocore !== undefined),
    withoutFinding: count(({ before }) => before.findings.length === 0),
    set: count(({ set }) => set !== undefined),
    removed: count(({ before, removed }) => removed !== undefined && removed !== before),
    undone: count(({ undone }) => undone !== undefined),
    users: known.reduce((total, { users }) => total + users.filter(({ after }) => after).length, 0),
  }
}

export function sum(one: Counts, other: Counts): Counts {
  const keys = Object.keys(one) as (keyof Counts)[]
  return Object.fromEntries(keys.map((key) => [key, one[key] + other[key]])) as Counts
}
