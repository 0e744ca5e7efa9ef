// A session as environment variables, for programs that read no profile.
import { formatInstant } from '../time/instant.ts'
import type { SessionCredentials } from './session-section.ts'

export type Variables = Readonly<Record<string, string>>

/** Set together with those of a session, they would win over it: in the SDK for JavaScript AWS_PROFILE does. */
export const rivalVariables = ['AWS_PROFILE', 'AWS_DEFAULT_PROFILE', 'AWS_SECURITY_TOKEN'] as const

/** What an earlier session may have left; `rivalVariables` beside it. */
export const credentialVariables = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
] as const

export function sessionVariables(
  { accessKeyId, secretAccessKey, sessionToken, expiration }: SessionCredentials,
  region: string | undefined,
): Variables {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_CREDENTIAL_EXPIRATION: formatInstant(expiration),
    ...(region === undefined ? {} : { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
  }
}
