// The second name that a file gets just before it is replaced. It keeps what another program still writes into the old
// file, and its own name tells, even after a crash, whether anything was: it holds the hash of what we had read.

import { createHash } from 'node:crypto'
import { dirname, join } from 'node:path'
import { ownPrefixOf } from './temp-file.ts'

/** `/home/alice/.aws/.credentials.mfad-4711-x7b2-9f86….old` */
export function keptPathOf(realPath: string, pid: number, random: string, bytes: Uint8Array): string {
  return join(dirname(realPath), `${ownPrefixOf(realPath)}${pid}-${random}-${hashOf(bytes)}.old`)
}

/** Who made a kept file beside `realPath`, and of what content; undefined when `name` is none of ours. */
export function keptFileOf(realPath: string, name: string): { pid: number; hash: string } | undefined {
  const prefix = ownPrefixOf(realPath)
  if (!name.startsWith(prefix)) return undefined
  const match = /^(\d{1,10})-[\w-]+-([0-9a-f]{64})\.old$/.exec(name.slice(prefix.length))
  return match?.[2] === undefined ? undefined : { pid: Number(match[1]), hash: match[2] }
}

/** SHA-256, in hexadecimal. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
