// The actions that mfad and its users meet, for a caller whose signature is already proven. Those of STS are here.

import {
  createAccessKey,
  deleteAccessKey,
  getAccessKeyLastUsed,
  listAccessKeys,
  updateAccessKey,
} from './access-keys.ts'
import {
  type Caller,
  callerAccount,
  callerArn,
  callerId,
  type IssuedCredentials,
  isRoot,
  type StsRole,
  type StsUser,
} from './accounts.ts'
import type { Action, ActionDeps, Call } from './action.ts'
import { denied, type XmlElement } from './answers.ts'
import { listMfaDevices } from './iam-actions.ts'
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

export const actions: Readonly<Record<string, Action>> = {
  GetSessionToken: { service: 'sts', run: getSessionToken },
  AssumeRole: { service: 'sts', run: assumeRole },
  GetCallerIdentity: { service: 'sts', run: getCallerIdentity },
  CreateAccessKey: { service: 'iam', run: createAccessKey },
  DeleteAccessKey: { service: 'iam', run: deleteAccessKey },
  GetAccessKeyLastUsed: { service: 'iam', run: getAccessKeyLastUsed },
  ListAccessKeys: { service: 'iam', run: listAccessKeys },
  UpdateAccessKey: { service: 'iam', run: updateAccessKey },
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
