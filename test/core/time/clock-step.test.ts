import { describe, expect, it } from 'vitest'
import { clockStepMs, mendsOffset } from '../../../src/core/time/clock-step.ts'

describe('a step of the clock', () => {
  it('is what the wall clock moved beyond the steady one', () => {
    const before = { wallMs: 1_000_000, steadyMs: 5000 }
    expect(clockStepMs(before, { wallMs: 1_030_000, steadyMs: 35_000 })).toBe(0)
    expect(clockStepMs(before, { wallMs: 1_330_000, steadyMs: 35_000 })).toBe(300_000)
    expect(clockStepMs(before, { wallMs: 730_000, steadyMs: 35_000 })).toBe(-300_000)
  })

  it.each([
    ['by about what STS differed', 300_000, 290_000, true],
    ['by something else', 300_000, 100_000, false],
    ['the other way', -300_000, 300_000, false],
    ['not at all, where STS differed by little', 0, 8000, false],
    ['by little, where STS differed by little', 7000, 8000, true],
    ['where STS did not differ', 0, 0, false],
  ])('%s mends the difference to STS, or not', (_, stepMs, offsetMs, expected) => {
    expect(mendsOffset(stepMs, offsetMs)).toBe(expected)
  })
})
