// The file that is to be changed: where it is, whether it is for us to change, and whether it is still what was read.

import { type BigIntStats, constants } from 'node:fs'
import { dirname, join } from 'node:path'
import { checkAccess, type Identity, isOwnersOnly, type Located, otherOwnerError } from '../disk/access.ts'
import { fileError, notWritableError } from '../disk/errors.ts'
import { locate, type OpenFile, readWhole } from '../disk/reading.ts'
import { errnoOf, type FileSystem } from '../disk/system.ts'
import type { LateWrite, OldFile } from '../late/late-writes.ts'
import type { RenameWitness } from '../late/rename-witness.ts'

export type Target = Identity & {
  fs: FileSystem
  path: string
  pid: number
  randomName(): string
  /** Where recovery copies go. */
  stateDirectory: string
  /** Undefined where the order of events cannot be had. */
  witnessRenames(directory: string, name: string): RenameWitness | undefined
  /** Follows the old file from now on, and closes it. */
  follow(old: OldFile, merge: (write: LateWrite) => Promise<void>): void
}

/** Throws AppError file.* when `realPath`, open as `base` unless absent, is not for us to change. */
export function checkTarget(target: Target, realPath: string, base: OpenFile | undefined): void {
  const file = base === undefined ? undefined : { path: realPath, stats: base.stats }
  // Whoever can write the directory of a symlink can lead it elsewhere.
  const paths = new Set([dirname(realPath), dirname(target.path)])
  const directories: Located[] = []
  for (const path of paths) {
    const stats = statOf(target.fs, path)
    if (stats !== undefined) directories.push({ path, stats })
  }
  checkAccess(file, directories, target)
}

/** Throws AppError when a file that has to be written where it stands cannot be. */
export function checkWritableFile(target: Target, realPath: string, base: OpenFile): void {
  try {
    target.fs.accessSync(realPath, constants.W_OK)
  } catch (error) {
    if (isOwnersOnly(base.stats, target)) throw otherOwnerError(realPath, error)
    throw errnoOf(error) === 'EACCES' ? notWritableError(realPath, error) : error
  }
  checkDirectory(target.fs, join(target.stateDirectory, 'recovery'))
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
  // Still absent is what link() itself makes sure of.
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
