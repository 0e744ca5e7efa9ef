// What AWS says where a role cannot be assumed. It has one sentence for everything that a policy decides, so what can be the
// cause is listed, with what to look at.
import { AppError } from '../errors.ts'
import { awsCommand, mfadCommand } from '../text/commands.ts'

/** `source`: the profile whose session asks for the role. `root`: the one whose keys that session began with. */
export type AssumedRole = {
  arn: string
  source: string
  root: string
  externalId?: string
  durationSeconds: number
}

const endedNames = /^(?:ExpiredToken|ExpiredTokenException)$/
const unknownNames = /^(?:InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId)$/

/** The fact and the next step; undefined for what AWS says of other calls, too. */
export function describeRoleRefusal(
  { name, message }: { name: string; message: string },
  { profile, region, role }: { profile: string; region: string; role: AssumedRole },
): AppError | undefined {
  const { arn, source, root, durationSeconds } = role
  if (name === 'AccessDenied') {
    return new AppError(
      'sts.role-denied',
      `AWS does not let ${source} assume ${arn}, the role of ${profile}, and does not say why`,
      denialHint(profile, role),
    )
  }
  if (name === 'ValidationError' && /DurationSeconds exceeds/.test(message)) {
    return new AppError(
      'sts.role-duration',
      /1 hour session limit/.test(message)
        ? `AWS lets a role that is assumed with a session last one hour at most, and ${durationSeconds} s were asked for ${profile}`
        : `the role of ${profile} does not last as long as the ${durationSeconds} s that were asked for`,
      `lower duration_seconds: ${awsCommand('configure set duration_seconds 900', profile)}, or ask the administrator for a longer maximum session duration of the role`,
    )
  }
  if (name === 'RegionDisabledException') {
    return new AppError(
      'sts.region-disabled',
      `STS is switched off in ${region} for the account of ${arn}`,
      `have ${profile} use another region: ${awsCommand('configure set region us-east-1', profile)}, or have the administrator activate STS there (IAM console, account settings)`,
    )
  }
  if (endedNames.test(name)) {
    return new AppError(
      'sts.source-expired',
      `AWS says that the session of ${source}, with which ${profile} is assumed, has expired`,
      `get a new one with: ${mfadCommand('login', root)}`,
    )
  }
  if (unknownNames.test(name)) {
    return new AppError(
      'sts.source-rejected',
      `AWS does not take the session of ${source}, with which ${profile} is assumed: the access key of ${root} was deleted or deactivated, or the role is of another partition than ${region}`,
      `get a new session with: ${mfadCommand('login', root)}`,
    )
  }
  return undefined
}

function denialHint(profile: string, { arn, externalId, source, root }: AssumedRole): string {
  const external =
    externalId === undefined
      ? `whether it asks for an external id: ${awsCommand('configure set external_id ID', profile)}`
      : 'whether it asks for another external id than the one in external_id'
  // AWS hands no MFA on from one role to the next.
  const chained =
    source === root
      ? ''
      : ` (where that asks for MFA, no role can be in between: source_profile of ${profile} would have to be ${root})`
  return `check role_arn; then ask the administrator of account ${arn.split(':')[4] ?? ''} whether the role exists, whether its trust policy names you${chained}, ${external}; and your own administrator whether a policy lets you call sts:AssumeRole on it`
}
