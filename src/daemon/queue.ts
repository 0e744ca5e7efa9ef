// Jobs that write run one after another.

export type Queue = {
  /** Runs after all jobs that were added before; what it answers or throws is the caller's. */
  add<T>(job: () => Promise<T>): Promise<T>
  /** Ends when the jobs added until now have ended. */
  idle(): Promise<void>
  isIdle(): boolean
}

export function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return {
    add(job) {
      waiting += 1
      const result = last.then(job).finally(() => {
        waiting -= 1
      })
      last = result.catch(() => undefined)
      return result
    },
    isIdle: () => waiting === 0,
    async idle() {
      await last
    },
  }
}
