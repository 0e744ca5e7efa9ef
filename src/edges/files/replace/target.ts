// The file that is to be changed: where it is, whether it is for us to change, and whether it is still what was read.

import { type BigIntStats, constants } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError } from '../../../core/errors.ts'
import { quoted } from '../../../core/text/quoted.ts'
import { type Identity, isSomebodyElses, otherOwnerError } from '../disk/access.ts'
import { fileError, notWritableError } from '../disk/errors.ts'
import { locate, type OpenFile, readWhole } from '../disk/reading.ts'
import { errnoOf, type FileSystem } from '../disk/system.ts'
import type { Trust } from '../disk/trust.ts'
import { wayTo } from '../disk/way.ts'
import type { LateWrite, OldFile } from '../late/late-writes.ts'
import type { RenameWitness } from '../late/rename-witness.ts'

export type Target = Identity & {
  fs: FileSystem
  path: string
  /** Throws AppError file.* where somebody else could change what is at the path. */
  checkTrusted: Trust['checkTrusted']
  pid: number
  randomName(): string
  /** Where recovery copies go. */
  stateDirectory: string
  /** Undefined where the system does not tell the order of events. */
  witnessRenames(directory: string, name: string): RenameWitness | undefined
  /** Follows the old file from now on, and closes it. */
  follow(old: OldFile, merge: (write: LateWrite) => Promise<void>): void
}

/** For a file that has to be written where it stands: throws AppError when it cannot be. */
export function checkWritableFile(target: Target, realPath: string, base: OpenFile): void {
  try {
    target.fs.accessSync(realPath, constants.W_OK)
  } catch (error) {
    if (isSomebodyElses(base.stats, target)) throw otherOwnerError(realPath, undefined, error)
    throw errnoOf(error) === 'EACCES' ? notWritableError(realPath, error) : error
  }
  checkDirectory(target.fs, join(target.stateDirectory, 'recovery'))
}

const hindrances = ['file.not-writable', 'file.other-owner', 'file.read-only']
/** What a package manager has built there must stay as it is, even where the user could change it. */
const stores = ['/nix/store/', '/gnu/store/']

/**
 * A failed replacement as an AppError. What a link leads to may be nobody's to make writable, as in a read-only store: then
 * a real file has to stand in the place of the link.
 */
export function replaceError(target: Target, realPath: string, cause: unknown): unknown {
  const error = fileError(cause, realPath, 'replace')
  if (!(error instanceof AppError) || !hindrances.includes(error.code)) return error
  return linkError(target, realPath, error) ?? error
}

function linkError({ fs, path, uid }: Target, realPath: string, error: AppError): AppError | undefined {
  try {
    const { link, end } = wayTo(fs, path)
    if (link === undefined || end === undefined) return undefined
    const isOwn = Number(end.stats.uid) === uid && error.code !== 'file.read-only'
    if (isOwn && !stores.some((store) => realPath.startsWith(store))) return undefined
    const [from, to] = [quoted(link), quoted(`${link}.new`)]
    const isDirectory = fs.statSync(link).isDirectory()
    return new AppError(
      error.code,
      `${link} is a link to what cannot be written: ${realPath} is read-only or belongs to another user`,
      isDirectory
        ? `put a directory of your own in its place: cp -RL ${from} ${to} && chmod -R u+rwX,go= ${to} && rm ${from} && mv ${to} ${from}`
        : `put a file of your own in its place: cp ${from} ${to} && chmod 600 ${to} && mv ${to} ${from}`,
      error,
    )
  } catch (failure) {
    if (failure instanceof AppError || errnoOf(failure) !== undefined) return undefined
    throw failure
  }
}

/** Throws AppError unless the directory of a path, or the one in which it would be created, takes new names. */
export function checkDirectory(fs: FileSystem, path: string): void {
  try {
    fs.accessSync(dirname(path), constants.W_OK | constants.X_OK)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || path === dirname(path)) throw fileError(error, path, 'replace')
    checkDirectory(fs, dirname(path))
  }
}

/** Is the file still what `base` holds, or still absent? */
export function isUnchanged(target: Target, realPath: string, base: OpenFile | undefined): boolean {
  const { fs } = target
  if (locate(fs, target.path) !== realPath) return false
  // That it is still absent is checked by link() itself, which never replaces a file.
  if (base === undefined) return true
  if (Buffer.compare(readWhole(fs, base.descriptor, realPath), base.bytes) !== 0) return false
  const stats = statOf(fs, realPath)
  if (stats === undefined) return false
  const facts = ['dev', 'ino', 'nlink', 'mode', 'uid', 'gid'] as const
  return facts.every((fact) => stats[fact] === base.stats[fact])
}

function statOf(fs: FileSystem, path: string): BigIntStats | undefined {
  try {
    return fs.statSync(path, { bigint: true })
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}
