// Setting one key in the settings file, read back by `ini` and by our own document.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { editSetting } from '../../../src/core/settings/setting-edit.ts'
import { settingProblem, settingTexts } from '../../../src/core/settings/settings.ts'
import { parseSettings } from '../../../src/edges/settings-file.ts'

const read = (text: string) => parseSettings(new TextEncoder().encode(text), '/s')
const edit = (text: string, key: string, value?: string) => editSetting(text, key, value, read)
const textOf = (text: string, key: string) => {
  const { parsed, document } = read(text)
  return settingTexts(parsed, document).get(key)?.text
}

describe('setting a key', () => {
  it.each<[string, string, string, string, string | undefined]>([
    ['in no file', '', '[mfad]\nduration = 8h\n', 'duration', '8h'],
    ['below other sections', '[x]\na = 1', '[x]\na = 1\n\n[mfad]\nduration = 8h\n', 'duration', '8h'],
    ['in an empty section', '; mine\n[mfad]\n', '; mine\n[mfad]\nduration = 8h\n', 'duration', '8h'],
    ['without a last line end', '[mfad]', '[mfad]\nduration = 8h', 'duration', '8h'],
    [
      'below the last setting, above what follows',
      '[mfad]\nnotify = none\n\n; later\n[x]\n',
      '[mfad]\nnotify = none\nduration = 8h\n\n; later\n[x]\n',
      'duration',
      '8h',
    ],
    [
      'where it stands',
      '[mfad]\n# why\nduration=6h\nnotify = none\n',
      '[mfad]\n# why\nduration = 8h\nnotify = none\n',
      'duration',
      '8h',
    ],
    ['with its line ends', '[mfad]\r\nduration=6h\r\n', '[mfad]\r\nduration = 8h\r\n', 'duration', '8h'],
    ['to nothing', '[mfad]\nhide = a\n', '[mfad]\nhide =\n', 'hide', ''],
    ['away', '[mfad]\n# why\nduration = 8h\n; tail\n', '[mfad]\n# why\n; tail\n', 'duration', undefined],
    ['away where it is not', '[mfad]\n', '[mfad]\n', 'duration', undefined],
    ['away in no file', '', '', 'duration', undefined],
    [
      'in quotes where ini would cut it',
      '[mfad]\n',
      '[mfad]\nnotify_command = "a; b # \\"c\\" \\\\"\n',
      'notify_command',
      'a; b # "c" \\',
    ],
    [
      'in place of one that cannot be read',
      '[mfad]\nduration = 8h ; x\n',
      '[mfad]\nduration = 9h\n',
      'duration',
      '9h',
    ],
  ])('%s', (_, before, after, key, value) => {
    expect(edit(before, key, value)).toBe(after)
  })

  it('refuses a file that is not read alike by both, and names the line', () => {
    expect(() => edit('[mfad]\nduration = 8h\n[mfad]\n', 'duration', '9h')).toThrow(
      'the settings file cannot be changed line by line: line 3: ',
    )
    expect(() => edit('a = 1\n[mfad]\n', 'duration', '9h')).toThrow('line 1: ')
  })

  it('keeps every other line, and is read back exactly, whatever the command', () => {
    const lines = fc.constantFrom(
      '; c',
      '# d',
      '',
      'notify = none',
      'hide = a, b',
      'other = 1',
      'log_level = debug',
    )
    const command = fc.string({ unit: fc.constantFrom(...`ab;#"'\\ $={}[]%\t`), minLength: 1, maxLength: 30 })
    fc.assert(
      fc.property(fc.uniqueArray(lines), command, (around, value) => {
        const before = `[mfad]\n${around.join('\n')}\n`
        const after = edit(before, 'notify_command', value)
        expect(textOf(after, 'notify_command')).toBe(value)
        expect(after.split('\n').filter((line) => !line.startsWith('notify_command'))).toEqual(
          before.split('\n'),
        )
        expect(edit(after, 'notify_command', undefined)).toBe(before)
      }),
      { numRuns: 2000 },
    )
  })
})

it('a value is refused before it is written, and an unknown key with the nearest one', () => {
  expect(settingProblem('duration', '99h')).toBe('duration must be between 15m and 36h, such as 12h')
  expect(settingProblem('duration', '8h')).toBeUndefined()
  expect(settingProblem('hide', '')).toBeUndefined()
  expect(() => settingProblem('duratoin', '8h')).toThrow('there is no setting duratoin')
  expect(() => settingProblem('__proto__', '8h')).toThrow('there is no setting __proto__')
})
