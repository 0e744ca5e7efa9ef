import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainSettings } from '../../../src/core/settings/plain-settings.ts'
import { readSettings, settingNames } from '../../../src/core/settings/settings.ts'
import { parseSettings } from '../../../src/edges/settings-file.ts'

const runs = Number(process.env.MFAD_RUNS ?? 3000)
const seed = Number(process.env.MFAD_SEED ?? Date.now() % 2 ** 31)

const key = fc.oneof(
  { arbitrary: fc.constantFrom(...settingNames), weight: 12 },
  { arbitrary: fc.constantFrom('durations', 'Duration', '__proto__', 'hide[]', 'a b', 'é', ''), weight: 1 },
)
const plainValue = fc.constantFrom(
  ...[
    '8h',
    '10m, 0m',
    '22:00-08:00',
    '-x',
    '-mfa',
    '-long-term',
    'none',
    'desktop',
    'debug',
    '~/creds',
    '/a b',
    '',
  ],
  ...[
    'true',
    'null',
    '0',
    'http://u:p@h:1',
    'notify-send {} (x)',
    'a=b',
    '*',
    'x'.repeat(200),
    '[x]',
    '9y',
    'é',
  ],
)
const oddValue = fc.constantFrom(
  '"8h"',
  "'a'",
  'a # b',
  'a;b',
  'a\\;b',
  'a\\\\b',
  '\\',
  '"',
  '8h\u00a0',
  'a\u2028b',
  '{"a":1}',
)
const value = fc.oneof({ arbitrary: plainValue, weight: 15 }, { arbitrary: oddValue, weight: 1 })
const form = fc.oneof(
  { arbitrary: fc.constantFrom('K = V', 'K=V', 'K\t=  V  '), weight: 25 },
  { arbitrary: fc.constantFrom(' K = V', 'K: V', 'K', 'K = V\n  V', '= V'), weight: 1 },
)
const line = fc
  .tuple(form, key, value)
  .map(([text, name, given]) => text.replace(/[KV]/g, (letter) => (letter === 'K' ? name : given)))
const trivia = fc.constantFrom('', '# comment', '; é', '\t', '  # [mfad]', '# \u2028x', '#\0')
const header = fc.oneof(
  { arbitrary: fc.constant('[mfad]'), weight: 10 },
  {
    arbitrary: fc.constantFrom('[mfad] ', '[mfad] # c', '[MFAD]', ' [mfad]', '[other]', '[mfad]\n[mfad]'),
    weight: 1,
  },
)
const rest = fc.array(fc.oneof({ arbitrary: line, weight: 2 }, { arbitrary: trivia, weight: 1 }), {
  maxLength: 6,
})
const extra = fc.constantFrom('', '', '', '', '', '', '[other]\nx = y', '[mfad.x]\na = b', '\ufeff', '[')
const bytes = fc
  .record({
    top: fc.array(trivia, { maxLength: 2 }),
    header,
    rest,
    extra,
    lineEnd: fc.constantFrom('\n', '\n', '\r\n', '\r'),
    badByte: fc.nat(300),
  })
  .map(({ top, header: head, rest: lines, extra: more, lineEnd, badByte }) => {
    const text = [...top, head, ...lines, more].join('\n').replaceAll('\n', lineEnd)
    const made = Buffer.from(text)
    if (badByte < made.length && badByte % 10 === 0) made[badByte] = 0xe9
    return made
  })

describe(`with seed ${seed}`, () => {
  it('settings that are plain to read are those that the two readers of the whole file give', () => {
    let answers = 0
    fc.assert(
      fc.property(bytes, (file) => {
        const plain = plainSettings(file.toString('utf8'))
        if (plain === undefined) return
        answers++
        const whole = parseSettings(file, '/s')
        expect(told(readSettings(plain.parsed, plain.document, '/s'))).toEqual(
          told(readSettings(whole.parsed, whole.document, '/s')),
        )
      }),
      { numRuns: runs, seed },
    )
    // Else the test would also pass where nothing was compared.
    expect(answers).toBeGreaterThan(runs / 20)
  })
})

function told({ settings, problem }: ReturnType<typeof readSettings>): object {
  return { settings, problem: problem && { ...problem, message: problem.message } }
}

describe('settings are plain to read', () => {
  for (const [what, text] of [
    ['as mfad config writes them', '[mfad]\nduration = 8h\n'],
    ['with comments, on Windows line ends', '# mine\r\n\r\n[mfad]\r\n; é\r\nsuffix = -x\r\n'],
    ['where one of them is wrong', '[mfad]\nduration = 99h\n'],
    ['where there is none', '[mfad]'],
  ] as const) {
    it(what, () => expect(plainSettings(text)).not.toBe(undefined))
  }
})

describe('settings are not plain to read', () => {
  for (const [what, text] of [
    ['with quotes', '[mfad]\nhide = "a"\n'],
    ['with a comment behind a value', '[mfad]\nhide = a # b\n'],
    ['with a backslash', '[mfad]\nnotify_command = a \\b\n'],
    ['with a key that stands twice', '[mfad]\nhide = a\nhide = b\n'],
    ['with a key above the header', 'hide = a\n[mfad]\n'],
    ['with a second section', '[mfad]\n[other]\n'],
    ['with a value that goes on', '[mfad]\nhide = a\n  b\n'],
    ['behind a byte order mark', '\ufeff[mfad]\n'],
    ['without a header', 'hide = a\n'],
  ] as const) {
    it(what, () => expect(plainSettings(text)).toBe(undefined))
  }
})
