// A line of the daemon's log for people. The daemon writes JSON; what else stands in a log (a crash that Node reported, what
// the service manager says) is shown as it is. The file may have been written by anybody: a line is cut, and its control
// characters are shown escaped.
import { printable } from '../../core/text/printable.ts'
import type { Output } from '../terminal/output.ts'

/** `at`: when the journal took a line that does not say so itself. */
export type LogEntry = { text: string; at?: Date }

const mostCharacters = 1000

const levelStyles = { debug: 'dim', info: undefined, warn: 'yellow', error: 'red' } as const

/** `2026-11-26 16:40:03 warn  a call to STS failed  profile=dev host=sts.amazonaws.com`, the time on the wall. */
export function logText(entry: LogEntry, style: Output['style']): string {
  const { time, level, msg, ...facts } = factsOf(entry)
  const at = instantOf(time) ?? entry.at
  if (typeof msg !== 'string') return timed(at, printable(entry.text, mostCharacters), style)
  const words = Object.entries(facts).flatMap(factWords)
  const text = printable([msg, ...words].join('  '), mostCharacters)
  const styleOfLevel = isLevel(level) ? levelStyles[level] : undefined
  const label = printable(String(level ?? ''), 5).padEnd(5)
  return timed(at, `${styleOfLevel === undefined ? label : style(styleOfLevel, label)} ${text}`, style)
}

/** The daemon's own line unchanged; of another one, an object of the same form. */
export function logJson(entry: LogEntry): string {
  if (typeof factsOf(entry).msg === 'string') return entry.text
  return JSON.stringify({
    ...(entry.at === undefined ? {} : { time: entry.at.toISOString() }),
    msg: entry.text,
  })
}

function factsOf({ text }: LogEntry): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? { ...value } : {}
  } catch {
    return {}
  }
}

function isLevel(level: unknown): level is keyof typeof levelStyles {
  return typeof level === 'string' && Object.hasOwn(levelStyles, level)
}

function instantOf(time: unknown): Date | undefined {
  const instant = new Date(typeof time === 'string' ? time : Number.NaN)
  return Number.isNaN(instant.getTime()) ? undefined : instant
}

function timed(at: Date | undefined, text: string, style: Output['style']): string {
  return at === undefined ? text : `${style('dim', wallTime(at))} ${text}`
}

function wallTime(at: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}`
  return `${day} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
}

/** A word for each fact; of an object that is nothing we know, one for each of its own. */
function factWords([name, value]: [string, unknown]): string[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value) || summaryOf(value) !== undefined)
    return [`${name}=${valueText(value)}`]
  return Object.entries(value).map(([part, each]) => `${name}.${part}=${valueText(each)}`)
}

/** A word as it is, everything else as JSON. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return value.map(valueText).join(',')
  const summary = typeof value === 'object' && value !== null ? summaryOf(value) : undefined
  if (summary !== undefined) return summary
  return typeof value === 'string' && /^[^\s"=,]+$/.test(value) ? value : JSON.stringify(value)
}

/** Of a session its profile, of an error its message and code. */
function summaryOf(value: object): string | undefined {
  const { profile, message, code } = value as Record<string, unknown>
  if (typeof profile === 'string') return valueText(profile)
  return typeof message === 'string' ? `${JSON.stringify(message)} (${String(code)})` : undefined
}
