// Watches directories rather than files: a watched file dies with its inode, a watched directory sees every replacement.
// Even so a watch can be impossible (no such directory, NFS, the inotify limit), so the caller also compares stamps once
// a minute; the watcher only makes things prompt.
import { existsSync, watch as plainWatch, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { watch as chokidarWatch } from 'chokidar'
import type { Log } from './logger.ts'

export type Watcher = {
  /** Looks again at which directories there are to watch. Cheap when nothing has changed. */
  rearm(): void
  close(): Promise<void>
}

/** One directory being watched. */
type Watch = {
  /** Gone, or failed long enough ago: worth nothing, or another try. */
  isSpent(): boolean
  close(): Promise<void>
}

type Listener = {
  /** Anything, also to an entry that is of no interest. */
  onEvent(): void
  onChange(): void
  /** The directory itself was removed or moved. */
  onGone(): void
  onError(error: unknown): void
}

const debounceMs = 50
const retryMs = 60_000
/** More within a second are a program that writes without a pause. Its every write would wake us: we rest as long. */
const mostEvents = 500
const restMs = 1000
/** chokidar looks at every entry whenever one changes. */
const crowdedEntries = 500
const mostLinks = 40

/** Calls `onChange` soon after one of the files, or a symlink that leads to it, may have changed. */
export function startWatcher(paths: () => readonly string[], onChange: () => void, log: Log): Watcher {
  let timer: NodeJS.Timeout | undefined
  let isClosed = false
  const announce = () => {
    if (isClosed) return
    timer ??= setTimeout(() => {
      timer = undefined
      onChange()
    }, debounceMs)
  }
  const watched = new Map<string, Watch>()
  const complained = new Set<string>()
  const complain = (directory: string, error: unknown) => {
    const level = complained.has(directory) ? 'debug' : 'warn'
    complained.add(directory)
    log[level](
      { directory, problem: String(error) },
      'watching failed; changes are noticed within half a minute',
    )
  }
  const drop = (key: string) => {
    const closed = watched.get(key)?.close()
    watched.delete(key)
    closed?.catch((error: unknown) => log.debug({ problem: String(error) }, 'a watch did not close'))
  }
  const rearm = () => {
    if (isClosed) return
    const wanted = new Map([...directoriesOf(paths())].map((entry) => [watchKey(...entry), entry]))
    for (const [key, watch] of watched) if (!wanted.has(key) || watch.isSpent()) drop(key)
    for (const [key, [directory, names]] of wanted) {
      if (watched.has(key)) continue
      const onError = (error: unknown) => complain(directory, error)
      watched.set(key, watchDirectory(directory, names, announce, onError))
    }
  }
  rearm()
  return {
    rearm,
    async close() {
      isClosed = true
      clearTimeout(timer)
      await Promise.all([...watched.values()].map((watch) => watch.close()))
      watched.clear()
    },
  }
}

/** A failed watch stays in its place until it is time for another try: else a lasting error would be met in a loop. */
function watchDirectory(
  directory: string,
  names: ReadonlySet<string>,
  announce: () => void,
  onError: (error: unknown) => void,
): Watch {
  let isGone = false
  let failedAt: number | undefined
  let rest: NodeJS.Timeout | undefined
  let events = { count: 0, since: performance.now() }
  const listener: Listener = {
    onEvent() {
      const now = performance.now()
      if (now - events.since > restMs) events = { count: 0, since: now }
      events.count++
      if (events.count <= mostEvents || rest !== undefined) return
      rest = setTimeout(listener.onGone, restMs)
      close().catch(onError)
    },
    onChange: announce,
    onGone() {
      isGone = true
      announce()
    },
    onError(error) {
      failedAt ??= performance.now()
      onError(error)
    },
  }
  const isCrowded = () => readdirSync(directory).length > crowdedEntries
  let close = async () => undefined as unknown
  try {
    close = (isCrowded() ? watchPlainly : watchWithChokidar)(directory, names, listener)
  } catch (error) {
    listener.onError(error)
  }
  return {
    isSpent: () => isGone || (failedAt !== undefined && performance.now() - failedAt > retryMs),
    async close() {
      clearTimeout(rest)
      await close()
    },
  }
}

/** One watcher a directory: with two files in one watcher, an unlink and a create within 5 ms lose an event. */
function watchWithChokidar(directory: string, names: ReadonlySet<string>, listener: Listener) {
  const files = new Set([...names].map((name) => join(directory, name)))
  const watcher = chokidarWatch(directory, {
    depth: 0,
    ignoreInitial: true,
    followSymlinks: false,
    ignored: (path) => path !== directory && !files.has(path),
  })
    // What changed while the watch was being put in place was nobody's event.
    .on('ready', listener.onChange)
    .on('all', (event, path) => {
      if (event === 'unlinkDir' && path === directory) listener.onGone()
      else listener.onChange()
    })
    // The directory's own end comes under its own name; chokidar takes no notice when another one already stands there. Of
    // two changes within 50 ms it tells only the first, and a look may fall in between. What is gone may be back in a
    // moment, as an editor saves: chokidar waits for that.
    .on('raw', (event, name) => {
      listener.onEvent()
      if (event === 'rename' && name === basename(directory)) listener.onGone()
      else if (names.has(name) && existsSync(join(directory, name))) listener.onChange()
    })
    .on('error', listener.onError)
  return () => watcher.close()
}

function watchPlainly(directory: string, names: ReadonlySet<string>, listener: Listener) {
  const watcher = plainWatch(directory, (event, name) => {
    listener.onEvent()
    if (event === 'rename' && name === basename(directory)) listener.onGone()
    else if (name === null || names.has(name)) listener.onChange()
  }).on('error', listener.onError)
  listener.onChange()
  return async () => watcher.close()
}

/**
 * The existing directories to watch, each with the names that matter in it: the file's own, and that of every symlink on
 * the way from the file, or from its directory, to where it is. Where a directory is missing, the nearest one above it.
 */
function directoriesOf(paths: readonly string[]): Map<string, Set<string>> {
  const wanted = new Map<string, Set<string>>()
  const add = (path: string, links = 0): void => {
    const directory = realDirectory(dirname(path))
    if (directory === undefined) {
      if (dirname(path) !== path) add(dirname(path), links)
      return
    }
    wanted.set(directory, (wanted.get(directory) ?? new Set()).add(basename(path)))
    const target = linkTarget(join(directory, basename(path)))
    if (target !== undefined && links < mostLinks) add(target, links + 1)
  }
  for (const path of paths) {
    add(path)
    if (linkTarget(dirname(path)) !== undefined) add(dirname(path))
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

function linkTarget(path: string): string | undefined {
  try {
    return resolve(dirname(path), readlinkSync(path))
  } catch {
    return undefined
  }
}
