// One file of the user, read and replaced as a whole. Nothing is cached: what a call says is what the disk said.

import { constants } from 'node:fs'
import { dirname, join } from 'node:path'
import { AppError, type ErrorBody } from '../core/errors.ts'
import { accessWarnings } from './file-access.ts'
import { fileError } from './file-errors.ts'
import { locate, openFile } from './file-reading.ts'
import { checkTarget, replaceFile, type Target, type Update, type UpdateResult } from './file-replacement.ts'
import { errnoOf, type FileSystem, failureOf } from './file-system.ts'
import { pidOfTempFile } from './temp-file.ts'

export type { Update, UpdateResult } from './file-replacement.ts'
export type { FileSystem } from './file-system.ts'

/** What is at the path now. `stamp` was taken before the rest, so a later change shows as another stamp. */
export type FileState =
  | {
      kind: 'present'
      path: string
      realPath: string
      bytes: Uint8Array
      stamp: string
      mode: number
      warnings: ErrorBody[]
    }
  | { kind: 'absent'; path: string; realPath: string; stamp: string }
  | { kind: 'unreadable'; path: string; stamp: string; error: AppError }

export type FileStore = {
  /** One stat: a string that differs whenever the file may have changed. Never throws. */
  stamp(): string
  /** The whole file, up to 64 MiB. Never throws for a failed system call: that is kind `unreadable`. */
  read(): FileState
  /** Throws AppError file.* when `update` would be refused or fail. Creates nothing. */
  checkReplaceable(): void
  /** Replaces the file, or creates it with mode 0600. Updates of one store run one after another. */
  update(update: Update): Promise<UpdateResult>
  /** Removes temp files beside the file that a killed process left; the names of those removed. */
  removeStrays(): string[]
}

export type FileStoreDeps = Target & { isAlive(pid: number): boolean }

export function createFileStore(deps: FileStoreDeps): FileStore {
  const { fs, path } = deps
  let updating = 0
  let lastUpdate: Promise<void> = Promise.resolve()
  return {
    stamp: () => stampOf(fs, path),
    read: () => readState(fs, path),
    checkReplaceable: () => checkReplaceable(deps),
    update(update) {
      updating++
      const run = () => replaceFile(deps, update).finally(() => updating--)
      const result = lastUpdate.then(run)
      // Not the result itself: it would keep the file's content in memory.
      lastUpdate = result.then(forget, forget)
      return result
    },
    // A pid comes back: in a container it is the same after every start.
    removeStrays: () => removeStrays(deps, (pid) => (pid === deps.pid ? updating > 0 : deps.isAlive(pid))),
  }
}

const forget = () => undefined

/** ctime also moves with nlink and gid. Kernels before 6.13 tick every 1 to 4 ms; what falls into one tick is missed. */
function stampOf(fs: FileSystem, path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs, mode, uid } = fs.statSync(path, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs, mode, uid].join(':')
  } catch (error) {
    return errnoOf(error) ?? 'unknown'
  }
}

function readState(fs: FileSystem, path: string): FileState {
  const stamp = stampOf(fs, path)
  try {
    const realPath = locate(fs, path)
    const file = openFile(fs, realPath)
    if (file === undefined) return { kind: 'absent', path, realPath, stamp }
    failureOf(() => fs.closeSync(file.descriptor))
    const mode = Number(file.stats.mode) & 0o7777
    const warnings = accessWarnings(realPath, mode)
    return { kind: 'present', path, realPath, bytes: file.bytes, stamp, mode, warnings }
  } catch (error) {
    if (error instanceof AppError) return { kind: 'unreadable', path, stamp, error }
    throw error
  }
}

function checkReplaceable(target: Target): void {
  const { fs } = target
  const realPath = locate(fs, target.path)
  const file = openFile(fs, realPath)
  try {
    checkTarget(target, realPath, file)
    checkWritable(fs, realPath)
  } catch (error) {
    throw fileError(error, realPath, 'replace')
  } finally {
    if (file !== undefined) failureOf(() => fs.closeSync(file.descriptor))
  }
}

/** The directory, or the one in which the first missing directory would be created, takes new names. */
function checkWritable(fs: FileSystem, path: string): void {
  try {
    fs.accessSync(dirname(path), constants.W_OK | constants.X_OK)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || path === dirname(path)) throw fileError(error, path, 'replace')
    checkWritable(fs, dirname(path))
  }
}

/** What cannot be listed or removed stays: it is 0600, and the next start tries again. */
function removeStrays(target: Target, isInUse: (pid: number) => boolean): string[] {
  const { fs } = target
  const removed: string[] = []
  try {
    const realPath = locate(fs, target.path)
    for (const name of namesIn(fs, dirname(realPath))) {
      const pid = pidOfTempFile(realPath, name)
      if (pid === undefined || isInUse(pid)) continue
      if (failureOf(() => fs.unlinkSync(join(dirname(realPath), name))) === undefined) removed.push(name)
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
  }
  return removed
}

function namesIn(fs: FileSystem, directory: string): string[] {
  try {
    return fs.readdirSync(directory)
  } catch (error) {
    throw fileError(error, directory, 'read')
  }
}
