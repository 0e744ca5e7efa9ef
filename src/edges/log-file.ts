// The log file of a daemon that has no journal: where it can be, and how it stays small.
import * as fs from 'node:fs'
import { join } from 'node:path'
import { failureOf } from './files/disk/system.ts'
import { type Environment, homeDirectory, stateDirectory } from './paths.ts'

/** With the one before it, `mfad.log.1`, there are never more than twice as many. */
export const mostLogBytes = 5 * 1024 * 1024

/** The log of `mfad daemon --detach`. */
export function detachedLog(environment: Environment): string {
  return join(stateDirectory(environment), 'mfad.log')
}

/** The log of the LaunchAgent. */
export function launchdLog(environment: Environment): string {
  return join(homeDirectory(environment), 'Library/Logs/mfad.log')
}

/** What the log becomes when the next one begins. */
export function formerLog(path: string): string {
  return `${path}.1`
}

/** Puts the log at this path aside, if it has become too long. For when no daemon writes it. */
export function putAside(path: string): void {
  const size = fs.statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > mostLogBytes) fs.renameSync(path, formerLog(path))
}

export type Rotation = {
  /** Before a line of this many bytes is written. */
  beforeWrite(bytes: number): void
}

/**
 * Keeps the open log small, where it is one of `paths`; a file that somebody else has chosen is left alone. It is copied and
 * emptied, not renamed: what Node itself says at a crash goes to the same descriptor. One that cannot be copied is emptied
 * all the same, so that it never fills the disk.
 */
export function createRotation(descriptor: number, paths: readonly string[]): Rotation {
  // Where it was not opened to append, its length stays what it was, and says nothing.
  let written = mostLogBytes
  return {
    beforeWrite(bytes) {
      written += bytes
      if (written < mostLogBytes) return
      failureOf(() => {
        const { size, dev, ino } = fs.fstatSync(descriptor)
        if (size <= mostLogBytes) return
        const path = paths.find((each) => {
          const stats = fs.statSync(each, { throwIfNoEntry: false })
          return stats?.dev === dev && stats.ino === ino
        })
        if (path === undefined) return
        failureOf(() => copyLog(path))
        fs.ftruncateSync(descriptor, 0)
        written = 0
      })
    },
  }
}

/** Whole or not at all, and to no place that a link leads to. */
function copyLog(path: string): void {
  const copy = `${path}.copy`
  try {
    fs.rmSync(copy, { force: true })
    fs.copyFileSync(path, copy, fs.constants.COPYFILE_EXCL)
    fs.chmodSync(copy, 0o600)
    fs.renameSync(copy, formerLog(path))
  } catch (error) {
    fs.rmSync(copy, { force: true })
    throw error
  }
}
