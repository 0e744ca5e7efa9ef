// Finding, opening and reading a file that other programs may write at the same time.
// Never hangs (a FIFO, a terminal) and never reads more than 64 MiB.

import { type BigIntStats, constants } from 'node:fs'
import { basename, dirname, isAbsolute, join } from 'node:path'
import { AppError } from '../../../core/errors.ts'
import { quoted } from '../../../core/text/quoted.ts'
import { fileError, notAFileError } from './errors.ts'
import { errnoOf, type FileSystem, failureOf } from './system.ts'

/** No credentials or config file is anywhere near this. */
const maxFileBytes = 64 * 1024 * 1024
/** More than any real path takes: one that somebody changes all the time must not be followed for ever. */
const maxSteps = 256

/** A file and what it held; the open descriptor pins its inode. */
export type OpenFile = { descriptor: number; stats: BigIntStats; bytes: Uint8Array }

/** Opens and reads a regular file; undefined when there is none. Throws AppError file.*. */
export function openFile(fs: FileSystem, path: string): OpenFile | undefined {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants
  let descriptor: number
  try {
    descriptor = fs.openSync(path, O_RDONLY | O_NONBLOCK | O_NOCTTY)
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw fileError(error, path, 'read')
  }
  try {
    const stats = fs.fstatSync(descriptor, { bigint: true })
    if (!stats.isFile()) throw notAFileError(path)
    return { descriptor, stats, bytes: readWhole(fs, descriptor, path) }
  } catch (error) {
    failureOf(() => fs.closeSync(descriptor))
    throw fileError(error, path, 'read')
  }
}

/** The bytes behind a descriptor, from the start, whatever its size is by now. */
export function readWhole(fs: FileSystem, descriptor: number, path: string): Uint8Array {
  const chunks: Uint8Array[] = []
  let length = 0
  while (length <= maxFileBytes) {
    const chunk = new Uint8Array(64 * 1024)
    const count = fs.readSync(descriptor, chunk, 0, chunk.length, length)
    if (count === 0) return Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, count))
    length += count
  }
  throw tooLargeError(path)
}

/** Where a path really leads, also when the file, a symlink's target or the directory does not exist yet. */
export function locate(fs: FileSystem, path: string, stepsLeft = maxSteps): string {
  try {
    return fs.realpathSync(path)
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT' || stepsLeft === 0) throw fileError(error, path, 'read')
  }
  const target = linkTarget(fs, path)
  if (target === undefined) return join(locate(fs, dirname(path), stepsLeft - 1), basename(path))
  // Not normalized: in `link/../file` the `..` is that of the link's target.
  return locate(fs, isAbsolute(target) ? target : `${dirname(path)}/${target}`, stepsLeft - 1)
}

function linkTarget(fs: FileSystem, path: string): string | undefined {
  try {
    return fs.readlinkSync(path)
  } catch (error) {
    const errno = errnoOf(error)
    // EINVAL: a file was created since realpath looked.
    if (errno === 'ENOENT' || errno === 'EINVAL') return undefined
    throw fileError(error, path, 'read')
  }
}

function tooLargeError(path: string): AppError {
  return new AppError('file.too-large', `${path} is larger than 64 MiB`, `look at it: ls -l ${quoted(path)}`)
}
