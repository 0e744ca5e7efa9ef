// Failed system calls on a file, as facts with a next step. Nothing here ever holds the content of a file.

import { dirname } from 'node:path'
import type { ErrorCode } from '../../../core/error-codes.ts'
import { AppError, type ErrorBody } from '../../../core/errors.ts'
import { quoted } from '../../../core/text/quoted.ts'
import { errnoOf } from './system.ts'

type Problem = { code: ErrorCode; fact(path: string): string; hint(path: string): string }

const inDirectory = (command: string) => (path: string) => `${command} ${quoted(dirname(path))}`
const onFile = (command: string) => (path: string) => `${command} ${quoted(path)}`

const noSpace: Problem = {
  code: 'file.no-space',
  fact: (path) => `no space is left to write ${path}`,
  hint: inDirectory('free some space or quota, then try again: df -h'),
}

const notReadable: Problem = {
  code: 'file.not-readable',
  fact: (path) => `${path} cannot be read`,
  hint: (path) => `chmod u+rX ${quoted(dirname(path))} ${quoted(path)}`,
}

const notWritable: Problem = {
  code: 'file.not-writable',
  fact: (path) => `${path} cannot be written: its directory is not writable`,
  hint: inDirectory('chmod u+wx'),
}

const isProtected: Problem = {
  code: 'file.not-writable',
  fact: (path) =>
    `${path} cannot be written: it or its directory is immutable, append-only or another user's`,
  hint: (path) => `see which: lsattr -d ${quoted(dirname(path))} ${quoted(path)} (on macOS: ls -ldO)`,
}

const cannotReplace: Problem = {
  code: 'file.cannot-replace',
  fact: (path) => `${path} cannot be replaced: it is in use by the system, most likely mounted on its own`,
  hint: onFile('mount its directory instead of the file; what is mounted there: findmnt'),
}

const tooManyOpenFiles: Problem = {
  code: 'file.too-many-open-files',
  fact: (path) => `${path} cannot be opened: too many files are open`,
  hint: () => 'close some programs or raise the limit, then try again: ulimit -n 4096',
}

const changedUnderneath: Problem = {
  code: 'file.changed-underneath',
  fact: (path) => `${path} changed while it was being replaced`,
  hint: onFile('try again; if it stays so, look who writes it: lsof'),
}

const notAFile: Problem = {
  code: 'file.not-a-file',
  fact: (path) => `${path} is not a regular file`,
  hint: onFile('move it away; what it is: ls -ld'),
}

const problems: Readonly<Record<string, Problem>> = {
  ENOSPC: noSpace,
  EDQUOT: noSpace,
  EACCES: notWritable,
  EPERM: isProtected,
  EROFS: {
    code: 'file.read-only',
    fact: (path) => `${path} is on a read-only file system`,
    hint: onFile(
      'set credentials_file (or config_file) to a path on another one; what is mounted: findmnt -T',
    ),
  },
  EBUSY: cannotReplace,
  EXDEV: cannotReplace,
  EMFILE: tooManyOpenFiles,
  ENFILE: tooManyOpenFiles,
  ENOENT: changedUnderneath,
  EEXIST: changedUnderneath,
  ESTALE: changedUnderneath,
  EISDIR: notAFile,
  ENOTDIR: notAFile,
  ENXIO: notAFile,
  EOPNOTSUPP: notAFile,
  ELOOP: {
    code: 'file.not-a-file',
    fact: (path) => `${path} is a symbolic link that leads in a circle`,
    hint: onFile('remove the circle: namei -l'),
  },
}

/** A failed system call as an AppError. Anything else comes back as it is: an AppError, or a bug. */
export function fileError(error: unknown, path: string, doing: 'read' | 'replace'): unknown {
  const errno = errnoOf(error)
  if (error instanceof AppError || errno === undefined) return error
  const isDenied = errno === 'EACCES' || errno === 'EPERM'
  const problem = doing === 'read' && isDenied ? notReadable : (problems[errno] ?? inputOutput(errno))
  return new AppError(problem.code, problem.fact(path), problem.hint(path), error)
}

/** The path is a directory, a FIFO, a socket or a device. */
export function notAFileError(path: string): AppError {
  return new AppError(notAFile.code, notAFile.fact(path), notAFile.hint(path))
}

/** The file can only be written where it stands, and its mode forbids that. */
export function notWritableError(path: string, cause: unknown): AppError {
  const message = `${path} cannot be written, and no other file can take its place`
  return new AppError(notWritable.code, message, `chmod u+w ${quoted(path)}`, cause)
}

/** Another program keeps writing into the old file. */
export function stillWrittenError(path: string): AppError {
  const message = `it was still being written, long after ${path} had been replaced`
  return new AppError('file.edit-kept', message, onFile('look who writes it: lsof')(path))
}

/** Every attempt met a file that had changed since it was read. */
export function changedUnderneathError(path: string): AppError {
  return new AppError(changedUnderneath.code, changedUnderneath.fact(path), changedUnderneath.hint(path))
}

/** A write ended without an error and without having written anything. */
export function nothingWrittenError(path: string): AppError {
  const { code, fact, hint } = inputOutput('nothing written')
  return new AppError(code, fact(path), hint(path))
}

/** A file of ours that nobody needs any more, and that could not be removed. */
export function strayWarning(path: string): ErrorBody {
  return { code: 'file.stray', message: `${path} could not be removed`, hint: `rm ${quoted(path)}` }
}

function inputOutput(errno: string): Problem {
  return {
    code: 'file.io',
    fact: (path) => `the system failed to read or write ${path} (${errno})`,
    hint: inDirectory('look at the disk and at dmesg, then try again: df -h'),
  }
}

/** The file looks half-written. A write of ours now would be lost when the other program goes on, or would cut it short. */
export function busyError(path: string): AppError {
  return new AppError(
    'file.busy',
    `${path} is being written by another program`,
    'try again in a moment; if it stays like this, look at the file: it may be incomplete',
  )
}
