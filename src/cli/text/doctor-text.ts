// What `mfad doctor` says: a line for each thing that was looked at, and below it what is wrong there.
import type { Check, Diagnosis, Finding, Severity } from '../../core/doctor/finding.ts'
import { findingsOf } from '../../core/doctor/finding.ts'
import type { Paint } from '../../core/text/styles.ts'
import { wrap } from '../../core/text/width.ts'

const usualColumns = 80
const leastColumns = 30
/** As many as anybody mends before looking again. */
const mostOfOneCheck = 10
const mostNotes = 3

const signs = { problem: '✗', warning: '!', note: '·' } as const
const colours = { problem: 'red', warning: 'yellow', note: 'dim' } as const

/** `terminalColumns`: 80 where it is not known. */
export function doctorText(diagnosis: Diagnosis, paint: Paint, terminalColumns = usualColumns): string {
  const columns = Math.max(leastColumns, Math.min(usualColumns, terminalColumns))
  const parts = diagnosis.checks.map((check) => checkLines(check, paint, columns).join('\n'))
  return [...parts, '', summary(findingsOf(diagnosis), paint)].join('\n')
}

function checkLines({ area, looked, findings }: Check, paint: Paint, columns: number): string[] {
  const worst = (['problem', 'warning'] as const).find((severity) =>
    findings.some((each) => each.severity === severity),
  )
  const sign = worst === undefined ? paint('green', '✓') : paint(colours[worst], signs[worst])
  const [first = '', ...rest] = looked.split('\n').flatMap((line) => filled(line, columns - 13))
  const head = `${sign} ${paint('bold', area.padEnd(10))} ${first}`
  const wrong = findings.filter(({ severity }) => severity !== 'note')
  const notes = findings.filter(({ severity }) => severity === 'note').slice(0, mostNotes)
  const shown = [
    ...findingsOf({ checks: [{ area, looked, findings: wrong }] }).slice(0, mostOfOneCheck),
    ...notes,
  ]
  const left = findings.length - shown.length
  return [
    head,
    ...rest.map((line) => `${' '.repeat(13)}${line}`),
    ...shown.flatMap((each) => findingLines(each, paint, columns)),
    ...(left === 0 ? [] : [`  and ${left} more: mfad doctor --json`]),
  ]
}

function findingLines(
  { severity, fact, why, fix, file, line }: Finding,
  paint: Paint,
  columns: number,
): string[] {
  const place = line === undefined || file === undefined ? '' : `line ${line} of ${file}: `
  const [first = '', ...rest] = filled(`${place}${fact}`, columns - 4)
  const reason = severity === 'note' ? [] : filled(why, columns - 4)
  return [
    `  ${paint(colours[severity], signs[severity])} ${first}`,
    ...rest.map((text) => `    ${text}`),
    ...reason.map((text) => paint('dim', `    ${text}`)),
    ...fixLines(fix, columns - 6).map((text, index) => `    ${index === 0 ? '→ ' : '  '}${text}`),
  ]
}

/** A command that does not fit behind its words begins a line, and is not broken: it is there to be copied. */
function fixLines(fix: string, columns: number): string[] {
  const [, words = '', command = ''] = longCommand.exec(fix) ?? []
  if (fix.length <= columns || command === '') return filled(fix, columns)
  return words === '' ? [command] : [...filled(words.trimEnd(), columns), command]
}

const longCommand = /^(.*: )?((?:mfad|aws|chmod|setfacl|sudo|kill|systemctl|namei|ls|lsof|unset) .*)$/s

/** A word that is longer than a line, as a path is, has one of its own. */
function filled(text: string, columns: number): string[] {
  return wrap(text, columns).split('\n')
}

function summary(findings: readonly Finding[], paint: Paint): string {
  const count = (severity: Severity) => findings.filter((each) => each.severity === severity).length
  const [problems, warnings] = [count('problem'), count('warning')]
  if (problems + warnings === 0) return paint('green', 'nothing is wrong')
  const parts = [
    ...(problems === 0 ? [] : [paint('red', `${problems} problem${problems === 1 ? '' : 's'}`)]),
    ...(warnings === 0 ? [] : [paint('yellow', `${warnings} warning${warnings === 1 ? '' : 's'}`)]),
  ]
  return parts.join(', ')
}
