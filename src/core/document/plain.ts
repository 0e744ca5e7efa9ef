// Finds the sections in which each line is so plain that all readers read the same, whatever stands around them: nearly all
// sections. They need one pass over the text.

import type { Earlier, Split } from './document.ts'
import { header, key, lineEnd, trivia, value } from './plain-lines.ts'
import { plainSection } from './plain-section.ts'
import { sameParts } from './same-parts.ts'
import { countLineEnds } from './text.ts'

const linePattern = new RegExp(`${header}|(?:(${key})${value}|${trivia})${lineEnd}`, 'y')
const nextHeaderPattern = new RegExp(`\\n(?=${header})`, 'g')
/** A longer section costs less line by line, since a match remembers where it passed each of its characters. */
const sectionPattern = new RegExp(`${header}(?:(?:${key}${value}|${trivia})${lineEnd}){0,256}`, 'y')

/** The plain line at an offset, with its line end: the name of a header, the key of an entry, or neither in a comment or
 * blank line. */
export function plainLineAt(text: string, offset: number): RegExpExecArray | null {
  return matchFrom(linePattern, text, offset)
}

/** A name may stand twice. What is the same as in the earlier text is not read again. */
export function splitText(text: string, earlier?: Earlier): Split {
  const same = earlier && sameParts(earlier, text)
  const { plain, odd, ...from } = same?.before() ?? { plain: [], odd: [], start: 0, line: 1 }
  let { start, line } = from
  while (start < text.length) {
    const rest = same?.from(start, line)
    if (rest) return { plain: [...plain, ...rest.plain], odd: [...odd, ...rest.odd] }
    const match = matchFrom(sectionPattern, text, start)
    const lineStarts = match?.[0].match(/\n(?:[a-z][a-z0-9_]*)?/g) ?? []
    if (match && !isAnyKeyTwice(lineStarts)) {
      plain.push(plainSection(match[1] ?? '', match[0], start, line))
      line += lineStarts.length
      start += match[0].length
      continue
    }
    // A line that is not plain belongs to the section above it.
    const last = plain.at(-1)?.end === start ? plain.pop() : undefined
    const part = { start: last?.start ?? start, end: nextHeader(text, start), line: last?.line ?? line }
    odd.push(part)
    line += countLineEnds(text.slice(start, part.end))
    start = part.end
  }
  return { plain, odd }
}

function isAnyKeyTwice(lineStarts: readonly string[]): boolean {
  return lineStarts.some((start, index) => start !== '\n' && lineStarts.indexOf(start, index + 1) !== -1)
}

/** The offset of the next plain header after an offset, or the end of the text. */
function nextHeader(text: string, offset: number): number {
  const match = matchFrom(nextHeaderPattern, text, offset)
  return match ? match.index + 1 : text.length
}

function matchFrom(pattern: RegExp, text: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset
  return pattern.exec(text)
}
