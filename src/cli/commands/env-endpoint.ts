// `mfad env --endpoint`: the variables by which a program asks `mfad serve`, once it is sure that it would ask that.
import { containerVariables, endpointRivals } from '../../core/container-credentials.ts'
import { AppError } from '../../core/errors.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import type { Variables } from '../../core/profiles/session-variables.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { endpointSecret, endpointToken } from '../../edges/endpoint-secret.ts'
import { refuseForeignFiles } from '../../edges/foreign-home.ts'
import { userId } from '../../edges/user.ts'
import type { Invocation } from '../command.ts'
import type { Context } from '../connection/context.ts'
import { checkEndpoint } from '../connection/endpoint-check.ts'
import { sessionFromFile } from '../connection/file-credentials.ts'
import type { Output } from '../terminal/output.ts'
import { chosenPort } from './port-option.ts'

/** The profile has to be there; its session may come later. Throws profile.*, file.* and daemon.endpoint-*. */
export async function endpointVariables(
  context: Context,
  name: string,
  { values, output }: Pick<Invocation, 'values' | 'output'>,
): Promise<{ variables: Variables; rivals: readonly string[] }> {
  if (values.endpoint !== true)
    throw new AppError(
      'usage.bad-arguments',
      '--port goes with --endpoint',
      `write: ${mfadCommand(`env --endpoint --port ${chosenPort(values)}`, name)}`,
    )
  const port = chosenPort(values)
  const { localProfile, localProfiles } = await import('../connection/local-status.ts')
  const { profiles } = localProfiles(context)
  const { profile, region } = localProfile(context, name, profiles)
  refuseForeignFiles(context.environment, context.files, userId())
  const secret = endpointSecret(context.environment)
  await checkEndpoint(port, secret)
  await noteObstacles(context, profiles, profile, output)
  const ofRegion = region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }
  const variables = { ...containerVariables(port, profile, endpointToken(secret, profile)), ...ofRegion }
  return { variables, rivals: endpointRivals }
}

/** What keeps programs from the session, as the files say it now. */
async function noteObstacles(
  context: Context,
  profiles: readonly Profile[],
  profile: string,
  output: Output,
) {
  const { credentials } = context.files
  if (profiles.some(hasDefaultCredentials))
    output.note(
      `mfad: a program that sees ${credentials} takes the credentials of [default] and does not ask the endpoint; one in a container without that file does`,
    )
  try {
    await sessionFromFile(context, output, profile)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    output.note(`mfad: ${error.message}; ${error.hint}`)
  }
}

/** AWS tools look there first. */
function hasDefaultCredentials({ profile, kind, accessKeyId, session }: Profile): boolean {
  if (profile !== 'default') return false
  return kind !== 'other' || accessKeyId !== undefined || session.kind !== 'none'
}
