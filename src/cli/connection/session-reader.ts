// Reads a session out of the credentials file. Commands that need it run for every process with a `credential_process`, so no
// more is loaded than that takes.
import { agreedValue, type CredentialsDocument } from '../../core/document/document.ts'
import { parseDocument } from '../../core/document/parse.ts'
import { isRegion } from '../../core/profiles/aws-values.ts'
import { profileSections } from '../../core/profiles/sections.ts'
import {
  readSession,
  readSessionCredentials,
  type SessionCredentials,
} from '../../core/profiles/session-section.ts'
import type { Files } from '../../core/wire.ts'
import { readWholeFile } from '../../edges/files/whole-file.ts'

export type FileSession = {
  /** The section that holds it. */
  sessionProfile: string
  credentials: SessionCredentials
  /** Reads the config file where the session has none of its own, so ask only if it is needed. Throws file.*. */
  region(): string | undefined
}

export type Reading = {
  /** Undefined where there is no session of ours that can be used. */
  session: FileSession | undefined
  changedAt: Date | undefined
}

/**
 * The session of the profile, or session profile, of that name. `dev-mfa` is the section `[dev-mfa]`, and so is `dev` where
 * `[dev]` is no session of ours. Throws file.*.
 */
export function readFileSession(
  files: Pick<Files, 'credentials' | 'config'>,
  suffix: string,
  name: string,
): Reading {
  const file = readWholeFile(files.credentials)
  if (file === undefined) return { session: undefined, changedAt: undefined }
  const document = parseDocument(file.bytes)
  const sessionProfile = [name, name + suffix].find((each) => readSession(document, each).kind === 'ours')
  const section = document.sections.get(sessionProfile ?? '')
  const credentials = section === undefined ? undefined : readSessionCredentials(section)
  const { changedAt } = file
  if (credentials === undefined || sessionProfile === undefined) return { session: undefined, changedAt }
  const region = () => {
    const found = agreedValue(section, 'region') ?? regionInConfig(document, files.config, sessionProfile)
    return found === undefined || !isRegion(found) ? undefined : found
  }
  return { session: { sessionProfile, credentials, region }, changedAt }
}

/** Ours holds one unless the config file gives the session profile its own. */
function regionInConfig(
  credentials: CredentialsDocument,
  path: string,
  sessionProfile: string,
): string | undefined {
  const file = readWholeFile(path)
  if (file === undefined) return undefined
  const sections = profileSections({ credentials, config: parseDocument(file.bytes) })
  return agreedValue(sections.config.get(sessionProfile), 'region')
}
