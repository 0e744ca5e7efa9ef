// Writes a file where it stands, for one that no other can take the place of: mounted on its own, with a second name, of
// another owner, or in a directory that takes no new names. Never truncates first. What is appended is one write; else
// what follows the first change is written over in one, filled up with line ends where it is shorter, and then cut.
//
//   copied     old and new are in a recovery copy      → crash: the file is the old one; the copy is removed
//   written    all bytes were handed to the system     → crash: old, new or a mix of both; the next start completes it
//   durable    they are on the disk                    → the copy is removed
//   failed     a write ended early                     → the old bytes are written back; the copy stays if that fails

import { constants } from 'node:fs'
import { AppError, type ErrorBody } from '../../../core/errors.ts'
import { quoted } from '../../../core/text/quoted.ts'
import { isEqual, startsWith } from '../disk/bytes.ts'
import { fileError, strayWarning } from '../disk/errors.ts'
import { readWhole } from '../disk/reading.ts'
import { errnoOf, type FileSystem, failureOf } from '../disk/system.ts'
import { notDurable, syncFile, writeAll } from '../disk/writing.ts'
import { type RecoveryCopy, readRecoveryCopy, writeRecoveryCopy } from './recovery-copy.ts'

const lineEnd = 10

export type PlaceToWrite = {
  realPath: string
  /** Where the recovery copy goes. */
  recoveryPath: string
  /** False when the file is no longer what `before` holds. Called just before the first byte is written. */
  isUnchanged(): boolean
}

/** Answers warnings, or `raced` when the file has changed and nothing was written. Throws AppError, or a failed system call. */
export async function writeInPlace(
  fs: FileSystem,
  place: PlaceToWrite,
  before: Uint8Array,
  after: Uint8Array,
): Promise<ErrorBody[] | 'raced'> {
  const { realPath, recoveryPath } = place
  const isAppended = after.length > before.length && startsWith(after, before)
  const descriptor = fs.openSync(realPath, constants.O_RDWR | (isAppended ? constants.O_APPEND : 0))
  try {
    await writeRecoveryCopy(fs, recoveryPath, { realPath, before, after })
    if (!isStillUnchanged(fs, place)) {
      fs.unlinkSync(recoveryPath)
      return 'raced'
    }
    try {
      // As a rule one write, so that what others append at the same time stands before or after it.
      if (isAppended) writeAll(fs, descriptor, after.subarray(before.length), 'append', realPath)
      else overwrite(fs, descriptor, before, after, realPath)
      await syncFile(fs, descriptor)
    } catch (error) {
      const outcome = putBack(fs, descriptor, { realPath, before, after }, recoveryPath, error)
      if (outcome === 'put-back') throw error
      return [notDurable(realPath, error)]
    }
    return failureOf(() => fs.unlinkSync(recoveryPath)) === undefined ? [] : [strayWarning(recoveryPath)]
  } finally {
    // All is on the disk, or has been put back.
    failureOf(() => fs.closeSync(descriptor))
  }
}

function isStillUnchanged(fs: FileSystem, { isUnchanged, recoveryPath }: PlaceToWrite): boolean {
  try {
    return isUnchanged()
  } catch (error) {
    failureOf(() => fs.unlinkSync(recoveryPath))
    throw error
  }
}

/**
 * Completes the write to `realPath` that a copy was made for. `untouched`: the file is whole, and the copy of no more use.
 * `changed`: someone has changed the file since. `other`: the copy is of another file.
 */
export async function recoverInPlace(
  fs: FileSystem,
  recoveryPath: string,
  realPath: string,
  uid: number,
): Promise<'untouched' | 'completed' | 'changed' | 'other'> {
  const copy = readCopy(fs, recoveryPath, uid)
  if (copy === 'not-ours') return 'other'
  if (copy === undefined) return 'untouched'
  if (copy.realPath !== realPath) return 'other'
  const { before, after } = copy
  let descriptor: number
  try {
    descriptor = fs.openSync(realPath, constants.O_RDWR)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 'changed'
    throw error
  }
  try {
    const found = readWhole(fs, descriptor, realPath)
    if (isAllOld(found, before, after) || isAllNew(found, before, after)) return 'untouched'
    if (!isMix(found, before, after)) return 'changed'
    overwrite(fs, descriptor, found, after, realPath)
    await syncFile(fs, descriptor)
    return 'completed'
  } finally {
    fs.closeSync(descriptor)
  }
}

