import { execFileSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMfadCommand, splitCommand } from '../../../src/core/text/command-words.ts'

describe('a credential_process', () => {
  it.each([
    ['op-aws dev', ['op-aws', 'dev']],
    ['  op-aws\t dev  ', ['op-aws', 'dev']],
    ['"/opt/my tools/keys" --account "a b"', ['/opt/my tools/keys', '--account', 'a b']],
    ['sh -c \'echo "$HOME" | cat\'', ['sh', '-c', 'echo "$HOME" | cat']],
    ["keys ''", ['keys', '']],
    ['keys a\\ b "a\\"b" "a\\b"', ['keys', 'a b', 'a"b', 'a\\b']],
    ['keys ~/x $HOME | cat; rm', ['keys', '~/x', '$HOME', '|', 'cat;', 'rm']],
    ['keys # no comment', ['keys', '#', 'no', 'comment']],
  ])('%s is split into its words', (command, words) => {
    expect(splitCommand(command)).toEqual(words)
  })

  it.each([
    ['keys "dev', 'no closing quotation mark'],
    ["keys 'dev", 'no closing quotation mark'],
    ['keys dev\\', 'nothing after its last backslash'],
    ['keys "dev\\', 'nothing after its last backslash'],
    ['   ', 'no words'],
  ])('%s cannot be split', (command, problem) => {
    expect(splitCommand(command)).toBe(problem)
  })

  it("is split as Python's shlex does it, which botocore uses", () => {
    const characters = fc.constantFrom('a', 'ä', ' ', '\t', '"', "'", '\\', '$', '#', '|', '\n', '\u00a0')
    const commands = fc.sample(fc.string({ unit: characters, maxLength: 12 }), { numRuns: 5000, seed: 1 })
    const script = `import json, shlex, sys
def split(command):
    try:
        return shlex.split(command) or None
    except ValueError:
        return None
print(json.dumps([split(command) for command in json.load(sys.stdin)]))`
    const answer = execFileSync('python3', ['-c', script], { input: JSON.stringify(commands) })
    const expected = JSON.parse(answer.toString('utf8')) as (string[] | null)[]
    const different = commands.filter((command, index) => {
      const words = splitCommand(command)
      return JSON.stringify(Array.isArray(words) ? words : null) !== JSON.stringify(expected[index])
    })
    expect(different).toEqual([])
    expect(expected.filter((words) => words !== null).length).toBeGreaterThan(1000)
  })

  it.each([
    'mfad credential-process dev',
    '/usr/local/bin/mfad x',
    'npx mfad x',
    '/usr/bin/node /opt/mfad/dist/mfad.cjs x',
  ])('%s would run mfad', (command) => {
    const words = splitCommand(command)
    expect(Array.isArray(words) && isMfadCommand(words)).toBe(true)
  })

  it.each(['op-aws mfad', 'mfad-keys dev', 'node keys.js mfad'])('%s would not', (command) => {
    const words = splitCommand(command)
    expect(Array.isArray(words) && isMfadCommand(words)).toBe(false)
  })
})
