// Times as they are printed in UTC, wherever the tests run.
import { afterEach, beforeEach } from 'vitest'

/** For every test of the file, or of the `describe`. */
export function useUtc(): void {
  let timeZone: string | undefined
  beforeEach(() => {
    timeZone = process.env.TZ
    process.env.TZ = 'UTC'
  })
  afterEach(() => {
    if (timeZone === undefined) delete process.env.TZ
    else process.env.TZ = timeZone
  })
}
