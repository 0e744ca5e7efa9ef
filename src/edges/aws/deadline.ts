// The time that a call may take, counted while this process runs: while it was stopped, or the computer slept, the answer
// may have come, and it must be read before the call is given up.

const tickMs = 1000

/** Aborts `signal` after about `limitMs` in which this process ran. */
export function startDeadline(limitMs: number): { signal: AbortSignal; clear(): void } {
  const expired = new AbortController()
  let ticksLeft = Math.ceil(limitMs / tickMs)
  const timer = setInterval(() => {
    ticksLeft -= 1
    if (ticksLeft > 0) return
    clearInterval(timer)
    // When the process goes on after a stop, timers run first, then what has arrived meanwhile is read, and then this runs.
    setImmediate(() => expired.abort())
  }, tickMs)
  return { signal: expired.signal, clear: () => clearInterval(timer) }
}
