import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMemory } from '../../src/edges/memory.ts'

const heapMiB = () => getHeapStatistics().used_heap_size / 2 ** 20

/** Objects of some 100 MiB in all. */
const makeMany = () =>
  Array.from({ length: 600_000 }, (_, index) => ({ index, text: `x${index}`, list: [index] }))

/** As the daemon has it by its flags. */
function garbageCollector(): NodeJS.GCFunction {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}

describe('memory', () => {
  it('comes back after much was held, with nobody else asking for any', () => {
    const memory = createMemory(garbageCollector())
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
    const memory = createMemory(garbageCollector())
    const many = makeMany()
    memory.giveBack(1)
    const startedAt = performance.now()
    for (let time = 0; time < 1000; time++) memory.giveBack(1)
    expect(performance.now() - startedAt).toBeLessThan(500)
    expect(many.length).toBe(600_000)
  })
})

describe('what a call to AWS has left', () => {
  afterEach(() => vi.useRealTimers())

  it('is collected a moment later, once for many calls, and once more at the next look', () => {
    vi.useFakeTimers({ toFake: ['setTimeout'] })
    let collections = 0
    const memory = createMemory(() => {
      collections += 1
      return Promise.resolve()
    })
    // Whatever the heap of this process is like.
    memory.giveBack(0)
    collections = 0
    for (let call = 0; call < 5; call++) memory.collectSoon()
    vi.advanceTimersByTime(400)
    expect(collections).toBe(0)
    vi.advanceTimersByTime(200)
    expect(collections).toBe(1)
    memory.giveBack(0)
    expect(collections).toBe(2)
    memory.giveBack(0)
    expect(collections).toBe(2)
    memory.collectSoon()
    vi.advanceTimersByTime(600)
    expect(collections).toBe(3)
    expect(vi.getTimerCount()).toBe(0)
  })
})
