// Replaces a file by an edited version of itself: the old file stands whole until a rename puts the new one in its
// place, and an edit that someone else made meanwhile is never overwritten.
// What remains: a foreign write between our last look and our rename (some 15 µs).

import { type BigIntStats, constants } from 'node:fs'
import { dirname } from 'node:path'
import { AppError, type ErrorBody } from '../core/errors.ts'
import { accessWarnings, checkAccess, type Identity, type Located } from './file-access.ts'
import { changedUnderneathError, fileError, quoted } from './file-errors.ts'
import { locate, type OpenFile, openFile, readWhole } from './file-reading.ts'
import { errnoOf, type FileSystem, failureOf } from './file-system.ts'
import { syncFile, tempPathOf, writeTempFile } from './temp-file.ts'

export type Update = {
  /** The new content. Pure; may throw an AppError to refuse; is called again when the file changed underneath. */
  edit(before: Uint8Array): Uint8Array
  /** Throws an AppError when `after`, re-read from the temp file, is not what it must be. */
  verify(before: Uint8Array, after: Uint8Array): void
}

export type UpdateResult = { bytes: Uint8Array; isChanged: boolean; warnings: ErrorBody[] }

export type Target = Identity & { fs: FileSystem; path: string; pid: number; randomName(): string }

const maxAttempts = 5
const newFileMode = 0o600

/** Throws AppError file.* and leaves the original whole and nothing else behind, or has replaced the file. */
export async function replaceFile(target: Target, update: Update): Promise<UpdateResult> {
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const result = await tryToReplace(target, update)
    if (result !== 'raced') return result
  }
  throw changedUnderneathError(target.path)
}

/** Throws AppError file.* when `realPath`, open as `base` unless absent, is not for us to replace. */
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

async function tryToReplace(target: Target, update: Update): Promise<UpdateResult | 'raced'> {
  const { fs } = target
  const realPath = locate(fs, target.path)
  const base = openFile(fs, realPath)
  const warnings: ErrorBody[] = []
  try {
    checkTarget(target, realPath, base)
    const before = base?.bytes ?? new Uint8Array()
    const bytes = update.edit(before)
    const mode = base === undefined ? newFileMode : Number(base.stats.mode) & 0o7777
    warnings.push(...accessWarnings(realPath, mode))
    if (isEqual(before, bytes)) return { bytes: before, isChanged: false, warnings }

    if (base === undefined) fs.mkdirSync(dirname(realPath), { recursive: true, mode: 0o700 })
    const temp = tempPathOf(realPath, target.pid, target.randomName())
    const verify = (read: Uint8Array) => update.verify(before, read)
    await writeTempFile(fs, temp, { realPath, original: base?.stats, mode, bytes, verify })
    if (!putInPlace(target, realPath, base, temp)) return 'raced'
    if (base === undefined) warnings.push(...dropTempName(fs, temp))
    warnings.push(...(await syncDirectory(fs, realPath)))
    return { bytes, isChanged: true, warnings }
  } catch (error) {
    throw fileError(error, realPath, 'replace')
  } finally {
    // Only read from, so nothing is lost when this fails.
    if (base !== undefined) warnings.push(...close(fs, base.descriptor, realPath))
  }
}

/** `takePlace`, after which no temp file is left unless it has become the file. */
function putInPlace(target: Target, realPath: string, base: OpenFile | undefined, temp: string): boolean {
  let isInPlace: boolean
  try {
    isInPlace = takePlace(target, realPath, base, temp)
  } catch (error) {
    failureOf(() => target.fs.unlinkSync(temp))
    throw error
  }
  if (!isInPlace) target.fs.unlinkSync(temp)
  return isInPlace
}

/**
 * Gives the temp file its final name; false when the path is no longer what `base` holds.
 * Synchronous, because what was checked must still hold at the rename.
 */
function takePlace(target: Target, realPath: string, base: OpenFile | undefined, temp: string): boolean {
  if (!isUnchanged(target, realPath, base)) return false
  if (base === undefined) return linkNew(target.fs, temp, realPath)
  target.fs.renameSync(temp, realPath)
  return true
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

/** The other name of a file that was linked into place. */
function dropTempName(fs: FileSystem, temp: string): ErrorBody[] {
  const failure = failureOf(() => fs.unlinkSync(temp))
  if (failure === undefined) return []
  const message = `${temp} could not be removed (${errnoOf(failure)})`
  return [{ code: 'file.stray', message, hint: `rm ${quoted(temp)}` }]
}

/** Makes the new name durable. The file is in place already, so failures are only warnings. */
async function syncDirectory(fs: FileSystem, realPath: string): Promise<ErrorBody[]> {
  let descriptor: number
  try {
    descriptor = fs.openSync(dirname(realPath), constants.O_RDONLY)
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
