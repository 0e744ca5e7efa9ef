import { describe, expect, it } from 'vitest'
import { roffOf } from '../../man/roff.ts'

describe('a page as a manual page', () => {
  it.each([
    ['## A title', '.SH "A TITLE"'],
    ['### `a_key`', '.SS "\\(gaa_key\\(ga"'],
    ['one\ntwo\n\nthree', '.PP\none two\n.PP\nthree'],
    ['`a-b` **c** _d_ e_f_g [text](page.md#x)', '.PP\n\\fBa\\-b\\fR \\fBc\\fR \\fId\\fR e_f_g text'],
    ['- one\n  more\n- two', '.IP \\(bu 2\none more\n.IP \\(bu 2\ntwo'],
    ['```ini\n.a = \\b\n```', '.RS 4\n.EX\n\\&.a = \\eb\n.EE\n.RE'],
    ['| a | b |\n| - | - |\n| `x` | y \\| z |', '.TP\n\\fBx\\fR\ny | z'],
    ['| a | b | c |\n| - | - | - |\n| x | y | |', '.TP\nx\nb: y'],
    ['.SH is no request', '.PP\n\\&.SH is no request'],
    ['`.aws` neither', '.PP\n\\&\\fB.aws\\fR neither'],
    ["'tis → ~ ^", '.PP\n\\(aqtis \\[u2192] \\(ti \\(ha'],
  ])('%j', (markdown, roff) => {
    expect(roffOf(markdown)).toBe(roff)
  })

  it('has no request where a line is broken before a dot', () => {
    const roff = roffOf(Array(60).fill('.example.com').join(' '))
    expect(
      roff
        .split('\n')
        .slice(1)
        .every((line) => line.startsWith('\\&.')),
    ).toBe(true)
    expect(Math.max(...roff.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
  })
})
