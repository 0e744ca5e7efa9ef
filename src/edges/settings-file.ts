// Reads the settings file, the only one that the `ini` package parses.
import { readFileSync, statSync } from 'node:fs'
import { parse } from 'ini'
import type { CredentialsDocument } from '../core/document/document.ts'
import { parseDocument } from '../core/document/parse.ts'
import { AppError } from '../core/errors.ts'
import { defaultSettings, type Settings } from '../core/settings/default-settings.ts'
import { proxyUrl } from '../core/settings/proxy-address.ts'
import { type ReadSettings, readSettings } from '../core/settings/settings.ts'
import { quoted } from '../core/text/quoted.ts'
import { accessWarnings } from './files/disk/access.ts'
import { errnoOf } from './files/disk/system.ts'

const maxBytes = 1024 * 1024

/** The settings at `path`; the defaults where there is no file. Throws settings.invalid and settings.unreadable. */
export function loadSettings(path: string): Settings {
  const { settings, problem } = readSettingsFile(path)
  if (problem !== undefined) throw problem
  return settings
}

/** The settings of all lines that can be used, and the first problem with the others. Never throws. */
export function readSettingsFile(path: string): ReadSettings {
  try {
    const bytes = readBounded(path)
    if (bytes === undefined) return { settings: defaultSettings }
    const { parsed, document } = parseSettings(bytes, path)
    return withReaders(readSettings(parsed, document, path), path)
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    return { settings: defaultSettings, problem: error }
  }
}

/** Adds a warning where others can read the file, and it holds a proxy's password. */
function withReaders({ settings, ...rest }: ReadSettings, path: string): ReadSettings {
  const hasPassword = Boolean(proxyUrl(settings.httpsProxy ?? '')?.password)
  const mode = hasPassword ? statSync(path, { throwIfNoEntry: false })?.mode : undefined
  const found = accessWarnings(path, mode ?? 0).map((warning) => ({
    ...warning,
    code: 'settings.readable-by-others' as const,
    message: `${warning.message}, and holds the password of a proxy`,
    file: path,
  }))
  return { ...rest, settings: { ...settings, warnings: [...settings.warnings, ...found] } }
}

/** What both readers make of the file's bytes. Throws settings.invalid. */
export function parseSettings(
  bytes: Uint8Array,
  path: string,
): { parsed: unknown; document: CredentialsDocument } {
  return { parsed: parseIni(bytes, path), document: parseDocument(bytes) }
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
    if (!stat.isFile()) throw unreadable(path, 'it is not a regular file')
    if (stat.size > maxBytes) throw unreadable(path, 'it is larger than 1 MiB')
    return readFileSync(path)
  } catch (cause) {
    if (cause instanceof AppError || errnoOf(cause) === undefined) throw cause
    throw unreadable(path, reasons[errnoOf(cause) ?? ''] ?? String(errnoOf(cause)), cause)
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ELOOP: 'its links lead in a circle',
  ENOTDIR: 'a part of its path is no directory',
}

function unreadable(path: string, reason: string, cause?: unknown): AppError {
  return new AppError(
    'settings.unreadable',
    `the settings file ${path} cannot be read: ${reason}`,
    `look at it with: ls -l ${quoted(path)}`,
    cause,
  )
}
