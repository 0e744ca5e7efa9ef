// Times as people on this computer say them.
import { type LocalNow, localTime as timeAt } from '../../core/time/local-time.ts'

/** `22:15`, `tomorrow 08:00`, or `2026-11-25 08:00`. */
export function localTime(date: Date, now: Date): string {
  return timeAt(date, here(now))
}

/** That instant as the clocks of this computer show it. */
export function here(now: Date): LocalNow {
  return { now, utcOffset }
}

/** Minutes by which local time is ahead of UTC. */
export function utcOffset(instant: Date): number {
  return -instant.getTimezoneOffset()
}
