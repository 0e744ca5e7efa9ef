// What the failures of calls to STS and IAM mean, and whether a code was used up by them. STS has one vague text for every MFA problem; it is
// diagnosed in the order of likelihood.
import { AppError } from '../errors.ts'
import { awsCommand, mfadCommand } from '../text/commands.ts'
import { listingDenied } from './device-choice.ts'
import { type AssumedRole, describeRoleRefusal } from './role-failure.ts'
import { describeTransportFailure, type TransportCause, type TransportContext } from './transport-failure.ts'

/** A failed call as the AWS edge saw it. `kind` is `answered` when the service itself spoke. */
export type StsFailure = {
  kind: 'answered' | 'unreachable' | 'timeout' | 'not-sts' | 'stopping'
  /** AWS's error code, such as AccessDenied; empty where the service did not speak. */
  name: string
  /** AWS's own text. */
  message: string
  httpStatus?: number
  /** The service's clock minus ours. */
  clockOffsetSeconds?: number
  /** Host and port that were called; missing where it did not come to a call. */
  host?: string
  /** Why there was no answer. A time-out without one: the connection stood, and nothing came. */
  cause?: TransportCause
}

type IamAction =
  | 'ListMFADevices'
  | 'CreateAccessKey'
  | 'ListAccessKeys'
  | 'GetAccessKeyLastUsed'
  | 'UpdateAccessKey'
  | 'DeleteAccessKey'

export type CallContext = {
  action: 'GetSessionToken' | 'GetCallerIdentity' | 'AssumeRole' | IamAction
  /** What was asked for by AssumeRole. */
  role?: AssumedRole
  profile: string
  /** The section with its keys, where that is another one: `dev-long-term`. */
  keyProfile?: string
  serialNumber: string
  /** The device is that of the profile's mfa_serial. Otherwise IAM has named it, or the user has for this session. */
  isOfProfile?: boolean
  region: string
  /** The last four characters of the access key id. */
  keyEnding: string
  secondsToNextCode: number
  /** The file of certificates that are trusted in place of the usual ones. */
  caBundle?: string
  /** The code came from an mfa_process, which computes it by a clock, most likely ours. */
  isCodeFromCommand?: boolean
  /** The command to run again; by default the login of the profile. */
  again?: string
}

const throttlingNames =
  /^(?:Throttling|ThrottlingException|RequestLimitExceeded|TooManyRequestsException|ThrottledException)$/
const unknownKeyNames = /^(?:InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId)$/
const signatureNames =
  /^(?:SignatureDoesNotMatch|InvalidSignatureException|RequestTimeTooSkewed|RequestExpired|IncompleteSignature)$/

/** STS refuses signatures 15 min off; a third of it is named, since a wrong secret is the likelier cause below. */
const leastSkewSeconds = 300

/** A code counts for 30 s, and AWS takes the ones beside it. */
const leastCodeSkewSeconds = 30

const setClock = 'set the clock (timedatectl set-ntp true; on macOS: Date & Time in the System Settings)'

/** Has STS looked at the code and refused it? Unknown counts as no: a policy refuses calls, not codes. */
export function wasCodeRefused({ kind, name, message }: StsFailure): boolean {
  return kind === 'answered' && name === 'AccessDenied' && /MultiFactorAuthentication/.test(message)
}

/** The fact and the next step for a failed call. */
export function describeStsFailure(failure: StsFailure, context: CallContext): AppError {
  if (failure.kind !== 'answered') return describeSilence(failure, context)
  const { name, httpStatus } = failure
  const { action, profile, keyProfile = profile, keyEnding, region, role } = context
  const ofRole = role === undefined ? undefined : describeRoleRefusal(failure, { profile, region, role })
  if (ofRole !== undefined) return ofRole
  if (wasCodeRefused(failure)) return describeMfaFailure(failure, context)
  if (unknownKeyNames.test(name)) {
    return new AppError(
      'sts.key-rejected',
      `AWS does not know the access key of ${profile} (ending in ${keyEnding}): it was deleted, deactivated, or is of another partition than ${region}`,
      `enter a valid key, or the region that it belongs to, with: ${awsCommand('configure', keyProfile)}`,
    )
  }
  if (signatureNames.test(name)) return describeSignatureFailure(failure, context)
  if (throttlingNames.test(name) || httpStatus === 429) {
    return new AppError(
      'sts.throttled',
      'AWS is throttling requests',
      `wait a minute, then: ${againOf(context)}`,
    )
  }
  if (name === 'AccessDenied' && action === 'ListMFADevices') return listingDenied(profile)
  if (name === 'AccessDenied') {
    return new AppError(
      'sts.access-denied',
      `AWS refused ${action} for ${profile}`,
      'a policy may forbid it: ask your administrator',
    )
  }
  const asked = askedWith(context)
  if (name === 'ValidationError' && asked !== undefined) {
    return new AppError(
      'sts.validation-error',
      `AWS rejected the request for ${profile} as malformed`,
      `check ${asked} and duration_seconds of ${profile}`,
    )
  }
  if (httpStatus !== undefined && httpStatus >= 500) {
    return new AppError(
      'sts.unavailable',
      `${serviceOf(failure, context)} failed (HTTP ${httpStatus})`,
      `try again in a minute with: ${againOf(context)}`,
    )
  }
  return new AppError(
    'sts.refused',
    `AWS refused the request for ${profile} (${safeName(name)})`,
    `look the error up in the ${serviceName(context)} documentation`,
  )
}

