// After a crash: which files of ours nobody needs any more, and which hold something that is nowhere else.

import { basename, dirname, join } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { hashOf } from './disk/bytes.ts'
import { keptFileOf, pidOfRecoveryCopy, pidOfTempFile } from './disk/own-names.ts'
import { locate, openFile } from './disk/reading.ts'
import { errnoOf, type FileSystem, failureOf } from './disk/system.ts'
import { recoverInPlace } from './in-place/in-place.ts'
import type { Leftovers } from './late/leftovers.ts'
import type { Target } from './replace/target.ts'

type Notes = Pick<Leftovers, 'noteKept' | 'noteInterrupted'>
type IsInUse = (pid: number, name: string) => boolean

/** What cannot be listed or removed is left alone: only the user can read it, and the next start tries again. */
export async function recover(target: Target, isInUse: IsInUse, notes: Notes): Promise<Recovery> {
  const { fs } = target
  const removed: string[] = []
  const remove = (path: string) => {
    if (failureOf(() => fs.unlinkSync(path)) === undefined) removed.push(basename(path))
  }
  let isCompleted = false
  try {
    const realPath = locate(fs, target.path)
    for (const path of copiesFor(fs, target.stateDirectory, isInUse)) {
      if (!isTrusted(target, path)) continue
      const outcome = await recoverInPlace(fs, path, realPath, target.uid).catch(failedRecovery)
      if (outcome === 'changed') notes.noteInterrupted(path, realPath)
      else if (outcome !== 'other') remove(path)
      isCompleted ||= outcome === 'completed'
    }
    for (const name of namesIn(fs, dirname(realPath))) {
      const path = join(dirname(realPath), name)
      const pid = pidOfTempFile(realPath, name)
      const kept = keptFileOf(realPath, name)
      if (pid !== undefined && !isInUse(pid, name)) remove(path)
      if (kept === undefined || isInUse(kept.pid, name)) continue
      if (isNeeded(fs, path, kept.hash, realPath)) notes.noteKept(path, realPath)
      else remove(path)
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
  }
  return { removed, isCompleted }
}

/** Whoever could have written a copy would choose what the file holds. */
function isTrusted({ checkTrusted }: Target, path: string): boolean {
  try {
    checkTrusted([path])
    return true
  } catch (error) {
    if (error instanceof AppError) return false
    throw error
  }
}

/** The write could not be completed: the file may still be half-written. */
function failedRecovery(error: unknown): 'changed' {
  if (errnoOf(error) === undefined) throw error
  return 'changed'
}

/** Another program wrote to it after it had been replaced, or a power cut took the file that replaced it. */
function isNeeded(fs: FileSystem, keptPath: string, hash: string, realPath: string): boolean {
  try {
    const kept = bytesOf(fs, keptPath)
    const isWritten = kept !== undefined && kept.length > 0 && hashOf(kept) !== hash
    const isReplaced = (bytesOf(fs, realPath)?.length ?? 0) > 0
    return isWritten || (!isReplaced && kept !== undefined && kept.length > 0)
  } catch (error) {
    if (error instanceof AppError) return true
    throw error
  }
}

function bytesOf(fs: FileSystem, path: string): Uint8Array | undefined {
  const file = openFile(fs, path)
  if (file !== undefined) failureOf(() => fs.closeSync(file.descriptor))
  return file?.bytes
}

function copiesFor(fs: FileSystem, directory: string, isInUse: IsInUse): string[] {
  return namesIn(fs, directory)
    .filter((name) => {
      const pid = pidOfRecoveryCopy(name)
      return pid !== undefined && !isInUse(pid, name)
    })
    .map((name) => join(directory, name))
}

function namesIn(fs: FileSystem, directory: string): string[] {
  let names: string[] = []
  failureOf(() => {
    names = fs.readdirSync(directory)
  })
  return names
}

/** `removed`: the names of files. */
export type Recovery = { removed: string[]; isCompleted: boolean }
