// What an interrupted write in place can be completed from: the old and the new content, durable before the first byte is
// changed. Kept in a directory of ours, mode 0600, and removed as soon as the file is whole.

import { constants } from 'node:fs'
import { dirname } from 'node:path'
import { hashOf } from '../disk/bytes.ts'
import { openFile } from '../disk/reading.ts'
import { type FileSystem, failureOf, makeDirectory } from '../disk/system.ts'
import { writeTempFile } from '../disk/temp-file.ts'
import { syncFile } from '../disk/writing.ts'

export type RecoveryCopy = { realPath: string; before: Uint8Array; after: Uint8Array }

/** Throws a failed system call, and then leaves nothing. */
export async function writeRecoveryCopy(fs: FileSystem, path: string, copy: RecoveryCopy): Promise<void> {
  makeDirectory(fs, dirname(path))
  const bytes = Buffer.from(
    JSON.stringify({
      path: copy.realPath,
      beforeHash: hashOf(copy.before),
      afterHash: hashOf(copy.after),
      before: Buffer.from(copy.before).toString('base64'),
      after: Buffer.from(copy.after).toString('base64'),
    }),
  )
  await writeTempFile(fs, path, {
    realPath: path,
    original: undefined,
    mode: 0o600,
    bytes,
    isDurable: true,
    verify: () => undefined,
  })
  try {
    await syncDirectoryOf(fs, path)
  } catch (error) {
    failureOf(() => fs.unlinkSync(path))
    throw error
  }
}

/** `not-ours`: another user's, or one that others can write. Undefined where it is no copy, or was not written to its end:
 * then nothing had been changed yet. */
export function readRecoveryCopy(
  fs: FileSystem,
  path: string,
  uid: number,
): RecoveryCopy | 'not-ours' | undefined {
  const file = openFile(fs, path)
  if (file === undefined) return undefined
  failureOf(() => fs.closeSync(file.descriptor))
  // Whoever could have written it would choose what the credentials file holds.
  const isOurs = Number(file.stats.uid) === uid && (Number(file.stats.mode) & 0o022) === 0
  if (!isOurs) return 'not-ours'
  const copy = parseCopy(Buffer.from(file.bytes).toString('utf8'))
  if (copy === undefined) return undefined
  const [before, after] = [Buffer.from(copy.before, 'base64'), Buffer.from(copy.after, 'base64')]
  if (hashOf(before) !== copy.beforeHash || hashOf(after) !== copy.afterHash) return undefined
  return { realPath: copy.path, before, after }
}

type Fields = Record<'path' | 'beforeHash' | 'afterHash' | 'before' | 'after', string>

function parseCopy(text: string): Fields | undefined {
  try {
    const fields: Partial<Record<string, unknown>> = JSON.parse(text)
    const isWhole = ['path', 'beforeHash', 'afterHash', 'before', 'after'].every(
      (name) => typeof fields?.[name] === 'string',
    )
    return isWhole ? (fields as Fields) : undefined
  } catch {
    return undefined
  }
}

async function syncDirectoryOf(fs: FileSystem, path: string): Promise<void> {
  const descriptor = fs.openSync(dirname(path), constants.O_RDONLY)
  try {
    await syncFile(fs, descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}
