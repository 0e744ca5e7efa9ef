// Keeps root from running with the files of another user.
import { realpathSync, type Stats, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { AppError } from '../core/errors.ts'
import type { Files } from '../core/wire.ts'
import { type Environment, homeDirectory, notesDirectories, stateDirectory } from './paths.ts'

/** Root would leave files there that their owner cannot replace. Throws daemon.foreign-home. */
export function refuseForeignFiles(environment: Environment, files: Files, uid: number): void {
  if (uid !== 0) return
  const { credentials, config, settings, socket } = files
  const foreign = [
    ...[homeDirectory(environment), stateDirectory(environment), notesDirectories(environment, uid).own].map(
      nearestStanding,
    ),
    ...[credentials, config, settings, socket].flatMap(fileAndDirectories),
  ].find((part) => statusOf(part)?.uid !== 0)
  if (foreign === undefined) return
  throw new AppError(
    'daemon.foreign-home',
    `this is root, but ${foreign} belongs to another user`,
    'run mfad as that user: without sudo, or in a container with --user',
  )
}

/** The file, its directory, and the one that its links lead to; or the directory above what is still to be made. */
function fileAndDirectories(path: string): string[] {
  const standing = nearestStanding(path)
  return standing === path ? [path, dirname(path), dirname(realpathSync(path))] : [standing]
}

function nearestStanding(path: string): string {
  return path === dirname(path) || statusOf(path) !== undefined ? path : nearestStanding(dirname(path))
}

function statusOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}
