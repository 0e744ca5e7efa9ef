import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openScreen, picture } from '../../../src/cli/terminal/screen.ts'

const esc = '\u001b'
const ownSequences = new RegExp(`${esc}\\[(?:0m|K|J|1m|2m|31m|32m|33m)`, 'g')
const size = { columns: 10, rows: 4 }
/** What is seen of a picture: its lines without sequences. */
const seen = (text: string, of = size) => picture(text, of).replaceAll(ownSequences, '').split('\r\n')

describe('a picture', () => {
  it('is the text, where there is room for it', () => {
    expect(seen('one\ntwo 45678')).toEqual(['one', 'two 45678'])
    expect(seen('0123456789')).toEqual(['0123456789'])
  })

  it('cuts lines that are too long, and says so', () => {
    expect(seen('0123456789a')).toEqual(['012345678…'])
  })

  it('cuts lines that there is no room for, and says how many', () => {
    expect(seen('1\n2\n3\n4')).toEqual(['1', '2', '3', '4'])
    expect(seen('1\n2\n3\n4\n5\n6')).toEqual(['1', '2', '3', '… 3 more …'])
  })

  it('counts wide characters as two, and those that join others as none', () => {
    expect(seen('東京東京東')).toEqual(['東京東京東'])
    expect(seen('東京東京東京')).toEqual(['東京東京…'])
    expect(seen('e\u0301'.repeat(10))).toEqual(['e\u0301'.repeat(10)])
  })

  it('counts styles as nothing, and ends them where a line is cut', () => {
    const green = (text: string) => `\u001b[32m${text}\u001b[0m`
    expect(picture(green('0123456789'), size)).toContain(green('0123456789'))
    expect(picture(green('0123456789ab'), size)).toContain('\u001b[32m012345678…\u001b[0m')
  })

  it('clears each line, and with the last one all below, before it is written', () => {
    expect(picture('a\nb', size)).toBe('\u001b[Ka\u001b[0m\r\n\u001b[Jb\u001b[0m')
  })

  it('obeys no sequence out of a file, and never leaves its frame', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.oneof(
            fc.constantFrom('\u001b', '[', '2', 'J', '\n', '東', '\t', '\u009b'),
            fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
          ),
        }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 6 }),
        (text, columns, rows) => {
          const shown = picture(text, { columns, rows })
          const lines = shown.split('\r\n')
          expect(lines.length).toBeLessThanOrEqual(rows)
          const rest = lines.map((line) => line.replaceAll(ownSequences, ''))
          expect(rest.join('')).not.toMatch(/\p{Cc}/u)
          for (const line of rest)
            expect([...line].length).toBeLessThanOrEqual(
              columns + (line.match(/[\p{M}\u200d]/gu) ?? []).length,
            )
        },
      ),
    )
  })
})

describe('a screen', () => {
  it('is entered with the first picture, left once, and can be entered again', () => {
    let written = ''
    const screen = openScreen({
      size: () => size,
      control(text) {
        written += text
      },
    })
    screen.close()
    expect(written).toBe('')
    screen.draw('a')
    screen.draw('b')
    expect(written.split('[?1049h')).toHaveLength(2)
    screen.close()
    screen.close()
    expect(written.split('[?1049l')).toHaveLength(2)
    expect(written.endsWith('\u001b[?25h\u001b[?1049l')).toBe(true)
    screen.draw('c')
    expect(written.split('[?1049h')).toHaveLength(3)
  })
})
