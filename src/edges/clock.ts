// The wall clock. Timers do not count the time a computer sleeps and cannot wait longer than 24.8 days, so the clock is
// looked at again and again: every 30 s, and at an earlier instant when one is asked for.

export type Clock = {
  now(): Date
  start(onTick: () => void): void
  /** Also ticks at this instant, if it comes before the next regular tick; undefined takes an earlier wish back. */
  wakeAt(instant: Date | undefined): void
  /** No more ticks: a job that ends later must not keep the process up by asking for one. */
  close(): void
}

const intervalMs = 30_000

/** Minutes by which local time is ahead of UTC. */
export function localUtcOffset(instant: Date): number {
  return -Math.round(instant.getTimezoneOffset())
}

/** Node asks the system once for its time zone, and again when TZ is taken away: people travel while the daemon runs. */
function followTimeZone(): void {
  if (process.env.TZ === undefined) delete process.env.TZ
}

export function createClock(): Clock {
  let tick: (() => void) | undefined
  let interval: NodeJS.Timeout | undefined
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  return {
    now: () => new Date(),
    start(onTick) {
      tick = onTick
      interval = setInterval(() => {
        followTimeZone()
        onTick()
      }, intervalMs)
    },
    wakeAt(instant) {
      clearTimeout(timer)
      timer = undefined
      if (instant === undefined || isClosed) return
      const delayMs = Math.max(0, instant.getTime() - Date.now())
      if (delayMs < intervalMs) timer = setTimeout(() => tick?.(), delayMs + 1)
    },
    close() {
      isClosed = true
      clearInterval(interval)
      clearTimeout(timer)
    },
  }
}
