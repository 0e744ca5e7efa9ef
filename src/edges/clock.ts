// The wall clock. Timers do not count the time a computer sleeps and cannot wait longer than 24.8 days, so nothing is left
// to one long timer: the clock ticks every 30 s, and at an earlier instant when one is asked for. An instant that is
// further away is not remembered here: the caller asks for it again at each tick.

export type Clock = {
  now(): Date
  start(onTick: () => void): void
  /**
   * Also ticks at this instant, when it is less than 30 s away, in place of the one asked for before; undefined asks for
   * none.
   */
  wakeAt(instant: Date | undefined): void
  /** No more ticks, even if wakeAt is called again: a job that still ends must not keep the process running. */
  close(): void
}

const intervalMs = 30_000

/** Milliseconds by a clock that nobody sets. `performance.now()` is the same, and has Node load half a MiB of code. */
export function steadyMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}

/** Minutes by which local time is ahead of UTC. */
export function localUtcOffset(instant: Date): number {
  return -Math.round(instant.getTimezoneOffset())
}

/** People travel while the daemon runs. Node asks the system for its time zone once, and again after TZ was deleted. */
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
