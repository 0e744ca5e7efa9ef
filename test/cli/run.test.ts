import { describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/command-table.ts'
import { overview } from '../../src/cli/help.ts'
import { run } from '../../src/cli/run.ts'
import { captureOutput } from '../support/captured-output.ts'

/** Runs it in a home where nothing is. */
async function mfad(...args: string[]) {
  const output = captureOutput()
  const exitCode = await run(args, { HOME: '/nonexistent/home' }, output)
  return { exitCode, stdout: output.stdout, stderr: output.stderr }
}

describe('mfad', () => {
  it.each(['--version', '-V'])('%s prints the version', async (flag) => {
    expect(await mfad(flag)).toEqual({ exitCode: 0, stdout: '0.0.0-test\n', stderr: '' })
  })

  it.each([['--help'], ['-h'], ['help']])('%s lists every command', async (flag) => {
    const { exitCode, stdout } = await mfad(flag)
    expect(exitCode).toBe(0)
    const width = Math.max(...commands.map(({ name, isEveryday }) => (isEveryday ? name.length : 0)))
    for (const { name, summary, isEveryday } of commands)
      if (isEveryday) expect(stdout).toContain(`\n  ${name.padEnd(width)}  ${summary}\n`)
      else expect(stdout).toMatch(new RegExp(`^  (?:also )?.*\\b${name}\\b`, 'm'))
    expect(stdout).toContain('Examples:')
    expect(stdout).toContain('Exit codes:')
  })

  it('--help fits 80 columns and 24 lines, also with twice as many commands', () => {
    const more = commands.map(({ isEveryday: _, ...command }) => ({
      ...command,
      name: `${command.name}-too`,
    }))
    for (const list of [commands, [...commands, ...more]]) {
      const lines = overview(list).split('\n')
      expect(lines.filter((line) => line.length > 80)).toEqual([])
      expect(lines.length).toBeLessThanOrEqual(24)
    }
  })

  it.each([
    [['nonsense'], 'there is no command "nonsense"', 'look at: mfad --help'],
    [['statsu'], 'there is no command "statsu"', 'did you mean: mfad status?'],
    [['logni'], 'there is no command "logni"', 'did you mean: mfad login?'],
    [['sttaus'], 'there is no command "sttaus"', 'did you mean: mfad status?'],
    [['lgoin', 'dev'], 'there is no command "lgoin"', 'did you mean: mfad login?'],
    [['uninst'], 'there is no command "uninst"', 'did you mean: mfad uninstall?'],
    [['dev'], 'there is no command "dev"', 'look at: mfad --help'],
    [['123456'], 'a code alone is no command', 'hand it over with: mfad login CODE'],
    [['help', 'statsu'], 'there is no command "statsu"', 'did you mean: mfad status?'],
    [['x'.repeat(100)], `there is no command "${'x'.repeat(40)}"`, 'look at: mfad --help'],
    [['--watch'], 'there is no option --watch before a command', 'did you mean: mfad status --watch?'],
    [['--nope'], 'there is no option --nope before a command', 'look at: mfad --help'],
    [['--profile', 'dev'], 'there is no option --profile before a command', 'did you mean: mfad login dev?'],
    [['-p', 'a b'], 'there is no option -p before a command', "did you mean: mfad login 'a b'?"],
    [['version'], 'there is no command "version"', 'did you mean: mfad --version?'],
    [['licenses'], 'there is no command "licenses"', 'did you mean: mfad --licences?'],
    [['ls'], 'there is no command "ls"', 'did you mean: mfad status?'],
    [['whoami'], 'there is no command "whoami"', 'did you mean: mfad status?'],
    [['refresh', 'dev'], 'there is no command "refresh"', 'did you mean: mfad login dev?'],
    [['refresh', '123456'], 'there is no command "refresh"', 'did you mean: mfad login?'],
    [['rm', '$(x)'], 'there is no command "rm"', "did you mean: mfad logout '$(x)'?"],
    [['constructor'], 'there is no command "constructor"', 'did you mean: mfad console?'],
    [['login', '--nope'], "unknown option '--nope'", 'look at: mfad login --help'],
    [['login', '-x'], "unknown option '-x'", 'look at: mfad login --help'],
    [['login', '--duration'], "option '--duration <value>' argument missing", 'look at: mfad login --help'],
    [['login', '--all=yes'], "option '--all' does not take an argument", 'look at: mfad login --help'],
    [
      ['notify-test', 'dev'],
      'too many arguments for: mfad notify-test [--wait DURATION]',
      'look at: mfad notify-test --help',
    ],
    [
      ['status', '--format', 'xml'],
      'there is no format xml',
      'the formats are line, waybar, xbar; for scripts: mfad status --json',
    ],
    [
      ['status', '--format', 'line', '--watch'],
      '--format prints one answer in a form of its own',
      'leave out --watch and --json',
    ],
    [
      ['snooze', 'a', 'b', 'c'],
      'too many arguments for: mfad snooze [PROFILE] [DURATION]',
      'look at: mfad snooze --help',
    ],
  ])('%j is a usage error with its next step', async (args, message, hint) => {
    expect(await mfad(...args)).toEqual({
      exitCode: 2,
      stdout: '',
      stderr: `mfad: ${message}\n  → ${hint}\n`,
    })
  })
})

describe('a failure with --json', () => {
  it.each([
    [['status', 'nope', '--json'], 4, 'profile.not-found'],
    [['login', 'dev', '--json'], 3, 'daemon.not-running'],
    [['logout', '--json', '--nope'], 2, 'usage.bad-arguments'],
    [['nonsense', '--json'], 2, 'usage.bad-arguments'],
    [['config', 'get', 'nope', '--json'], 4, 'settings.unknown-key'],
  ])('of %j is JSON, too, on standard output', async (args, exitCode, code) => {
    const answer = await mfad(...args)
    expect(answer.exitCode).toBe(exitCode)
    expect(JSON.parse(answer.stdout)).toMatchObject({
      error: { code, message: expect.any(String), hint: expect.any(String) },
    })
  })

  it('is none where --json is a word for another program', async () => {
    expect((await mfad('notify-test', '--', '--json')).stdout).toBe('')
  })
})

describe('inside a command that mfad runs', () => {
  it.each([[], ['status'], ['login', 'dev'], ['daemon']])(
    'mfad %s refuses, so that none waits for itself',
    async (...args) => {
      const output = captureOutput()
      expect(await run(args, { HOME: '/nonexistent/home', MFAD_INSIDE: '1' }, output)).toBe(2)
      expect(output.stderr).toContain('mfad: mfad does not run inside a command that mfad runs\n')
    },
  )

  it('mfad --help and --version still say what they are', async () => {
    for (const args of [['--help'], ['--version']])
      expect(await run(args, { MFAD_INSIDE: '1' }, captureOutput())).toBe(0)
  })
})

describe.each(commands.map((command) => [command.name, command] as const))(
  'mfad %s --help',
  (name, command) => {
    it('says its usage, every option and an example', async () => {
      const { exitCode, stdout, stderr } = await mfad(name, '--help')
      expect([exitCode, stderr]).toEqual([0, ''])
      const said = stdout.replace(/\s+/g, ' ')
      expect(said).toContain(`Usage: ${command.usage} `)
      expect(said).toContain((command.details ?? '').replace(/\s+/g, ' '))
      expect(stdout).toMatch(/^Examples:\n {2}\S/m)
      for (const [option, { description, value }] of Object.entries(command.options)) {
        expect(said).toContain(`--${option}${value === undefined ? '' : ` ${value}`} ${description}`)
      }
      for (const [example, what] of command.examples) {
        expect(stdout).toContain(`\n  ${example}`)
        expect(said).toContain(`${example.replace(/\s+/g, ' ')} ${what}`)
      }
      expect(command.examples.length).toBeGreaterThan(0)
    })

    it('fits into 80 columns', async () => {
      const { stdout } = await mfad(name, '--help')
      expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    })

    it('is the same with -h, after other words, and as mfad help', async () => {
      const { stdout } = await mfad(name, '--help')
      expect((await mfad(name, '-h')).stdout).toBe(stdout)
      expect((await mfad(name, 'dev', '--nope', '--help')).stdout).toBe(stdout)
      expect((await mfad('help', name)).stdout).toBe(stdout)
    })
  },
)

it('words after -- are no options, not even --help', async () => {
  const { exitCode, stderr } = await mfad('notify-test', '--', '--help')
  expect(exitCode).toBe(2)
  expect(stderr).toContain('too many arguments')
})
