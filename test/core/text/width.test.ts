import { describe, expect, it } from 'vitest'
import { wrap } from '../../../src/core/text/width.ts'

describe('sentences', () => {
  it.each([
    ['one two', 'one two'],
    ['one two three', 'one two\nthree'],
    ['  → one two three', '  → one\ntwo three'],
    ['a\nb c', 'a\nb c'],
    ['averylongword and', 'averylongword\nand'],
    ['東京 東京 東京', '東京 東京\n東京'],
    ['', ''],
  ])('%j are wrapped as %j', (text, expected) => {
    expect(wrap(text, 9)).toBe(expected)
  })
})
