// What we wrote in the last minute. Another program that had read the file before may write it back without our change: an
// issued session would be lost with it, and that cost the user a code. So the change is made once more; after that the
// file is believed. A program that writes all the time is answered a few more times, but only within seconds.

import type { CredentialsDocument } from '../core/document.ts'
import { isSame, type SectionChange, sectionChanges, sectionTexts } from '../core/document-merge.ts'

export type RecentWrites = {
  /** Remembers a replacement of the file by us. */
  note(before: CredentialsDocument, after: CredentialsDocument): void
  /** What has to be changed again, since another program has brought back what we replaced, or dropped it. A file in which
   * nothing else stands is believed: someone has emptied it. */
  undone(document: CredentialsDocument): SectionChange[]
  /** Would this change only bring back what we replaced? */
  isStale(change: SectionChange): boolean
}

const rememberedMs = 60_000
/** For what was already written once more. */
const insistingMs = 5000
const mostRewrites = 8
const mostFroms = 16

type Recent = {
  froms: (string | undefined)[]
  change: SectionChange
  at: number
  rewrites: number
}

export function createRecentWrites(now: () => Date): RecentWrites {
  const recents = new Map<string, Recent>()
  const isRemembered = ({ at, rewrites }: Recent) =>
    Math.abs(now().getTime() - at) <= (rewrites === 0 ? rememberedMs : insistingMs) &&
    rewrites <= mostRewrites
  const forgetOld = () => {
    for (const [name, recent] of recents) if (!isRemembered(recent)) recents.delete(name)
  }
  const isUndone = ({ froms, change: { to } }: Recent, found: string | undefined, hasOthers: boolean) => {
    const isDropped = found === undefined && to !== undefined
    const isBack = froms.some((from) => isSame(found, from))
    return (isDropped || isBack) && hasOthers && !isSame(found, to)
  }
  return {
    note(before, after) {
      forgetOld()
      for (const change of sectionChanges(before, after)) {
        const known = recents.get(change.name)
        const isRewrite = known !== undefined && isSame(known.change.to, change.to)
        recents.set(change.name, {
          froms: [...(known?.froms ?? []), change.from].slice(-mostFroms),
          change,
          at: now().getTime(),
          rewrites: isRewrite ? known.rewrites + 1 : 0,
        })
      }
    },
    undone(document) {
      forgetOld()
      if (recents.size === 0) return []
      const texts = sectionTexts(document)
      const undone: SectionChange[] = []
      for (const [name, recent] of recents) {
        const found = texts.get(name)
        if (isSame(found, recent.change.to)) continue
        if (isUndone(recent, found, hasOthersThan(name, document)))
          undone.push({ ...recent.change, from: found })
        else recents.delete(name)
      }
      return undone
    },
    isStale({ name, to }) {
      forgetOld()
      const recent = recents.get(name)
      return (
        recent !== undefined && !isSame(to, recent.change.to) && recent.froms.some((from) => isSame(to, from))
      )
    },
  }
}

function hasOthersThan(name: string, { sections }: CredentialsDocument): boolean {
  return sections.size > (sections.has(name) ? 1 : 0)
}
