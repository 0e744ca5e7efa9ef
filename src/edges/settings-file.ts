// The settings file, read. It is the only file that the `ini` package parses.
import { readFileSync, statSync } from 'node:fs'
import { parse } from 'ini'
import { parseDocument } from '../core/document/parse.ts'
import { AppError } from '../core/errors.ts'
import { defaultSettings, type Settings } from '../core/settings/default-settings.ts'
import { readSettings } from '../core/settings/settings.ts'
import { quoted } from '../core/text/quoted.ts'

const maxBytes = 1024 * 1024

/** The settings at `path`; the defaults where there is no file. Throws settings.invalid and settings.unreadable. */
export function loadSettings(path: string): Settings {
  const bytes = readBounded(path)
  if (bytes === undefined) return defaultSettings
  return readSettings(parseIni(bytes, path), parseDocument(bytes), path)
}

/** `ini` throws a TypeError at some texts, such as a section below a key that is null. */
function parseIni(bytes: Uint8Array, path: string): unknown {
  try {
    return parse(new TextDecoder().decode(bytes))
  } catch (cause) {
    throw new AppError('settings.invalid', `${path} cannot be read as settings`, `edit ${path}`, cause)
  }
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
      `look at it with: ls -l ${quoted(path)}`,
      cause,
    )
  }
}
