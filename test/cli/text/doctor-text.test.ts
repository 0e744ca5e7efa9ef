import { describe, expect, it } from 'vitest'
import { doctorText } from '../../../src/cli/text/doctor-text.ts'
import { type Check, finding } from '../../../src/core/doctor/finding.ts'

const plain = (_style: string, text: string) => text
const problem = (severity: 'problem' | 'warning' | 'note', message: string, hint = 'mend it') =>
  finding(severity, { code: 'daemon.not-running', message, hint }, 'it matters')
const text = (findings: Check['findings'], columns?: number) =>
  doctorText({ checks: [{ area: 'files', looked: 'one\ntwo', findings }] }, plain, columns)

describe('the text of a check-up', () => {
  it('has what was looked at, each finding with its reason and its fix, and a sum', () => {
    const findings = [
      problem('warning', 'second'),
      problem('problem', 'first'),
      problem('note', 'third', 'see it'),
    ]
    expect(text(findings)).toBe(
      [
        '✗ files      one',
        '             two',
        '  ✗ first',
        '    it matters',
        '    → mend it',
        '  ! second',
        '    it matters',
        '    → mend it',
        '  · third',
        '    → see it',
        '',
        '1 problem, 1 warning',
      ].join('\n'),
    )
  })

  it('ends with good news where there is no other', () => {
    expect(text([problem('note', 'so it is')]).split('\n')).toEqual(
      expect.arrayContaining(['✓ files      one', 'nothing is wrong']),
    )
  })

  it('shows ten findings and three notes of a check, and counts the rest', () => {
    const findings = [
      ...Array.from({ length: 5 }, (_, index) => problem('note', `note ${index}`)),
      ...Array.from({ length: 30 }, (_, index) => problem('warning', `warning ${index}`)),
    ]
    const lines = text(findings).split('\n')
    expect(lines.filter((line) => line.startsWith('  ! '))).toHaveLength(10)
    expect(lines.filter((line) => line.startsWith('  · '))).toHaveLength(3)
    expect(lines).toContain('  and 22 more: mfad doctor --json')
    expect(lines.at(-1)).toBe('30 warnings')
  })

  it('fits 80 columns or a narrower terminal, and never breaks a command', () => {
    const path = `/home/${'x'.repeat(40)}/credentials`
    const findings = [
      problem(
        'problem',
        'a fact of many words, which goes on and on '.repeat(3).trim(),
        `make it yours: sudo chown me ${path}`,
      ),
      problem('warning', 'short', `chmod go-rwx ${path}`),
    ]
    for (const columns of [undefined, 200, 80, 40]) {
      const lines = text(findings, columns).split('\n')
      expect(
        lines.filter((line) => line.length > Math.min(columns ?? 80, 80) && !line.includes(path)),
      ).toEqual([])
      expect(lines.filter((line) => line.includes(path)).map((line) => line.trim())).toEqual([
        `sudo chown me ${path}`,
        `→ chmod go-rwx ${path}`,
      ])
    }
  })
})
