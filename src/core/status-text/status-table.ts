// The table of `mfad status`, in as many columns as there is room for. The time that is left is what people look for, so it is never
// left out.

import { printable } from '../text/printable.ts'
import type { Paint, Style } from '../text/styles.ts'
import { cutLine, widthOf } from '../text/width.ts'
import { formatDuration } from '../time/duration.ts'
import { type LocalNow, localTime } from '../time/local-time.ts'
import type { ProfileStatus, SessionState } from '../wire.ts'

type Layout = {
  hasBar: boolean
  hasSection: boolean
  hasState: boolean
  /** How a session is said to renew by itself. */
  renewal: 'long' | 'short' | 'sign'
}
type Cell = { text: string; width: number; style: Style | undefined }

/** From the widest to the narrowest. */
const layouts: readonly Layout[] = [
  { hasBar: true, hasSection: true, hasState: true, renewal: 'long' },
  { hasBar: true, hasSection: true, hasState: true, renewal: 'short' },
  { hasBar: false, hasSection: true, hasState: true, renewal: 'short' },
  { hasBar: false, hasSection: false, hasState: true, renewal: 'short' },
  { hasBar: false, hasSection: false, hasState: true, renewal: 'sign' },
  { hasBar: false, hasSection: false, hasState: false, renewal: 'sign' },
]
const barCells = 10
/** A full bar: the usual length of a session. */
const fullBarSeconds = 43_200
const leastNameWidth = 8
const between = 2

export const styleOf: Readonly<Record<SessionState, Style>> = {
  valid: 'green',
  expiring: 'yellow',
  expired: 'red',
  inactive: 'dim',
  unmanaged: 'yellow',
}

/** The heads, then a line for each profile. */
export function tableLines(
  profiles: readonly ProfileStatus[],
  now: LocalNow,
  paint: Paint,
  columns = Number.POSITIVE_INFINITY,
): string[] {
  const { cells, widths } = widestTable(profiles, now, columns)
  const tooWide = Math.max(0, widths.reduce(sum, -between) - columns)
  const nameWidth = Math.max(Math.min(leastNameWidth, widths[0] ?? 0), (widths[0] ?? 0) - tooWide)
  const line = (row: readonly Cell[]) =>
    row
      .map((cell, column) => {
        const room = column === 0 ? nameWidth : (widths[column] ?? 0)
        const { text, width, style } = cell.width > room ? cellOf(cutLine(cell.text, room), cell.style) : cell
        return `${style === undefined ? text : paint(style, text)}${' '.repeat(Math.max(0, room - width))}`
      })
      .join(' '.repeat(between))
      .trimEnd()
  return cells.map(line)
}

/** In the first layout that fits, else in the last. */
function widestTable(
  profiles: readonly ProfileStatus[],
  now: LocalNow,
  columns: number,
): { cells: Cell[][]; widths: number[] } {
  let table: { cells: Cell[][]; widths: number[] } = { cells: [], widths: [] }
  for (const layout of layouts) {
    const cells = cellsOf(profiles, layout, now)
    table = { cells, widths: widthsOf(cells) }
    if (table.widths.reduce(sum, -between) <= columns) break
  }
  return table
}

/** Where there is no room for the words, it says that a session renews by itself. A line below the table explains it. */
export const renewalSign = '↻'

function cellsOf(profiles: readonly ProfileStatus[], layout: Layout, now: LocalNow): Cell[][] {
  const { hasSection, hasState } = layout
  const heads = ['PROFILE', ...(hasSection ? ['SECTION'] : []), ...(hasState ? ['STATE'] : [])]
  return [
    [...heads, 'LEFT', 'EXPIRES'].map((text) => cellOf(text, 'bold')),
    ...profiles.map((profile) => {
      const { state } = profile
      const cells = [cellOf(printable(profile.profile))]
      if (hasSection) cells.push(cellOf(state === 'inactive' ? '' : printable(profile.sessionProfile)))
      if (hasState) cells.push(cellOf(state, styleOf[state]))
      cells.push(cellOf(leftOf(profile, layout), styleOf[state]), cellOf(expiresOf(profile, layout, now)))
      return cells
    }),
  ]
}

function cellOf(text: string, style?: Style): Cell {
  return { text, width: widthOf(text), style }
}

function leftOf({ state, secondsLeft }: ProfileStatus, { hasBar, hasState }: Layout): string {
  if (secondsLeft === undefined || secondsLeft <= 0) return hasState ? '' : state
  return `${hasBar ? `${bar(secondsLeft)} ` : ''}${formatDuration(secondsLeft)}`
}

function expiresOf(profile: ProfileStatus, { renewal }: Layout, now: LocalNow): string {
  const { expiration } = profile
  if (expiration === undefined) return ''
  return `${localTime(new Date(expiration), now)}${renewalWords(profile, renewal)}`
}

function renewalWords(
  { profile, kind, sourceProfile, renews }: ProfileStatus,
  renewal: Layout['renewal'],
): string {
  if (renews !== 'by-itself') return ''
  if (renewal === 'sign') return ` ${renewalSign}`
  if (renewal === 'short') return ', renews'
  const isFromSource = kind === 'role' && sourceProfile !== undefined && sourceProfile !== profile
  return isFromSource ? `, renews by itself from ${printable(sourceProfile)}` : ', renews by itself'
}

function bar(seconds: number): string {
  const filled = Math.max(1, Math.min(barCells, Math.round((seconds / fullBarSeconds) * barCells)))
  return '█'.repeat(filled) + '░'.repeat(barCells - filled)
}

/** The width of each column. */
function widthsOf(rows: readonly (readonly Cell[])[]): number[] {
  const columns = rows[0]?.length ?? 0
  return Array.from({ length: columns }, (_, column) =>
    rows.reduce((width, row) => Math.max(width, row[column]?.width ?? 0), 0),
  )
}

function sum(total: number, width: number): number {
  return total + between + width
}