function describeSilence(failure: StsFailure, context: CallContext): AppError {
  const { profile, caBundle } = context
  const name = serviceName(context)
  const again = againOf(context)
  const { kind, host = name, cause } = failure
  switch (kind) {
    case 'not-sts':
      return new AppError(
        'sts.invalid-answer',
        `what answered at ${host} is not ${name}`,
        `a captive portal or proxy may be in between: check the network, then: ${again}`,
      )
    case 'stopping':
      return new AppError('daemon.stopping', 'the daemon is stopping', `when it runs again: ${again}`)
  }
  const service = serviceOf(failure, context)
  if (kind === 'timeout' && cause?.proxy === undefined) {
    return new AppError(
      'network.timeout',
      cause === undefined
        ? `${service} did not answer in time`
        : `no connection to ${service} could be made in time`,
      `check the network, then: ${again}`,
    )
  }
  const transport: TransportContext = { profile, host, service, command: again }
  return describeTransportFailure(
    cause ?? { code: '' },
    caBundle === undefined ? transport : { ...transport, caBundle },
  )
}

function againOf({ profile, again = mfadCommand('login', profile) }: CallContext): string {
  return again
}

/** What a request for a session was made of, beside its duration; undefined for the other calls. */
function askedWith({ action, serialNumber, isOfProfile = false }: CallContext): string | undefined {
  if (action === 'AssumeRole') return 'role_arn, external_id, role_session_name'
  if (action !== 'GetSessionToken') return undefined
  return isOfProfile ? 'mfa_serial' : `the device ${serialNumber}`
}

function serviceName({ action }: CallContext): string {
  return /^(?:GetSessionToken|GetCallerIdentity|AssumeRole)$/.test(action) ? 'STS' : 'IAM'
}

function serviceOf({ host }: StsFailure, context: CallContext): string {
  const name = serviceName(context)
  return host === undefined ? name : `${name} at ${host}`
}

function describeMfaFailure(
  { message, clockOffsetSeconds: offset = 0 }: StsFailure,
  context: CallContext,
): AppError {
  const { profile, serialNumber, isOfProfile = false, secondsToNextCode, isCodeFromCommand = false } = context
  if (/unable to validate/.test(message)) {
    return new AppError(
      'sts.device-rejected',
      `AWS does not accept the device ${serialNumber} for ${profile}`,
      isOfProfile
        ? `compare mfa_serial with the device in the IAM console: ${awsCommand('configure set mfa_serial ARN', profile)}`
        : `compare it with the devices in the IAM console: ${mfadCommand('login --serial-number ARN', profile)}`,
    )
  }
  if (isCodeFromCommand) {
    return new AppError(
      'sts.token-code-rejected',
      `AWS rejected the code that mfa_process gave for ${profile} (${serialNumber}): it is wrong or was already used`,
      Math.abs(offset) >= leastCodeSkewSeconds
        ? `codes depend on the time, and this computer's clock is ${describeSkew(offset)} that of AWS: ${setClock}`
        : `does the command give the code of this device? meanwhile: ${mfadCommand('login', profile, 'CODE')}`,
    )
  }
  return new AppError(
    'sts.token-code-rejected',
    `AWS rejected the code for ${profile} (${serialNumber}): it is wrong or was already used`,
    `wait ${secondsToNextCode} s for the next one, then: ${againOf(context)} (if it happens again: check the phone's clock, then ${isOfProfile ? 'mfa_serial' : 'whether its app shows the code of this device'})`,
  )
}

function describeSignatureFailure(failure: StsFailure, context: CallContext): AppError {
  const { profile, keyProfile = profile, keyEnding } = context
  const { name, message, clockOffsetSeconds: offset } = failure
  const isOfTime =
    /^Request(?:TimeTooSkewed|Expired)$/.test(name) || /^Signature (?:expired|not yet current)/.test(message)
  if (isOfTime || Math.abs(offset ?? 0) > leastSkewSeconds) {
    return new AppError(
      'sts.clock-skewed',
      `this computer's clock is ${describeSkew(offset)} that of AWS`,
      `${setClock}, then: ${againOf(context)}`,
    )
  }
  return new AppError(
    'sts.signature-rejected',
    `the secret access key of ${profile} does not belong to its access key id (ending in ${keyEnding})`,
    `enter both again with: ${awsCommand('configure', keyProfile)}`,
  )
}

function describeSkew(offset: number | undefined): string {
  if (offset === undefined || Math.abs(offset) < leastCodeSkewSeconds) return 'too far from'
  const seconds = Math.abs(offset)
  const amount = seconds < 90 ? `${seconds} s` : `${Math.round(seconds / 60)} min`
  return `${amount} ${offset > 0 ? 'behind' : 'ahead of'}`
}

/** Letters only, as AWS's error codes are: an endpoint could send the code or the key id back in it. */
function safeName(name: string): string {
  return name.replace(/[^A-Za-z.]/g, '').slice(0, 64) || 'no error code'
}
