// Signing in to the AWS console with the session of a role: which hosts, what is sent, the link, and what a failure means.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html
import { AppError } from '../errors.ts'
import { isRoleReady, type Profile, type RoleProfile } from '../profiles/profile.ts'
import type { SessionCredentials } from '../profiles/session-section.ts'
import { mfadCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import type { StsFailure } from './sts-failure.ts'
import { describeTransportFailure } from './transport-failure.ts'

/** How long a link can be used, as AWS documents it. */
export const linkMinutes = 15

const hostsOf: Readonly<Record<string, { signIn: string; console: string }>> = {
  aws: { signIn: 'signin.aws.amazon.com', console: 'console.aws.amazon.com' },
  'aws-cn': { signIn: 'signin.amazonaws.cn', console: 'console.amazonaws.cn' },
  'aws-us-gov': { signIn: 'signin.amazonaws-us-gov.com', console: 'console.amazonaws-us-gov.com' },
  'aws-eusc': { signIn: 'eusc-de-east-1.signin.amazonaws-eusc.eu', console: 'console.amazonaws-eusc.eu' },
}

export type ConsolePlace = { partition: string; federationUrl: string; consoleUrl: string }

/** Of the partition that the role is in. Throws profile.unknown-partition. */
export function consolePlace({ profile, role }: RoleProfile, endpoint: string | undefined): ConsolePlace {
  const partition = role.arn.split(':')[1] ?? ''
  const hosts = Object.hasOwn(hostsOf, partition) ? hostsOf[partition] : undefined
  if (hosts === undefined)
    throw new AppError(
      'profile.unknown-partition',
      `mfad does not know where the console of ${printable(partition)} is, the partition of ${printable(profile)}`,
      `use the session in a shell: ${mfadCommand('exec', profile)} -- aws sts get-caller-identity`,
    )
  return {
    partition,
    federationUrl: `${endpoint?.replace(/\/$/, '') ?? `https://${hosts.signIn}`}/federation`,
    consoleUrl: `https://${hosts.console}`,
  }
}

/**
 * The profile as a role's. AWS signs nobody in with a session of GetSessionToken ("Only federation tokens or assume role tokens
 * may be used for federated login"), and the answer names the roles that are behind the same key. Throws profile.console-needs-role
 * and what else stands against the profile.
 */
export function roleForConsole(profile: Profile, profiles: readonly Profile[]): RoleProfile {
  if (isRoleReady(profile)) return profile
  if (profile.kind !== 'key') {
    const { code, message, hint } = profile.obstacle ?? {
      code: 'profile.console-needs-role' as const,
      message: `${printable(profile.profile)} is no role`,
      hint: `look at it with: ${mfadCommand('status --all')}`,
    }
    throw new AppError(code, message, hint)
  }
  const roles = profiles.filter(
    ({ kind, source, obstacle }) =>
      kind === 'role' && obstacle === undefined && source?.root === profile.profile,
  )
  const commands = roles.slice(0, 3).map((role) => mfadCommand('console', role.profile))
  throw new AppError(
    'profile.console-needs-role',
    `the session of ${printable(profile.profile)} is that of a user, and AWS lets only those of roles into the console`,
    commands.length > 0
      ? `take a role behind ${printable(profile.profile)}: ${commands.join(', or ')}`
      : `there is no role behind ${printable(profile.profile)}: sign in with the user's password, or add a profile with role_arn and source_profile = ${printable(profile.profile)}`,
  )
}

/** The page of a service, or the start page; in a region where there is one. */
export function destinationUrl(
  { consoleUrl }: Pick<ConsolePlace, 'consoleUrl'>,
  service: string | undefined,
  region: string | undefined,
): string {
  const query = region === undefined ? '' : `?region=${region}`
  return `${consoleUrl}/${service ?? 'console'}/home${query}`
}

/** For the body of a POST: in a query the credentials would stand in logs. */
export function signInForm({ accessKeyId, secretAccessKey, sessionToken }: SessionCredentials): string {
  const session = JSON.stringify({ sessionId: accessKeyId, sessionKey: secretAccessKey, sessionToken })
  return `Action=getSigninToken&Session=${encodeURIComponent(session)}`
}

export function signInLink(federationUrl: string, destination: string, signInToken: string): string {
  return `${federationUrl}?Action=login&Destination=${encodeURIComponent(destination)}&SigninToken=${encodeURIComponent(signInToken)}`
}

/** Undefined where the text is no answer of the sign-in's. */
export function readSignInToken(text: string): string | undefined {
  try {
    const { SigninToken: token } = JSON.parse(text) as { SigninToken?: unknown }
    return typeof token === 'string' && /^[A-Za-z0-9+/=._~-]{1,16384}$/.test(token) ? token : undefined
  } catch {
    return undefined
  }
}

export type SignInContext = { profile: string; host: string; caBundle?: string }

/** The fact and the next step for a sign-in that failed. */
export function describeSignInFailure(
  failure: StsFailure,
  { profile, host, caBundle }: SignInContext,
): AppError {
  const command = mfadCommand('console', profile)
  const { kind, httpStatus = 0, cause } = failure
  if (kind === 'answered' && httpStatus < 500 && httpStatus !== 429)
    return new AppError(
      'sts.refused',
      `AWS does not sign the session of ${printable(profile)} in to the console (HTTP ${httpStatus})`,
      `take a new session, and try again: ${mfadCommand('login', profile)} && ${command}`,
    )
  if (kind === 'answered')
    return new AppError(
      httpStatus === 429 ? 'sts.throttled' : 'sts.unavailable',
      httpStatus === 429
        ? 'AWS is throttling requests'
        : `the sign-in at ${host} failed (HTTP ${httpStatus})`,
      `try again in a minute with: ${command}`,
    )
  if (kind === 'not-sts')
    return new AppError(
      'sts.invalid-answer',
      `what answered at ${host} is not the sign-in of AWS`,
      `a captive portal or proxy may be in between: check the network, then: ${command}`,
    )
  if (kind === 'timeout' && cause === undefined)
    return new AppError(
      'network.timeout',
      `the sign-in at ${host} did not answer in time`,
      `check the network, then: ${command}`,
    )
  return describeTransportFailure(cause ?? { code: '' }, {
    profile,
    service: `the sign-in at ${host}`,
    host,
    command,
    ...(caBundle === undefined ? {} : { caBundle }),
  })
}
