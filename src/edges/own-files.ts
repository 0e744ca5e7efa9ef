// Files of mfad itself: the socket, the log and their directories. What fails there is a fact and a next step.
import * as fs from 'node:fs'
import { dirname } from 'node:path'
import type { ErrorCode } from '../core/error-codes.ts'
import { AppError } from '../core/errors.ts'
import { quoted } from '../core/text/quoted.ts'
import { errnoOf, makeDirectory } from './files/disk/system.ts'

/** `what` is its name in messages: "the socket". `elsewhere` says how to have it in another place. */
export type OwnFile = { code: ErrorCode; what: string; path: string; elsewhere: string }

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'the system does not permit it',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space is left',
  EDQUOT: 'your quota is used up',
  ENOENT: 'its directory does not exist and cannot be made',
  ENOTDIR: 'a part of its path is no directory',
  EISDIR: 'a directory stands there',
  ERR_FS_EISDIR: 'a directory stands there',
  ENXIO: 'a FIFO or a device stands there',
  ELOOP: 'its links lead in a circle',
  ENAMETOOLONG: 'its name is too long',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  ENOTSUP: 'the file system takes no sockets',
  EOPNOTSUPP: 'the file system takes no sockets',
}

/** Makes the directory of a file of ours, and those above it, for the user alone; true if it was not there. */
export function makeOwnDirectory(file: OwnFile): boolean {
  const directory = dirname(file.path)
  return orSay(file, () => {
    if (fs.statSync(directory, { throwIfNoEntry: false }) !== undefined) return false
    makeDirectory(fs, directory)
    return true
  })
}

/** Opens a log to write at its end. Never waits for a reader, and takes nothing but a file. */
export function openLog(file: OwnFile): number {
  return orSay(file, () => {
    const { O_APPEND, O_CREAT, O_NOCTTY, O_NONBLOCK, O_WRONLY } = fs.constants
    const descriptor = fs.openSync(file.path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_NOCTTY, 0o600)
    if (fs.fstatSync(descriptor).isFile()) return descriptor
    fs.closeSync(descriptor)
    throw unusable(file, 'it is not a regular file')
  })
}

/** Does something with a file of ours; a failed system call becomes an AppError. */
export function orSay<T>(file: OwnFile, act: () => T): T {
  try {
    return act()
  } catch (error) {
    throw ownFileError(file, error)
  }
}

/** A failed system call on a file of ours, as an AppError; an AppError, and a bug, come back unchanged. */
export function ownFileError(file: OwnFile, error: unknown): unknown {
  const errno = errnoOf(error)
  if (error instanceof AppError || errno === undefined) return error
  return unusable(file, reasons[errno] ?? errno, error)
}

function unusable({ code, what, path, elsewhere }: OwnFile, reason: string, cause?: unknown): AppError {
  const isFull = reason === reasons.ENOSPC || reason === reasons.EDQUOT
  const look = isFull ? `df -h ${quoted(dirname(path))}` : `ls -ld ${quoted(dirname(path))} ${quoted(path)}`
  return new AppError(
    code,
    `${what} ${path} cannot be used: ${reason}`,
    `look with: ${look}; or ${elsewhere}`,
    cause,
  )
}
