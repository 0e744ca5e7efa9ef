// The actions of IAM. Like AWS's, they are about the caller's own user where the call names none.
import { type Caller, callerAccount, callerArn, invalidToken, nameOf, type StsUser } from './accounts.ts'
import type { ActionDeps, Call } from './action.ts'
import { denied, StsError, type XmlElement } from './answers.ts'
import { checkParameters, invalid, marker, maxItems, numberOf, userName } from './parameters.ts'

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html */
export function listMfaDevices(call: Call, deps: ActionDeps): XmlElement[] {
  checkParameters(call.parameters, [userName, marker, maxItems])
  const user = userOf(call, deps)
  checkAllowed(call.caller, 'iam:ListMFADevices', user)
  const name = nameOf(user.arn)
  const { page, next } = pageOf(user.devices, call)
  const members = page.map(({ serialNumber }): XmlElement => ['member', mfaDevice(name, serialNumber)])
  return [
    ['IsTruncated', String(next !== undefined)],
    ['MFADevices', members],
    ...(next === undefined ? [] : [['Marker', next] as const]),
  ]
}

/** The user whom the call is about, of the caller's own account. */
export function userOf({ caller, parameters }: Call, { users }: ActionDeps): StsUser {
  if (caller.kind === 'user-session' && !caller.hasMfa) throw invalidToken()
  const asked = parameters.get('UserName')
  if (caller.kind === 'role-session' && asked === undefined) {
    throw invalid('Must specify userName when calling with non-User credentials')
  }
  const name = asked ?? nameOf(callerArn(caller))
  const user = users.find(({ arn }) => nameOf(arn) === name && arn.split(':')[4] === callerAccount(caller))
  if (user) return user
  throw new StsError(404, 'NoSuchEntity', `The user with name ${name} cannot be found.`)
}

/** Everybody may do everything in IAM but what is in the user's `denied`. */
export function checkAllowed(caller: Caller, action: string, { arn }: StsUser): void {
  if (caller.kind === 'role-session' || !caller.user.denied?.includes(action)) return
  throw denied(
    `User: ${callerArn(caller)} is not authorized to perform: ${action} on resource: user ${nameOf(arn)} because no identity-based policy allows the ${action} action`,
  )
}

/** A marker is where the next page begins, spelled so that nobody takes it for a number. */
function pageOf<T>(all: readonly T[], { parameters }: Call): { page: readonly T[]; next?: string } {
  const given = parameters.get('Marker')
  const start = given === undefined ? 0 : Number(Buffer.from(given, 'base64').toString())
  if (!Number.isSafeInteger(start) || start < 0) throw invalid('Invalid Marker.')
  const end = start + (numberOf(parameters, 'MaxItems') ?? 100)
  const page = all.slice(start, end)
  return end < all.length ? { page, next: Buffer.from(String(end)).toString('base64') } : { page }
}

function mfaDevice(name: string, serial: string): XmlElement[] {
  return [
    ['UserName', name],
    ['SerialNumber', serial],
    ['EnableDate', '2026-01-01T00:00:00Z'],
  ]
}
