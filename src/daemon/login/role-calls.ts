// How many roles are asked for at once, whoever asks: a few hundred calls at one instant would be throttled.

export type RoleCalls = {
  /** Runs when fewer than the most are running. */
  run<T>(call: () => Promise<T>): Promise<T>
}

const mostAtOnce = 8

export function createRoleCalls(): RoleCalls {
  let running = 0
  const waiting: (() => void)[] = []
  return {
    async run(call) {
      // Whoever ends hands its place on, so that nobody slips in between.
      if (running < mostAtOnce) running += 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await call()
      } finally {
        const next = waiting.shift()
        if (next === undefined) running -= 1
        else next()
      }
    },
  }
}
