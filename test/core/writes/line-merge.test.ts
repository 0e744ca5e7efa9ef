import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mergeLines } from '../../../src/core/writes/line-merge.ts'

const lines = (text: string) => text.split('')
const merge = (base: string, theirs: string, ours: string) =>
  mergeLines(lines(base), lines(theirs), lines(ours))?.join('')

describe('two edits of the same lines', () => {
  it.each<[string, string, string, string, string | undefined]>([
    ['both added at the end', 'ab', 'abX', 'abY', 'abYX'],
    ['both added at the beginning', 'ab', 'Xab', 'Yab', 'YXab'],
    ['both added the same', 'ab', 'aXb', 'aXb', 'aXb'],
    ['one added, one removed', 'abc', 'abcX', 'ac', 'acX'],
    ['each changed another line', 'abcd', 'aXcd', 'abcY', 'aXcY'],
    ['each changed one of two neighbours', 'abcd', 'aXcd', 'abYd', 'aXYd'],
    ['both removed the same line', 'abc', 'ac', 'ac', 'ac'],
    ['both changed a line in the same way', 'abc', 'aXc', 'aXc', 'aXc'],
    ['both changed a line, each in its own way', 'abc', 'aXc', 'aYc', undefined],
    ['one changed and one removed a line', 'abc', 'aXc', 'ac', undefined],
    ['one rewrote a run in which the other changed a line', 'abcd', 'aXYd', 'abZd', undefined],
    ['one left nothing', 'ab', '', 'abX', 'X'],
    ['one left nothing, the other changed a line', 'ab', '', 'aX', undefined],
    ['one added in the middle of what the other removed', 'abcd', 'abXcd', 'ad', undefined],
    ['one added just before what the other removed', 'abcd', 'aXbcd', 'ad', 'aXd'],
    ['one added just after what the other removed', 'abcd', 'abcXd', 'ad', 'aXd'],
    ['nothing was there', '', 'X', 'Y', 'YX'],
    ['both added at the end, in part the same', 'ab', 'abXYZ', 'abXWZ', 'abXWYZ'],
    ['both put something before a line that only one of them added', 'b', 'XYb', 'WYb', 'WXYb'],
  ])('%s', (_what, base, theirs, ours, expected) => {
    expect(merge(base, theirs, ours)).toBe(expected)
  })

  const numbers = (count: number) => Array.from({ length: count }, (_, index) => String(index))

  it('are a conflict where there are too many lines to compare', () => {
    expect(mergeLines(numbers(3002), numbers(3002).reverse(), ['x', ...numbers(3002)])).toBeUndefined()
  })

  it('are merged, however many lines there are, where both only added some', () => {
    const base = numbers(5000)
    const merged = mergeLines(base, ['X', ...base, 'X'], ['Y', ...base, 'Y'])
    expect(merged).toEqual(['Y', 'X', ...base, 'Y', 'X'])
    expect(mergeLines([], [...base, 'X'], [...base.toReversed(), 'Y'])).toHaveLength(10_002)
  })
})

describe('for any lines', () => {
  const any = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 8 })

  it('a side that changed nothing leaves all to the other', () => {
    fc.assert(
      fc.property(any, any, (base, changed) => {
        expect(mergeLines(base, changed, base)).toEqual(changed)
        expect(mergeLines(base, base, changed)).toEqual(changed)
        expect(mergeLines(base, changed, changed)).toEqual(changed)
      }),
    )
  })

  it('two sides that only added lines are merged: each finds its own lines in their order', () => {
    const additions = fc.array(fc.tuple(fc.nat(8), fc.constantFrom('a', 'b', 'c', 'd')), {
      maxLength: 6,
    })
    fc.assert(
      fc.property(any, additions, additions, (base, one, other) => {
        const [ours, theirs] = [one, other].map((added) => {
          const lines = [...base]
          for (const [at, line] of added) lines.splice(Math.min(at, lines.length), 0, line)
          return lines
        })
        const merged = mergeLines(base, theirs ?? [], ours ?? [])
        for (const side of [base, ours, theirs]) expect(isWithin(side ?? [], merged ?? [])).toBe(true)
      }),
    )
  })

  it('lines that only one side added are in the result, and lines that one side removed are not', () => {
    const numbered = fc.uniqueArray(fc.nat(20), { maxLength: 8 })
    const edit = fc.record({ removed: fc.array(fc.nat(20)), added: fc.array(fc.nat(8), { maxLength: 3 }) })
    fc.assert(
      fc.property(numbered, edit, edit, (numbers, one, other) => {
        const base = numbers.map(String)
        const edited = ({ removed, added }: typeof one, side: string) => {
          const rest = base.filter((line) => !removed.includes(Number(line)))
          for (const [index, at] of added.entries())
            rest.splice(Math.min(at, rest.length), 0, `${side}${index}`)
          return rest
        }
        const [ours, theirs] = [edited(one, 'x'), edited(other, 'y')]
        const merged = mergeLines(base, theirs, ours)
        if (merged === undefined) return
        const added = [...ours, ...theirs].filter((line) => !base.includes(line))
        const kept = base.filter((line) => ours.includes(line) && theirs.includes(line))
        expect([...merged].sort()).toEqual([...added, ...kept].sort())
        expect(merged.filter((line) => kept.includes(line))).toEqual(kept)
      }),
    )
  })
})

/** Are these among the others, in the same order? */
function isWithin(lines: readonly string[], others: readonly string[]): boolean {
  let next = 0
  for (const line of others) if (line === lines[next]) next++
  return next === lines.length
}
