// The status file beside the socket, for prompts and bars: always whole, and gone rather than out of date.
import * as fs from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { failureOf } from './files/disk/system.ts'
import type { OwnFile } from './own-files.ts'
import { orSay } from './own-files.ts'
import { isRunning } from './processes.ts'

export type StatusFile = {
  /**
   * Has this text stand in the file; does nothing where it stands there already. Throws daemon.status-file, and the file is
   * then gone: what it said before may be true no longer.
   */
  write(text: string): void
  /** Writes nothing from now on. `isOurs`: no other daemon has taken our place, so the file goes as well. */
  close(isOurs: boolean): void
}

export function openStatusFile(path: string): StatusFile {
  const file: OwnFile = {
    code: 'daemon.status-file',
    what: 'the status file',
    path,
    elsewhere: 'go without it: only prompts and bars read it',
  }
  const ownName = `${path}.${process.pid}`
  let written: string | undefined
  let isClosed = false
  removeStrays(path)
  const remove = () => failureOf(() => fs.rmSync(path, { force: true }))
  return {
    write(text) {
      if (isClosed || (text === written && fs.existsSync(path))) return
      written = undefined
      try {
        orSay(file, () => replace(path, ownName, text))
        written = text
      } catch (error) {
        failureOf(() => fs.rmSync(ownName, { force: true }))
        remove()
        throw error
      }
    },
    close(isOurs) {
      isClosed = true
      if (isOurs) remove()
    },
  }
}

/** Nothing is lost when it does not survive a power cut, so nothing is synced. */
function replace(path: string, ownName: string, text: string): void {
  fs.rmSync(ownName, { force: true })
  fs.writeFileSync(ownName, text, { flag: 'wx', mode: 0o600 })
  fs.renameSync(ownName, path)
}

/** What a daemon left that was killed between writing and renaming. */
function removeStrays(path: string): void {
  failureOf(() => {
    for (const name of fs.readdirSync(dirname(path))) {
      const pid = name.startsWith(`${basename(path)}.`) ? Number(name.slice(basename(path).length + 1)) : NaN
      if (!Number.isInteger(pid) || isRunning(pid)) continue
      fs.rmSync(join(dirname(path), name), { force: true })
    }
  })
}
