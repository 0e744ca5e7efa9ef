// Times as people say them. They are formatted without Intl, which costs 13 ms to load.
import type { UtcOffset } from './quiet-hours.ts'

/** What time it is, and how the clocks on the walls differ from UTC where it is read. */
export type LocalNow = { now: Date; utcOffset: UtcOffset }

const minuteMs = 60_000
const dayMs = 1440 * minuteMs

/** `22:15`, `tomorrow 08:00`, or `2026-11-25 08:00`. */
export function localTime(date: Date, { now, utcOffset }: LocalNow): string {
  // Shifted, so that their parts in UTC are those of local time.
  const local = new Date(date.getTime() + utcOffset(date) * minuteMs)
  const today = now.getTime() + utcOffset(now) * minuteMs
  const two = (value: number) => String(value).padStart(2, '0')
  const time = `${two(local.getUTCHours())}:${two(local.getUTCMinutes())}`
  const days = Math.floor(local.getTime() / dayMs) - Math.floor(today / dayMs)
  if (days === 0) return time
  if (days === 1) return `tomorrow ${time}`
  return `${local.getUTCFullYear()}-${two(local.getUTCMonth() + 1)}-${two(local.getUTCDate())} ${time}`
}
