// The actions of STS and IAM that mfad and its users meet, for a caller whose signature is already proven.

import {
  type Caller,
  callerAccount,
  callerArn,
  callerId,
  type IssuedCredentials,
  invalidToken,
  isRoot,
  nameOf,
  type StsRole,
  type StsUser,
} from './accounts.ts'
import { denied, type Service, StsError, type XmlElement } from './answers.ts'
import type { MfaDevices } from './mfa-devices.ts'
import {
  checkParameters,
  durationSeconds,
  externalId,
  invalid,
  numberOf,
  type Parameters,
  roleArn,
  roleSessionName,
  serialNumber,
  tokenCode,
} from './parameters.ts'

type Call = { caller: Caller; parameters: Parameters; now: Date }

export type ActionDeps = {
  users: readonly StsUser[]
  roles: readonly StsRole[]
  devices: MfaDevices
  /** Issues credentials for a session of this many seconds, and remembers them. */
  issue(caller: Caller, durationSeconds: number, now: Date): IssuedCredentials & { expiration: string }
}

/** Answers a call with the content of its result, or throws the StsError that AWS would answer. */
export type Action = { service: Service; run(call: Call, deps: ActionDeps): readonly XmlElement[] }

export const actions: Readonly<Record<string, Action>> = {
  GetSessionToken: { service: 'sts', run: getSessionToken },
  AssumeRole: { service: 'sts', run: assumeRole },
  GetCallerIdentity: { service: 'sts', run: getCallerIdentity },
  ListMFADevices: { service: 'iam', run: listMfaDevices },
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html */
function getSessionToken({ caller, parameters, now }: Call, deps: ActionDeps): XmlElement[] {
  checkParameters(parameters, [serialNumber, tokenCode, durationSeconds(129_600)])
  if (caller.kind !== 'user') throw denied('Cannot call GetSessionToken with session credentials')
  const hasMfa = spendTokenCode(caller.user, parameters, now, deps)
  const seconds = numberOf(parameters, 'DurationSeconds') ?? 43_200
  const session: Caller = { kind: 'user-session', user: caller.user, hasMfa }
  return [credentials(deps.issue(session, isRoot(caller) ? Math.min(seconds, 3600) : seconds, now))]
}

/** https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html */
function assumeRole({ caller, parameters, now }: Call, deps: ActionDeps): XmlElement[] {
  checkParameters(parameters, [
    roleArn,
    roleSessionName,
    durationSeconds(43_200),
    externalId,
    serialNumber,
    tokenCode,
  ])
  if (isRoot(caller)) throw denied('Roles may not be assumed by root accounts.')
  const user = caller.kind === 'role-session' ? undefined : caller.user
  const hasMfa = spendTokenCode(user, parameters, now, deps) || hasMfaContext(caller)
  const role = deps.roles.find(({ arn }) => arn === parameters.get('RoleArn'))
  if (!role || !trusts(role, caller, hasMfa, parameters.get('ExternalId'))) {
    throw denied(
      `User: ${callerArn(caller)} is not authorized to perform: sts:AssumeRole on resource: ${parameters.get('RoleArn')}`,
    )
  }
  const seconds = numberOf(parameters, 'DurationSeconds') ?? 3600
  checkRoleDuration(role, caller, seconds)
  const session: Caller = {
    kind: 'role-session',
    role,
    roleSessionName: parameters.get('RoleSessionName') ?? '',
  }
  return [credentials(deps.issue(session, seconds, now)), assumedRoleUser(session)]
}

function getCallerIdentity({ caller }: Call): XmlElement[] {
  return [
    ['Arn', callerArn(caller)],
    ['UserId', callerId(caller)],
    ['Account', callerAccount(caller)],
  ]
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html, without paging. */
function listMfaDevices({ caller, parameters }: Call, { users }: ActionDeps): XmlElement[] {
  if (caller.kind === 'user-session' && !caller.hasMfa) throw invalidToken()
  const asked = parameters.get('UserName')
  if (caller.kind === 'role-session' && asked === undefined) {
    throw invalid('Must specify userName when calling with non-User credentials')
  }
  const userName = asked ?? nameOf(callerArn(caller))
  const user = users.find(
    ({ arn }) => nameOf(arn) === userName && arn.split(':')[4] === callerAccount(caller),
  )
  if (!user) throw new StsError(404, 'NoSuchEntity', `The user with name ${userName} cannot be found.`)
  const members = user.devices.map(
    (device): XmlElement => ['member', mfaDevice(userName, device.serialNumber)],
  )
  return [
    ['IsTruncated', 'false'],
    ['MFADevices', members],
  ]
}

/** Whether the call carries an MFA code, which is used up here; half of the pair is refused. */
function spendTokenCode(
  user: StsUser | undefined,
  parameters: Parameters,
  now: Date,
  { devices }: ActionDeps,
): boolean {
  const serial = parameters.get('SerialNumber')
  const code = parameters.get('TokenCode')
  if (serial === undefined && code === undefined) return false
  if (serial === undefined || code === undefined) {
    throw denied(
      'MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code.',
    )
  }
  devices.spend(user, serial, code, now)
  return true
}

/** A role session carries no MFA context, even if the call that opened it did (AWS: "AssumeRole ... do not include MFA information"). */
function hasMfaContext(caller: Caller): boolean {
  return caller.kind === 'user-session' && caller.hasMfa
}

function trusts(
  role: StsRole,
  caller: Caller,
  hasMfa: boolean,
  externalIdGiven: string | undefined,
): boolean {
  const principal = caller.kind === 'role-session' ? caller.role.arn : caller.user.arn
  return (
    role.trusts.includes(principal) &&
    (!role.requiresMfa || hasMfa) &&
    (role.externalId === undefined || role.externalId === externalIdGiven)
  )
}

/** Also for a session of GetSessionToken: AWS counts a role that is assumed with one as chained. */
function checkRoleDuration(role: StsRole, caller: Caller, seconds: number): void {
  if (caller.kind !== 'user' && seconds > 3600) {
    throw invalid(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    )
  }
  if (seconds > (role.maxSessionSeconds ?? 3600)) {
    throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
  }
}

function credentials(issued: IssuedCredentials & { expiration: string }): XmlElement {
  return [
    'Credentials',
    [
      ['AccessKeyId', issued.accessKeyId],
      ['SecretAccessKey', issued.secretAccessKey],
      ['SessionToken', issued.sessionToken],
      ['Expiration', issued.expiration],
    ],
  ]
}

function assumedRoleUser(session: Caller): XmlElement {
  return [
    'AssumedRoleUser',
    [
      ['AssumedRoleId', callerId(session)],
      ['Arn', callerArn(session)],
    ],
  ]
}

function mfaDevice(userName: string, serial: string): XmlElement[] {
  return [
    ['UserName', userName],
    ['SerialNumber', serial],
    ['EnableDate', '2026-01-01T00:00:00Z'],
  ]
}
