// `mfad exec`: runs a command with the session in its environment, and in nothing else.

import { AppError } from '../../core/errors.ts'
import { rivalVariables, sessionVariables } from '../../core/profiles/session-variables.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import { runPassedThrough } from '../../edges/passed-through.ts'
import type { Invocation } from '../command.ts'
import { loadContext } from '../connection/context.ts'
import { chosenProfile } from '../connection/file-credentials.ts'
import { sessionSettings } from '../connection/session-settings.ts'
import { liveSession } from './live-session.ts'
import { leastSeconds, waitSeconds } from './time-options.ts'

export async function runExec(invocation: Invocation): Promise<number> {
  const { positionals, values, rest = [], environment, output } = invocation
  const name = chosenProfile(positionals[0], environment, 'mfad exec PROFILE -- COMMAND')
  const [program] = rest
  if (program === undefined) {
    throw new AppError(
      'usage.bad-arguments',
      'no command was given',
      `put it behind two dashes: ${mfadCommand('exec', name)} -- aws s3 ls`,
    )
  }
  const need = { name, leastSeconds: leastSeconds(values), waitSeconds: waitSeconds(values), renews: true }
  const context = await loadContext(environment)
  const { credentials, region, sessionProfile } = await liveSession(context, output, need)
  const others = Object.entries(environment).filter(([key]) => !rivals.has(key))
  // A variable that the shell has already wins over the profile's setting, as it does with `aws --profile`.
  const settings = Object.entries(sessionSettings(context, sessionProfile)).filter(
    ([key]) => !environment[key],
  )
  const variables = {
    ...Object.fromEntries([...others, ...settings]),
    ...sessionVariables(credentials, await region()),
  }
  try {
    return await runPassedThrough(rest, variables)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    const isMissing = code === 'ENOENT' || code === 'ENOTDIR'
    output.printError({
      message: `${printable(program, mostCharacters)} ${isMissing ? 'was not found' : `cannot be run: ${code}`}`,
      hint: '',
    })
    return isMissing ? notFound : notExecutable
  }
}

const rivals: ReadonlySet<string> = new Set(rivalVariables)
const mostCharacters = 200
/** As a shell says it. */
const [notExecutable, notFound] = [126, 127] as const
