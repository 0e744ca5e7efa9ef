// Who can call the embedded STS: users with long-term keys, the roles they may assume, and the credentials issued so far.
import { createHash, randomBytes } from 'node:crypto'
import { StsError } from './answers.ts'
import { isEqual } from './sigv4.ts'

/** `seed` is base32, as shown when a virtual MFA device is set up; a FIDO security key has none, and gives no codes. */
export type MfaDevice = { serialNumber: string; seed?: string }

/**
 * One access key of an IAM user; a user with two keys is listed twice. `isActive: false`: the key is deactivated.
 * `denied`: actions of IAM that no policy allows the user, such as `iam:ListMFADevices`.
 */
export type StsUser = {
  arn: string
  accessKeyId: string
  secretAccessKey: string
  devices: MfaDevice[]
  isActive?: boolean
  denied?: readonly string[]
}

/** `trusts` holds ARNs of users and roles. */
export type StsRole = {
  arn: string
  trusts: string[]
  requiresMfa?: boolean
  externalId?: string
  maxSessionSeconds?: number
}

export type Caller =
  | { kind: 'user'; user: StsUser }
  | { kind: 'user-session'; user: StsUser; hasMfa: boolean }
  | { kind: 'role-session'; role: StsRole; roleSessionName: string }

export type IssuedCredentials = { accessKeyId: string; secretAccessKey: string; sessionToken: string }

/** What proves a caller. Long-term keys have neither session token nor expiration. */
type Key = {
  secretAccessKey: string
  sessionToken?: string
  expiration?: Date
  caller: Caller
  /** Of long-term keys. */
  createdAt?: Date
  lastUsedAt?: Date
  /** Until then AWS does not know it everywhere. */
  knownFrom?: Date
}

/** The long-term keys of a user. */
export type AccessKeys = {
  of(
    userArn: string,
  ): { accessKeyId: string; isActive: boolean; createdAt: Date; lastUsedAt: Date | undefined }[]
  create(user: StsUser, now: Date): { accessKeyId: string; secretAccessKey: string }
  setActive(accessKeyId: string, isActive: boolean): void
  remove(accessKeyId: string): void
}

export type Keyring = {
  /** The key of a request, not yet proven by its signature; StsError as AWS words it. */
  find(accessKeyId: string, sessionToken: string | undefined, now: Date): Key
  issue(caller: Caller, expiration: Date): IssuedCredentials
  accessKeys: AccessKeys
  /** How long a new key takes to be known. */
  setSpreadingSeconds(seconds: number): void
  /** Every session issued so far is expired from now on. */
  endSessions(): void
  readonly issued: readonly IssuedCredentials[]
}

// Every session token of STS begins alike, and holds the characters that careless parsers trip over.
const sessionTokenStart = 'IQoJb3JpZ2luX2VjEP//////////wEaCWV1LXdlc3QtMSJ+'

/** Long-term keys of the users and, in memory, every session issued since the start. */
export function createKeyring(users: readonly StsUser[]): Keyring {
  const keys = new Map<string, Key>(
    users.map((user) => [
      user.accessKeyId,
      { secretAccessKey: user.secretAccessKey, caller: { kind: 'user', user } },
    ]),
  )
  const inactive = new Set(users.filter((user) => user.isActive === false).map((user) => user.accessKeyId))
  const issued: IssuedCredentials[] = []
  let spreadingSeconds = 0
  return {
    issued,
    accessKeys: createAccessKeys(keys, inactive, issued, () => spreadingSeconds),
    setSpreadingSeconds(seconds) {
      spreadingSeconds = seconds
    },
    find(accessKeyId, sessionToken, now) {
      const key = keys.get(accessKeyId)
      if (!key || inactive.has(accessKeyId) || !isEqual(key.sessionToken ?? '', sessionToken ?? '')) {
        throw invalidToken()
      }
      if (key.knownFrom && key.knownFrom > now) throw invalidToken()
      if (key.expiration && key.expiration <= now) {
        throw new StsError(403, 'ExpiredToken', 'The security token included in the request is expired')
      }
      key.lastUsedAt = now
      return key
    },
    issue(caller, expiration) {
      const credentials = createCredentials()
      const { accessKeyId, secretAccessKey, sessionToken } = credentials
      keys.set(accessKeyId, { secretAccessKey, sessionToken, expiration, caller })
      issued.push(credentials)
      return credentials
    },
    endSessions() {
      for (const key of keys.values()) if (key.expiration !== undefined) key.expiration = new Date(0)
    },
  }
}

