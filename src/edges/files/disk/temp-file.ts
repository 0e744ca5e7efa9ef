// Temp files beside the file that they are to replace. Mode 0600 from the first byte; the pid in the name tells a later
// process which of them nobody needs any more.

import type { BigIntStats } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { otherOwnerError } from './access.ts'
import { nothingWrittenError } from './errors.ts'
import { readWhole } from './reading.ts'
import { errnoOf, type FileSystem, failureOf } from './system.ts'

/** `/home/alice/.aws/.credentials.mfad-4711-x7b2.tmp` */
export function tempPathOf(realPath: string, pid: number, random: string): string {
  return join(dirname(realPath), `${ownPrefixOf(realPath)}${pid}-${random}.tmp`)
}

/** The pid that made a temp file beside `realPath`; undefined when `name` is none of ours. */
export function pidOfTempFile(realPath: string, name: string): number | undefined {
  const prefix = ownPrefixOf(realPath)
  if (!name.startsWith(prefix)) return undefined
  const match = /^(\d{1,10})-[\w-]+\.tmp$/.exec(name.slice(prefix.length))
  return match === null ? undefined : Number(match[1])
}

export type TempContent = {
  realPath: string
  /** Of the file that is replaced: its owner is kept. Undefined for a new one. */
  original: BigIntStats | undefined
  mode: number
  bytes: Uint8Array
  /** Whether it must be on the disk before it is used. */
  isDurable: boolean
  verify(read: Uint8Array): void
}

/** Leaves a complete and verified temp file, or throws and leaves none. */
export async function writeTempFile(fs: FileSystem, temp: string, content: TempContent): Promise<void> {
  const descriptor = fs.openSync(temp, 'wx+', 0o600)
  try {
    try {
      await fill(fs, descriptor, content)
    } finally {
      fs.closeSync(descriptor)
    }
  } catch (error) {
    failureOf(() => fs.unlinkSync(temp))
    throw error
  }
}

/** Owner and mode go before the fsync, so that they are as durable as the bytes. */
async function fill(fs: FileSystem, descriptor: number, content: TempContent): Promise<void> {
  if (content.original !== undefined) keepOwner(fs, descriptor, content.original, content.realPath)
  writeAll(fs, descriptor, content.bytes, 0, content.realPath)
  fs.fchmodSync(descriptor, content.mode)
  if (content.isDurable) await syncFile(fs, descriptor)
  content.verify(readWhole(fs, descriptor, content.realPath))
}

function keepOwner(fs: FileSystem, descriptor: number, original: BigIntStats, realPath: string): void {
  const { uid, gid } = fs.fstatSync(descriptor, { bigint: true })
  if (uid === original.uid && gid === original.gid) return
  try {
    fs.fchownSync(descriptor, Number(original.uid), Number(original.gid))
  } catch (error) {
    if (errnoOf(error) !== 'EPERM') throw error
    // A group that has no rights gives none away when it is not kept.
    const isOnlyAName = uid === original.uid && (original.mode & 0o070n) === 0n
    if (!isOnlyAName) throw otherOwnerError(realPath, error)
  }
}

/**
 * Writes all bytes, the first at `start`, or where the file ends. A disk that is full takes a first part, and refuses the
 * rest. `realPath`: the file that an error is about.
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

/** What the names of all files begin with that we make beside `realPath`. */
export function ownPrefixOf(realPath: string): string {
  return `.${basename(realPath)}.mfad-`
}
