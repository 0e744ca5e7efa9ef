// Has somebody set our clock? The wall clock against one that nobody sets:
//
//   last look  wall 10:00:00  steady  5,000 ms
//   this look  wall 10:05:30  steady 35,000 ms   → the wall clock was set 5 min ahead
//
// During a sleep the steady clock may stand still: that looks as if the wall clock had been set ahead.

export type Clocks = { wallMs: number; steadyMs: number }

/** By how much the wall clock was set since then, in milliseconds: above 0 where it was set ahead. */
export function clockStepMs(before: Clocks, after: Clocks): number {
  return after.wallMs - before.wallMs - (after.steadyMs - before.steadyMs)
}

const mostToleranceMs = 30_000

/** Has this step brought our clock to where STS's was, by `offsetMs` ahead of ours? */
export function mendsOffset(stepMs: number, offsetMs: number): boolean {
  // A small difference must not be taken for having been mended by a clock that did not move at all.
  const toleranceMs = Math.min(mostToleranceMs, Math.abs(offsetMs) / 2)
  return offsetMs !== 0 && Math.abs(stepMs - offsetMs) < toleranceMs
}
