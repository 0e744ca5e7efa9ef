// Watches directories rather than files: a watch on a file ends with the file when another one takes its name, a watch on
// the directory sees the next one too. Even so a watch can be impossible (no such directory, NFS, the inotify limit). The
// caller looks at the files at every tick of its clock anyway, every 30 s; the watcher only makes things prompt.
import { existsSync, watch as nodeWatch, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { watch as chokidarWatch } from 'chokidar'
import { steadyMs } from './clock.ts'
import type { Log } from './logger.ts'

export type Watcher = {
  /** Looks again at which directories there are to watch. Cheap when nothing has changed. */
  rearm(): void
  close(): Promise<void>
}

/** One directory being watched. */
type Watch = {
  /** Its directory is gone, or it failed a minute ago: to be replaced by a new watch. */
  isSpent(): boolean
  close(): Promise<void>
}

type Listener = {
  /** Something happened to any entry of the directory. */
  onEvent(): void
  onChange(): void
  /** The directory itself was removed or moved. */
  onGone(): void
  onError(error: unknown): void
}

const debounceMs = 50
/** A watch that failed is tried again after a minute, at the next tick of the caller's clock. */
const retryMs = 60_000
/**
 * More events than this within a second come from a program that writes without a pause. Each of its writes would wake us,
 * so the watch is taken away for a second; then the files are looked at, and it is put in place again.
 */
const mostEvents = 500
const restMs = 1000
/** chokidar reads the whole directory whenever one entry changes, so in a crowded one Node's own watch does the work. */
const crowdedEntries = 500
/**
 * A file counts as gone when it has been missing for this long, as in chokidar: some editors move it away and write it
 * anew.
 */
const goneMs = 100
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
    log[level]({ directory, problem: String(error) }, 'watching failed; changes are noticed within 30 s')
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
  let events = { count: 0, since: steadyMs() }
  const listener: Listener = {
    onEvent() {
      const now = steadyMs()
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
      failedAt ??= steadyMs()
      onError(error)
    },
  }
  const isCrowded = () => readdirSync(directory).length > crowdedEntries
  let close = async () => undefined as unknown
  try {
    close = (isCrowded() ? watchWithNode : watchWithChokidar)(directory, names, listener)
  } catch (error) {
    listener.onError(error)
  }
  return {
    isSpent: () => isGone || (failedAt !== undefined && steadyMs() - failedAt > retryMs),
    async close() {
      clearTimeout(rest)
      await close()
    },
  }
}

/**
 * One chokidar for each directory: one that watches two files loses an event when a file is removed and created within
 * 5 ms. Two kinds of changes it does not tell, and they are taken from the events of the system below it:
 *
 *   a directory that is removed and made again at once   the old watch sees nothing of the new directory
 *   a second change within 50 ms of the first            a look between the two would be the last one
 */
function watchWithChokidar(directory: string, names: ReadonlySet<string>, listener: Listener) {
  const files = new Set([...names].map((name) => join(directory, name)))
  dropPollingVariables(process.env)
  const watcher = chokidarWatch(directory, {
    depth: 0,
    ignoreInitial: true,
    followSymlinks: false,
    usePolling: false,
    ignored: (path) => path !== directory && !files.has(path),
  })
    // A change before the watch was in place has no event.
    .on('ready', listener.onChange)
    .on('all', (event, path) => {
      if (event === 'unlinkDir' && path === directory) listener.onGone()
      else listener.onChange()
    })
    .on('raw', (event, name) => {
      listener.onEvent()
      if (isOwnEnd(directory, event, name)) listener.onGone()
      // That a file is missing is told by chokidar, once it has stayed so.
      else if (names.has(name) && existsSync(join(directory, name))) listener.onChange()
    })
    .on('error', listener.onError)
  return () => watcher.close()
}

/** chokidar reads them by itself, and they win over every option: then it looks at each file many times a second. */
function dropPollingVariables(environment: NodeJS.ProcessEnv): void {
  delete environment.CHOKIDAR_USEPOLLING
  delete environment.CHOKIDAR_INTERVAL
}

/** What the system tells of the directory itself comes under the directory's own name. */
function isOwnEnd(directory: string, event: string, name: string | null): boolean {
  return event === 'rename' && name === basename(directory)
}

function watchWithNode(directory: string, names: ReadonlySet<string>, listener: Listener) {
  let missing: NodeJS.Timeout | undefined
  const tellUnlessBack = () => {
    missing ??= setTimeout(() => {
      missing = undefined
      listener.onChange()
    }, goneMs)
  }
  const watcher = nodeWatch(directory, (event, name) => {
    listener.onEvent()
    if (isOwnEnd(directory, event, name)) listener.onGone()
    else if (name !== null && !names.has(name)) return
    else if (name === null || existsSync(join(directory, name))) listener.onChange()
    else tellUnlessBack()
  }).on('error', listener.onError)
  listener.onChange()
  return async () => {
    clearTimeout(missing)
    watcher.close()
  }
}

/**
 * The existing directories to watch, each with the names that matter in it: the file's own, and that of every link on the
 * way from the file, or from its directory, to where it is. Where a directory is missing, the nearest one above it, and the
 * name that must come into being there first. Where `~/.aws/credentials` is a link to `~/dotfiles/aws`, and `~/.config`
 * does not exist:
 *
 *   ~/.aws       credentials
 *   ~/dotfiles   aws
 *   ~            .config
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

/** Another key, and so another watch, when another directory has taken the name. */
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
