import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OptionSpec } from '../../src/cli/command.ts'
import { commands } from '../../src/cli/command-table.ts'
import { plainWords } from '../../src/cli/plain-words.ts'

const seed = Number(process.env.MFAD_SEED ?? Date.now() % 2 ** 31)

const byParseArgs = (options: Readonly<Record<string, OptionSpec>>, args: string[]) => {
  const specs = Object.entries(options).map(([name, { type, short }]) => {
    return [name, short === undefined ? { type } : { type, short }]
  })
  const { positionals, values } = parseArgs({
    args,
    options: Object.fromEntries(specs),
    allowPositionals: true,
    strict: true,
  })
  return { positionals, values: { ...values } }
}

describe(`with seed ${seed}`, () => {
  const command = fc.constantFrom(...commands)
  const value = fc.constantFrom('dev', '1h', '123456', '', 'a=b', '-', '--', '-x', '--json', 'é\n', '0')
  const words = command.chain(({ options }) => {
    const name = fc.constantFrom(...Object.keys(options), 'profile', 'unknown', '__proto__', 'constructor')
    const option = fc.oneof(
      name.map((text) => `--${text}`),
      fc.tuple(name, value).map(([text, given]) => `--${text}=${given}`),
      fc.constantFrom('-p', '-f', '--', '-', '--=', '--no-json'),
    )
    return fc.tuple(
      fc.constant(options),
      fc.array(fc.oneof({ arbitrary: value, weight: 2 }, { arbitrary: option, weight: 3 }), { maxLength: 5 }),
    )
  })

  it('what needs no parser is read as parseArgs reads it', () => {
    let plain = 0
    fc.assert(
      fc.property(words, ([options, args]) => {
        const read = plainWords(options, args)
        if (read === undefined) return
        plain++
        expect(read).toEqual(byParseArgs(options, args))
      }),
      { numRuns: 5000, seed },
    )
    // Else the test would also pass where nothing was compared.
    expect(plain).toBeGreaterThan(500)
  })
})

describe('needs no parser', () => {
  const options = {
    min: { type: 'string', description: '' },
    all: { type: 'boolean', description: '' },
  } as const
  for (const args of [[], ['dev'], ['dev', '--min', '1h'], ['--min=1h', 'dev', '--all']]) {
    it(JSON.stringify(args), () => expect(plainWords(options, args)).toEqual(byParseArgs(options, args)))
  }
})
