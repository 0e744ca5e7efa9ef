// Which profiles share a device. One code serves the profiles with one serial number whose access keys belong to one user:
//
//   dev      arn:…:mfa/alice   AKIA…1, of user/alice      one device: one code renews both
//   staging  arn:…:mfa/alice   AKIA…2, of user/alice
//   other    arn:…:mfa/alice   AKIA…3, nobody asked AWS   a device of its own until AWS has said whose key it is

import { isLoginReady, type KeyProfile, type Profile } from './profile.ts'

/** By access key id: the ARN of its IAM user, as far as AWS was asked. */
export type Identities = ReadonlyMap<string, string>

/** What tells devices apart. Undefined for a profile that cannot be logged in with a code. */
export function deviceOf(profile: Profile, identities: Identities): string | undefined {
  return isLoginReady(profile) ? nameOf(profile, identities) : undefined
}

/** Does one code serve both? */
export function sharesDevice(left: KeyProfile, right: KeyProfile, identities: Identities): boolean {
  return nameOf(left, identities) === nameOf(right, identities)
}

function nameOf({ serialNumber, accessKeyId }: KeyProfile, identities: Identities): string {
  return `${serialNumber} ${identities.get(accessKeyId) ?? accessKeyId}`
}
