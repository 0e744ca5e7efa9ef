// Gives memory back to the system. V8 collects garbage only while a program makes more of it: an idle daemon would keep for
// good what it once took for a large file.

export type Memory = {
  /**
   * Collects garbage where that is worth it. Call it now and then, while there is nothing else to do. `held`: a number that
   * changes with what the caller holds, such as the size of the files it has read.
   */
  giveBack(held: number): void
  /** Collects garbage in a moment, and once more at the next `giveBack`. For what makes much of it, and is not done often. */
  collectSoon(): void
}

/** Below this nothing is worth the milliseconds that it takes. */
const leastBytes = 12 * 1024 * 1024
/** By then what makes the garbage is over, or waits for the network; and what a person asks right after it has been answered. */
const soonMs = 500
/** By what factor memory must have grown since the last time. */
const worthwhile = 1.25

/** `collect`: V8's own garbage collector, which only the flags of the daemon show to it (daemon-argv.ts). */
export function createMemory(collect = globalThis.gc): Memory {
  let last = { bytes: 0, held: 0 }
  let isComing = false
  /** One collection is often not enough: it ends what nobody uses, such as a connection, and the next one frees its memory. */
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
