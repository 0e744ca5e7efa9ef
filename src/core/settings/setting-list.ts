// Every setting with its value, its default, and what it comes from.

import type { CredentialsDocument } from '../document/document.ts'
import { settingNames, settingTexts } from './settings.ts'

export type ListedSetting = {
  key: string
  /** As it is written in the file; '' for none. */
  value: string
  default: string
  source: 'variable' | 'file' | 'default'
  /** The variable that wins over the file. */
  variable?: string
  line?: number
}

/** As they would be written in the file; none where it is not named. */
const defaults: Readonly<Record<string, string>> = {
  duration: '12h',
  reminders: '10m, 0m',
  suffix: '-mfa',
  long_term_suffix: '-long-term',
  notify: 'desktop',
  prompt: 'auto',
  log_level: 'info',
  credentials_file: '~/.aws/credentials',
  config_file: '~/.aws/config',
}

/** Of two spellings the first that is set counts, also where it is empty. */
const variablesOf: Readonly<Record<string, readonly string[]>> = {
  credentials_file: ['AWS_SHARED_CREDENTIALS_FILE'],
  config_file: ['AWS_CONFIG_FILE'],
  socket: ['MFAD_SOCKET'],
  https_proxy: ['https_proxy', 'HTTPS_PROXY'],
  no_proxy: ['no_proxy', 'NO_PROXY'],
  ca_bundle: ['AWS_CA_BUNDLE'],
}
const countsWhenEmpty: ReadonlySet<string> = new Set(['https_proxy', 'no_proxy'])

/** `parsed` is what `ini` made of the same bytes as `document`. `defaultSocket` depends on the environment. */
export function listSettings(
  parsed: unknown,
  document: CredentialsDocument,
  environment: Readonly<Record<string, string | undefined>>,
  defaultSocket: string,
): ListedSetting[] {
  const texts = settingTexts(parsed, document)
  return settingNames.map((key) => {
    const fallback = key === 'socket' ? defaultSocket : (defaults[key] ?? '')
    const variable = variablesOf[key]?.find((name) => environment[name] !== undefined)
    const ofVariable = variable === undefined ? undefined : environment[variable]
    if (variable !== undefined && ofVariable !== undefined && (ofVariable !== '' || countsWhenEmpty.has(key)))
      return { key, value: shown(key, ofVariable), default: fallback, source: 'variable', variable }
    const written = texts.get(key)
    // An empty value stands for the default.
    if (written === undefined || (written.text === '' && fallback !== ''))
      return { key, value: fallback, default: fallback, source: 'default' }
    return { key, value: shown(key, written.text), default: fallback, source: 'file', line: written.line }
  })
}

/** The user and password of a proxy are a secret; people paste passwords with an unescaped `@` or `/`. */
function shown(key: string, value: string): string {
  return key === 'https_proxy' ? value.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/i, '$1***@') : value
}
