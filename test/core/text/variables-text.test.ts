// Quoting, held against the shells themselves.
import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import {
  failureText,
  quotedForPowershell,
  type VariableFormat,
  variablesText,
} from '../../../src/core/text/variables-text.ts'
import { requireProgram } from '../../support/clients.ts'

const hostile = [
  "it's",
  "''",
  '"$(touch /tmp/mfad-pwned)`touch /tmp/mfad-pwned`"',
  '$HOME $$ %HOME% ~ *',
  '\\',
  "\\'",
  "a\\\\'; false; '",
  '; exit 3 #',
  ' leading and trailing ',
  '!history -n \\n \\t',
  'zürich ‘quoted’ 世界',
  '=ls',
]
const shells = [
  ['bash', 'sh', ['-c']],
  ['zsh', 'sh', ['-c']],
  ['dash', 'sh', ['-c']],
  ['bash', 'sh', ['--norc', '-i', '-c']],
  ['zsh', 'sh', ['-f', '-i', '-c']],
  ['fish', 'fish', ['-c']],
] as const

const variables = Object.fromEntries(hostile.map((value, index) => [`V${index}`, value]))
const rivals = ['AWS_PROFILE', 'AWS_NOT_SET']
const evaluate: Record<string, string> = { sh: 'eval "$TEXT"', fish: 'printf %s "$TEXT" | source' }

/** What is in the environment of a child of the shell after it has evaluated the text, and with which status. */
function evaluated(shell: string, format: VariableFormat, flags: readonly string[], text: string) {
  const status = format === 'fish' ? '$status' : '$?'
  const script = `${evaluate[format]}; ${process.execPath} -e 'console.log(JSON.stringify([process.argv[1], process.env]))' ${status}`
  const environment = {
    PATH: process.env.PATH,
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    TEXT: text,
    AWS_PROFILE: 'old',
    V0: 'old',
  }
  const printed = execFileSync(shell, [...flags, script], {
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const [exitCode, after] = JSON.parse(printed.trim().split('\n').at(-1) ?? '')
  return { exitCode: Number(exitCode), after: after as Record<string, string> }
}

describe('variables as text', () => {
  for (const [shell, format, flags] of shells) {
    it(`are what ${shell} ${flags.join(' ')} makes of it, whatever they hold`, (context) => {
      requireProgram(context, shell === 'dash' ? 'bash' : shell)
      const { exitCode, after } = evaluated(shell, format, flags, variablesText(format, variables, rivals))
      expect(exitCode).toBe(0)
      expect(Object.fromEntries(Object.keys(variables).map((name) => [name, after[name]]))).toEqual(variables)
      expect(after.AWS_PROFILE).toBeUndefined()
    })

    it(`fail in ${shell} ${flags.join(' ')} where there are none, and take away what was there`, (context) => {
      requireProgram(context, shell === 'dash' ? 'bash' : shell)
      for (const message of hostile) {
        const text = failureText(format, message, ['V0'], { AWS_PROFILE: "it's-mfa" })
        const { exitCode, after } = evaluated(shell, format, flags, text)
        expect(exitCode, message).toBe(1)
        expect([after.V0, after.AWS_PROFILE]).toEqual([undefined, "it's-mfa"])
      }
    })
  }

  it('are quoted for PowerShell by its own rules: each kind of single quote is doubled', () => {
    expect(quotedForPowershell('a\'b $(x) "y" `z')).toBe("'a''b $(x) \"y\" `z'")
    expect(quotedForPowershell('\u2018\u2019\u201a\u201b')).toBe(
      "'\u2018\u2018\u2019\u2019\u201a\u201a\u201b\u201b'",
    )
    expect(variablesText('powershell', { A: 'b' }, ['C'])).toBe(
      "$env:A = 'b'\nRemove-Item Env:C -ErrorAction SilentlyContinue",
    )
    expect(failureText('powershell', "it's over", ['C'], { P: 'x' })).toBe(
      "Remove-Item Env:C -ErrorAction SilentlyContinue\n$env:P = 'x'\nthrow 'it''s over'",
    )
  })

  it('are, for docker, what follows the first `=`, unquoted; and a comment where there are none', () => {
    expect(variablesText('dotenv', { A: 'b=/+ c' }, ['C'])).toBe('A=b=/+ c')
    expect(failureText('dotenv', 'over\nA=1', ['C'], {})).toBe('# over?A=1')
  })

  it('are one object as JSON, and nothing where there are none', () => {
    expect(JSON.parse(variablesText('json', variables, rivals))).toEqual(variables)
    expect(failureText('json', 'over', [], {})).toBe('')
  })
})
