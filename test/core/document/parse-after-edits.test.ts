import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseText, readLineByLine, readText } from '../../../src/core/document/parse.ts'
import { decode } from '../../../src/core/document/text.ts'
import { iniFile } from '../../support/ini-arbitrary.ts'
import { versions } from '../../support/versions-arbitrary.ts'

const runs = Number(process.env.MFAD_RUNS ?? 2000)
const seed = Number(process.env.MFAD_SEED ?? Date.now() % 2 ** 31)

const plainFile = '# top\n[a]\nk = v\n; c\n[b] # note\n\nj = w\n[profile c]\n'
const isPlain = (text: string) =>
  [...parseText(text, true).sections.values()].map((section) => section.isPlain)

/** All that a reading says, in words that can be compared: what is plain, and so left out, as the SDK reads it. */
function told({ sections, findings, sdkSections }: ReturnType<typeof readText>): object {
  const plain = [...sections.values()]
    .filter((section) => section.isPlain)
    .map(({ name, entries }) => {
      const values = [...entries.values()].filter(({ value }) => value !== '')
      return [name.replace(' ', '.'), values.map(({ key, value, line }) => [key, { value, line }])] as const
    })
    .filter(([, values]) => values.length > 0)
  const sdk = [...sdkSections].map(([name, entries]) => [name, [...entries]] as const)
  return {
    findings,
    sections: [...sections.values()].map(({ name, line, start, end, entries }) => {
      return { name, line, start, end, entries: [...entries] }
    }),
    sdk: [...plain, ...sdk].sort(([one], [other]) => (one < other ? -1 : 1)),
  }
}

describe(`with seed ${seed}`, () => {
  const file = fc.oneof(
    iniFile.map(decode),
    // Several files in one have more sections, and more of them twice.
    fc
      .array(iniFile, { minLength: 2, maxLength: 4 })
      .map((files) => decode(new Uint8Array(Buffer.concat(files)))),
    fc.tuple(iniFile, fc.boolean()).map(([odd, isFirst]) => {
      const bytes = Buffer.from(plainFile.replaceAll('[', '[plain/').replace('plain/profile c', 'profile p'))
      return decode(new Uint8Array(Buffer.concat(isFirst ? [bytes, odd] : [odd, Buffer.from('\n'), bytes])))
    }),
  )

  it('reading the plain sections apart is reading the file line by line', () => {
    fc.assert(
      fc.property(file, ({ text, isUtf8 }) => {
        expect(told(readText(text, isUtf8))).toEqual(told(readLineByLine(text, isUtf8)))
      }),
      { numRuns: runs, seed },
    )
  })

  it('a plain section has one name in the SDK with an odd one', () => {
    const text = '[profile dev]\r\nk = v\r\n[default]\r\n; note\r[profile.dev]\nk = v\n'
    expect(told(readText(text, true))).toEqual(told(readLineByLine(text, true)))
  })

  it('reading a text again after a change is reading the new one', () => {
    const shared = { first: 0, last: 0, moved: 0 }
    fc.assert(
      fc.property(versions, ([first = '', ...edited]) => {
        let [earlier, reading] = [first, readText(first, true)]
        for (const changed of edited) {
          const again = readText(changed, true, { text: earlier, split: reading.split })
          expect(told(again)).toEqual(told(readText(changed, true)))
          expect(placesOf(again)).toEqual(placesOf(readText(changed, true)))
          countShared(reading, again, shared)
          ;[earlier, reading] = [changed, again]
        }
      }),
      { numRuns: runs, seed, examples: [[['[b]\nk: v\n[a]', '[b]\nk: v\n[a]x']]] },
    )
    for (const count of Object.values(shared)) expect(count).toBeGreaterThan(runs / 200)
  })
})

/** Where the parts of a text are. */
function placesOf({ split }: ReturnType<typeof readText>): object | undefined {
  return (
    split && {
      ...split,
      plain: split.plain.map(({ name, line, start, end }) => ({ name, line, start, end })),
    }
  )
}

/** How often the first and the last section were not read again, and how often the last stands elsewhere now. */
function countShared(
  before: ReturnType<typeof readText>,
  after: ReturnType<typeof readText>,
  shared: { first: number; last: number; moved: number },
): void {
  const [first, last] = [before, after].map(({ split }) => [split?.plain[0], split?.plain.at(-1)] as const)
  if (first?.[0] !== undefined && first[0] === last?.[0]) shared.first++
  if (first?.[1] === undefined || last?.[1] === undefined || after.split?.plain.length === 1) return
  if (first[1].content === last[1].content) shared[first[1] === last[1] ? 'last' : 'moved']++
}

describe('a section', () => {
  it('is plain in a plain file', () => {
    expect(isPlain(plainFile)).toEqual([true, true, true])
    expect(isPlain(plainFile.replaceAll('\n', '\r\n'))).toEqual([true, true, true])
  })

  it.each([
    ['a line in it', '[a]\nk: v\n[b]\n[c]\n', [false, true, true]],
    ['an indented line after it', '[a]\n[b]\nk = v\n  more\n[c]\n', [true, false, true]],
    ['a header after it that not all readers see', '[a]\n[b]#\nk = v\n[c]\n', [false, false, true]],
    ['a lone carriage return in it', '[a]\nk = v\r[b]\n[c]\n', [false, false, true]],
    ['a key that stands twice', '[a]\nk = v\nk = w\n[b]\n', [false, true]],
  ])('is not plain because of %s, and the others are', (_, text, expected) => {
    expect(isPlain(text)).toEqual(expected)
  })

  it.each([
    ['one stands twice', '[a]\nk: v\n[b]\n[a]\n'],
    ['[DEFAULT] adds to them', '[a]\n[b]\n[DEFAULT]\nk = v\n'],
    ['the SDK gives up', '[a]\n[b]\n[__proto__]\n'],
    ['the SDK gives up at a profile', '[a]\n[b]\n[profile __proto__]\n'],
    ['the SDK finds one in the value of another', '[a]\nk = v\n  [b]\n  j = w\n[b]\ni = x\n'],
    ['the SDK knows two by one name', '[profile a]\nk = v\n[profile "a"]\nk = w\n'],
  ])('is not plain where %s', (_, text) => {
    expect(isPlain(text)).not.toContain(true)
  })
})
