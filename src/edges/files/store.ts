// One file of the user, read and replaced as a whole. Nothing is cached: what a call says is what the disk said.

import { constants } from 'node:fs'
import { AppError, type ErrorBody } from '../../core/errors.ts'
import { accessWarnings, isReplaceable } from './disk/access.ts'
import type { ReadAcl } from './disk/acl.ts'
import { locate, type OpenFile, openFile } from './disk/reading.ts'
import { stampOf } from './disk/stamp.ts'
import { errnoOf, type FileSystem, failureOf } from './disk/system.ts'
import { createTrust } from './disk/trust.ts'
import { createFollowed } from './late/followed.ts'
import { createLeftovers } from './late/leftovers.ts'
import { type Recovery, recover } from './recovery.ts'
import type { Update, UpdateResult } from './replace/attempt.ts'
import { replaceFile } from './replace/replacement.ts'
import { checkDirectory, checkWritableFile, replaceError, type Target } from './replace/target.ts'

export type { FileSystem } from './disk/system.ts'
export type { Update, UpdateResult } from './replace/attempt.ts'

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
  /** Mends what a killed process left: completes its write in place, removes its files. Updates wait for it. */
  recover(): Promise<Recovery>
  /** Edits of other programs that are not in the file, until the user has dealt with them. */
  warnings(): ErrorBody[]
  /** Stops following the files that were replaced, each as soon as nobody writes to it. */
  close(): Promise<void>
}

export type FileStoreDeps = Omit<Target, 'follow' | 'checkTrusted'> & {
  isAlive(pid: number): boolean
  readAcl: ReadAcl
}

export function createFileStore(deps: FileStoreDeps): FileStore {
  const { fs, path } = deps
  const leftovers = createLeftovers(fs)
  const followed = createFollowed(fs, leftovers.noteKept)
  const { checkTrusted } = createTrust(fs, deps, deps.readAcl)
  const target: Target = { ...deps, checkTrusted, follow: followed.follow }
  let lastUpdate: Promise<void> = Promise.resolve()
  // The same pid may have been that of an earlier mfad: in a container it is the same after every start.
  const isInUse = (pid: number, name: string) =>
    pid === deps.pid ? followed.hasKept(name) : deps.isAlive(pid)
  const enqueue = <T>(run: () => Promise<T>): Promise<T> => {
    const result = lastUpdate.then(run)
    // Not the result itself: it would keep the file's content in memory.
    lastUpdate = result.then(forget, forget)
    return result
  }
  return {
    stamp: () => stampOf(fs, path),
    read: () => readState(fs, path),
    checkReplaceable: () => checkReplaceable(target),
    update: (update) =>
      enqueue(async () => {
        const result = await replaceFile(target, update)
        const { lostEdits, warnings } = result
        if (lostEdits === 0) return result
        return { ...result, warnings: [...warnings, leftovers.noteLost(path, lostEdits, new Date())] }
      }),
    recover: () => enqueue(() => recover(target, isInUse, leftovers)),
    warnings: leftovers.warnings,
    close: followed.close,
  }
}

const forget = () => undefined

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
    target.checkTrusted([target.path])
    checkWritable(target, realPath, file)
  } catch (error) {
    throw replaceError(target, realPath, error)
  } finally {
    if (file !== undefined) failureOf(() => fs.closeSync(file.descriptor))
  }
}

/** The directory takes new names, or else the file can be written where it stands. */
function checkWritable(target: Target, realPath: string, file: OpenFile | undefined): void {
  if (file !== undefined && !isReplaceable(file.stats, target)) {
    checkWritableFile(target, realPath, file)
    return
  }
  if (file !== undefined) checkUnprotected(target.fs, realPath)
  try {
    checkDirectory(target.fs, realPath)
  } catch (error) {
    const isStuck =
      file === undefined || failureOf(() => checkWritableFile(target, realPath, file)) !== undefined
    if (isStuck) throw error
  }
}

/** A file that is immutable, or mounted read-only on its own, cannot be replaced either, though its directory is writable. */
function checkUnprotected(fs: FileSystem, realPath: string): void {
  const failure = failureOf(() => fs.accessSync(realPath, constants.W_OK))
  if (['EROFS', 'EPERM'].includes(errnoOf(failure) ?? '')) throw failure
}
