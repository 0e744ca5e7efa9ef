// The part of node:fs that the file store uses. It is an argument everywhere, so that tests can replace it.

import type * as nodeFs from 'node:fs'

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
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
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
