// The one rule of who may have written what mfad believes. What can steer a key, a code or a command (the credentials
// file, the config file, the settings file) is refused when somebody else owns it or can write it: the file, its directory,
// and every directory that decides where a link on the way leads.
//
// Somebody else is everyone but the user and root, and every group but the user's primary one, which may write: many
// systems create ~/.aws with umask 002. In a sticky directory, such as /tmp, others cannot rename or remove what is ours.

import { AppError } from '../../../core/errors.ts'
import { quoted } from '../../../core/text/quoted.ts'
import { type Identity, otherOwnerError } from './access.ts'
import { type ReadAcl, writersIn } from './acl.ts'
import type { FileSystem } from './system.ts'
import { type Located, type Way, wayTo } from './way.ts'

export type Trust = {
  /** Throws AppError file.other-owner or file.writable-by-others for the first of the files that is not to be believed. */
  checkTrusted(paths: readonly string[]): void
}

/** Whom a list lets write, and of which state of the file. */
type KnownAcl = { stamp: string; writers: string[] }

const mostKnown = 100

/** Nothing is remembered but lists, each until its file changes. */
export function createTrust(fs: FileSystem, identity: Identity, readAcl: ReadAcl): Trust {
  const known = new Map<string, KnownAcl>()
  const writersOf = ({ path, stats: { dev, ino, ctimeNs } }: Located) => {
    const stamp = `${dev}:${ino}:${ctimeNs}`
    const before = known.get(path)
    if (before?.stamp === stamp) return before.writers
    const acl = readAcl(path)
    if (acl === undefined) return undefined
    const writers = writersIn(acl, identity)
    if (known.size >= mostKnown) known.clear()
    known.set(path, { stamp, writers })
    return writers
  }
  return {
    checkTrusted(paths) {
      for (const path of paths) checkWay(wayTo(fs, path), identity, writersOf)
    },
  }
}

type WritersOf = (located: Located) => string[] | undefined

function checkWay({ steps, end, link }: Way, identity: Identity, writersOf: WritersOf): void {
  for (const { directory, entry } of steps) {
    if (!isTrustedOwner(directory, identity)) throw otherOwnerError(directory.path, link)
    const problem = writableProblem(directory, identity, writersOf)
    const isSticky = (directory.stats.mode & 0o1000n) !== 0n
    if (problem !== undefined && !isSticky) throw problem
    if (problem !== undefined && entry !== undefined && !isTrustedOwner(entry, identity))
      throw otherOwnerError(entry.path, link)
  }
  if (end === undefined) return
  if (!isTrustedOwner(end, identity)) throw otherOwnerError(end.path, link)
  const problem = writableProblem(end, identity, writersOf)
  if (problem !== undefined) throw problem
}

function isTrustedOwner({ stats }: Located, { uid }: Identity): boolean {
  return stats.uid === 0n || Number(stats.uid) === uid
}

/** `u:1001` for `uid 1001`, as setfacl takes it. */
function entryOf(writer: string): string {
  return writer.replace('id ', ':')
}

/** Why somebody else can write it; undefined when nobody else can. */
function writableProblem(
  located: Located,
  { uid, gid }: Identity,
  writersOf: WritersOf,
): AppError | undefined {
  const { path, stats } = located
  const isByGroup = (stats.mode & 0o020n) !== 0n
  const sudo = Number(stats.uid) === uid ? '' : 'sudo '
  const problem = (message: string, hint: string) => new AppError('file.writable-by-others', message, hint)
  if ((stats.mode & 0o002n) !== 0n || (isByGroup && Number(stats.gid) !== gid))
    return problem(`${path} can be changed by other users`, `${sudo}chmod go-w ${quoted(path)}`)
  // Of a file with a list the group bits are the most that the list grants to anybody.
  if (!isByGroup) return undefined
  const writers = writersOf(located)
  if (writers === undefined)
    return problem(
      `${path} can be changed by its group, and maybe by others: its access control list cannot be read, since getfacl does not run`,
      `${sudo}chmod g-w ${quoted(path)}, or install getfacl (package acl)`,
    )
  if (writers.length === 0) return undefined
  return problem(
    `${path} can be changed by ${writers.slice(0, 5).join(', ')}, as its access control list says`,
    `${sudo}setfacl -x ${writers.map(entryOf).join(',')} ${quoted(path)}`,
  )
}
