import { describe, expect, it } from 'vitest'
import type { Command } from '../../src/cli/command.ts'
import { commands } from '../../src/cli/command-table.ts'
import { optionsOf, placesOf, wantedAt } from '../../src/cli/completion-words.ts'
import { settingNames } from '../../src/core/settings/settings.ts'

const command = (usage: string, more: Partial<Command> = {}): Command => ({
  name: usage.split(' ')[1] ?? '',
  summary: '',
  usage,
  options: {},
  positionals: { least: 0, most: 9 },
  examples: [],
  run: async () => 0,
  ...more,
})
const table = [
  command('mfad run PROFILE [--quick] -- CMD ...', {
    options: {
      quick: { type: 'boolean', short: 'q', description: '' },
      profile: { type: 'string', short: 'p', value: 'PROFILE', description: '' },
      format: { type: 'string', value: 'FORMAT', suggestions: ['sh', 'json'], description: '' },
      late: { type: 'string', value: '[DURATION]', description: '' },
      hold: { type: 'string', value: 'DURATION', whenBare: '1h', suggestions: ['5m'], description: '' },
      arn: { type: 'string', value: 'ARN', description: '' },
    },
  }),
  command('mfad keep [list | get KEY | set KEY VALUE]'),
  command('mfad move in|out PROFILE', { profiles: 'active' }),
  command('mfad wait [PROFILE ...] [DURATION]', { profiles: 'all' }),
]
const at = (...words: string[]) => {
  const { candidates, ...more } = wantedAt(table, words)
  return { words: candidates.map(({ word }) => word), ...more }
}
const options = ['--quick', '--profile', '--format', '--late', '--hold', '--arn', '--help']

describe('what can stand at a place', () => {
  it.each([
    [[''], { words: ['run', 'keep', 'move', 'wait'] }],
    [['-'], { words: ['--help', '--version', '--licences'] }],
    [['help', ''], { words: ['run', 'keep', 'move', 'wait'] }],
    [['unknown', ''], { words: [] }],
    [['run', ''], { words: [], profiles: 'all' }],
    [['run', '-'], { words: options }],
    [['run', 'dev', '--q'], { words: options }],
    [['run', 'dev', ''], { words: ['--'] }],
    [['run', '--quick', '-q', ''], { words: [], profiles: 'all' }],
    [['run', '--late', ''], { words: ['15m', '30m', '1h', '2h', '4h', '8h', '12h'] }],
    [['run', '--hold', ''], { words: ['5m'], profiles: 'all' }],
    [['run', '--hold', '5m', ''], { words: [], profiles: 'all' }],
    [['run', '--hold', 'dev', ''], { words: ['--'] }],
    [['run', '--arn', ''], { words: [] }],
    [['run', '--arn', 'x', ''], { words: [], profiles: 'all' }],
    [['run', '--arn=x', ''], { words: [], profiles: 'all' }],
    [['run', '-p', ''], { words: [], profiles: 'all' }],
    [['run', '--format', ''], { words: ['sh', 'json'] }],
    [['run', '--format=j'], { words: ['--format=sh', '--format=json'] }],
    [['run', '--quick=j'], { words: [] }],
    [['run', '--toString', ''], { words: [], profiles: 'all' }],
    [['run', 'dev', '--', ''], { words: [], programAt: 4 }],
    [['run', 'dev', '--', 'ls', '-'], { words: [], programAt: 4 }],
    [['keep', ''], { words: ['list', 'get', 'set'] }],
    [['keep', 'get', 'log'], { words: settingNames }],
    [['keep', 'set', 'suffix', ''], { words: [] }],
    [['keep', '--', '-'], { words: ['list', 'get', 'set'] }],
    [['move', ''], { words: ['in', 'out'] }],
    [['move', 'in', ''], { words: [], profiles: 'active' }],
    [['move', 'in', 'dev', ''], { words: [] }],
    [['wait', '-'], { words: ['--profile', '--help'] }],
    [['wait', '-p', ''], { words: [], profiles: 'all' }],
    [['wait', 'a', 'b', 'c', ''], { words: [], profiles: 'all' }],
  ])('%j', (words, wanted) => {
    expect(at(...words)).toEqual(wanted)
  })
})

describe('the table of commands', () => {
  it('has a usage with a place for words exactly where a command takes some', () => {
    for (const { usage, positionals } of commands) {
      const places = placesOf(usage)
      expect([usage, places.length > 0]).toEqual([usage, positionals.most > 0])
    }
  })

  it('is offered whole: every command, every option, and profiles where a usage names one', () => {
    const words = (...typed: string[]) => wantedAt(commands, typed).candidates.map(({ word }) => word)
    expect(words('')).toEqual(commands.map(({ name }) => name))
    for (const each of commands) {
      const { name, usage } = each
      expect(words(name, '-')).toEqual([
        ...Object.keys(optionsOf(each)).map((option) => `--${option}`),
        '--help',
      ])
      const place = placesOf(usage).findIndex((one) => one.words.includes('PROFILE'))
      if (place < 0) continue
      expect(wantedAt(commands, [name, ...Array(place).fill('x'), '']).profiles).toMatch(/^(?:all|active)$/)
    }
  })
})
