// The settings file: which keys there are, what they may hold, and what applies when a key is missing. `ini` parses the
// file; our own document supplies the lines, and contradicts `ini` where it cut a value short.

import type { CredentialsDocument, Entry } from '../document/document.ts'
import { AppError } from '../errors.ts'
import { isPortableName, isSessionDuration } from '../profiles/aws-values.ts'
import { parseDuration } from '../time/duration.ts'
import { parseQuietHours } from '../time/quiet-hours.ts'
import { defaultSettings, type Settings } from './default-settings.ts'
import { isProxyAddress } from './proxy-address.ts'

const longestCommand = 4096

type Reader = (text: string) => Partial<Settings> | string

const readers: Readonly<Record<string, Reader>> = {
  duration: (text) => {
    const seconds = parseDuration(text)
    return isSessionDuration(seconds)
      ? { durationSeconds: seconds }
      : 'must be between 15m and 36h, such as 12h'
  },
  reminders: (text) => {
    const seconds = text.split(',').map((part) => parseDuration(part.trim()))
    if (seconds.length > 10 || !seconds.every((value) => value !== undefined)) {
      return 'must be at most ten durations, such as 10m, 0m'
    }
    return { reminderLeadSeconds: [...new Set(seconds)].sort((a, b) => b - a) }
  },
  quiet_hours: (text) => {
    const quietHours = parseQuietHours(text)
    return quietHours === undefined ? 'must be two times of a day, such as 22:00-08:00' : { quietHours }
  },
  suffix: (text) =>
    isPortableName(`x${text}`) ? { suffix: text } : 'must be letters, digits or _ . / % @ : + -',
  notify: (text) => (text === 'desktop' || text === 'none' ? { notify: text } : 'must be desktop or none'),
  prompt: (text) => {
    const prompt = (['auto', 'zenity', 'kdialog', 'osascript', 'none'] as const).find((way) => way === text)
    return prompt === undefined ? 'must be auto, zenity, kdialog, osascript or none' : { prompt }
  },
  notify_command: (text) =>
    text.length <= longestCommand && !text.includes('\0')
      ? { notifyCommand: text }
      : `must be a command of at most ${longestCommand} characters`,
  log_level: (text) => {
    const level = (['debug', 'info', 'warn', 'error'] as const).find((known) => known === text)
    return level === undefined ? 'must be debug, info, warn or error' : { logLevel: level }
  },
  https_proxy: (text) =>
    isProxyAddress(text)
      ? { httpsProxy: text }
      : 'must be the address of an http or https proxy, such as http://proxy.example.com:3128',
  no_proxy: (text) => ({ noProxy: text }),
  ca_bundle: (text) => (isPath(text) ? { caBundle: text } : 'must be an absolute path, or begin with ~/'),
  credentials_file: (text) =>
    isPath(text) ? { credentialsFile: text } : 'must be an absolute path, or begin with ~/',
  config_file: (text) => (isPath(text) ? { configFile: text } : 'must be an absolute path, or begin with ~/'),
  socket: (text) => (isPath(text) ? { socket: text } : 'must be an absolute path, or begin with ~/'),
}

/**
 * The settings in a file. `parsed` is what `ini` made of the same bytes as `document`; an empty value means the
 * default. Throws settings.invalid with the line of the first problem.
 */
export function readSettings(parsed: unknown, document: CredentialsDocument, path: string): Settings {
  const broken = document.findings.find(({ rejectsFile }) => rejectsFile)
  if (broken !== undefined) throw invalid(path, broken.line, broken.message)
  for (const section of document.sections.values()) {
    if (section.name !== 'mfad') throw invalid(path, section.line, 'the only section is [mfad]')
  }
  let settings = defaultSettings
  const values = (parsed as { mfad?: Record<string, unknown> }).mfad ?? {}
  for (const [key, entry] of document.sections.get('mfad')?.entries ?? []) {
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined
    if (reader === undefined)
      throw invalid(path, entry.line, `there is no setting ${JSON.stringify(key.slice(0, 40))}`)
    const text = agreedText(Object.hasOwn(values, key) ? values[key] : undefined, entry, key, path)
    if (text === '') continue
    const read = reader(text)
    if (typeof read === 'string') throw invalid(path, entry.line, `${key} ${read}`)
    settings = { ...settings, ...read }
  }
  return settings
}

/** `ini` ends an unquoted value at `;` and `#`: half a value is refused rather than used. */
function agreedText(value: unknown, entry: Entry, key: string, path: string): string {
  const isQuoted = /^(["']).*\1$/.test(entry.value) && entry.value.length > 1
  if (isQuoted && typeof value === 'string') return value
  if (String(value) === entry.value) return entry.value
  if (value === undefined) {
    throw invalid(
      path,
      entry.line,
      `${key} cannot be read: write [mfad] alone on its line, and the key in lower case`,
    )
  }
  throw invalid(
    path,
    entry.line,
    `the value of ${key} must be quoted: it holds a character with a meaning of its own`,
  )
}

function isPath(text: string): boolean {
  return /^(?:~\/|\/)[^\0\r\n]+$/.test(text) && text.length <= 4096
}

function invalid(path: string, line: number, problem: string): AppError {
  return new AppError(
    'settings.invalid',
    `line ${line} of ${path}: ${problem}`,
    `edit ${path}; it holds: ${Object.keys(readers).join(', ')}`,
  )
}
