// Writes bytes, and makes files durable. Once a file is in place, a failure to make it durable is only worth a warning.

import { constants } from 'node:fs'
import { dirname } from 'node:path'
import type { ErrorBody } from '../../../core/errors.ts'
import { quoted } from '../../../core/text/quoted.ts'
import { nothingWrittenError } from './errors.ts'
import { errnoOf, type FileSystem, failureOf } from './system.ts'

/** Makes a file that took another's place durable. */
export async function syncPlaced(
  fs: FileSystem,
  realPath: string,
  isFileDurable: boolean,
): Promise<ErrorBody[]> {
  const warnings = isFileDurable ? [] : await syncPath(fs, realPath, realPath)
  return [...warnings, ...(await syncDirectory(fs, realPath))]
}

/** Makes the new name durable. The file is in place already, so failures are only warnings. */
export function syncDirectory(fs: FileSystem, realPath: string): Promise<ErrorBody[]> {
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

/** The file is as it should be, but a power cut could change that. */
export function notDurable(realPath: string, error: unknown): ErrorBody {
  const message = `${realPath} is written, but a power cut now could undo it (${errnoOf(error)})`
  return { code: 'file.not-durable', message, hint: `look at the disk: df -h ${quoted(dirname(realPath))}` }
}

/**
 * Writes all bytes, from `start` on, or at the end of the file. It takes several writes where a full disk accepts only a
 * part at first. `realPath`: the file that an error is about.
 */
export function writeAll(
  fs: FileSystem,
  descriptor: number,
  bytes: Uint8Array,
  start: number | 'append',
  realPath: string,
): void {
  let written = 0
  while (written < bytes.length) {
    const position = start === 'append' ? null : start + written
    const count = fs.writeSync(descriptor, bytes, written, bytes.length - written, position)
    if (count === 0) throw nothingWrittenError(realPath)
    written += count
  }
}

/** In the thread pool: a slow disk must not stop the daemon. */
export function syncFile(fs: FileSystem, descriptor: number): Promise<void> {
  return new Promise((resolve, reject) => {
    fs.fsync(descriptor, (error) => (error ? reject(error) : resolve()))
  })
}
