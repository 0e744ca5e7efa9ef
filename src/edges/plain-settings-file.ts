// Reads a settings file that is plain to read; settings-file.ts reads every other, and would say the same of this one.
import { plainSettings } from '../core/settings/plain-settings.ts'
import { type ReadSettings, readSettings } from '../core/settings/settings.ts'
import { glanceAt } from './files/glance.ts'

/** Undefined where it is not plain, or cannot be read. */
export function readPlainSettings(path: string): ReadSettings | undefined {
  const text = glanceAt(path)
  const plain = text === undefined ? undefined : plainSettings(text)
  return plain && readSettings(plain.parsed, plain.document, path)
}
