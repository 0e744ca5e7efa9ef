// Watches directories rather than files: a watched file dies with its inode, a watched directory sees every replacement.
// Even so a watch can be impossible (no such directory, NFS, the inotify limit), so the caller also compares stamps once
// a minute; the watcher only makes things prompt.
import { realpathSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type FSWatcher, watch } from 'chokidar'
import type { Log } from './logger.ts'

export type Watcher = {
  /** Looks again at which directories there are to watch. Cheap when nothing has changed. */
  rearm(): void
  close(): Promise<void>
}

const debounceMs = 50

/** Calls `onChange` soon after one of the files, or the symlink that leads to it, may have changed. */
export function startWatcher(paths: () => readonly string[], onChange: () => void, log: Log): Watcher {
  let timer: NodeJS.Timeout | undefined
  const announce = () => {
    timer ??= setTimeout(() => {
      timer = undefined
      onChange()
    }, debounceMs)
  }
  const watched = new Map<string, FSWatcher>()
  const drop = (key: string) => {
    const watcher = watched.get(key)
    watched.delete(key)
    watcher?.close().catch((error: unknown) => log.debug({ error: String(error) }, 'a watcher did not close'))
  }
  const rearm = () => {
    const wanted = new Map([...directoriesOf(paths())].map((entry) => [watchKey(...entry), entry]))
    for (const key of watched.keys()) if (!wanted.has(key)) drop(key)
    for (const [key, [directory, names]] of wanted) {
      if (watched.has(key)) continue
      const lost = () => {
        drop(key)
        announce()
      }
      watched.set(key, watchDirectory(directory, names, announce, lost, log))
    }
  }
  rearm()
  return {
    rearm,
    async close() {
      clearTimeout(timer)
      await Promise.all([...watched.values()].map((watcher) => watcher.close()))
      watched.clear()
    },
  }
}

/** One watcher a directory: with two files in one watcher, an unlink and a create within 5 ms lose an event. */
function watchDirectory(
  directory: string,
  names: ReadonlySet<string>,
  announce: () => void,
  lost: () => void,
  log: Log,
): FSWatcher {
  const files = new Set([...names].map((name) => join(directory, name)))
  return watch(directory, {
    depth: 0,
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => path !== directory && !files.has(path),
  })
    .on('all', (event, path) => (event === 'unlinkDir' && path === directory ? lost() : announce()))
    .on('error', (error) => {
      log.warn({ directory, problem: String(error) }, 'watching failed; changes are noticed once a minute')
      lost()
    })
}

/**
 * The existing directories to watch, each with the names that matter in it: the file's own, that of what its symlinks
 * lead to, and, where the directory is missing, the nearest one above it.
 */
function directoriesOf(paths: readonly string[]): Map<string, Set<string>> {
  const wanted = new Map<string, Set<string>>()
  const add = (path: string): void => {
    const directory = realDirectory(dirname(path))
    if (directory === undefined) {
      if (dirname(path) !== path) add(dirname(path))
      return
    }
    wanted.set(directory, (wanted.get(directory) ?? new Set()).add(basename(path)))
  }
  for (const path of paths) {
    add(path)
    const target = realDirectory(path)
    if (target !== undefined && target !== path) add(target)
  }
  return wanted
}

/** A watch is worth nothing once its directory is another one of the same name. */
function watchKey(directory: string, names: ReadonlySet<string>): string {
  const inode = statSync(directory, { throwIfNoEntry: false })?.ino ?? 0
  return JSON.stringify([directory, inode, ...names])
}

function realDirectory(path: string): string | undefined {
  try {
    return realpathSync(path)
  } catch {
    return undefined
  }
}