/** What cannot be read is no copy of ours: those are ordinary files. */
function readCopy(fs: FileSystem, path: string, uid: number): RecoveryCopy | 'not-ours' | undefined {
  try {
    return readRecoveryCopy(fs, path, uid)
  } catch (error) {
    if (error instanceof AppError) return 'not-ours'
    throw error
  }
}

function overwrite(
  fs: FileSystem,
  descriptor: number,
  before: Uint8Array,
  after: Uint8Array,
  realPath: string,
): void {
  const start = firstDifference(before, after)
  const filled = filledUp(after, before.length)
  writeAll(fs, descriptor, filled.subarray(start), start, realPath)
  // Where another program has appended something meanwhile, nothing is cut off, and the line ends stay.
  const isCut = filled.length > after.length && fs.fstatSync(descriptor).size === filled.length
  if (isCut) fs.ftruncateSync(descriptor, after.length)
}

/** After a failed write. What another program has written meanwhile stays; `stands`: all of ours is in the file, too. */
function putBack(
  fs: FileSystem,
  descriptor: number,
  { realPath, before, after }: RecoveryCopy,
  recoveryPath: string,
  cause: unknown,
): 'put-back' | 'stands' {
  let outcome: 'put-back' | 'stands' = 'put-back'
  const failure = failureOf(() => {
    const found = readWhole(fs, descriptor, realPath)
    if (!isEqual(found, after) && isAllNew(found, before, after)) outcome = 'stands'
    else if (!isEqual(found, before)) {
      if (!isMix(found, before, after)) throw cause
      // A file that is open for appending takes every write at its end; but then its beginning was never changed.
      const start = firstDifference(found, before)
      if (start < before.length) writeAll(fs, descriptor, before.subarray(start), start, realPath)
      fs.ftruncateSync(descriptor, before.length)
      if (!isEqual(readWhole(fs, descriptor, realPath), before)) throw cause
    }
    fs.unlinkSync(recoveryPath)
  })
  if (failure === undefined) return outcome
  const { message } = fileError(cause, realPath, 'replace') as AppError
  const hint = `the next start of mfad completes it; both versions are in ${quoted(recoveryPath)}`
  throw new AppError('file.half-written', `${message}, and was left half-written`, hint, cause)
}

/** Had the write not begun? At most another program has appended to the file since. */
function isAllOld(found: Uint8Array, before: Uint8Array, after: Uint8Array): boolean {
  if (!startsWith(found, before)) return false
  return found.length === before.length || found[before.length] !== after[before.length]
}

/** Had the write ended? At most another program has appended to the file since. */
function isAllNew(found: Uint8Array, before: Uint8Array, after: Uint8Array): boolean {
  if (!startsWith(found, after)) return false
  const next = found[after.length]
  return (
    next === undefined || after.length >= before.length || (next !== lineEnd && next !== before[after.length])
  )
}

/** Is each byte that of the new file or of the old one, as a write leaves it that was cut short? */
function isMix(found: Uint8Array, before: Uint8Array, after: Uint8Array): boolean {
  const filled = filledUp(after, before.length)
  if (found.length < Math.min(before.length, after.length) || found.length > filled.length) return false
  return found.every((byte, index) => byte === filled[index] || byte === before[index])
}

function filledUp(bytes: Uint8Array, length: number): Uint8Array {
  if (bytes.length >= length) return bytes
  const filled = new Uint8Array(length).fill(lineEnd)
  filled.set(bytes)
  return filled
}

function firstDifference(a: Uint8Array, b: Uint8Array): number {
  const index = a.findIndex((byte, at) => byte !== b[at])
  return index === -1 ? Math.min(a.length, b.length) : index
}
