// What two versions of a text share: they have the same beginning and the same end, and differ in between. At a plain header
// reading begins anew, so what was read of the two ends still holds, wherever the second stands now.
//
//   earlier   [a] [b] k: v [c] [d]            parts before: [a]   read again: from [b] on
//   now       [a] [b] k = v [new] [c] [d]     parts from:   [c] and [d], 12 characters and a line further down

import type { Earlier, Part, PlainSection, Split } from './document.ts'

export type SameParts = {
  /** The parts above all that differs, and where they end. */
  before(): { plain: PlainSection[]; odd: Part[]; start: number; line: number }
  /** The parts from this line on, where a plain section begins there and all is as in the earlier text. */
  from(start: number, line: number): Split | undefined
}

/** Undefined where there was nothing plain to begin with. */
export function sameParts({ text: earlier, split }: Earlier, text: string): SameParts | undefined {
  if (split === undefined) return undefined
  const sameStart = commonStart(earlier, text)
  const most = Math.min(earlier.length, text.length) - sameStart
  const endsFrom = text.length - commonEnd(earlier, text, most)
  const movedBy = text.length - earlier.length
  return {
    before: () => partsBefore(split, sameStart),
    from: (start, line) => (start < endsFrom ? undefined : partsFrom(split, start - movedBy, movedBy, line)),
  }
}

/** The last plain section before the difference is read again, since what follows it may now belong to it. */
function partsBefore({ plain, odd }: Split, sameStart: number): ReturnType<SameParts['before']> {
  const index = lastIndex(plain, ({ end }) => end < sameStart)
  const { start, line } = plain[index] ?? { start: 0, line: 1 }
  return {
    plain: plain.slice(0, Math.max(0, index)),
    odd: odd.filter((part) => part.start < start),
    start,
    line,
  }
}

function partsFrom({ plain, odd }: Split, start: number, movedBy: number, line: number): Split | undefined {
  const index = lastIndex(plain, (section) => section.start <= start)
  const first = plain[index]
  if (first?.start !== start) return undefined
  const linesMoved = line - first.line
  const [same, rest] = [plain.slice(index), odd.filter((part) => part.start > start)]
  if (movedBy === 0 && linesMoved === 0) return { plain: same, odd: rest }
  return {
    plain: same.map((section) => section.at(section.start + movedBy, section.line + linesMoved)),
    odd: rest.map((part) => ({
      start: part.start + movedBy,
      end: part.end + movedBy,
      line: part.line + linesMoved,
    })),
  }
}

/** By bisection, the index of the last section for which `isSo`, which holds for all before it and for none after; -1 for none. */
function lastIndex(sections: readonly PlainSection[], isSo: (section: PlainSection) => boolean): number {
  let [known, end] = [-1, sections.length]
  while (known + 1 < end) {
    const middle = Math.floor((known + end) / 2)
    if (isSo(sections[middle] as PlainSection)) known = middle
    else end = middle
  }
  return known
}

function commonStart(one: string, other: string): number {
  return longest(
    Math.min(one.length, other.length),
    (known, length) => one.slice(known, length) === other.slice(known, length),
  )
}

function commonEnd(one: string, other: string, most: number): number {
  return longest(
    most,
    (known, length) =>
      one.slice(one.length - length, one.length - known) ===
      other.slice(other.length - length, other.length - known),
  )
}

/** By bisection, the greatest length over which two texts are the same: comparing slices is much faster than comparing characters.
 * `isSame` is told over what length they are `known` to be. */
function longest(limit: number, isSame: (known: number, length: number) => boolean): number {
  let [known, most] = [0, limit]
  while (known < most) {
    const length = known + Math.ceil((most - known) / 2)
    if (isSame(known, length)) known = length
    else most = length - 1
  }
  return known
}
