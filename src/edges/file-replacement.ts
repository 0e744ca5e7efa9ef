// Replaces a file by an edited version of itself: the old file stands whole until a rename puts the new one in its
// place, and an edit that someone else made meanwhile is never overwritten.
//
//   read → edit → temp file written, durable, verified → unchanged? → second name for the old file → rename → durable
//                                                        └ no: all over again
//
// The old file is followed for a while after that: see late-writes.ts. What remains is a foreign rename between our link
// and our rename (some 15 µs): rename-witness.ts tells of it. Where the file cannot be replaced: see in-place.ts.

import { type BigIntStats, constants } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { AppError, type ErrorBody } from '../core/errors.ts'
import {
  accessWarnings,
  checkAccess,
  type Identity,
  isOwnersOnly,
  isReplaceable,
  type Located,
  otherOwnerError,
} from './file-access.ts'
import { changedUnderneathError, fileError, notWritableError, quoted, strayWarning } from './file-errors.ts'
import { locate, type OpenFile, openFile, readWhole } from './file-reading.ts'
import { errnoOf, type FileSystem, failureOf, makeDirectory } from './file-system.ts'
import { writeInPlace } from './in-place.ts'
import { keptPathOf } from './kept-file.ts'
import type { LateWrite, OldFile } from './late-writes.ts'
import { recoveryPathOf } from './recovery-copy.ts'
import type { RenameWitness } from './rename-witness.ts'
import { syncFile, tempPathOf, writeTempFile } from './temp-file.ts'

export type Update = {
  /** The new content. Pure; may throw an AppError to refuse; is called again when the file changed underneath. */
  edit(before: Uint8Array): Uint8Array
  /** Throws an AppError when `after`, re-read from the temp file, is not what it must be. */
  verify(before: Uint8Array, after: Uint8Array): void
  /** Puts what another program still wrote into the old file into the new one; rejects, or is missing, where it cannot. */
  merge?(write: LateWrite & { written: Uint8Array }): Promise<void>
}

export type UpdateResult = {
  before: Uint8Array
  bytes: Uint8Array
  isChanged: boolean
  warnings: ErrorBody[]
  /** Edits by other programs that fell between two of our system calls, and that nothing can bring back. */
  lostEdits: number
}

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

const mostAttempts = 30
/** While others write all the time, waiting for the disk would lose every race: then it is waited for after the rename. */
const durableAttempts = 3
const newFileMode = 0o600

/** Throws AppError file.* and leaves the original whole and nothing else behind, or has replaced the file. */
export async function replaceFile(target: Target, update: Update): Promise<UpdateResult> {
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const result = await tryToReplace(target, update, attempt <= durableAttempts)
    if (result !== 'raced') return result
  }
  throw changedUnderneathError(target.path)
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

/** What one attempt works on. `isFollowed`: the descriptor of `base` is no longer ours to close. */
type Attempt = {
  target: Target
  update: Update
  realPath: string
  base: OpenFile | undefined
  before: Uint8Array
  bytes: Uint8Array
  isFollowed: boolean
  lostEdits: number
}

async function tryToReplace(
  target: Target,
  update: Update,
  isDurable: boolean,
): Promise<UpdateResult | 'raced'> {
  const { fs } = target
  const realPath = locate(fs, target.path)
  const base = openFile(fs, realPath)
  const warnings: ErrorBody[] = []
  const attempt: Attempt = {
    target,
    update,
    realPath,
    base,
    before: base?.bytes ?? new Uint8Array(),
    bytes: new Uint8Array(),
    isFollowed: false,
    lostEdits: 0,
  }
  try {
    checkTarget(target, realPath, base)
    attempt.bytes = update.edit(attempt.before)
    const { before, bytes } = attempt
    const mode = base === undefined ? newFileMode : Number(base.stats.mode) & 0o7777
    warnings.push(...accessWarnings(realPath, mode))
    if (isEqual(before, bytes)) return { before, bytes: before, isChanged: false, warnings, lostEdits: 0 }

    if (base === undefined) makeDirectory(fs, dirname(realPath))
    const outcome = await place(attempt, mode, isDurable)
    if (outcome === 'raced') return 'raced'
    return {
      before,
      bytes,
      isChanged: true,
      warnings: [...warnings, ...outcome],
      lostEdits: attempt.lostEdits,
    }
  } catch (error) {
    throw fileError(error, realPath, 'replace')
  } finally {
    // Only read from, so nothing is lost when this fails.
    if (base !== undefined && !attempt.isFollowed) failureOf(() => fs.closeSync(base.descriptor))
  }
}

