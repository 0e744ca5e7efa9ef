// Instants as reminders name them, by the clock on the wall. A reminder may still be read on the next day, so there is
// no "today" or "tomorrow" in them.
import type { UtcOffset } from '../time/quiet-hours.ts'

const closeMs = 90_000
const dayMs = 86_400_000
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** `at 14:05`, `on Mon at 14:05`, or `on 2026-11-20 at 14:05`, by the clock on the wall. */
export function expiredAt(instant: Date, now: Date, utcOffset: UtcOffset): string {
  const { day, time } = wallTime(instant, now, utcOffset)
  return day === undefined ? `at ${time}` : `on ${day} at ${time}`
}

/** `14:05`, or `Tue 00:05`. In the last minute and a half the seconds count. */
export function validUntil(instant: Date, now: Date, utcOffset: UtcOffset): string {
  const { day, time, seconds } = wallTime(instant, now, utcOffset)
  const isClose = instant.getTime() - now.getTime() < closeMs
  return [...(day === undefined ? [] : [day]), isClose ? `${time}:${seconds}` : time].join(' ')
}

type WallTime = { day?: string; time: string; seconds: string }

/** The day is left out where it is that of `now`; within a week its name will do. */
function wallTime(instant: Date, now: Date, utcOffset: UtcOffset): WallTime {
  const wall = new Date(instant.getTime() + utcOffset(instant) * 60_000)
  const date = wall.toISOString().slice(0, 10)
  const today = new Date(now.getTime() + utcOffset(now) * 60_000).toISOString().slice(0, 10)
  const days = Math.abs(Date.parse(date) - Date.parse(today)) / dayMs
  const clock = { time: wall.toISOString().slice(11, 16), seconds: wall.toISOString().slice(17, 19) }
  if (days === 0) return clock
  return { day: days < 7 ? (weekdays[wall.getUTCDay()] ?? date) : date, ...clock }
}
