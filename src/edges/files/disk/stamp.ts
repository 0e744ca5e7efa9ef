// Has a file changed? A stamp costs one stat, and is another one after every change.

import { statSync } from 'node:fs'
import { errnoOf, type FileSystem } from './system.ts'

/** ctime also moves with nlink and gid. Before Linux 6.13 the clock of files ticks only every 1 to 4 ms: of two changes in
 * one tick the second is not seen if the size stays the same. */
export function stampOf(fs: FileSystem, path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs, mode, uid } = fs.statSync(path, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs, mode, uid].join(':')
  } catch (error) {
    return errnoOf(error) ?? 'unknown'
  }
}

/** Changes whenever the file may have changed. Never throws. */
export function settingsStamp(path: string): string {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs, mode } = statSync(path, { bigint: true })
    return [dev, ino, size, mtimeNs, ctimeNs, mode].join(':')
  } catch (error) {
    return errnoOf(error) ?? 'unknown'
  }
}
