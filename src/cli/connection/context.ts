// Where this command line's files are: the same resolution as the daemon's, from the environment and the settings.
import { existsSync } from 'node:fs'
import { defaultSettings, type Settings } from '../../core/settings/default-settings.ts'
import type { Files } from '../../core/wire.ts'
import { type Environment, resolveFiles, settingsPath } from '../../edges/paths.ts'

export type Context = { environment: Environment; settings: Settings; files: Files }

/** Throws settings.*. */
export async function loadContext(environment: Environment): Promise<Context> {
  const settings = await readSettings(settingsPath(environment))
  return { environment, settings, files: resolveFiles(environment, settings) }
}

/** What reads the file is loaded only where there is one: it is half of the command line's code. */
async function readSettings(path: string): Promise<Settings> {
  if (!existsSync(path)) return defaultSettings
  const { loadSettings } = await import('../../edges/settings-file.ts')
  return loadSettings(path)
}
