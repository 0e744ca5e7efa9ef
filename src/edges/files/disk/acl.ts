// Access control lists. Node shows none of them: a file that has one only looks writable by its group.

import { spawnSync } from 'node:child_process'

/** What `getfacl` says of a file; undefined when there is a list, or may be one, and it cannot be read. */
export type ReadAcl = (path: string) => string | undefined

const limitMs = 2000
const mostBytes = 64 * 1024

/**
 * Takes about a millisecond. On other systems than Linux a list does not show in the mode, and none is looked for.
 * Where getfacl is not installed, as on many systems, `ls` still tells whether there is a list.
 */
export const readAcl: ReadAcl = (path) => {
  if (process.platform !== 'linux') return ''
  const options = ['--absolute-names', '--omit-header', '--numeric', '--', path]
  return outputOf('getfacl', options) ?? (hasNoList(path) ? '' : undefined)
}

/** `-rw-rw-r--+ 1 me me 116 …`: the + stands for a list. Other `ls` than those of coreutils never show it. */
function hasNoList(path: string): boolean {
  if (!/coreutils/.test(outputOf('ls', ['--version']) ?? '')) return false
  return /^[^\s+]{10,11}\s/.test(outputOf('ls', ['-ldn', '--', path]) ?? '')
}

function outputOf(program: string, options: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync(program, options, {
    cwd: '/',
    env: { PATH: process.env.PATH, LC_ALL: 'C' },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
    maxBuffer: mostBytes,
  })
  return status === 0 ? stdout : undefined
}

/**
 * Who else may write, as a list says: users other than the owner, the user and root, and groups other than the file's and
 * the user's own. What is granted to them counts only where the mask allows it, too:
 *
 *   user::rw-
 *   user:1001:rw-      → uid 1001
 *   group::rw-
 *   group:50:rw-       → gid 50
 *   mask::rw-
 *   other::r--
 */
export function writersIn(acl: string, { uid, gid }: { uid: number; gid: number }): string[] {
  const entries = acl.split('\n').flatMap((line) => {
    const match = /^(user|group|mask):(\d*):([r-][w-][x-])/.exec(line)
    return match === null ? [] : [{ kind: match[1], id: match[2] ?? '', mayWrite: match[3]?.[1] === 'w' }]
  })
  const mask = entries.find(({ kind }) => kind === 'mask')
  if (mask !== undefined && !mask.mayWrite) return []
  const isOther = (kind: string | undefined, id: string) =>
    kind === 'user' ? ![0, uid].includes(Number(id)) : Number(id) !== gid
  return entries
    .filter(({ kind, id, mayWrite }) => kind !== 'mask' && id !== '' && mayWrite && isOther(kind, id))
    .map(({ kind, id }) => `${kind === 'user' ? 'uid' : 'gid'} ${id}`)
}
