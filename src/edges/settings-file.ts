// The settings file, read. It is the only file that the `ini` package parses.
import { readFileSync, statSync } from 'node:fs'
import { parse } from 'ini'
import { defaultSettings, type Settings } from '../core/default-settings.ts'
import { parseDocument } from '../core/document.ts'
import { AppError } from '../core/errors.ts'
import { readSettings } from '../core/settings.ts'

const maxBytes = 1024 * 1024

/** The settings at `path`; the defaults where there is no file. Throws settings.invalid and settings.unreadable. */
export function loadSettings(path: string): Settings {
  const bytes = readBounded(path)
  if (bytes === undefined) return defaultSettings
  return readSettings(parse(new TextDecoder().decode(bytes)), parseDocument(bytes), path)
}

/** Changes whenever the file may have changed. */
export function settingsStamp(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stat === undefined ? 'absent' : `${stat.ino} ${stat.size} ${stat.mtimeNs} ${stat.ctimeNs}`
}

function readBounded(path: string): Uint8Array | undefined {
  try {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return undefined
    if (!stat.isFile() || stat.size > maxBytes) throw new Error('not a file of at most 1 MiB')
    return readFileSync(path)
  } catch (cause) {
    throw new AppError(
      'settings.unreadable',
      `the settings file ${path} cannot be read`,
      `look at it with: ls -l ${path}`,
      cause,
    )
  }
}
