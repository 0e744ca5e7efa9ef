// The words and bars of `mfad status`. Times are local and are formatted without Intl, which costs 13 ms to load.

import { mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import { formatDuration } from '../../core/time/duration.ts'
import type { ProfileStatus, SessionState, Status, Warning } from '../../core/wire.ts'
import { clean, type Style } from '../terminal/output.ts'

type Paint = (style: Style, text: string) => string

const barCells = 10
/** A full bar: the usual length of a session. */
const fullBarSeconds = 43_200
const styleOf: Readonly<Record<SessionState, Style>> = {
  valid: 'green',
  expiring: 'yellow',
  expired: 'red',
  inactive: 'dim',
  unmanaged: 'yellow',
}

/** What `mfad status` prints. */
export function statusText(status: Status, now: Date, paint: Paint): string {
  const table = profileTable(status.profiles, now, paint)
  // Nothing can be read of a file that is broken: it need not be empty.
  const isBroken = status.profiles.length === 0 && status.warnings.some(({ file }) => file !== undefined)
  const parts = [isBroken ? '' : table, warningLines(status, paint)]
  return parts.filter((part) => part !== '').join('\n\n')
}

function profileTable(profiles: readonly ProfileStatus[], now: Date, paint: Paint): string {
  if (profiles.length === 0)
    return 'no profiles yet\n  → add one with: aws configure --profile dev, then: mfad login dev'
  const rows = profiles.map((profile) => ({ profile, cells: cellsOf(profile, now) }))
  const heads = ['PROFILE', 'SECTION', 'STATE', 'LEFT', 'EXPIRES']
  const widths = heads.map((head, column) =>
    rows.reduce((width, { cells }) => Math.max(width, (cells[column] ?? '').length), head.length),
  )
  const line = (cells: readonly string[], painter: (text: string, column: number) => string) =>
    cells
      .map((cell, column) => painter(cell, column) + ' '.repeat((widths[column] ?? 0) - cell.length))
      .join('  ')
      .trimEnd()
  return [
    line(heads, (text) => paint('bold', text)),
    ...rows.flatMap(({ profile, cells }) => [
      line(cells, (text, column) =>
        column === 2 || column === 3 ? paint(styleOf[profile.state], text) : text,
      ),
      ...noteLines(profile, now, paint),
    ]),
  ].join('\n')
}

function cellsOf(profile: ProfileStatus, now: Date): string[] {
  const { state, secondsLeft, expiration } = profile
  const left =
    secondsLeft === undefined || secondsLeft <= 0 ? '' : `${bar(secondsLeft)} ${formatDuration(secondsLeft)}`
  return [
    printable(profile.profile),
    state === 'inactive' ? '' : printable(profile.sessionProfile),
    state,
    left,
    expiration === undefined ? '' : `${localTime(new Date(expiration), now)}${renewalWords(profile)}`,
  ]
}

function renewalWords({ profile, kind, sourceProfile, renews }: ProfileStatus): string {
  if (renews !== 'by-itself') return ''
  const isFromSource = kind === 'role' && sourceProfile !== undefined && sourceProfile !== profile
  return isFromSource ? `, renewed by itself from ${printable(sourceProfile)}` : ', renewed by itself'
}

function bar(seconds: number): string {
  const filled = Math.max(1, Math.min(barCells, Math.round((seconds / fullBarSeconds) * barCells)))
  return '█'.repeat(filled) + '░'.repeat(barCells - filled)
}

function noteLines(
  { profile, state, reason, lastError, snoozedUntil, kind }: ProfileStatus,
  now: Date,
  paint: Paint,
): string[] {
  const notes: string[] = []
  if (reason !== undefined && (kind === 'key' || state !== 'inactive')) notes.push(reason)
  if (lastError !== undefined) notes.push(`${lastError.message}\n    → ${lastError.hint}`)
  if (state === 'expired' && lastError === undefined && reason === undefined)
    notes.push(`→ ${mfadCommand('login', profile)}`)
  if (snoozedUntil !== undefined) notes.push(`snoozed until ${localTime(new Date(snoozedUntil), now)}`)
  return notes.flatMap((note) => note.split('\n')).map((note) => paint('dim', `  ${note}`))
}

function warningLines({ warnings, clockOffsetSeconds }: Status, paint: Paint): string {
  const lines = warnings.map(
    (warning) =>
      `${paint('yellow', 'warning:')} ${clean(`${warningPlace(warning)}${warning.message}\n  → ${warning.hint}`)}`,
  )
  if (clockOffsetSeconds !== undefined) {
    const direction = clockOffsetSeconds > 0 ? 'behind' : 'ahead of'
    lines.push(
      `${paint('yellow', 'warning:')} this clock is ${formatDuration(Math.abs(clockOffsetSeconds))} ${direction} that of AWS`,
    )
  }
  return lines.join('\n')
}

function warningPlace({ file, line }: Warning): string {
  if (file === undefined || line === undefined) return ''
  return `${file}:${line}: `
}

/** `22:15`, `tomorrow 08:00`, or `2026-11-25 08:00`. */
export function localTime(date: Date, now: Date): string {
  const two = (value: number) => String(value).padStart(2, '0')
  const time = `${two(date.getHours())}:${two(date.getMinutes())}`
  const days = Math.round((midnight(date) - midnight(now)) / 86_400_000)
  if (days === 0) return time
  if (days === 1) return `tomorrow ${time}`
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${time}`
}

function midnight(date: Date): number {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime()
}
