// Who else may read or write the credentials file: what is refused, and what is only worth a warning.
// The user's own primary group may write: many systems create ~/.aws with umask 002.

import type { BigIntStats } from 'node:fs'
import { AppError, type ErrorBody } from '../../../core/errors.ts'
import { quoted } from '../../../core/text/quoted.ts'

export type Identity = { uid: number; gid: number }
type Access = Pick<BigIntStats, 'mode' | 'uid' | 'gid' | 'nlink'>
export type Located = { path: string; stats: Access }

/** Throws AppError when the file, or a directory that leads to it, is not the user's alone to change. */
export function checkAccess(
  file: Located | undefined,
  directories: readonly Located[],
  identity: Identity,
): void {
  if (file !== undefined) {
    if (isWritableByOthers(file.stats, identity)) throw writableByOthersError(file.path)
  }
  for (const directory of directories) {
    const isSafe = !isWritableByOthers(directory.stats, identity) || isProtected(file, directory, identity)
    if (!isSafe) throw writableByOthersError(directory.path)
    // Root can change everything anyway.
    if (directory.stats.uid !== 0n && isOwnersOnly(directory.stats, identity))
      throw otherOwnerError(directory.path)
  }
}

/** Whether another file may take its place: one with a second name, or of another owner, has to be written where it stands. */
export function isReplaceable(stats: Access, identity: Identity): boolean {
  return stats.nlink === 1n && !isOwnersOnly(stats, identity)
}

/** What to tell about a file that others can read. */
export function accessWarnings(path: string, mode: number): ErrorBody[] {
  if ((mode & 0o044) === 0) return []
  const message = `${path} can be read by other users (mode ${(mode & 0o777).toString(8).padStart(4, '0')})`
  return [{ code: 'file.readable-by-others', message, hint: `chmod go-rwx ${quoted(path)}` }]
}

/** The owner of a file could not be given to its replacement. */
export function otherOwnerError(path: string, cause?: unknown): AppError {
  const hint = `make it yours: sudo chown "$(id -u):$(id -g)" ${quoted(path)}`
  return new AppError('file.other-owner', `${path} belongs to another user or group`, hint, cause)
}

function isWritableByOthers(stats: Access, identity: Identity): boolean {
  const mode = Number(stats.mode)
  const isByGroup = (mode & 0o020) !== 0 && Number(stats.gid) !== identity.gid
  return isByGroup || (mode & 0o002) !== 0
}

/** In a sticky directory such as /tmp others cannot rename or remove a file that is ours. */
function isProtected(file: Located | undefined, directory: Located, identity: Identity): boolean {
  const isSticky = (Number(directory.stats.mode) & 0o1000) !== 0
  return isSticky && (file === undefined || Number(file.stats.uid) === identity.uid)
}

/** Someone else's, and we are not root, who could give a replacement to the same owner. */
export function isOwnersOnly(stats: Access, identity: Identity): boolean {
  return identity.uid !== 0 && Number(stats.uid) !== identity.uid
}

function writableByOthersError(path: string): AppError {
  const message = `${path} can be changed by other users`
  return new AppError('file.writable-by-others', message, `chmod go-w ${quoted(path)}`)
}
