// The second name that a file gets just before it is replaced. It keeps what another program still writes into the old
// file, and its own name tells, even after a crash, whether anything was: it holds the hash of what we had read.

import { basename, dirname, join } from 'node:path'
import { hashOf } from './bytes.ts'

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

/** What the names of all files begin with that we make beside `realPath`. */
function ownPrefixOf(realPath: string): string {
  return `.${basename(realPath)}.mfad-`
}

/** `/home/alice/.local/state/mfad/recovery-4711-x7b2.json` */
export function recoveryPathOf(directory: string, pid: number, random: string): string {
  return join(directory, `recovery-${pid}-${random}.json`)
}

export function pidOfRecoveryCopy(name: string): number | undefined {
  const match = /^recovery-(\d{1,10})-[\w-]+\.json$/.exec(name)
  return match === null ? undefined : Number(match[1])
}
