// What a shell makes of the commands, and what mfad's own parser makes of its words.
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mfadCommand } from '../../../src/core/text/commands.ts'

/** The words that `mfad` is called with when a command is pasted into a shell. */
function wordsIn(command: string): string[] {
  const script = `mfad() { printf '%s\\0' "$@"; }\n${command}\n`
  return execFileSync('/bin/sh', ['-c', script], { encoding: 'utf8', cwd: '/' }).split('\0').slice(0, -1)
}

const profilesIn = (command: string) =>
  parseArgs({
    args: wordsIn(command).slice(1),
    options: { all: { type: 'boolean' }, adopt: { type: 'boolean' } },
    allowPositionals: true,
  }).positionals

describe('a command in a hint', () => {
  it.each([
    ['dev', 'mfad login dev'],
    ['dev.team/a@b:c%d+e-f', 'mfad login dev.team/a@b:c%d+e-f'],
    ['a b', "mfad login 'a b'"],
    ['$(touch x)', "mfad login '$(touch x)'"],
    ["it's; reboot", "mfad login 'it'\\''s; reboot'"],
    ['~', "mfad login '~'"],
    ['=ls', "mfad login '=ls'"],
    ['--all', 'mfad login -- --all'],
    ['-', 'mfad login -- -'],
    ['a\nmfad: all is well', 'mfad login PROFILE'],
    ['a\u001b[31mb', 'mfad login PROFILE'],
    ['a\u202eb', 'mfad login PROFILE'],
    ['', 'mfad login PROFILE'],
    ['x'.repeat(201), 'mfad login PROFILE'],
  ])('for the profile %j is %s', (name, command) => {
    expect(mfadCommand('login', name)).toBe(command)
  })

  it('has its options first and its further words last', () => {
    expect(mfadCommand('login --adopt', '-x', 'CODE')).toBe('mfad login --adopt -- -x CODE')
    expect(mfadCommand('status')).toBe('mfad status')
  })

  it('is one line that runs nothing else and names that profile, whatever the name', () => {
    const nasty = fc.constantFrom(
      '$',
      '(',
      ')',
      '`',
      "'",
      '"',
      ';',
      '&',
      '|',
      '>',
      '\n',
      ' ',
      '-',
      '\\',
      '!',
      '*',
    )
    const name = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.array(nasty, { maxLength: 8 }).map((parts) => parts.join('')),
    )
    fc.assert(
      fc.property(name, name, (first, second) => {
        const command = mfadCommand('login --adopt', first, second)
        expect(command).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]*$/u)
        for (const [index, profile] of profilesIn(command).entries())
          expect(['PROFILE', [first, second][index]]).toContain(profile)
        expect(profilesIn(command)).toHaveLength(2)
      }),
      { numRuns: 100 },
    )
  })
})
