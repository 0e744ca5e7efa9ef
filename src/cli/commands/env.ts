// `mfad env`: the session as variables. Where there is none, the text that a shell evaluates fails too, and leaves nothing that
// would let the next command run with other credentials.
import { AppError, exitCodeOf } from '../../core/errors.ts'
import {
  credentialVariables,
  rivalVariables,
  sessionVariables,
  type Variables,
} from '../../core/profiles/session-variables.ts'
import {
  failureText,
  type VariableFormat,
  variableFormats,
  variablesText,
} from '../../core/text/variables-text.ts'
import { nameOfProcess } from '../../edges/parent-process.ts'
import type { Invocation } from '../command.ts'
import { type Context, loadContext } from '../connection/context.ts'
import { chosenProfile, sessionFromFile } from '../connection/file-credentials.ts'

export async function runEnv({ positionals, values, environment, output }: Invocation): Promise<number> {
  const format = chosenFormat(values.format, environment)
  const name = chosenProfile(positionals[0], environment, 'mfad env PROFILE')
  const context = await loadContext(environment)
  try {
    const { variables, rivals } = await chosenVariables(context, name, { values, output })
    output.print(variablesText(format, variables, rivals))
    return 0
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    const { suffix } = context.settings
    // AWS tools then say that this session has expired, or is not there, until it is.
    const instead = { AWS_PROFILE: name.endsWith(suffix) ? name : name + suffix }
    const stale = [...credentialVariables, ...rivalVariables]
    const text = failureText(format, `mfad: ${error.message}`, stale, instead)
    if (text !== '') output.print(text)
    output.printError(error)
    return exitCodeOf(error.code)
  }
}

async function chosenVariables(
  context: Context,
  name: string,
  { values, output }: Pick<Invocation, 'values' | 'output'>,
): Promise<{ variables: Variables; rivals: readonly string[] }> {
  if (values.endpoint === true || values.port !== undefined) {
    const { endpointVariables } = await import('./env-endpoint.ts')
    return endpointVariables(context, name, { values, output })
  }
  const { credentials, region } = await sessionFromFile(context, output, name)
  return { variables: sessionVariables(credentials, await region()), rivals: rivalVariables }
}

function chosenFormat(wish: unknown, environment: Invocation['environment']): VariableFormat {
  if (wish === undefined) return formatOfShell(environment)
  const format = variableFormats.find((each) => each === wish)
  if (format !== undefined) return format
  throw new AppError(
    'usage.bad-arguments',
    `there is no format ${JSON.stringify(String(wish).slice(0, 40))}`,
    `choose one of ${variableFormats.join(', ')}`,
  )
}

const formatOf: Readonly<Record<string, VariableFormat>> = {
  sh: 'sh',
  bash: 'sh',
  zsh: 'sh',
  dash: 'sh',
  ash: 'sh',
  ksh: 'sh',
  mksh: 'sh',
  fish: 'fish',
  pwsh: 'powershell',
}

/** That of the shell that runs this; where something else does, or it cannot be looked at, that of `$SHELL`. */
function formatOfShell({ SHELL = '' }: Invocation['environment']): VariableFormat {
  const shells = [nameOfProcess(process.ppid), SHELL.slice(SHELL.lastIndexOf('/') + 1)]
  for (const shell of shells) {
    if (shell === 'csh' || shell === 'tcsh')
      throw new AppError(
        'usage.bad-arguments',
        'mfad env has no format for csh',
        'start the shell with the session: mfad exec PROFILE -- tcsh',
      )
    if (shell !== undefined && Object.hasOwn(formatOf, shell)) return formatOf[shell] ?? 'sh'
  }
  return 'sh'
}
