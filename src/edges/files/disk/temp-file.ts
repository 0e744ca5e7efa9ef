// Temp files beside the file that they are to replace. Mode 0600 from the first byte; the pid in the name tells a later
// process which of them nobody needs any more.

import type { BigIntStats } from 'node:fs'
import { otherOwnerError } from './access.ts'
import { readWhole } from './reading.ts'
import { errnoOf, type FileSystem, failureOf } from './system.ts'
import { syncFile, writeAll } from './writing.ts'

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
    // A group without any rights loses nothing, and gains nothing, when the new file has another one.
    const isOnlyAName = uid === original.uid && (original.mode & 0o070n) === 0n
    if (!isOnlyAName) throw otherOwnerError(realPath, undefined, error)
  }
}
