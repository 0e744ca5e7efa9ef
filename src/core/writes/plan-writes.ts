// Decides what to write again so that the file holds what we meant, what of it to let go, and when to look next. Only a
// file that comes from the one we wrote is repaired: a session comes back only while the key profile that it was made from
// stands there with the same access key and secret. Otherwise somebody has put another file in the place of ours:
//
//   10:00:00  [default] AKIA…A of customer A    we write [default-mfa]
//   10:00:30  cp ~/credentials.B over the file: [default] AKIA…B, no [default-mfa]
//             → let go: A's session in B's file would have the commands of B run in A's account

import type { CredentialsDocument } from '../document/document.ts'
import { isSameSource, keySourceOf } from '../profiles/key-source.ts'
import { type Documents, profileSections, type SectionLookup } from '../profiles/sections.ts'
import {
  emptyLedger,
  isWorthWriting,
  type Ledger,
  remembered,
  type Source,
  type UnwrittenSession,
  type Written,
} from './ledger.ts'
import { canMake, hasSameSession, isMade } from './merge.ts'
import { isSame, type SectionChange, textsNamed } from './section-changes.ts'

/** What another program has undone, and the change that makes it good. */
export type Undone = SectionChange & { written: Written }

export type WritePlan = {
  restore: Undone[]
  /** To be tried now. */
  write: UnwrittenSession[]
  /** Session sections that are given up, since the keys they were made from are gone. */
  letGo: string[]
  /** Without what was let go or has ended. */
  ledger: Ledger
  /** The next try, should nothing change until then. */
  nextAt?: Date
}

/** Plans what is to be written at `now`. */
export function planWrites(documents: Documents, ledger: Ledger, now: Date): WritePlan {
  const { restore, lost } = planRestores(documents, ledger, now)
  const stands = ledger.unwritten.length === 0 ? () => true : standsIn(profileSections(documents))
  const unwritten = ledger.unwritten
    .filter((session) => isWorthWriting(session, now))
    .map((session) => withoutOrphans(session, stands))
  const orphaned = ledger.unwritten.flatMap(({ writes }) => writes.filter(({ source }) => !stands(source)))
  const kept = unwritten.filter(({ writes }) => writes.length > 0)
  // The whole file need not be held for what is over.
  const isOver = ledger.lastWritten !== undefined && remembered(ledger, now).length === 0
  const isUnchanged =
    !isOver && lost.length === 0 && orphaned.length === 0 && kept.length === ledger.unwritten.length
  const later = kept.filter(({ nextTryAt }) => nextTryAt > now).map(({ nextTryAt }) => nextTryAt.getTime())
  return {
    restore,
    write: kept.filter(({ nextTryAt }) => nextTryAt <= now),
    letGo: [...lost.map(({ name }) => name), ...orphaned.map(({ sessionProfile }) => sessionProfile)],
    ledger: isUnchanged
      ? ledger
      : {
          ...(isOver ? emptyLedger : ledger),
          written: isOver
            ? []
            : ledger.written.filter((each) => !lost.some(({ written }) => written === each)),
          unwritten: kept,
        },
    ...(later.length === 0 ? {} : { nextAt: new Date(Math.min(...later)) }),
  }
}

function withoutOrphans(
  session: UnwrittenSession,
  stands: (source: Source | undefined) => boolean,
): UnwrittenSession {
  if (session.writes.every(({ source }) => stands(source))) return session
  return { ...session, writes: session.writes.filter(({ source }) => stands(source)) }
}

/** What another program has undone: what of it is to be written once more, and what has lost the keys it was made from. */
export function planRestores(
  documents: Documents,
  ledger: Ledger,
  now: Date,
): { restore: Undone[]; lost: Undone[] } {
  const undone = undoneIn(documents.credentials, ledger, now)
  if (undone.length === 0) return { restore: [], lost: [] }
  const stands = standsIn(profileSections(documents))
  const isLost = ({ to, written }: Undone) =>
    to !== undefined && written.kind === 'sessions' && !stands(written.source)
  return { restore: undone.filter((each) => !isLost(each)), lost: undone.filter(isLost) }
}

