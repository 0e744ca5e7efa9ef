// What is known of a profile, and when it can be logged in.

import { deviceObstacles } from '../error-codes.ts'
import { AppError, type ErrorBody } from '../errors.ts'
import type { Session } from './session-section.ts'

export type FilePaths = { credentials: string; config: string }
/** A command that prints the code, and the file that names it. */
export type MfaProcess = { command: string; profile: string; file: string }
/**
 * key: long-term keys. role: a role that is assumed with a source profile, or with its own keys. sso, aws-login: AWS tools
 * sign it in without us. other: anything else.
 */
type ProfileKind = 'key' | 'role' | 'sso' | 'aws-login' | 'other'

export type Profile = {
  profile: string
  sessionProfile: string
  kind: ProfileKind
  session: Session
  /** The device: the one that the user chose for the session that stands, else `mfaSerial`. */
  serialNumber?: string
  /** What mfa_serial says. */
  mfaSerial?: string
  sourceProfile?: string
  /** Of a role profile. */
  role?: Role
  /** Of a role profile that can be reached. */
  source?: RoleSource
  /** Holds a role profile long-term keys of its own? */
  hasOwnKeys?: boolean
  region?: string
  endpointUrl?: string
  /** As written: NaN where it is no number. */
  durationSeconds?: number
  /** Or the command that prints its keys: see keyNameOf. */
  accessKeyId?: string
  /** Its own, or that of a source profile. */
  mfaProcess?: MfaProcess
  /** What speaks against a login, whatever the code: shown by `status`, thrown by `login`. */
  obstacle?: ErrorBody
  /** The session section stands, but its profile is gone. */
  isOrphan?: boolean
  /** Set where the session stands in the profile's own section: the section that holds its keys, `dev-long-term`. */
  keyProfile?: string
  /** What our section holds of the profile's settings; see in-step-settings.ts. */
  inStep: ReadonlyMap<string, string>
  /** What its user should know: in the answer to a login, and in the status while the session stands. */
  warnings: readonly ErrorBody[]
}

/** The section with the long-term keys of a profile. */
export function keysAt({ profile, keyProfile = profile }: Pick<Profile, 'profile' | 'keyProfile'>): string {
  return keyProfile
}

/** The same by name, for the root of a role. */
export function keysOfRoot(profiles: readonly Profile[], root: string): string {
  return keysAt(profiles.find(({ profile }) => profile === root) ?? { profile: root })
}

/** A role as AssumeRole takes it. */
export type Role = { arn: string; externalId?: string; sessionName?: string }

/** Where a role leads. `chain`: the profiles from the one with the keys to the role's own source; the first is the root. */
export type RoleSource = { root: string; chain: readonly string[] }

/** A role profile that can be assumed. */
export type RoleProfile = Profile & { role: Role; source: RoleSource }

/** A key profile that can be logged in: everything a call needs is there. */
export type KeyProfile = Profile & { serialNumber: string; accessKeyId: string }

/** Can its role be assumed, with a session of its source? */
export function isRoleReady(profile: Profile): profile is RoleProfile {
  const { kind, role, source, obstacle } = profile
  return kind === 'role' && role !== undefined && source !== undefined && obstacle === undefined
}

/** A role that begins with keys of its own: the session that a code gives for them stands in no file. */
export function isOwnRoot(profile: Profile): boolean {
  return isRoleReady(profile) && profile.source.root === profile.profile
}

/** Can a code give a session for its keys? */
export function isCodeReady(profile: Profile): profile is KeyProfile {
  const hasCall = profile.serialNumber !== undefined && profile.accessKeyId !== undefined
  return isLoginReady(profile) || (hasCall && isOwnRoot(profile))
}

/** Is there everything that a call to STS needs, and nothing that speaks against it? */
export function isLoginReady(profile: Profile): profile is KeyProfile {
  const { kind, serialNumber, accessKeyId, obstacle } = profile
  return kind === 'key' && serialNumber !== undefined && accessKeyId !== undefined && obstacle === undefined
}

/** Does nothing stand against its keys? What stands against its device does not count: another one can be given. */
export function isUsable({ obstacle }: Pick<Profile, 'obstacle'>): boolean {
  return obstacle === undefined || deviceObstacles.has(obstacle.code)
}

/** Throws what stands against its keys. */
export function requireUsable(profile: Pick<Profile, 'obstacle'>): void {
  const { obstacle } = profile
  if (obstacle !== undefined && !isUsable(profile))
    throw new AppError(obstacle.code, obstacle.message, obstacle.hint)
}
