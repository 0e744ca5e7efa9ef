// What was measured, as a table for people or as JSON.
import type { Missing, Row } from './measure.ts'

export function isOver({ value, limit }: Row): boolean {
  // Not being a number is no success.
  return limit !== undefined && !(value <= limit)
}

export function tableOf(rows: readonly (Row | Missing)[]): string {
  const width = Math.max(...rows.map(({ what }) => what.length))
  return rows
    .map((row) => `${row.what.padEnd(width)}  ${'missing' in row ? row.missing : figures(row)}`)
    .join('\n')
}

export function jsonOf(rows: readonly (Row | Missing)[], run: 'quick' | 'usual' | 'long'): string {
  const measured = rows.map((row) => ('missing' in row ? row : { ...row, isOver: isOver(row) }))
  return JSON.stringify({ node: process.version, arch: process.arch, run, rows: measured }, null, 2)
}

function figures(row: Row): string {
  const { value, spread, limit, unit } = row
  const range = spread === undefined ? '' : `${spread[0].toFixed(2)}–${spread[1].toFixed(2)}`
  const verdict =
    limit === undefined ? '' : `${isOver(row) ? 'OVER' : 'ok'} (at most ${Math.round(limit * 1000) / 1000})`
  return `${value.toFixed(2).padStart(8)} ${unit.padEnd(3)} ${range.padEnd(13)} ${verdict}`.trimEnd()
}
