// The names of the files that we make: temp files, recovery copies, and the second name that a file gets just before it is
// replaced. Under the second name the old file stays for a while, since another program may still write into it. The name
// holds the hash of what we had read, so that even after a crash it can be told whether something was written.

import { basename, dirname, join } from 'node:path'
import { hashOf } from './bytes.ts'

/** `/home/alice/.aws/.credentials.mfad-4711-x7b2-9f86….old` */
export function keptPathOf(realPath: string, pid: number, random: string, bytes: Uint8Array): string {
  return join(dirname(realPath), `${ownPrefixOf(realPath)}${pid}-${random}-${hashOf(bytes)}.old`)
}

/** The pid that gave a file beside `realPath` its second name, and the hash of what it held; undefined for other names. */
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

/** The pid that made a temp file beside `realPath`; undefined for other names. */
export function pidOfTempFile(realPath: string, name: string): number | undefined {
  const prefix = ownPrefixOf(realPath)
  if (!name.startsWith(prefix)) return undefined
  const match = /^(\d{1,10})-[\w-]+\.tmp$/.exec(name.slice(prefix.length))
  return match === null ? undefined : Number(match[1])
}

/** The beginning of every name that we give beside `realPath`. */
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
