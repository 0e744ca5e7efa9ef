// The manual pages that the build has made, as man shows them.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { commands } from '../../src/cli/command-table.ts'
import { awsVariableNames } from '../../src/core/login/sts-target.ts'
import { pathVariables } from '../../src/core/service/environment.ts'
import { settingNames } from '../../src/core/settings/settings.ts'

// In CI they must be there.
const missing = process.env.CI
  ? []
  : ['groff', 'mandoc', 'man'].filter((program) => spawnSync(program, ['-h']).error)
const described = describe.skipIf(missing.length > 0)
if (missing.length > 0) it(`needs ${missing.join(', ')}`, (context) => context.skip('not installed'))
const pages = ['dist/mfad.1', 'dist/mfad-config.5']
const version: string = JSON.parse(readFileSync('package.json', 'utf8')).version

function execute(program: string, ...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '', MANWIDTH: '400', LC_ALL: 'C.UTF-8' },
  })
  if (error !== undefined) throw error
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

/** As text, in lines so long that nothing is broken. */
const textOf = (page: string) =>
  execute('groff', '-man', '-Tutf8', '-rLL=400n', '-P-c', '-P-b', '-P-u', '-P-o', page)

described.each(pages)('%s', (page) => {
  it('is read by groff, mandoc and man without a complaint', () => {
    expect(execute('groff', '-ww', '-man', '-Tutf8', '-z', page)).toBe('')
    expect(execute('mandoc', '-T', 'lint', page)).toBe('')
    expect(execute('man', '--warnings', '-l', page)).toContain('NAME')
  })

  it('shows nothing of Markdown or of its own markup, and its version', () => {
    const text = textOf(page)
    expect(text).not.toMatch(/\]\(|\*\*|^ *##+ |\\f[BIR]|\\\(|\\\[|^ *\.(?:SH|PP|TP)/m)
    expect(text).toContain(`mfad ${version}`)
  })
})

described('mfad(1)', () => {
  it('has every command with its usage, details, options and examples', () => {
    const text = textOf('dist/mfad.1').replace(/\s+/g, ' ')
    for (const { usage, details = '', options, examples } of commands) {
      expect(text).toContain(` ${usage} `)
      expect(text).toContain(details.replace(/\s+/g, ' '))
      for (const [name, { value, description }] of Object.entries(options))
        expect(text).toContain(`--${name}${value === undefined ? '' : ` ${value}`} ${description}`)
      for (const [example] of examples) expect(text).toContain(` ${example.replace(/\s+/g, ' ')} `)
    }
  })

  it('has every exit code and every environment variable', () => {
    const text = textOf('dist/mfad.1')
    for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 130]) expect(text).toMatch(new RegExp(`^ +${code} +\\S`, 'm'))
    for (const name of [...pathVariables, ...awsVariableNames]) expect(text).toContain(name)
  })
})

described('mfad-config(5)', () => {
  it('has every setting with its values, default and an example', () => {
    const text = textOf('dist/mfad-config.5')
    for (const name of settingNames)
      expect(text).toMatch(
        new RegExp(`^ +${name}\\s+values: .+\\n +default: .+\\n +example: ${name} = \\S`, 'm'),
      )
  })
})