function createAccessKeys(
  keys: Map<string, Key>,
  inactive: Set<string>,
  issued: IssuedCredentials[],
  spreadingSeconds: () => number,
): AccessKeys {
  return {
    of: (userArn) =>
      [...keys]
        .filter(([, { caller }]) => caller.kind === 'user' && caller.user.arn === userArn)
        .map(([accessKeyId, { createdAt, lastUsedAt }]) => ({
          accessKeyId,
          isActive: !inactive.has(accessKeyId),
          createdAt: createdAt ?? new Date('2026-01-01T00:00:00Z'),
          lastUsedAt,
        })),
    create(user, now) {
      const { sessionToken, ...made } = createCredentials()
      const key = { ...made, accessKeyId: made.accessKeyId.replace('ASIA', 'AKIA') }
      const knownFrom = new Date(now.getTime() + spreadingSeconds() * 1000)
      const caller = { kind: 'user', user: { ...user, ...key } } as const
      keys.set(key.accessKeyId, { secretAccessKey: key.secretAccessKey, caller, createdAt: now, knownFrom })
      issued.push({ ...key, sessionToken })
      return key
    },
    setActive(accessKeyId, isActive) {
      if (!keys.has(accessKeyId)) throw new RangeError('setActive: no user has this access key')
      if (isActive) inactive.delete(accessKeyId)
      else inactive.add(accessKeyId)
    },
    remove: (accessKeyId) => void keys.delete(accessKeyId),
  }
}

/** AWS's one text for an unknown key, one of another partition, a deactivated one, and a session token that is not the key's. */
export function invalidToken(): StsError {
  return new StsError(403, 'InvalidClientTokenId', 'The security token included in the request is invalid.')
}

/** The ARN that AWS shows for a caller; a role session's has no path. */
export function callerArn(caller: Caller): string {
  if (caller.kind !== 'role-session') return caller.user.arn
  const [, partition] = caller.role.arn.split(':')
  return `arn:${partition}:sts::${accountOf(caller.role.arn)}:assumed-role/${nameOf(caller.role.arn)}/${caller.roleSessionName}`
}

/** The unique id behind the ARN: the same on every start. */
export function callerId(caller: Caller): string {
  if (caller.kind === 'role-session') return `AROA${idOf(caller.role.arn)}:${caller.roleSessionName}`
  return isRoot(caller) ? accountOf(caller.user.arn) : `AIDA${idOf(caller.user.arn)}`
}

export function callerAccount(caller: Caller): string {
  return accountOf(caller.kind === 'role-session' ? caller.role.arn : caller.user.arn)
}

/** Whether the caller is the account's root user, whose sessions are short. */
export function isRoot(caller: Caller): boolean {
  return caller.kind !== 'role-session' && caller.user.arn.endsWith(':root')
}

/** The last part of an ARN's path: `alice` of `arn:aws:iam::111122223333:user/team/alice`. */
export function nameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1)
}

function accountOf(arn: string): string {
  return arn.split(':')[4] ?? ''
}

function idOf(arn: string): string {
  return letters(createHash('sha256').update(arn).digest(), 17)
}

function createCredentials(): IssuedCredentials {
  return {
    accessKeyId: `ASIA${letters(randomBytes(16), 16)}`,
    secretAccessKey: randomBytes(30).toString('base64'),
    sessionToken: sessionTokenStart + randomBytes(220).toString('base64'),
  }
}

function letters(bytes: Buffer, count: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  return [...bytes.subarray(0, count)].map((byte) => alphabet[byte % 32]).join('')
}