/** For a file in which there are no sessions: what another program has undone in it, and the ledger without what is over. */
export function planEdits(
  document: CredentialsDocument,
  ledger: Ledger,
  now: Date,
): { restore: Undone[]; ledger: Ledger } {
  const isOver = ledger.lastWritten !== undefined && remembered(ledger, now).length === 0
  return { restore: undoneIn(document, ledger, now), ledger: isOver ? emptyLedger : ledger }
}

/** Does the key profile of a session stand in these sections as it was? */
export function standsIn(sections: SectionLookup): (source: Source | undefined) => boolean {
  return (source) => {
    if (source === undefined) return false
    const keys = keySourceOf(sections, source.profile)
    return keys !== undefined && isSameSource(keys, source.keys)
  }
}

/** What has to be changed again. A file in which nothing else stands is believed: someone has emptied it. */
function undoneIn(document: CredentialsDocument, ledger: Ledger, now: Date): Undone[] {
  const written = remembered(ledger, now)
  if (written.length === 0) return []
  const texts = textsNamed(document, new Set(written.map(({ change }) => change.name)))
  const believedAt = new Set<number>()
  const all = written.flatMap((each) => {
    const { name, to } = each.change
    const found = texts.get(name)
    const hasOthers = document.sections.size > (document.sections.has(name) ? 1 : 0)
    const change = hasOthers ? undoneChange(each, found) : undefined
    if (change === undefined && each.kind === 'edit' && !isSame(found, to)) believedAt.add(each.at)
    return change === undefined ? [] : [{ ...change, written: each }]
  })
  // An edit of two sections, such as a header that was renamed, is made once more as a whole or not at all.
  const undone = all.filter(({ written: { kind, at } }) => kind !== 'edit' || !believedAt.has(at))
  const edited = new Set(undone.flatMap(({ name, written: { kind } }) => (kind === 'edit' ? [name] : [])))
  const isSession = ({ written: { kind } }: Undone) => kind === 'sessions'
  const isOurs = undone.every(isSession) || descends(document, ledger.lastWritten, edited)
  return isOurs ? undone : undone.filter(isSession)
}

/**
 * The change that repairs the section; undefined where it is as we wrote it, or what stands there now is to be believed.
 */
function undoneChange(
  { kind, change, stale }: Written,
  found: string | undefined,
): SectionChange | undefined {
  if (isSame(found, change.to)) return undefined
  if (kind === 'sessions') {
    if (hasSameSession(change.name, found, change.to)) return undefined
    if (found === undefined) return { ...change, from: undefined }
    // Another program may have added a line to what it brings back.
    const replaced = stale.find((text) => isSame(found, text) || hasSameSession(change.name, found, text))
    if (replaced === undefined) return undefined
    return { ...change, from: change.to === undefined ? found : replaced }
  }
  // Exactly what stood there before our edit: a program has written back what it had read then.
  if (kind === 'edit')
    return stale.some((text) => isSame(found, text)) ? { ...change, from: found } : undefined
  return isMade(change, found) || !canMake(change, found) ? undefined : change
}

/**
 * Is this file a later version of the other one? Not where a profile has another access key now. `edited`: the sections that hold
 * exactly what an edit of ours replaced, and that may have been the access key.
 */
function descends(
  document: CredentialsDocument,
  earlier: CredentialsDocument | undefined,
  edited: ReadonlySet<string>,
): boolean {
  if (earlier === undefined) return false
  for (const [name, section] of document.sections) {
    if (edited.has(name)) continue
    const [before, after] = [earlier.sections.get(name), section].map((each) =>
      each?.entries.get('aws_access_key_id'),
    )
    if (
      before !== undefined &&
      after !== undefined &&
      isLongTerm(before.value) &&
      before.value !== after.value
    )
      return false
  }
  return [...document.sections.keys()].some((name) => earlier.sections.has(name))
}

/** A session's key changes with every renewal. */
function isLongTerm(accessKeyId: string): boolean {
  return !accessKeyId.startsWith('ASIA')
}
