// What differs between two versions of a file, section by section.

import type { CredentialsDocument } from '../document/document.ts'
import { detached, splitLines } from '../document/text.ts'

/**
 * How the text of one section changed: from its header, with all that follows it up to the next one. An empty `name` means
 * the lines before the first header. `from` or `to` is undefined where the section was not there before, or is not after.
 */
export type SectionChange = {
  name: string
  from: string | undefined
  to: string | undefined
  /** Of a new section: the blank lines that were added before it. */
  lead: string
  /** The sections that come after it, the nearest first: a new one is put before the first of them that there is. */
  followers: readonly string[]
}

/** The texts of a document's sections, by name and in order; together they are the document. */
export function sectionTexts({ text, sections }: CredentialsDocument): Map<string, string> {
  const inOrder = [...sections.values()].sort((one, other) => one.start - other.start)
  const texts = new Map([['', text.slice(0, inOrder[0]?.start ?? text.length)]])
  for (const [index, { name, start }] of inOrder.entries())
    texts.set(name, text.slice(start, inOrder[index + 1]?.start ?? text.length))
  return texts
}

/** Blank lines at the end of a section are no change: they come and go with the section that follows. */
export function sectionChanges(before: CredentialsDocument, after: CredentialsDocument): SectionChange[] {
  const [ones, others] = [sectionTexts(before), sectionTexts(after)]
  const names = [...others.keys()]
  const changed = names.flatMap((name, index) => {
    const [from, to] = [ones.get(name), others.get(name)]
    if (isSame(from, to)) return []
    const previous = names[index - 1] ?? ''
    const lead = from === undefined ? addedEnd(ones.get(previous), others.get(previous)) : ''
    return [{ name, from, to, lead, followers: names.slice(index + 1, index + 1 + mostFollowers) }]
  })
  const removed = [...ones].filter(([name]) => !others.has(name))
  const none = { to: undefined, lead: '', followers: [] }
  return [...changed, ...removed.map(([name, from]) => ({ name, from, ...none }))].map(detachedChange)
}

/** A copy of its texts: as slices they would keep the whole files in memory for as long as the change is remembered. */
function detachedChange({ name, from, to, lead, followers }: SectionChange): SectionChange {
  return {
    name: detached(name),
    from: from === undefined ? undefined : detached(from),
    to: to === undefined ? undefined : detached(to),
    lead,
    followers: followers.map(detached),
  }
}

/** The line ends that were added at the end of a text. */
function addedEnd(before: string | undefined, after: string | undefined): string {
  if (before === undefined || after === undefined) return ''
  const [one, other] = [before, after].map((text) => text.slice(endIndexOf(text)))
  return one !== undefined && other?.startsWith(one) ? other.slice(one.length) : ''
}

/** Does a text read the same without the blank lines at its end? */
export function isSame(one: string | undefined, other: string | undefined): boolean {
  return one === undefined || other === undefined ? one === other : withoutEnd(one) === withoutEnd(other)
}

const mostFollowers = 8
export function withoutEnd(text: string): string {
  return text.slice(0, endIndexOf(text))
}

export function endIndexOf(text: string): number {
  let index = text.length
  while (index > 0 && (text[index - 1] === '\n' || text[index - 1] === '\r')) index--
  return index
}

export function addedLines({ from, to }: Pick<SectionChange, 'from' | 'to'>): string[] {
  const known = new Set(splitLines(from ?? ''))
  return splitLines(to ?? '').filter((line) => line !== '' && !known.has(line))
}
