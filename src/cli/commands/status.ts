// `mfad status`: as it is mostly typed, in one request; for everything else there is status-in-full.ts.
import type { Invocation } from '../command.ts'
import { statusAtOnce } from './status-at-once.ts'

export async function runStatus(invocation: Invocation): Promise<number> {
  return (await statusAtOnce(invocation)) ?? (await import('./status-in-full.ts')).statusInFull(invocation)
}
