// Replaces a file by an edited version of itself: the old file stands whole until a rename puts the new one in its
// place, and an edit that someone else made meanwhile is never overwritten.
//
//   read → edit → temp file written, durable, verified → unchanged? → second name for the old file → rename → durable
//                                                        └ no: all over again
//
// The old file is followed for a while after that: see late-writes.ts. One edit can still be lost: another program's
// rename between our link and our rename, some 15 µs. It is noticed: see rename-witness.ts. Where the file cannot be replaced: see in-place.ts.

import { basename, dirname } from 'node:path'
import type { ErrorBody } from '../../../core/errors.ts'
import { accessWarnings, isReplaceable } from '../disk/access.ts'
import { isEqual } from '../disk/bytes.ts'
import { changedUnderneathError } from '../disk/errors.ts'
import { keptPathOf, recoveryPathOf, tempPathOf } from '../disk/own-names.ts'
import { locate, type OpenFile, openFile } from '../disk/reading.ts'
import { errnoOf, failureOf, makeDirectory } from '../disk/system.ts'
import { writeTempFile } from '../disk/temp-file.ts'
import { syncPlaced } from '../disk/writing.ts'
import { writeInPlace } from '../in-place/in-place.ts'
import type { Attempt, Update, UpdateResult } from './attempt.ts'
import { placeNew, takePlace } from './take-place.ts'
import { checkWritableFile, isUnchanged, replaceError, type Target } from './target.ts'

const mostAttempts = 30
/** Waiting for the disk takes milliseconds, in which a busy writer changes the file again. After so many attempts the disk is
 * waited for only after the rename. */
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
    target.checkTrusted([target.path])
    attempt.bytes = update.edit(attempt.before)
    const { before, bytes } = attempt
    const mode = base === undefined ? newFileMode : Number(base.stats.mode) & 0o7777
    warnings.push(...accessWarnings(realPath, mode))
    if (isEqual(before, bytes))
      return { realPath, before, bytes: before, isChanged: false, warnings, lostEdits: 0 }

    if (base === undefined) makeDirectory(fs, dirname(realPath))
    const outcome = await place(attempt, mode, isDurable)
    if (outcome === 'raced') return 'raced'
    return {
      realPath,
      before,
      bytes,
      isChanged: true,
      warnings: [...warnings, ...outcome],
      lostEdits: attempt.lostEdits,
    }
  } catch (error) {
    throw replaceError(target, realPath, error)
  } finally {
    // It was only read from: nothing is lost when closing fails.
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

/** The directory takes no new names, or a new file cannot have the old one's group; the file itself may well be writable. */
function isRefusedBesideIt(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS', 'file.other-owner'].includes(errnoOf(error) ?? '')
}
