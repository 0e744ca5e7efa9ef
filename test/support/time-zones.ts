// Offsets of time zones by the tables of the runtime.
import type { UtcOffset } from '../../src/core/time/quiet-hours.ts'

/** Minutes by which a zone is ahead of UTC. */
export function offsetIn(timeZone: string): UtcOffset {
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
    hourCycle: 'h23',
  })
  const known = new Map<number, number>()
  return (instant) => {
    // No zone changes its clock within a quarter of an hour.
    const quarter = Math.floor(instant.getTime() / 900_000) * 900_000
    const offset = known.get(quarter) ?? offsetAt(format, quarter)
    known.set(quarter, offset)
    return offset
  }
}

function offsetAt(format: Intl.DateTimeFormat, ms: number): number {
  const [date = '', time = ''] = format.format(ms).split(', ')
  const [day, month, year] = date.split('/')
  return Math.round((Date.parse(`${year}-${month}-${day}T${time}Z`) - ms) / 60_000)
}
