// The settings file: which keys there are, what they may hold, and what applies when a key is missing. `ini` parses the
// file; our own document supplies the lines, and contradicts `ini` where it cut a value short.

import type { CredentialsDocument, Entry, Section } from '../document/document.ts'
import { AppError } from '../errors.ts'
import { isPortableName, isSessionDuration } from '../profiles/aws-values.ts'
import { nearestName } from '../text/nearest-name.ts'
import { printable } from '../text/printable.ts'
import { parseDuration } from '../time/duration.ts'
import { parseQuietHours } from '../time/quiet-hours.ts'
import type { Warning } from '../wire.ts'
import { defaultSettings, type Settings } from './default-settings.ts'
import { isProxyAddress } from './proxy-address.ts'

const longestCommand = 4096
const badCommand = `must be a command of at most ${longestCommand} characters`

/** An empty value is the same as none. For every other key an empty value is a mistake. */
const mayBeEmpty: ReadonlySet<string> = new Set([
  'quiet_hours',
  'notify_command',
  'after_write_command',
  'hide',
  'https_proxy',
  'no_proxy',
  'ca_bundle',
  'credentials_file',
  'config_file',
  'socket',
])
/** Their values may hold ; and # for good reason. */
const freeText: ReadonlySet<string> = new Set([
  'notify_command',
  'after_write_command',
  'https_proxy',
  'ca_bundle',
  'credentials_file',
  'config_file',
  'socket',
])

/** `problem`: the first value that cannot be used, as settings.invalid; the settings are then those of the other lines. */
export type ReadSettings = { settings: Settings; problem?: AppError }

type Sections = Pick<CredentialsDocument, 'findings' | 'sections'>
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
  suffix: (text) => {
    if (text === '') return 'must not be empty: a session needs a section of its own'
    return isPortableName(`x${text}`) ? { suffix: text } : 'must be letters, digits or _ . / % @ : + -'
  },
  long_term_suffix: (text) => {
    if (text === '') return 'must not be empty: the session goes to the section without it'
    return isPortableName(`x${text}`)
      ? { longTermSuffix: text }
      : 'must be letters, digits or _ . / % @ : + -'
  },
  notify: (text) => (text === 'desktop' || text === 'none' ? { notify: text } : 'must be desktop or none'),
  prompt: (text) => {
    const prompt = (['auto', 'zenity', 'kdialog', 'osascript', 'none'] as const).find((way) => way === text)
    return prompt === undefined ? 'must be auto, zenity, kdialog, osascript or none' : { prompt }
  },
  notify_command: (text) => (isCommand(text) ? { notifyCommand: text } : badCommand),
  after_write_command: (text) => (isCommand(text) ? { afterWriteCommand: text } : badCommand),
  hide: (text) => {
    const hide = text.split(/[\s,]+/).filter((name) => name !== '')
    return hide.length <= 1000 && text.length <= longestCommand
      ? { hide }
      : 'must be at most 1000 names of profiles with commas between, such as legacy-*, old'
  },
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

export const settingNames: readonly string[] = Object.keys(readers)

/** Why `key` cannot be set to this; undefined where it can. Throws settings.unknown-key. */
export function settingProblem(key: string, text: string): string | undefined {
  const reader = Object.hasOwn(readers, key) ? readers[key] : undefined
  if (reader === undefined)
    throw new AppError(
      'settings.unknown-key',
      `there is no setting ${printable(key, 40)}`,
      nearestSetting(key),
    )
  if (text === '' && mayBeEmpty.has(key)) return undefined
  const read = reader(text)
  return typeof read === 'string' ? `${key} ${read}` : undefined
}

/** What the file holds for each setting that both readers read alike, whether it can be used or not. */
export function settingTexts(
  parsed: unknown,
  document: CredentialsDocument,
): ReadonlyMap<string, { text: string; line: number }> {
  const values = (parsed as { mfad?: Record<string, unknown> }).mfad ?? {}
  const texts = new Map<string, { text: string; line: number }>()
  for (const [key, entry] of document.sections.get('mfad')?.entries ?? []) {
    const text = agreedText(Object.hasOwn(values, key) ? values[key] : undefined, entry)
    if (Object.hasOwn(readers, key) && text !== undefined) texts.set(key, { text, line: entry.line })
  }
  return texts
}

/**
 * The settings in a file. `parsed` is what `ini` made of the same bytes as `document`. What is not known is left out with a
 * warning, so that a typing error costs one setting and not every login.
 */
