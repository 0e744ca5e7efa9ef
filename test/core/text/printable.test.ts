import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { printable } from '../../../src/core/text/printable.ts'

describe('a name that is printed', () => {
  it.each([
    ['dev.team', 'dev.team'],
    ['schlüssel', 'schlüssel'],
    ['a\u001b[31mb', 'a\\u{1b}[31mb'],
    ['a\u009bb', 'a\\u{9b}b'],
    ['a\u202eb', 'a\\u{202e}b'],
    ['a\u2028b', 'a\\u{2028}b'],
    ['a\u200bb', 'a\\u{200b}b'],
    ['a\u00adb', 'a\\u{ad}b'],
    ['a😀', 'a\\u{1f600}'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['x'.repeat(65), `${'x'.repeat(63)}…`],
  ])('%j is shown as %s', (name, shown) => {
    expect(printable(name)).toBe(shown)
  })

  it('is one line of at most 64 visible characters, whatever it holds', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 100 }), (name) => {
        expect(printable(name)).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]{0,64}$/u)
      }),
    )
  })
})
