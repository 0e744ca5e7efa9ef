// Where this command line's files are: the same resolution as the daemon's, from the environment and the settings.
import type { Settings } from '../core/settings.ts'
import type { Files } from '../core/wire.ts'
import { type Environment, resolveFiles, settingsPath } from '../edges/paths.ts'
import { loadSettings } from '../edges/settings-file.ts'

export type Context = { environment: Environment; settings: Settings; files: Files }

/** Throws settings.*. */
export function loadContext(environment: Environment): Context {
  const settings = loadSettings(settingsPath(environment))
  return { environment, settings, files: resolveFiles(environment, settings) }
}
