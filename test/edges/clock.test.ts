import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type Clock, createClock } from '../../src/edges/clock.ts'

const start = Date.parse('2026-11-23T10:00:00Z')
const day = 86_400_000

let clock: Clock
/** Seconds since the start, on the wall clock, of each tick. */
let ticks: number[]

beforeEach(() => {
  vi.useFakeTimers({ now: start })
  ticks = []
  clock = createClock()
  clock.start(() => ticks.push((clock.now().getTime() - start) / 1000))
})
afterEach(() => {
  clock.close()
  vi.useRealTimers()
})

const at = (seconds: number) => new Date(start + seconds * 1000)

describe('the clock', () => {
  it('ticks every 30 s', () => {
    vi.advanceTimersByTime(95_000)
    expect(ticks).toEqual([30, 60, 90])
  })

  it('ticks within a second of the instant that was asked for, and never before it', () => {
    clock.wakeAt(at(12.5))
    vi.advanceTimersByTime(29_000)
    expect(ticks).toHaveLength(1)
    expect(ticks[0]).toBeGreaterThanOrEqual(12.5)
    expect(ticks[0]).toBeLessThan(13.5)
  })

  it('meets an instant far away when it is asked for again at each tick', () => {
    clock.close()
    clock = createClock()
    const instant = at(100)
    clock.start(() => {
      ticks.push((clock.now().getTime() - start) / 1000)
      clock.wakeAt(clock.now() < instant ? instant : undefined)
    })
    vi.advanceTimersByTime(119_000)
    expect(ticks.map(Math.floor)).toEqual([30, 60, 90, 100])
  })

  it.each([30, 40, 1_000])('does not tick at once for an instant %d days away', (days) => {
    clock.wakeAt(new Date(start + days * day))
    vi.advanceTimersByTime(29_000)
    expect(ticks).toEqual([])
  })

  it('ticks at once for an instant that has passed', () => {
    clock.wakeAt(at(-100))
    vi.advanceTimersByTime(10)
    expect(ticks).toHaveLength(1)
  })

  it('keeps only the last instant asked for, and takes it back', () => {
    clock.wakeAt(at(5))
    clock.wakeAt(at(20))
    vi.advanceTimersByTime(10_000)
    expect(ticks).toEqual([])
    clock.wakeAt(undefined)
    vi.advanceTimersByTime(19_000)
    expect(ticks).toEqual([])
  })

  it('ticks within 30 s of the end of a sleep, which timers do not notice', () => {
    clock.wakeAt(at(20))
    vi.advanceTimersByTime(1_000)
    vi.setSystemTime(start + 8 * 3_600_000)
    vi.advanceTimersByTime(30_000)
    expect(ticks.map((seconds) => Math.floor(seconds))).toEqual([8 * 3600 + 19, 8 * 3600 + 29])
  })

  it('neither ticks nor keeps the process up once it is closed', () => {
    clock.wakeAt(at(5))
    clock.close()
    clock.wakeAt(at(6))
    expect(vi.getTimerCount()).toBe(0)
    vi.advanceTimersByTime(60_000)
    expect(ticks).toEqual([])
  })
})
