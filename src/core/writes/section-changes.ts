// What differs between two versions of a file, section by section.

import type { CredentialsDocument, Section } from '../document/document.ts'
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
export function sectionTexts(document: CredentialsDocument): Map<string, string> {
  const sections = [...document.sections.values()]
  return textsBetween(document, sections, 0, sections.length)
}

/** The texts of the sections with these names. */
export function textsNamed(document: CredentialsDocument, names: ReadonlySet<string>): Map<string, string> {
  const sections = [...document.sections.values()]
  const texts = new Map<string, string>()
  if (names.has('')) texts.set('', textBefore(document, sections))
  for (const [index, { name }] of sections.entries())
    if (names.has(name)) texts.set(name, textAt(document, sections, index))
  return texts
}

function textBefore({ text }: CredentialsDocument, [first]: readonly Section[]): string {
  return text.slice(0, first?.start)
}

function textAt({ text }: CredentialsDocument, sections: readonly Section[], index: number): string {
  return text.slice(sections[index]?.start, sections[index + 1]?.start)
}

/** Blank lines at the end of a section are no change: they come and go with the section that follows. */
export function sectionChanges(before: CredentialsDocument, after: CredentialsDocument): SectionChange[] {
  const [ones, others] = [[...before.sections.values()], [...after.sections.values()]]
  const { first, below } = sharedEnds(before, ones, after, others)
  const froms = textsBetween(before, ones, first, ones.length - below)
  const tos = textsBetween(after, others, first, others.length - below)
  const names = [...tos.keys()]
  const changed = names.flatMap((name, index) => {
    const [from, to] = [froms.get(name), tos.get(name)]
    if (isSame(from, to)) return []
    const previous = names[index - 1] ?? ''
    const lead = from === undefined ? addedEnd(froms.get(previous), tos.get(previous)) : ''
    const next = name === '' ? 0 : first + index
    const followers = others.slice(next, next + mostFollowers).map((follower) => follower.name)
    return [{ name, from, to, lead, followers }]
  })
  const removed = [...froms].filter(([name]) => !tos.has(name))
  const none = { to: undefined, lead: '', followers: [] }
  return [...changed, ...removed.map(([name, from]) => ({ name, from, ...none }))].map(detachedChange)
}

/** How many sections at the beginning and at the end of the files both versions share: nearly all. Of those at the beginning the
 * last is left out, since a new section may have come after it. */
function sharedEnds(
  before: CredentialsDocument,
  ones: readonly Section[],
  after: CredentialsDocument,
  others: readonly Section[],
): { first: number; below: number } {
  const most = Math.min(ones.length, others.length)
  const isShared = (one: number, other: number) =>
    ones[one]?.content === others[other]?.content &&
    isWhole(before, ones, one) &&
    isWhole(after, others, other)
  let first = 0
  while (first < most && isShared(first, first)) first++
  let below = 0
  while (first + below < most && isShared(ones.length - 1 - below, others.length - 1 - below)) below++
  return { first: Math.max(0, first - 1), below }
}

/** Is there nothing between a section and the next one in the list? */
function isWhole({ text }: CredentialsDocument, sections: readonly Section[], index: number): boolean {
  return sections[index]?.end === (sections[index + 1]?.start ?? text.length)
}

/** The texts of the sections from `start` up to `end`; and under `''` the text before the first of all. */
function textsBetween(
  document: CredentialsDocument,
  sections: readonly Section[],
  start: number,
  end: number,
): Map<string, string> {
  const texts = new Map([['', textBefore(document, sections)]])
  for (let index = start; index < end; index++)
    texts.set(sections[index]?.name ?? '', textAt(document, sections, index))
  return texts
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
