// What speaks against exchanging an access key for a new one, in words.
import { AppError, type ErrorBody } from '../errors.ts'
import { mfadCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import { formatInstant } from '../time/instant.ts'

/** The user's other key: AWS allows two. */
export type OtherKey = { accessKeyId: string; isActive: boolean; createdAt?: Date; lastUsedAt?: Date }

export function tooManyKeys(
  profile: string,
  { accessKeyId, isActive, createdAt, lastUsedAt }: OtherKey,
): AppError {
  const ending = endingOf(accessKeyId)
  const created = createdAt === undefined ? '' : `, created ${formatInstant(createdAt)}`
  const used = lastUsedAt === undefined ? 'never used' : `last used ${formatInstant(lastUsedAt)}`
  return new AppError(
    'iam.too-many-keys',
    `the user of ${printable(profile)} has two access keys, and AWS allows no third: the other one ends in ${ending} (${isActive ? 'active' : 'deactivated'}${created}, ${used})`,
    `if nothing needs it any more (an interrupted rotation may have left it), have it deleted first: ${mfadCommand(`keys --delete-other=${ending}`, 'rotate', profile)}`,
  )
}

export function noSuchKey(profile: string, ending: string): AppError {
  return new AppError(
    'usage.no-such-key',
    `the user of ${printable(profile)} has no other access key that ends in ${printable(ending)}`,
    `without --delete-other it says which keys there are: ${mfadCommand('keys', 'rotate', profile)}`,
  )
}

/** It stands in a profile of the files: without it that profile would have no key that works. */
export function keyInUse(ending: string, profile: string): AppError {
  return new AppError(
    'profile.key-in-use',
    `the access key ending in ${printable(ending)} is the one of ${printable(profile)}; it was not deleted`,
    `put another one there first, with: ${mfadCommand('keys', 'rotate', profile)}`,
  )
}

/** It stands where AWS tools do not all read it, or where another key outranks it: some program may use it all the same. */
export function keyStillNamed(
  ending: string,
  place: { line: number; path: string },
  profile: string,
): AppError {
  return new AppError(
    'profile.key-in-use',
    `the access key ending in ${printable(ending)} also stands in line ${place.line} of ${place.path}, where it cannot be exchanged; it was not deleted`,
    `remove it there, then: ${mfadCommand('keys', 'rotate', profile)}`,
  )
}

/** `isOfSession`: the call was signed with a session, made with a code. */
export function keyCallDenied(profile: string, action: string, isOfSession: boolean): AppError {
  return new AppError(
    'iam.access-denied',
    `AWS does not let the user of ${printable(profile)} do ${action}`,
    isOfSession
      ? `ask your administrator to allow iam:${action} on one's own user`
      : `a policy may want a code for it: ${mfadCommand('login', profile)}, then again: ${mfadCommand('keys', 'rotate', profile)}`,
  )
}

export function notTheSameUser(profile: string): AppError {
  return new AppError(
    'sts.invalid-answer',
    `the new access key of ${printable(profile)} is not one of the same user; it is not used`,
    'check the endpoint: something between here and AWS may have changed the answer',
  )
}

/** The session that signs was made with another user's key, which has stood there before. */
export function notTheSessionsUser(profile: string): AppError {
  return new AppError(
    'profile.keys-changed',
    `the session of ${printable(profile)} is not one of the user whose access key stands there now; no key was made or deleted`,
    `end it, then start again: ${mfadCommand('logout', profile)}`,
  )
}

/** The exchange is done; what keeps the former key where it is, is to be mended first where it can be. */
export function formerLeft(profile: string, ending: string, { code, message, hint }: ErrorBody): ErrorBody {
  const isMendable = code === 'iam.access-denied' || code === 'profile.key-in-use'
  return {
    code,
    message: `the new key is in place, and the former one, ending in ${ending}, is still there: ${message}`,
    hint: isMendable
      ? hint
      : `the next exchange can begin with it: ${mfadCommand(`keys --delete-other=${ending}`, 'rotate', profile)}`,
  }
}

export function notKnownYet(profile: string, seconds: number): AppError {
  return new AppError(
    'sts.unavailable',
    `AWS made a new access key for ${printable(profile)}, and did not know it after ${seconds} s; it was deleted again`,
    `try again in a minute with: ${mfadCommand('keys', 'rotate', profile)}`,
  )
}

export function endingOf(accessKeyId: string): string {
  return accessKeyId.slice(-4)
}
