// Gives memory back to the system. V8 collects garbage only while a program makes more of it: an idle daemon would keep for
// good what it once took for a large file.

export type Memory = {
  /**
   * Collects garbage where that is worth it. Call it now and then, while there is nothing else to do. `held`: a number that
   * changes with what the caller holds, such as the size of the files it has read.
   */
  giveBack(held: number): void
  /** Collects garbage in a moment: much of it has just been made, by something that is not done often. */
  collectSoon(): void
}

/** Below this nothing is worth the milliseconds that it takes. */
const leastBytes = 12 * 1024 * 1024
/** What makes garbage is over by then, or waits for the network, and a person's next command has been answered. */
const soonMs = 500
/** By what factor memory must have grown since the last time. */
const worthwhile = 1.25

/** `collect`: V8's own garbage collector, which only the flags of the daemon show to it (daemon-argv.ts). */
export function createMemory(collect = globalThis.gc): Memory {
  let last = { bytes: 0, held: 0 }
  let isComing = false
  /** What one collection finds to be unused, such as an ended connection, is often given back by the next one only. */
  let isDue = false
  return {
    collectSoon() {
      isDue = true
      if (isComing) return
      isComing = true
      setTimeout(() => {
        isComing = false
        collect?.()
      }, soonMs).unref()
    },
    giveBack(held) {
      const { heapTotal: bytes } = process.memoryUsage()
      const isLess = bytes < leastBytes || (bytes < last.bytes * worthwhile && held === last.held)
      if (isLess && !isDue) return
      collect?.()
      isDue = false
      last = { bytes: process.memoryUsage().heapTotal, held }
    },
  }
}
