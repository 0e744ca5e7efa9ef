// The part of node:fs that the file store uses. It is an argument everywhere, so that tests can replace it.

import type * as nodeFs from 'node:fs'
import { constants } from 'node:os'
import { dirname } from 'node:path'

export type FileSystem = Pick<
  typeof nodeFs,
  | 'accessSync'
  | 'closeSync'
  | 'fchmodSync'
  | 'fchownSync'
  | 'fstatSync'
  | 'fsync'
  | 'ftruncateSync'
  | 'linkSync'
  | 'lstatSync'
  | 'mkdirSync'
  | 'openSync'
  | 'readSync'
  | 'readdirSync'
  | 'readlinkSync'
  | 'realpathSync'
  | 'renameSync'
  | 'statSync'
  | 'unlinkSync'
  | 'writeSync'
>

/** The errno name of a failed system call (`ENOENT`), or undefined for any other thrown value. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error && 'code' in error && typeof error.code === 'string')) return undefined
  // Node has no name for some, EDQUOT and ESTALE among them: "Unknown system error -122", or "UNKNOWN".
  if (!error.code.toUpperCase().startsWith('UNKNOWN') || !('errno' in error)) return error.code
  const errno = -Number(error.errno)
  return Object.entries(constants.errno).find(([, number]) => number === errno)?.[0] ?? error.code
}

/** Makes a system call whose failure does not change what happens next; that failure, or undefined. */
export function failureOf(call: () => void): unknown {
  try {
    call()
    return undefined
  } catch (error) {
    if (errnoOf(error) === undefined) throw error
    return error
  }
}

/**
 * Makes a directory, and those above it, that only the user can enter. Throws the failed system call: mkdir's own
 * `recursive` says ENOENT where the file system is read-only or its quota is used up.
 */
export function makeDirectory(fs: FileSystem, path: string): void {
  const make = () => fs.mkdirSync(path, { mode: 0o700 })
  try {
    make()
  } catch (error) {
    const errno = errnoOf(error)
    if (errno === 'EEXIST') return
    if (errno !== 'ENOENT' || path === dirname(path)) throw error
    makeDirectory(fs, dirname(path))
    make()
  }
}
