// What the mode and the owner of a file say: whether another one may take its place, and who can read it. Who can write
// it, and what leads to it, is in trust.ts.

import type { BigIntStats } from 'node:fs'
import { AppError, type ErrorBody } from '../../../core/errors.ts'
import { quoted } from '../../../core/text/quoted.ts'

export type Identity = { uid: number; gid: number }
type Access = Pick<BigIntStats, 'uid' | 'nlink'>

/** Whether another file may take its place: one with a second name, or of another owner, has to be written where it stands. */
export function isReplaceable(stats: Access, identity: Identity): boolean {
  return stats.nlink === 1n && !isSomebodyElses(stats, identity)
}

/** What to tell about a file that others can read. */
export function accessWarnings(path: string, mode: number): ErrorBody[] {
  if ((mode & 0o044) === 0) return []
  const message = `${path} can be read by other users (mode ${(mode & 0o777).toString(8).padStart(4, '0')})`
  return [{ code: 'file.readable-by-others', message, hint: `chmod go-rwx ${quoted(path)}` }]
}

/** A file or directory that belongs to another user or group. `link`: the link that led there, when there was one. */
export function otherOwnerError(path: string, link?: string, cause?: unknown): AppError {
  const hint =
    link === undefined
      ? `make it yours: sudo chown "$(id -u):$(id -g)" ${quoted(path)}`
      : `let the link ${quoted(link)} lead to a file of your own; what is on its way: namei -l ${quoted(link)}`
  return new AppError('file.other-owner', `${path} belongs to another user or group`, hint, cause)
}

/** Somebody else's. Root could give a replacement to the same owner; anybody else could not. */
export function isSomebodyElses(stats: Pick<Access, 'uid'>, identity: Identity): boolean {
  return identity.uid !== 0 && Number(stats.uid) !== identity.uid
}
