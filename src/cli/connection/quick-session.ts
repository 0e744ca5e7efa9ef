// The session of a profile where it is plain to see, as it nearly always is, without reading the rest of the file: programs wait for
// it each time that they need credentials. Elsewhere session-reader.ts reads the whole file.

import { agreedValue } from '../../core/document/document.ts'
import { quickProfile, quickSection } from '../../core/document/quick-section.ts'
import { isRegion } from '../../core/profiles/aws-values.ts'
import { isOurs, readSessionCredentials } from '../../core/profiles/session-section.ts'
import type { Files } from '../../core/wire.ts'
import { glanceAt } from '../../edges/files/glance.ts'
import type { FileSession } from './session-reader.ts'

/** Undefined where it is not plain to see. */
export function quickSession(
  files: Pick<Files, 'credentials' | 'config'>,
  suffix: string,
  name: string,
): FileSession | undefined {
  const text = glanceAt(files.credentials)
  if (text === undefined) return undefined
  for (const sessionProfile of [name, name + suffix]) {
    const section = quickSection(text, sessionProfile)
    if (section === undefined) return undefined
    if (section === 'absent' || !isOurs(section)) continue
    const credentials = readSessionCredentials(section)
    if (credentials === undefined) return undefined
    const region = async () => {
      const found = agreedValue(section, 'region') ?? (await regionInConfig(files.config, sessionProfile))
      return found === undefined || !isRegion(found) ? undefined : found
    }
    return { sessionProfile, credentials, region }
  }
  return undefined
}

/** Asked only where our section has no region: mfad leaves it out where the config file gives one to the session profile. */
async function regionInConfig(path: string, sessionProfile: string): Promise<string | undefined> {
  const text = glanceAt(path)
  const section = text === undefined ? undefined : quickProfile(text, sessionProfile)
  if (section === 'absent') return undefined
  if (section !== undefined) return agreedValue(section, 'region')
  return (await import('./session-reader.ts')).regionInConfig(path, sessionProfile)
}
