// Which profiles share a device. One code serves the profiles with one serial number whose access keys belong to one user:
//
//   dev      arn:…:mfa/alice   AKIA…1, of user/alice      one device: one code renews both
//   staging  arn:…:mfa/alice   AKIA…2, of user/alice
//   other    arn:…:mfa/alice   AKIA…3, nobody asked AWS   a device of its own until AWS has said whose key it is

import { isLoginReady, isRoleReady, type KeyProfile, type Profile } from './profile.ts'

/** By access key id: the ARN of its IAM user, as far as AWS was asked. */
export type Identities = ReadonlyMap<string, string>

/** What tells devices apart; a role hangs on the one of its root. Undefined for a profile that cannot be logged in. */
export function deviceOf(profile: Profile, identities: Identities): string | undefined {
  if (!isLoginReady(profile) && !isRoleReady(profile)) return undefined
  const { serialNumber, accessKeyId } = profile
  return serialNumber === undefined || accessKeyId === undefined
    ? undefined
    : nameOf({ serialNumber, accessKeyId }, identities)
}

/** Does one code serve both? */
export function sharesDevice(left: KeyProfile, right: KeyProfile, identities: Identities): boolean {
  return nameOf(left, identities) === nameOf(right, identities)
}

function nameOf(
  { serialNumber, accessKeyId }: Pick<KeyProfile, 'serialNumber' | 'accessKeyId'>,
  identities: Identities,
): string {
  return `${serialNumber} ${identities.get(accessKeyId) ?? accessKeyId}`
}
