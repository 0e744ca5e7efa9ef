// Writes and removes the few files of a service, whole or not at all.

import { randomBytes } from 'node:crypto'
import type * as nodeFs from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../../core/errors.ts'
import { quoted } from '../../core/text/quoted.ts'
import { notAFileError } from '../files/disk/errors.ts'
import { tempPathOf } from '../files/disk/own-names.ts'
import { errnoOf, type FileSystem, failureOf, makeDirectory } from '../files/disk/system.ts'
import { writeTempFile } from '../files/disk/temp-file.ts'

export type ServiceFileSystem = FileSystem &
  Pick<typeof nodeFs, 'lstatSync' | 'readFileSync' | 'rmdirSync' | 'unlinkSync'>

export type TextFile = { path: string; content: string; mode: number }

/** What stands at the path, if anything. Throws `file.not-a-file` for a link: it may lead anywhere. */
export function readServiceFile(fs: ServiceFileSystem, path: string): TextFile | undefined {
  return unlessMissing(path, () => {
    const stats = fs.lstatSync(path)
    if (!stats.isFile()) throw notAFileError(path)
    return { path, content: fs.readFileSync(path, 'utf8'), mode: stats.mode & 0o777 }
  })
}

/** Replaces the file in one step; a reader sees the old text or the new one. Makes missing directories (0700). */
export async function writeServiceFile(
  fs: ServiceFileSystem,
  { path, content, mode }: TextFile,
): Promise<void> {
  const temp = tempPathOf(path, process.pid, randomBytes(6).toString('hex'))
  const bytes = Buffer.from(content)
  try {
    makeDirectory(fs, dirname(path))
    await writeTempFile(fs, temp, {
      realPath: path,
      original: undefined,
      mode,
      bytes,
      isDurable: true,
      verify: () => undefined,
    })
    replace(fs, temp, path)
  } catch (error) {
    throw serviceFileError(path, 'written', error)
  }
}

/** Whether something stands at the path, a dangling link included. */
export function isPresent(fs: ServiceFileSystem, path: string): boolean {
  return unlessMissing(path, () => fs.lstatSync(path)) !== undefined
}

/** A link is removed, not what it leads to. */
export function removeFile(fs: ServiceFileSystem, path: string): void {
  const failure = failureOf(() => fs.unlinkSync(path))
  if (failure !== undefined && !isMissing(failure)) throw serviceFileError(path, 'removed', failure)
}

/** A directory that still holds something, or that is not the user's to remove, stays. */
export function removeEmptyDirectories(fs: ServiceFileSystem, paths: readonly string[]): void {
  for (const path of paths) failureOf(() => fs.rmdirSync(path))
}

function replace(fs: ServiceFileSystem, temp: string, path: string): void {
  try {
    fs.renameSync(temp, path)
  } catch (error) {
    failureOf(() => fs.unlinkSync(temp))
    throw error
  }
}

function unlessMissing<T>(path: string, read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (isMissing(error)) return undefined
    throw serviceFileError(path, 'read', error)
  }
}

function isMissing(error: unknown): boolean {
  return errnoOf(error) === 'ENOENT'
}

const codeOf = {
  written: 'file.not-written',
  removed: 'file.not-removed',
  read: 'file.not-read',
} as const

/** A failed system call as an AppError; anything else comes back unchanged. */
function serviceFileError(path: string, participle: keyof typeof codeOf, error: unknown): unknown {
  const errno = errnoOf(error)
  if (error instanceof AppError || errno === undefined) return error
  return new AppError(
    codeOf[participle],
    `${path} cannot be ${participle} (${errno})`,
    `look at its directory: ls -ld ${quoted(dirname(path))}`,
    error,
  )
}
