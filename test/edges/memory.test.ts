import { getHeapStatistics } from 'node:v8'
import { describe, expect, it } from 'vitest'
import { createMemory } from '../../src/edges/memory.ts'

const heapMiB = () => getHeapStatistics().used_heap_size / 2 ** 20

/** Objects of some 100 MiB in all. */
const makeMany = () =>
  Array.from({ length: 600_000 }, (_, index) => ({ index, text: `x${index}`, list: [index] }))

describe('memory', () => {
  it('comes back after much was held, with nobody else asking for any', () => {
    const memory = createMemory()
    memory.giveBack(0)
    const before = heapMiB()
    let many: unknown[] = makeMany()
    expect(many.length).toBe(600_000)
    memory.giveBack(1)
    expect(heapMiB() - before).toBeGreaterThan(60)
    many = []
    // The heap has not grown since; what is held is another thing.
    memory.giveBack(2)
    expect(heapMiB() - before).toBeLessThan(20)
  })

  it('is not looked for while nothing has changed', () => {
    const memory = createMemory()
    const many = makeMany()
    memory.giveBack(1)
    const startedAt = performance.now()
    for (let time = 0; time < 1000; time++) memory.giveBack(1)
    expect(performance.now() - startedAt).toBeLessThan(500)
    expect(many.length).toBe(600_000)
  })
})
