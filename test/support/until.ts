// Waits for a condition, with a deadline: nothing in the tests sleeps for a guess.

/** The first truthy answer of `probe`. Throws after `limitMs` with `what`. */
export async function until<T>(
  what: string,
  probe: () => T | Promise<T>,
  limitMs = 10_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + limitMs
  for (;;) {
    const answer = await probe()
    if (answer) return answer as NonNullable<T>
    if (Date.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}