/** Puts the new content in place of the old, in the best way that the file allows; warnings, or `raced`. */
async function place(attempt: Attempt, mode: number, isDurable: boolean): Promise<ErrorBody[] | 'raced'> {
  const { target, update, realPath, base, bytes, before } = attempt
  const { fs } = target
  if (base !== undefined && !isReplaceable(base.stats, target)) return placeWhereItStands(attempt, base)
  const temp = tempPathOf(realPath, target.pid, target.randomName())
  const verify = (read: Uint8Array) => update.verify(before, read)
  try {
    await writeTempFile(fs, temp, { realPath, original: base?.stats, mode, bytes, isDurable, verify })
  } catch (error) {
    if (base === undefined || !isRefusedBesideIt(error)) throw error
    return placeWhereItStands(attempt, base)
  }
  if (base === undefined) return (await placeNew(attempt, temp)) ?? 'raced'
  const kept = keptPathOf(realPath, target.pid, target.randomName(), before)
  const witness = target.witnessRenames(dirname(realPath), basename(realPath))
  try {
    const outcome = takePlace(attempt, base, temp, kept)
    if (outcome === 'immovable') return await placeWhereItStands(attempt, base)
    if (outcome === 'raced') return 'raced'
    const warnings = await syncPlaced(fs, realPath, isDurable)
    if (outcome === 'kept')
      attempt.lostEdits = (await witness?.countLostEdits(basename(kept), basename(temp))) ?? 0
    return warnings
  } finally {
    witness?.close()
  }
}

async function placeWhereItStands(attempt: Attempt, base: OpenFile): Promise<ErrorBody[] | 'raced'> {
  const { target, update, realPath, before, bytes } = attempt
  checkWritableFile(target, realPath, base)
  update.verify(before, bytes)
  const place = {
    realPath,
    recoveryPath: recoveryPathOf(target.stateDirectory, target.pid, target.randomName()),
    isUnchanged: () => isUnchanged(target, realPath, base),
  }
  return writeInPlace(target.fs, place, before, bytes)
}

/** Undefined when a file has come into being meanwhile. */
async function placeNew({ target, realPath }: Attempt, temp: string): Promise<ErrorBody[] | undefined> {
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
function takePlace(
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

/** What got the second name may be a file that was renamed into place after our last look: then that one is followed. */
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
    await update.merge({ ...write, written })
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

/** The directory takes no new names, or a new file cannot have the old one's group; the file itself may well be writable. */
function isRefusedBesideIt(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS', 'file.other-owner'].includes(errnoOf(error) ?? '')
}

function isUnchanged(target: Target, realPath: string, base: OpenFile | undefined): boolean {
  const { fs } = target
  if (locate(fs, target.path) !== realPath) return false
  // Still absent is what link() itself makes sure of.
  if (base === undefined) return true
  if (!isEqual(readWhole(fs, base.descriptor, realPath), base.bytes)) return false
  const stats = statOf(fs, realPath)
  if (stats === undefined) return false
  const facts = ['dev', 'ino', 'nlink', 'mode', 'uid', 'gid'] as const
  return facts.every((fact) => stats[fact] === base.stats[fact])
}

/** For a path with no file: unlike rename, link never overwrites a file that has come into being meanwhile. */
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

/** Makes a file that took another's place durable. */
async function syncPlaced(fs: FileSystem, realPath: string, isFileDurable: boolean): Promise<ErrorBody[]> {
  const warnings = isFileDurable ? [] : await syncPath(fs, realPath, realPath)
  return [...warnings, ...(await syncDirectory(fs, realPath))]
}

/** The other name of a file that was linked into place. */
function dropTempName(fs: FileSystem, temp: string): ErrorBody[] {
  return failureOf(() => fs.unlinkSync(temp)) === undefined ? [] : [strayWarning(temp)]
}

/** Makes the new name durable. The file is in place already, so failures are only warnings. */
function syncDirectory(fs: FileSystem, realPath: string): Promise<ErrorBody[]> {
  return syncPath(fs, dirname(realPath), realPath)
}

async function syncPath(fs: FileSystem, path: string, realPath: string): Promise<ErrorBody[]> {
  let descriptor: number
  try {
    descriptor = fs.openSync(path, constants.O_RDONLY)
  } catch (error) {
    return [notDurable(realPath, error)]
  }
  const warnings: ErrorBody[] = []
  try {
    await syncFile(fs, descriptor)
  } catch (error) {
    // Some file systems cannot sync a directory, and need not.
    const isUnsupported = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(errnoOf(error) ?? '')
    if (!isUnsupported) warnings.push(notDurable(realPath, error))
  }
  return [...warnings, ...close(fs, descriptor, realPath)]
}

function close(fs: FileSystem, descriptor: number, realPath: string): ErrorBody[] {
  const failure = failureOf(() => fs.closeSync(descriptor))
  return failure === undefined ? [] : [notDurable(realPath, failure)]
}

function notDurable(realPath: string, error: unknown): ErrorBody {
  const message = `${realPath} is written, but a power cut now could undo it (${errnoOf(error)})`
  return { code: 'file.not-durable', message, hint: `look at the disk: df -h ${quoted(dirname(realPath))}` }
}

function statOf(fs: FileSystem, path: string): BigIntStats | undefined {
  try {
    return fs.statSync(path, { bigint: true })
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw error
  }
}

function isEqual(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
