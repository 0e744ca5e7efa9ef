// What we meant to stand in a file. The files are the only state, with one exception: a session cost its user a code, so
// what was written, or is still to be written, is remembered for a short time.
//
//   10:00:00  another program reads the file
//   10:00:01  we write [dev-mfa]
//   10:00:02  the other program writes back what it had read, without [dev-mfa]
//             → [dev-mfa] is restored: written once more, within 60 s of our write
//   10:00:30  the user deletes [dev-mfa] → it is believed: what was restored once is restored again within 5 s only,
//             up to 8 times, so that a program that writes all the time is outlasted and a person is not
//
// Of a session section, or of a section of the user's that we edited, only our last word counts, and everything that it and
// the writes before it replaced is stale. Elsewhere each merged change counts for itself: their writers go on writing there.

import type { CredentialsDocument } from '../document/document.ts'
import type { KeySource } from '../profiles/key-source.ts'
import type { SessionCredentials } from '../profiles/session-section.ts'
import { isSame, type SectionChange, sectionChanges, textsNamed } from './section-changes.ts'

export type Ledger = {
  readonly written: readonly Written[]
  /** Issued, and not in the file yet: the disk was full, or the file was being written all the time. */
  readonly unwritten: readonly UnwrittenSession[]
  /** The file as we wrote it last; kept no longer than `written`. */
  readonly lastWritten: CredentialsDocument | undefined
}

/** The key profile that a session was made from: without it the session is nobody's. `keys`: what stands there for them. */
export type Source = { profile: string; keys: KeySource }

export type SessionWrite = {
  sessionProfile: string
  /** By key; see sessionValues. */
  values: ReadonlyMap<string, string>
  /** What must stand in the file for this to be written; missing where a section is only brought in step with it. */
  source?: Source
  /** The access key id that must still stand there: another daemon may have written a newer session meanwhile. */
  replaces?: string
  /** Take over a section that is not ours. */
  adopt: boolean
  /** Left out, and reported, when it cannot be written: one odd section must not cost the others their renewal. */
  isOptional: boolean
}

export type UnwrittenSession = {
  /** The device and the long-term access key that it was issued for. */
  serialNumber: string
  callerKeyId: string
  credentials: SessionCredentials
  /** The expiration on our own clock. */
  endsAt: Date
  writes: readonly SessionWrite[]
  nextTryAt: Date
}

/** Why a change was made: to write or remove sessions, to edit the user's own keys, or to put another program's late edit into
 * the file. */
export type WriteKind = 'sessions' | 'edit' | 'merge'

/** One change that we made in the file. */
export type Written = {
  change: SectionChange
  kind: WriteKind
  /** Of a session that was written, not removed. */
  source?: Source
  /** What it replaced, and what the writes before it had replaced. */
  stale: readonly (string | undefined)[]
  at: number
  timesRestored: number
}

export const emptyLedger: Ledger = { written: [], unwritten: [], lastWritten: undefined }

const rememberedMs = { sessions: 60_000, edit: 5000, merge: 5000 }
/** For what was restored before. */
const restoredAgainMs = 5000
const mostRestores = 8
/** Of one section. */
const mostStale = 16
/** Of each kind, so that merges cannot push out sessions; each holds the text of a section. */
const mostWritten = 1000
const retryMs = 10_000
/** A session that ends within a minute is worth no waiting. */
const leastLifeMs = 60_000

/** Remembers a replacement of the file by us. `sources`: by session section. */
export function noteWritten(
  ledger: Ledger,
  before: CredentialsDocument,
  after: CredentialsDocument,
  kind: WriteKind,
  sources: ReadonlyMap<string, Source | undefined>,
  now: Date,
): Ledger {
  let written = remembered(ledger, now)
  for (const change of sectionChanges(before, after)) {
    if (kind !== 'merge')
      written = withLastWord(written, kind, change, change.from, sources.get(change.name), now)
    else written = [...written, { change, kind, stale: [], at: now.getTime(), timesRestored: 0 }]
  }
  return { ...ledger, written, lastWritten: after }
}

/** In this document these session sections are as we meant them, even where it was another program that made them so. */
export function noteMeant(
  ledger: Ledger,
  sources: ReadonlyMap<string, Source | undefined>,
  document: CredentialsDocument,
  now: Date,
): Ledger {
  let written = remembered(ledger, now)
  const texts = textsNamed(document, new Set(sources.keys()))
  for (const [name, source] of sources) {
    const last = lastWord(written, name)
    const to = texts.get(name)
    if (last !== undefined && !isSame(last.change.to, to))
      written = withLastWord(written, 'sessions', { ...last.change, to }, last.change.to, source, now)
  }
  return { ...ledger, written }
}

