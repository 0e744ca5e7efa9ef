// `mfad require`: is there time enough left? With --wait it ends as soon as there is.
import type { Invocation } from '../command.ts'
import { loadContext } from '../connection/context.ts'
import { chosenProfile } from '../connection/file-credentials.ts'
import { liveSession } from './live-session.ts'
import { leastSeconds, waitSeconds } from './time-options.ts'

export async function runRequire({ positionals, values, environment, output }: Invocation): Promise<number> {
  const name = chosenProfile(positionals[0], environment, 'mfad require PROFILE')
  const need = { name, leastSeconds: leastSeconds(values), waitSeconds: waitSeconds(values) }
  await liveSession(await loadContext(environment), output, need)
  return 0
}
