// The way that a path takes: through which directories, and by which links. Whoever can change one of those directories
// decides where the path leads.

import type { BigIntStats } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { fileError } from './errors.ts'
import { errnoOf, type FileSystem } from './system.ts'

export type Located = { path: string; stats: BigIntStats }

export type Way = {
  /** The directories that decide where the path leads, each with the entry that is taken in it, if that exists. */
  steps: { directory: Located; entry: Located | undefined }[]
  /** What the path leads to; undefined when there is nothing. */
  end: Located | undefined
  /** The first link on the way. */
  link: string | undefined
}

/** A path that changes all the time must not be followed for ever. */
const mostSteps = 256

/**
 * Follows a path as the system does. Up to the first link only the directory of the link counts, since the names above it
 * are what the user wrote; after it every directory does; and always the one that the file is in. Where
 * `/home/alice/.aws/config` is a link to `/home/bob/aws/config`:
 *
 *   steps   /home/alice/.aws (config), / (home), /home (bob), /home/bob (aws), /home/bob/aws (config)
 *   end     /home/bob/aws/config
 *   link    /home/alice/.aws/config
 *
 * Throws AppError file.* where it cannot be followed; what is missing ends the way.
 */
export function wayTo(fs: FileSystem, path: string): Way {
  const way: Way = { steps: [], end: undefined, link: undefined }
  const parts = partsOf(isAbsolute(path) ? path : join(process.cwd(), path))
  const root: Located = { path: '/', stats: fs.lstatSync('/', { bigint: true }) }
  const above: Located[] = []
  for (let step = 0; step < mostSteps; step++) {
    const directory = above.at(-1) ?? root
    const part = parts.shift()
    if (part === undefined) return { ...way, end: directory }
    if (part === '..') {
      above.pop()
      continue
    }
    const entry = locatedAt(fs, join(directory.path, part), path)
    const isLink = entry?.stats.isSymbolicLink() ?? false
    if (isLink || way.link !== undefined || parts.length === 0) way.steps.push({ directory, entry })
    if (entry === undefined) return way
    if (!isLink) {
      above.push(entry)
      continue
    }
    way.link ??= entry.path
    const target = targetOf(fs, entry.path, path)
    if (isAbsolute(target)) above.length = 0
    parts.unshift(...partsOf(target))
  }
  throw circleError(path)
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

function locatedAt(fs: FileSystem, at: string, path: string): Located | undefined {
  try {
    return { path: at, stats: fs.lstatSync(at, { bigint: true }) }
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined
    throw fileError(error, path, 'read')
  }
}

function targetOf(fs: FileSystem, link: string, path: string): string {
  try {
    return fs.readlinkSync(link)
  } catch (error) {
    throw fileError(error, path, 'read')
  }
}

function circleError(path: string): unknown {
  return fileError(Object.assign(new Error('too many links'), { code: 'ELOOP' }), path, 'read')
}
