// The container credentials endpoint, as programs meet it: its address, its variables and its answers. It speaks what ECS speaks:
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-container-credentials.html
import { type ErrorBody, httpStatusOf } from './errors.ts'
import type { SessionCredentials } from './profiles/session-section.ts'
import { formatInstant } from './time/instant.ts'

export const endpointPorts = { usual: 9911, least: 1024, most: 65_535 } as const

const address = '127.0.0.1'
const credentialsPath = '/v1/credentials/'
const proofPath = '/v1/proof/'

export type EndpointCall =
  | { kind: 'credentials'; profile: string }
  /** Whoever asks wants to know whether this is mfad, before it gives the token away. */
  | { kind: 'proof'; nonce: string }

export type EndpointRequest = {
  method: string
  /** As it came, with all that follows the path. */
  target: string
  hosts: readonly string[]
  hasBody: boolean
}

export type EndpointAnswer = { status: number; body: object }

export function endpointUrl(port: number): string {
  return `http://${address}:${port}`
}

/** The variables by which every AWS SDK asks the endpoint for the session of a profile. */
export function containerVariables(port: number, profile: string, token: string): Record<string, string> {
  return {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpointUrl(port)}${credentialsPath}${encodeURIComponent(profile)}`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: token,
  }
}

/** Each of them would win over the endpoint in some SDK. */
export const endpointRivals = [
  'AWS_PROFILE',
  'AWS_DEFAULT_PROFILE',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_SECURITY_TOKEN',
  'AWS_CREDENTIAL_EXPIRATION',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE',
] as const

export function proofTarget(nonce: string): string {
  return `${proofPath}${nonce}`
}

/**
 * What is asked for, or the refusal. A host other than this computer's own names is a web page's, whose name somebody has let point
 * here.
 */
export function readEndpointRequest(
  { method, target, hosts, hasBody }: EndpointRequest,
  port: number,
): EndpointCall | EndpointAnswer {
  const [host] = hosts
  if (hosts.length !== 1 || (host !== `${address}:${port}` && host !== `localhost:${port}`))
    return refusal(403, 'AccessDenied', `this endpoint answers at ${endpointUrl(port)} only`)
  if (method !== 'GET') return refusal(405, 'MethodNotAllowed', 'this endpoint answers GET only')
  if (hasBody) return refusal(400, 'BadRequest', 'a GET has no body')
  const nonce = /^\/v1\/proof\/([0-9a-f]{32})$/.exec(target)?.[1]
  if (nonce !== undefined) return { kind: 'proof', nonce }
  const profile = decoded(/^\/v1\/credentials\/([^/?#]{1,768})$/.exec(target)?.[1] ?? '')
  if (profile !== undefined) return { kind: 'credentials', profile }
  return refusal(404, 'NotFound', 'nothing is here')
}

function decoded(text: string): string | undefined {
  try {
    return text === '' ? undefined : decodeURIComponent(text)
  } catch {
    return undefined
  }
}

export function credentialsAnswer(credentials: SessionCredentials): EndpointAnswer {
  return {
    status: 200,
    body: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      Token: credentials.sessionToken,
      Expiration: formatInstant(credentials.expiration),
    },
  }
}

/** Says nothing of what is there: a profile that does not exist has a token as well. */
export function wrongToken(): EndpointAnswer {
  return refusal(
    403,
    'AccessDenied',
    'the token is not the one of this profile: take it from mfad env PROFILE --endpoint',
  )
}

export function endpointFailure({ code, message, hint }: ErrorBody): EndpointAnswer {
  return refusal(httpStatusOf(code), code, hint === '' ? message : `${message}; ${hint}`)
}

/** The SDKs for Go and Java read the lower-case names, that for JavaScript the others; boto3 shows all of it. */
function refusal(status: number, code: string, message: string): EndpointAnswer {
  return { status, body: { code, message, Code: code, Message: message } }
}
