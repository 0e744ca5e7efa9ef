// What an action is: a call that is proven, and what the action may use to answer it.
import type { AccessKeys, Caller, IssuedCredentials, StsRole, StsUser } from './accounts.ts'
import type { Service, XmlElement } from './answers.ts'
import type { MfaDevices } from './mfa-devices.ts'
import type { Parameters } from './parameters.ts'

export type Call = { caller: Caller; parameters: Parameters; now: Date }

export type ActionDeps = {
  users: readonly StsUser[]
  roles: readonly StsRole[]
  devices: MfaDevices
  accessKeys: AccessKeys
  /** Issues credentials for a session of this many seconds, and remembers them. */
  issue(caller: Caller, durationSeconds: number, now: Date): IssuedCredentials & { expiration: string }
}

/** Answers a call with the content of its result, or throws the StsError that AWS would answer. */
export type Action = { service: Service; run(call: Call, deps: ActionDeps): readonly XmlElement[] }
