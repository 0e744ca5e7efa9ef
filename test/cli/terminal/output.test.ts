import { beforeEach, describe, expect, it } from 'vitest'
import { createOutput } from '../../../src/cli/terminal/output.ts'
import { clean } from '../../../src/core/text/clean.ts'

let stdout = ''
let stderr = ''

beforeEach(() => {
  stdout = ''
  stderr = ''
})

function outputOn(
  isTerminal: boolean,
  environment: Record<string, string> = {},
  isErrorTerminal = isTerminal,
) {
  return createOutput(environment, {
    write(descriptor, text) {
      if (descriptor === 1) stdout += text
      else stderr += text
    },
    isTerminal: (descriptor) => (descriptor === 1 ? isTerminal : isErrorTerminal),
    size: () => ({ columns: 80, rows: 24 }),
    hasReader: () => true,
  })
}

const hostile = 'a\u001b[31mb\u001b]0;title\u0007c\u009b2Jd\re\u0008f\u007fg\u202eh\ti'
const harmless = 'a?[31mb?]0;title?c?2Jd?e?f?g?h?i'

describe('what is printed', () => {
  it('goes to standard output, errors and notes to standard error', () => {
    const output = outputOn(false)
    output.print('result')
    output.note('by the way')
    output.printError({ message: 'it broke', hint: 'mend it' })
    expect({ stdout, stderr }).toEqual({
      stdout: 'result\n',
      stderr: 'by the way\nmfad: it broke\n  → mend it\n',
    })
  })

  it('has no empty next step', () => {
    outputOn(false).printError({ message: 'interrupted', hint: '' })
    expect(stderr).toBe('mfad: interrupted\n')
  })

  it('has nothing that a terminal obeys, wherever it comes from', () => {
    const output = outputOn(false)
    output.print(hostile)
    output.note(hostile)
    output.printError({ message: hostile, hint: hostile })
    expect(stdout).toBe(`${harmless}\n`)
    expect(stderr).toBe(`${harmless}\nmfad: ${harmless}\n  → ${harmless}\n`)
    expect(output.style('red', hostile)).toBe(harmless)
  })

  it('keeps line ends and other alphabets', () => {
    expect(clean('a\nschlüssel 鍵 █░ →')).toBe('a\nschlüssel 鍵 █░ →')
  })

  it('has, on a terminal, only the sequences of its own styles', () => {
    const output = outputOn(true)
    output.print(`${output.style('green', hostile)} \u001b[8mhidden \u001b[2J`)
    expect(stdout).toBe(`\u001b[32m${harmless}\u001b[0m ?[8mhidden ?[2J\n`)
  })
})

describe('JSON', () => {
  it('is printed so that a terminal obeys nothing in it, and reads back the same', () => {
    const value = { name: `${hostile}\u2028`, list: [1, { deep: '\u0085' }] }
    outputOn(true).printJson(value)
    expect(stdout).not.toMatch(/(?!\n)\p{Cc}|\u202e/u)
    expect(JSON.parse(stdout)).toEqual(value)
    expect(stdout.endsWith('}\n')).toBe(true)
  })
})

describe('colour', () => {
  it.each([
    ['bold', 1],
    ['dim', 2],
    ['red', 31],
    ['green', 32],
    ['yellow', 33],
  ] as const)('%s is shown on a terminal', (style, code) => {
    const output = outputOn(true)
    expect(output.style(style, 'x')).toBe(`\u001b[${code}mx\u001b[0m`)
    output.print(output.style(style, 'x'))
    expect(stdout).toBe(`\u001b[${code}mx\u001b[0m\n`)
  })

  it.each<[Record<string, string>]>([[{ TERM: 'xterm-256color' }], [{ COLORTERM: 'truecolor' }]])(
    'is one that can be read on white and on black where the terminal has it: %j',
    (environment) => {
      const output = outputOn(true, environment)
      const green = output.style('green', 'x')
      expect(green).toBe('\u001b[38;5;28mx\u001b[0m')
      const all = green + output.style('yellow', 'y') + output.style('red', 'z')
      output.print(all)
      expect(stdout).toBe(`${all}\n`)
    },
  )

  it.each<[string, boolean, Record<string, string>]>([
    ['in a pipe', false, {}],
    ['with NO_COLOR', true, { NO_COLOR: '1' }],
    ['on a dumb terminal', true, { TERM: 'dumb' }],
  ])('is not shown %s', (_, isTerminal, environment) => {
    const output = outputOn(isTerminal, environment)
    expect(output.style('red', 'x')).toBe('x')
    output.print('\u001b[31mx')
    output.printError({ message: 'x', hint: '' })
    expect(stdout).toBe('?[31mx\n')
    expect(stderr).toBe('mfad: x\n')
  })

  it('is shown with an empty NO_COLOR, which means nothing', () => {
    expect(outputOn(true, { NO_COLOR: '' }).style('red', 'x')).toBe('\u001b[31mx\u001b[0m')
  })

  it('marks errors on a terminal', () => {
    outputOn(true).printError({ message: 'x', hint: '' })
    expect(stderr).toBe('\u001b[31mmfad:\u001b[0m x\n')
  })

  it('of errors goes by standard error, not by standard output', () => {
    outputOn(true, {}, false).printError({ message: 'x', hint: '' })
    expect(stderr).toBe('mfad: x\n')
  })
})