/** These were written once more. `found`: what stood in their place. */
export function noteRestored(
  ledger: Ledger,
  restored: readonly { written: Written; found: string | undefined }[],
  now: Date,
): Ledger {
  const found = new Map(restored.map((each) => [each.written, each.found]))
  const written = ledger.written.map((each) =>
    found.has(each)
      ? {
          ...each,
          timesRestored: each.timesRestored + 1,
          at: now.getTime(),
          stale: [...each.stale, found.get(each)].slice(-mostStale),
        }
      : each,
  )
  return { ...ledger, written }
}

/** Another file is the credentials file now: what was written to one is nothing to be written to another. */
export function forgetWritten(ledger: Ledger): Ledger {
  return { ...ledger, written: [], lastWritten: undefined }
}

/** Would this change only bring back what we replaced? */
export function isStale(ledger: Ledger, { name, to }: SectionChange, now: Date): boolean {
  const last = lastWord(remembered(ledger, now), name)
  return last !== undefined && !isSame(to, last.change.to) && last.stale.some((text) => isSame(to, text))
}

/** What may still be restored at `now`. */
export function remembered({ written }: Ledger, now: Date): readonly Written[] {
  const isRemembered = ({ kind, at, timesRestored }: Written) =>
    Math.abs(now.getTime() - at) <= (timesRestored === 0 ? rememberedMs[kind] : restoredAgainMs) &&
    timesRestored <= mostRestores
  const ofKind = (wanted: WriteKind) =>
    written.filter((each) => each.kind === wanted && isRemembered(each)).slice(-mostWritten)
  return [...ofKind('sessions'), ...ofKind('edit'), ...ofKind('merge')]
}

/** Keeps a session that could not be written, in place of older ones for the same sections. */
export function keepUnwritten(
  ledger: Ledger,
  session: Omit<UnwrittenSession, 'nextTryAt'>,
  now: Date,
): Ledger {
  const older = forgetUnwritten(
    ledger,
    session.writes.map(({ sessionProfile }) => sessionProfile),
  )
  return { ...older, unwritten: [...older.unwritten, { ...session, nextTryAt: nextTry(now) }] }
}

/** A try to write these begins; should it fail, the next one comes in 10 s. */
export function noteTried(ledger: Ledger, tried: readonly UnwrittenSession[], now: Date): Ledger {
  const unwritten = ledger.unwritten.map((each) =>
    tried.includes(each) ? { ...each, nextTryAt: nextTry(now) } : each,
  )
  return { ...ledger, unwritten }
}

/** What a later login, or a logout, makes needless. */
export function forgetUnwritten(ledger: Ledger, sessionProfiles: readonly string[]): Ledger {
  if (ledger.unwritten.length === 0) return ledger
  const unwritten = ledger.unwritten
    .map((session) => ({
      ...session,
      writes: session.writes.filter(({ sessionProfile }) => !sessionProfiles.includes(sessionProfile)),
    }))
    .filter(({ writes }) => writes.length > 0)
  return { ...ledger, unwritten }
}

/** The kept session of a device, while it is worth writing. */
export function unwrittenSession(
  { unwritten }: Ledger,
  serialNumber: string,
  callerKeyId: string,
  now: Date,
): SessionCredentials | undefined {
  const isIt = (session: UnwrittenSession) =>
    session.serialNumber === serialNumber &&
    session.callerKeyId === callerKeyId &&
    isWorthWriting(session, now)
  return unwritten.findLast(isIt)?.credentials
}

export function isWorthWriting({ endsAt }: UnwrittenSession, now: Date): boolean {
  return endsAt.getTime() - now.getTime() > leastLifeMs
}

function nextTry(now: Date): Date {
  return new Date(now.getTime() + retryMs)
}

/** Our last word on a section. */
function lastWord(
  written: readonly Written[],
  name: string,
  wanted: WriteKind = 'sessions',
): Written | undefined {
  return written.find(({ kind, change }) => kind === wanted && change.name === name)
}

/** Our new last word on a section, in place of the one before. */
function withLastWord(
  written: readonly Written[],
  kind: WriteKind,
  change: SectionChange,
  replaced: string | undefined,
  source: Source | undefined,
  now: Date,
): Written[] {
  const last = lastWord(written, change.name, kind)
  const stale = [...(last?.stale ?? []), replaced].slice(-mostStale)
  const kept = source === undefined ? {} : { source }
  return [
    ...written.filter((each) => each !== last),
    { change, kind, ...kept, stale, at: now.getTime(), timesRestored: 0 },
  ]
}
