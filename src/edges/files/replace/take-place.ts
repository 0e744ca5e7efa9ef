// The instant at which a complete temp file becomes the file: after that the new content stands, before it the old.

import { AppError, type ErrorBody } from '../../../core/errors.ts'
import { quoted } from '../../../core/text/quoted.ts'
import { changedUnderneathError, strayWarning } from '../disk/errors.ts'
import { type OpenFile, openFile } from '../disk/reading.ts'
import { errnoOf, type FileSystem, failureOf } from '../disk/system.ts'
import { syncDirectory } from '../disk/writing.ts'
import type { OldFile } from '../late/late-writes.ts'
import type { Attempt } from './attempt.ts'
import { isUnchanged } from './target.ts'

/** For a file that is missing: answers warnings, or undefined when somebody else has created one meanwhile. Leaves no temp
 * file. */
export async function placeNew(
  { target, realPath }: Attempt,
  temp: string,
): Promise<ErrorBody[] | undefined> {
  const { fs } = target
  let isPlaced = false
  try {
    isPlaced = isUnchanged(target, realPath, undefined) && linkNew(fs, temp, realPath)
  } catch (error) {
    failureOf(() => fs.unlinkSync(temp))
    throw error
  }
  if (!isPlaced) {
    fs.unlinkSync(temp)
    return undefined
  }
  return [...dropTempName(fs, temp), ...(await syncDirectory(fs, realPath))]
}

/**
 * Gives the temp file its final name, and the old one a second name before that; else no temp file is left.
 * Synchronous, because what was checked must still hold at the rename.
 */
export function takePlace(
  attempt: Attempt,
  base: OpenFile,
  temp: string,
  kept: string,
): 'kept' | 'replaced' | 'raced' | 'immovable' {
  const { target, realPath } = attempt
  const { fs } = target
  let isKept = false
  try {
    if (!isUnchanged(target, realPath, base)) {
      fs.unlinkSync(temp)
      return 'raced'
    }
  } catch (error) {
    failureOf(() => fs.unlinkSync(temp))
    throw error
  }
  try {
    isKept = linkOld(fs, realPath, kept)
    fs.renameSync(temp, realPath)
  } catch (error) {
    if (isKept) failureOf(() => fs.unlinkSync(kept))
    failureOf(() => fs.unlinkSync(temp))
    const errno = errnoOf(error) ?? ''
    if (errno === 'ENOENT' && !isKept) return 'raced'
    if (immovableErrnos.includes(errno)) return 'immovable'
    throw error
  }
  followOld(attempt, base, isKept ? kept : undefined)
  return isKept ? 'kept' : 'replaced'
}

/** A mount point, or another user's file in a sticky directory. */
const immovableErrnos = ['EXDEV', 'EBUSY', 'EACCES', 'EPERM']

/** False where there are no hard links, or this file may have none: then only the open descriptor keeps it. */
function linkOld(fs: FileSystem, realPath: string, kept: string): boolean {
  try {
    fs.linkSync(realPath, kept)
    return true
  } catch (error) {
    if (['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errnoOf(error) ?? '')) return false
    throw error
  }
}

/** After we had read the file, another one may have been renamed into its place, and have got the second name: then that one
 * is followed. */
function followOld(attempt: Attempt, base: OpenFile, keptPath: string | undefined): void {
  const { target, update, realPath, before, bytes: written } = attempt
  attempt.isFollowed = true
  const renamed = keptPath === undefined ? undefined : openOther(target.fs, keptPath, base)
  if (renamed !== undefined) failureOf(() => target.fs.closeSync(base.descriptor))
  const descriptor = (renamed ?? base).descriptor
  const old: OldFile = {
    descriptor,
    bytes: before,
    realPath,
    ...(keptPath === undefined ? {} : { keptPath }),
  }
  target.follow(old, async (write) => {
    if (update.merge === undefined) throw changedUnderneathError(realPath)
    await update.merge({ ...write, written, realPath })
  })
}

/** The kept file, where it is not the one that was read. */
function openOther(fs: FileSystem, keptPath: string, base: OpenFile): OpenFile | undefined {
  let other: OpenFile | undefined
  failureOf(() => {
    const isOther = fs.statSync(keptPath, { bigint: true }).ino !== base.stats.ino
    other = isOther ? openFile(fs, keptPath) : undefined
  })
  return other
}

/** For a path with no file: link, unlike rename, never replaces a file that somebody has created meanwhile. */
function linkNew(fs: FileSystem, temp: string, realPath: string): boolean {
  try {
    fs.linkSync(temp, realPath)
    return true
  } catch (error) {
    const errno = errnoOf(error) ?? ''
    if (errno === 'EEXIST') return false
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errno)) throw error
    const message = `${realPath} cannot be created: its file system has no hard links`
    const hint = `create it, then try again: install -m 600 /dev/null ${quoted(realPath)}`
    throw new AppError('file.cannot-replace', message, hint, error)
  }
}

/** A file that was linked into place still has its temp name, too. */
function dropTempName(fs: FileSystem, temp: string): ErrorBody[] {
  return failureOf(() => fs.unlinkSync(temp)) === undefined ? [] : [strayWarning(temp)]
}
