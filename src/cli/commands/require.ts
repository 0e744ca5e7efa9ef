// `mfad require`: is there time enough left? With --wait it waits until there is.
import type { Invocation } from '../command.ts'
import { loadContext } from '../connection/context.ts'
import { chosenProfile, sessionFromFile } from '../connection/file-credentials.ts'
import { readSeconds } from './time-options.ts'

export async function runRequire({ positionals, values, environment, output }: Invocation): Promise<number> {
  const name = chosenProfile(positionals[0], environment, 'mfad require PROFILE')
  const least = readSeconds('min', values.min, 0)
  const context = await loadContext(environment)
  await sessionFromFile(context, output, name, least)
  return 0
}
