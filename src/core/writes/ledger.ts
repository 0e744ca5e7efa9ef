// What we wrote in the last minute, and what we merged in the last seconds. Another program that had read the file before
// may write it back without our change: an issued session would be lost with it, and that cost the user a code; or an edit
// of a third program that we had merged. So the change is made once more; after that the file is believed. A program that
// writes all the time is answered a few more times, but only within seconds.
//
// Of a session section only the last write counts, and everything that it and the writes before it replaced is stale. In
// other sections each merged change counts for itself: their writers go on writing there.

import type { CredentialsDocument } from '../document/document.ts'
import { canMake, isMade } from './merge.ts'
import { isSame, type SectionChange, sectionChanges, sectionTexts } from './section-changes.ts'

/** Why a change was made: to write or remove sessions, or to put another program's late edit into the file. */
export type WriteKind = 'sessions' | 'merge'

export type RecentWrites = {
  /** Remembers a replacement of the file by us. */
  note(before: CredentialsDocument, after: CredentialsDocument, kind: WriteKind): void
  /** These session sections are as they are meant to be in a document, also where another program had made them so. */
  settle(names: Iterable<string>, document: CredentialsDocument): void
  /** What has to be changed again. A file in which nothing else stands is believed: someone has emptied it. */
  undone(document: CredentialsDocument): Undone[]
  /** These were made once more. */
  noteMadeAgain(undone: readonly Undone[]): void
  /** Another file is the credentials file now. */
  forgetAll(): void
  /** Would this change only bring back what we replaced? */
  isStale(change: SectionChange): boolean
}

export type Undone = SectionChange & { recent: Recent }

const rememberedMs = { sessions: 60_000, merge: 5000 }
/** For what was already written once more. */
const insistingMs = 5000
const mostRewrites = 8
/** Of one section. */
const mostStale = 16
/** Of either kind, so that merges cannot push out sessions; each holds the text of a section. */
const mostRecents = 1000

type Recent = {
  change: SectionChange
  kind: WriteKind
  stale: (string | undefined)[]
  at: number
  rewrites: number
}

export function createRecentWrites(now: () => Date): RecentWrites {
  let recents: Recent[] = []
  const isRemembered = ({ kind, at, rewrites }: Recent) =>
    Math.abs(now().getTime() - at) <= (rewrites === 0 ? rememberedMs[kind] : insistingMs) &&
    rewrites <= mostRewrites
  const forgetOld = () => {
    const remembered = recents.filter(isRemembered)
    const of = (wanted: WriteKind) => remembered.filter(({ kind }) => kind === wanted).slice(-mostRecents)
    recents = [...of('sessions'), ...of('merge')]
  }
  const sessionWrite = (name: string) =>
    recents.find(({ kind, change }) => kind === 'sessions' && change.name === name)
  /** Of a session only the last word counts, be it that what another program has left is right. */
  const noteSession = (change: SectionChange, replaced: string | undefined) => {
    const last = sessionWrite(change.name)
    const stale = [...(last?.stale ?? []), replaced].slice(-mostStale)
    recents = recents.filter((recent) => recent !== last)
    recents.push({ change, kind: 'sessions', stale, at: now().getTime(), rewrites: 0 })
  }
  return {
    note(before, after, kind) {
      forgetOld()
      for (const change of sectionChanges(before, after)) {
        if (kind === 'sessions') noteSession(change, change.from)
        // What came with another program's text is no write of ours: the session may be missing there.
        else if (sessionWrite(change.name) === undefined)
          recents.push({ change, kind, stale: [], at: now().getTime(), rewrites: 0 })
      }
    },
    settle(names, document) {
      forgetOld()
      const texts = sectionTexts(document)
      for (const name of names) {
        const last = sessionWrite(name)
        const to = texts.get(name)
        if (last !== undefined && !isSame(last.change.to, to))
          noteSession({ ...last.change, to }, last.change.to)
      }
    },
    undone(document) {
      forgetOld()
      if (recents.length === 0) return []
      const texts = sectionTexts(document)
      return recents.flatMap((recent) => {
        const { name } = recent.change
        const hasOthers = document.sections.size > (document.sections.has(name) ? 1 : 0)
        const change = hasOthers ? undoneChange(recent, texts.get(name)) : undefined
        return change === undefined ? [] : [{ ...change, recent }]
      })
    },
    noteMadeAgain(undone) {
      for (const { recent, from } of undone) {
        recent.rewrites++
        recent.at = now().getTime()
        recent.stale = [...recent.stale, from].slice(-mostStale)
      }
    },
    forgetAll() {
      recents = []
    },
    isStale({ name, to }) {
      forgetOld()
      const last = sessionWrite(name)
      return last !== undefined && !isSame(to, last.change.to) && last.stale.some((text) => isSame(to, text))
    },
  }
}

/** The change that makes it good; undefined where it stands, or what stands there now is to be believed. */
function undoneChange({ kind, change, stale }: Recent, found: string | undefined): SectionChange | undefined {
  if (isSame(found, change.to)) return undefined
  if (kind === 'sessions') {
    const isDropped = found === undefined && change.to !== undefined
    return isDropped || stale.some((text) => isSame(found, text)) ? { ...change, from: found } : undefined
  }
  return isMade(change, found) || !canMake(change, found) ? undefined : change
}
