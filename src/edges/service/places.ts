// What the service's file names: programs by a path that an upgrade leaves standing, and directories that only their user can
// change.
import { realpathSync, statSync } from 'node:fs'
import { lastingPaths } from '../../core/service/lasting-paths.ts'
import { userId } from '../user.ts'

/** The path of a link that leads to the same file now, and to its successor after an upgrade; else the path itself. */
export function lastingPath(path: string, home: string): string {
  return lastingPaths(path, home).find((each) => realPathOf(each) === path) ?? path
}

/** Is it a directory of the user's or of root's, and can nobody else write to it? */
export function isOwnDirectory(path: string): boolean {
  try {
    const { mode, uid } = statSync(path)
    return [0, userId()].includes(uid) && (mode & 0o002) === 0
  } catch {
    return false
  }
}

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
