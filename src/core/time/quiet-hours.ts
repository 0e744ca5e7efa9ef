// The hours in which nobody is to be disturbed, by the clock on the wall: across midnight, and on days of 23 or 25 hours.

/** Minutes since midnight, local time: from the first up to, but not including, the second. */
export type QuietHours = { from: number; to: number }

/** Minutes by which local time is ahead of UTC at an instant. */
export type UtcOffset = (instant: Date) => number

const minuteMs = 60_000
const dayMs = 1440 * minuteMs
/** A night has one change of the clock at most; a time zone with endless changes must not keep us here for ever. */
const mostSteps = 8

/** `22:00-08:00` as quiet hours, or undefined where the text is none. */
export function parseQuietHours(text: string): QuietHours | undefined {
  const match = /^([01]\d|2[0-3]):([0-5]\d)\s*-\s*([01]\d|2[0-3]):([0-5]\d)$/.exec(text)
  if (match === null) return undefined
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number)
  const quiet = { from: fromHour * 60 + fromMinute, to: toHour * 60 + toMinute }
  return quiet.from === quiet.to ? undefined : quiet
}

/**
 * The first instant from `instant` on that is not in the quiet hours: `instant` itself where it is not. What counts is the
 * clock on the wall:
 *
 *     22:00-08:00, at 23:00                                    ends at 08:00 of the next day
 *     22:00-02:30, on the night without an hour from 02:00     ends at 03:00, which follows 01:59
 *     22:00-02:30, on the night with two hours from 02:00      ends at the first 02:30, and begins again at the second 02:00
 */
export function afterQuietHours(instant: Date, quiet: QuietHours | undefined, utcOffset: UtcOffset): Date {
  if (quiet === undefined) return instant
  let at = instant
  for (let step = 0; step < mostSteps; step++) {
    const wallMs = sinceMidnight(at, utcOffset)
    if (!isWithin(quiet, wallMs / minuteMs)) return at
    const end = new Date(at.getTime() + ((quiet.to * minuteMs - wallMs + dayMs) % dayMs))
    at = utcOffset(end) === utcOffset(at) ? end : changeBetween(at, end, utcOffset)
  }
  return at
}

/** Milliseconds on the clock on the wall. */
function sinceMidnight(at: Date, utcOffset: UtcOffset): number {
  const wallMs = at.getTime() + utcOffset(at) * minuteMs
  return ((wallMs % dayMs) + dayMs) % dayMs
}

function isWithin({ from, to }: QuietHours, minutes: number): boolean {
  return from < to ? minutes >= from && minutes < to : minutes >= from || minutes < to
}

/** The first instant after `start` with another offset; `end` has another one. */
function changeBetween(start: Date, end: Date, utcOffset: UtcOffset): Date {
  let before = start.getTime()
  let after = end.getTime()
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (utcOffset(new Date(middle)) === utcOffset(start)) before = middle
    else after = middle
  }
  return new Date(after)
}
