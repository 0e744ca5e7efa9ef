// The actions of IAM on access keys. Like AWS, they are about the caller's own user where the call names none, a user has two
// at most, and a new key is known everywhere only after a while.
import type { StsUser } from './accounts.ts'
import { nameOf } from './accounts.ts'
import type { ActionDeps, Call } from './action.ts'
import { StsError, type XmlElement } from './answers.ts'
import { checkAllowed, userOf } from './iam-actions.ts'
import { accessKeyId, checkParameters, keyStatus, marker, maxItems, userName } from './parameters.ts'

const mostKeys = 2

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html */
export function createAccessKey(call: Call, deps: ActionDeps): XmlElement[] {
  checkParameters(call.parameters, [userName])
  const user = permitted(call, deps, 'iam:CreateAccessKey')
  if (deps.accessKeys.of(user.arn).length >= mostKeys)
    throw new StsError(409, 'LimitExceeded', `Cannot exceed quota for AccessKeysPerUser: ${mostKeys}`)
  const key = deps.accessKeys.create(user, call.now)
  return [
    [
      'AccessKey',
      [
        ['UserName', nameOf(user.arn)],
        ['AccessKeyId', key.accessKeyId],
        ['Status', 'Active'],
        ['SecretAccessKey', key.secretAccessKey],
        ['CreateDate', instant(call.now)],
      ],
    ],
  ]
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html */
export function listAccessKeys(call: Call, deps: ActionDeps): XmlElement[] {
  checkParameters(call.parameters, [userName, marker, maxItems])
  const user = permitted(call, deps, 'iam:ListAccessKeys')
  const members = deps.accessKeys.of(user.arn).map(
    ({ accessKeyId, isActive, createdAt }): XmlElement => [
      'member',
      [
        ['UserName', nameOf(user.arn)],
        ['AccessKeyId', accessKeyId],
        ['Status', isActive ? 'Active' : 'Inactive'],
        ['CreateDate', instant(createdAt)],
      ],
    ],
  )
  return [
    ['AccessKeyMetadata', members],
    ['IsTruncated', 'false'],
  ]
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html */
export function getAccessKeyLastUsed(call: Call, deps: ActionDeps): XmlElement[] {
  checkParameters(call.parameters, [accessKeyId])
  const user = permitted(call, deps, 'iam:GetAccessKeyLastUsed')
  const { lastUsedAt } = keyOf(call, deps, user)
  const used: XmlElement[] = [
    ['Region', lastUsedAt === undefined ? 'N/A' : 'us-east-1'],
    ...(lastUsedAt === undefined ? [] : [['LastUsedDate', instant(lastUsedAt)] as const]),
    ['ServiceName', lastUsedAt === undefined ? 'N/A' : 'sts'],
  ]
  return [
    ['UserName', nameOf(user.arn)],
    ['AccessKeyLastUsed', used],
  ]
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html */
export function updateAccessKey(call: Call, deps: ActionDeps): XmlElement[] {
  checkParameters(call.parameters, [userName, accessKeyId, keyStatus])
  const user = permitted(call, deps, 'iam:UpdateAccessKey')
  deps.accessKeys.setActive(keyOf(call, deps, user).accessKeyId, call.parameters.get('Status') === 'Active')
  return []
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html */
export function deleteAccessKey(call: Call, deps: ActionDeps): XmlElement[] {
  checkParameters(call.parameters, [userName, accessKeyId])
  const user = permitted(call, deps, 'iam:DeleteAccessKey')
  deps.accessKeys.remove(keyOf(call, deps, user).accessKeyId)
  return []
}

function permitted(call: Call, deps: ActionDeps, action: string): StsUser {
  const user = userOf(call, deps)
  checkAllowed(call.caller, action, user)
  return user
}

function keyOf({ parameters }: Call, { accessKeys }: ActionDeps, { arn }: StsUser) {
  const id = parameters.get('AccessKeyId') ?? ''
  const key = accessKeys.of(arn).find(({ accessKeyId }) => accessKeyId === id)
  if (key) return key
  throw new StsError(404, 'NoSuchEntity', `The Access Key with id ${id} cannot be found.`)
}

function instant(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}
