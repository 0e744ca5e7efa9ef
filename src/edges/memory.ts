// Gives memory back to the system. V8 collects garbage only while a program makes more of it: an idle daemon would keep for
// good what it once took for a large file.

import { getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

export type Memory = {
  /**
   * Collects garbage where that is worth it. Call it now and then, while there is nothing else to do. `held`: a number that
   * changes with what the caller holds, such as the size of the files it has read.
   */
  giveBack(held: number): void
}

/** Below this nothing is worth the milliseconds that it takes. */
const leastBytes = 12 * 1024 * 1024
/** By what factor memory must have grown since the last time. */
const worthwhile = 1.25

export function createMemory(): Memory {
  let last = { bytes: 0, held: 0 }
  let collect: (() => void) | undefined
  return {
    giveBack(held) {
      const { total_heap_size: bytes } = getHeapStatistics()
      if (bytes < leastBytes || (bytes < last.bytes * worthwhile && held === last.held)) return
      collect ??= garbageCollector()
      collect()
      last = { bytes: getHeapStatistics().total_heap_size, held }
    },
  }
}

/** V8's own, which is hidden from programs unless a flag shows it to a new context. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc')
  setFlagsFromString('--no-expose-gc')
  return typeof collect === 'function' ? () => collect() : () => undefined
}
