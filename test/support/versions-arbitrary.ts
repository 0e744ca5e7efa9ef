// Versions of a file, each an edit of the one before. Nearly all of their sections are plain, so that there is much to share.
import fc from 'fast-check'
import { decode } from '../../src/core/document/text.ts'
import { iniFile } from './ini-arbitrary.ts'

const lines = ['k = v', 'j =', '# c', '', ' ; d', 'k: v', '  more', '[odd]#', ' [odd]', 'x', 'i = w\r']
const section = fc.array(
  fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...lines.slice(0, 5)) }, fc.constantFrom(...lines)),
  { maxLength: 4 },
)
const first = fc
  .tuple(fc.array(section, { minLength: 1, maxLength: 8 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
  .map(([sections, lineEnd, isEnded]) => {
    const text = sections.map((own, index) => [`[s${index}]`, ...own].join(lineEnd)).join(lineEnd)
    return isEnded ? text + lineEnd : text
  })
const inserted = fc.oneof(
  fc.constantFrom('', '\n', '\r', ' ', ']', '[', '=', 'x', '=x', '  deep\n', 'k = v\n'),
  fc.constantFrom('[s1]\n', '\n[s0]\nk: v\n', '\n[new]\nk = v\n', '[DEFAULT]\n'),
  iniFile.map((bytes) => decode(bytes).text),
)
/** Most are small: of the rest nothing is left to share. */
const length = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 0, 1, 2) }, fc.nat(60))
const edits = fc.array(fc.tuple(fc.nat(1000), length, inserted), { minLength: 1, maxLength: 3 })

/** Their texts. */
export const versions: fc.Arbitrary<string[]> = fc.tuple(first, edits).map(([text, changes]) => {
  const texts = [text]
  for (const [thousandths, removed, added] of changes) {
    const before = texts.at(-1) ?? ''
    const start = Math.round((thousandths / 1000) * before.length)
    texts.push(before.slice(0, start) + added + before.slice(start + removed))
  }
  return texts
})
