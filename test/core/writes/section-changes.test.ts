import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changesOnlySections } from '../../../src/core/document/comparison.ts'
import { parseText } from '../../../src/core/document/parse.ts'
import { sectionChanges, sectionTexts, textsNamed } from '../../../src/core/writes/section-changes.ts'
import { versions } from '../../support/versions-arbitrary.ts'

const runs = Number(process.env.MFAD_RUNS ?? 2000)
const seed = Number(process.env.MFAD_SEED ?? Date.now() % 2 ** 31)

describe(`with seed ${seed}, two versions that share sections`, () => {
  it('differ in what they differ in when each is read by itself', () => {
    let changed = 0
    fc.assert(
      fc.property(versions, fc.constantFrom('s0', 's1', 's5', 'new'), ([first = '', ...edited], name) => {
        const documents = [parseText(first, true)]
        for (const text of edited) documents.push(parseText(text, true, documents.at(-1)))
        const [before, after] = [documents[0], documents.at(-1)]
        if (before === undefined || after === undefined) return
        const [one, other] = [before, after].map(({ text }) => parseText(text, true))
        if (one === undefined || other === undefined) return
        const changes = sectionChanges(before, after)
        expect(changes).toEqual(sectionChanges(one, other))
        for (const names of [new Set<string>(), new Set([name])])
          expect(changesOnlySections(before, after, names, ['k'])).toBe(
            changesOnlySections(one, other, names, ['k']),
          )
        if (after.split && changes.length > 0) changed++
      }),
      {
        numRuns: runs,
        seed,
        examples: [
          [['# c\n[s0]\n[s1]\n[s2]\n', '# d\n[s0]\n[s1]\n[s2]\n'], 's0'],
          // The second [s0] belongs to the section above it.
          [['[s0]\nk: v\n[s1]\n[s0]\nk: v\n[s2]\n', '[s0]\nk: v\n[s1]\n[s0]\nk: w\n[s2]\n'], 's0'],
          [['[s0]\nk = v\n[s1]\n', '[s0]\nk = v\n[s1]\n\n[new]\nk = v\n'], 'new'],
        ],
      },
    )
    expect(changed).toBeGreaterThan(runs / 10)
  })

  it('has the texts that are asked for by name', () => {
    fc.assert(
      fc.property(versions, fc.array(fc.constantFrom('', 's0', 's1', 's4', 'new')), ([text = ''], names) => {
        const document = parseText(text, true)
        const wanted = new Set<string>(names)
        const expected = [...sectionTexts(document)].filter(([name]) => wanted.has(name))
        expect([...textsNamed(document, wanted)]).toEqual(expected)
      }),
      { numRuns: runs / 10, seed },
    )
  })
})