export function readSettings(parsed: unknown, document: Sections, path: string): ReadSettings {
  const broken = document.findings.find(({ rejectsFile }) => rejectsFile)
  if (broken !== undefined)
    return { settings: defaultSettings, problem: invalid(path, broken.line, broken.message) }
  const warnings: Warning[] = [...document.sections.values()]
    .filter(({ name }) => name !== 'mfad')
    .map((section) => unknownSection(section, path))
  const values = (parsed as { mfad?: Record<string, unknown> }).mfad ?? {}
  let settings = defaultSettings
  let problem: AppError | undefined
  for (const [key, entry] of document.sections.get('mfad')?.entries ?? []) {
    const reader = Object.hasOwn(readers, key) ? readers[key] : undefined
    if (reader === undefined) {
      warnings.push(unknownKey(key, entry, path))
      continue
    }
    const read = readValue(key, reader, Object.hasOwn(values, key) ? values[key] : undefined, entry)
    if (typeof read === 'string') problem ??= invalid(path, entry.line, read)
    else settings = { ...settings, ...read }
  }
  problem ??= sameSuffix(settings, document, path)
  settings = { ...settings, warnings }
  return problem === undefined ? { settings } : { settings, problem }
}

/** One name would be that of a session and of a section of keys. */
function sameSuffix(
  { suffix, longTermSuffix }: Settings,
  document: Sections,
  path: string,
): AppError | undefined {
  if (suffix !== longTermSuffix) return undefined
  const entries = document.sections.get('mfad')?.entries
  const { line = 1 } = entries?.get('long_term_suffix') ?? entries?.get('suffix') ?? {}
  return invalid(path, line, 'suffix and long_term_suffix must differ')
}

/** What the value sets; a text where it cannot be used: what is wrong with it. */
function readValue(key: string, reader: Reader, value: unknown, entry: Entry): Partial<Settings> | string {
  const agreed = agreedText(value, entry)
  if (agreed === undefined) return disagreement(key, reader, value, entry)
  if (agreed === '' && mayBeEmpty.has(key)) return {}
  const read = reader(agreed)
  return typeof read === 'string' ? `${key} ${read}` : read
}

/** `ini` ends an unquoted value at `;` and `#`: half a value is refused rather than used. */
function agreedText(value: unknown, entry: Entry): string | undefined {
  const isQuoted = /^(["']).*\1$/.test(entry.value) && entry.value.length > 1
  if (isQuoted && typeof value === 'string') return value
  return String(value) === entry.value ? entry.value : undefined
}

function disagreement(key: string, reader: Reader, value: unknown, entry: Entry): string {
  if (value === undefined)
    return `${key} cannot be read: write [mfad] alone on its line, and the key in lower case`
  const before = /^(.*?)\s+[;#]/.exec(entry.value)?.[1]
  const quote = `put the whole value of ${key} in quotes: it holds a character with a meaning of its own`
  if (before === undefined || typeof reader(unquoted(before)) === 'string') return quote
  const move = `what follows the value of ${key} is no comment: a comment needs a line of its own`
  return freeText.has(key) ? `${move}; if it is part of the value, put the whole value in quotes` : move
}

function unquoted(text: string): string {
  return text.replace(/^(["'])(.*)\1$/, '$2')
}

function isCommand(text: string): boolean {
  return text.length <= longestCommand && !text.includes('\0')
}

function isPath(text: string): boolean {
  return /^(?:~\/|\/)[^\0\r\n]+$/.test(text) && text.length <= 4096
}

function unknownKey(key: string, { line }: Entry, file: string): Warning {
  return {
    code: 'settings.unknown-key',
    message: `there is no setting ${printable(key, 40)}, so this line does nothing`,
    hint: nearestSetting(key),
    file,
    line,
  }
}

function nearestSetting(key: string): string {
  const near = nearestName(key, settingNames)
  return near === undefined ? `the settings are ${settingNames.join(', ')}` : `did you mean ${near}?`
}

function unknownSection({ name, line }: Section, file: string): Warning {
  return {
    code: 'settings.unknown-section',
    message: `the settings in [${printable(name, 40)}] do nothing: mfad reads [mfad] only`,
    hint: 'move them below [mfad], or remove the section',
    file,
    line,
  }
}

function invalid(path: string, line: number, problem: string): AppError {
  return new AppError('settings.invalid', `line ${line} of ${path}: ${problem}`, `edit ${path}`)
}
