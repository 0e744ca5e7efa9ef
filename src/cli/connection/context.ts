// Where this command line's files are: the same resolution as the daemon's, from the environment and the settings.
import { statSync } from 'node:fs'
import type { AppError } from '../../core/errors.ts'
import { defaultSettings, type Settings } from '../../core/settings/default-settings.ts'
import type { ReadSettings } from '../../core/settings/settings.ts'
import type { Files } from '../../core/wire.ts'
import { type Environment, resolveFiles, settingsPath } from '../../edges/paths.ts'

export type Context = {
  environment: Environment
  settings: Settings
  files: Files
  /** Why some settings cannot be used, as settings.*. A running daemon keeps the last good ones; none can start. */
  problem?: AppError
}

export async function loadContext(environment: Environment): Promise<Context> {
  const { settings, problem } = await readSettings(settingsPath(environment))
  const files = resolveFiles(environment, settings)
  return { environment, settings, files, ...(problem === undefined ? {} : { problem }) }
}

/** The same, for what needs all of the settings. Throws settings.*. */
export async function loadSoundContext(environment: Environment): Promise<Context> {
  const context = await loadContext(environment)
  if (context.problem !== undefined) throw context.problem
  return context
}

/** The code that reads the file is loaded only where there is one, and most of that code only where the file is not plain. */
async function readSettings(path: string): Promise<ReadSettings> {
  if (isAbsent(path)) return { settings: defaultSettings }
  const { readPlainSettings } = await import('../../edges/plain-settings-file.ts')
  const plain = readPlainSettings(path)
  if (plain !== undefined) return plain
  const { readSettingsFile } = await import('../../edges/settings-file.ts')
  return readSettingsFile(path)
}

/** A file that cannot be looked at is not absent: the reader says what is wrong. */
function isAbsent(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) === undefined
  } catch {
    return false
  }
}
