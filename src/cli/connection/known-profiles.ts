// The names of all profiles, for guesses about what was meant.

import type { Invocation } from '../command.ts'
import type { Output } from '../terminal/output.ts'
import { currentStatus } from './current-status.ts'

/** Empty where they cannot be had: what is wrong then is not what was asked for. Says nothing. */
export async function knownProfiles(environment: Invocation['environment']): Promise<ReadonlySet<string>> {
  const nothing = () => undefined
  const silent: Output = {
    print: nothing,
    printJson: nothing,
    note: nothing,
    printError: nothing,
    colours: 'none',
    style: (_, text) => text,
    size: nothing,
    control: nothing,
    hasReader: () => true,
  }
  try {
    const { profiles } = await currentStatus(environment, silent)
    return new Set(profiles.flatMap(({ profile, sessionProfile }) => [profile, sessionProfile]))
  } catch {
    return new Set()
  }
}
