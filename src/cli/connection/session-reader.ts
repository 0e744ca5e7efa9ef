// Reads a session out of the credentials file, whatever the file looks like. It is loaded only where quick-session.ts has no answer.
import { setTimeout as pause } from 'node:timers/promises'
import { agreedValue } from '../../core/document/document.ts'
import { parseDocument } from '../../core/document/parse.ts'
import { isRegion } from '../../core/profiles/aws-values.ts'
import { configProfiles } from '../../core/profiles/sections.ts'
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
  region(): Promise<string | undefined>
}

/** A file that was changed this short a time ago may be half written: it is looked at again until it has been still for so long. */
const stillMs = 500
const stepMs = 50

type AwsFiles = Pick<Files, 'credentials' | 'config'>

/**
 * The session of the profile, or session profile, of that name. `dev-mfa` is the section `[dev-mfa]`, and so is `dev` where
 * `[dev]` is no session of ours. Undefined where there is none that can be used. Throws file.*.
 */
export async function readFileSession(
  files: AwsFiles,
  suffix: string,
  name: string,
): Promise<FileSession | undefined> {
  for (;;) {
    const { session, changedAt } = sessionNow(files, suffix, name)
    const age = changedAt === undefined ? stillMs : Date.now() - changedAt.getTime()
    if (session !== undefined || age < 0 || age >= stillMs) return session
    await pause(stepMs)
  }
}

/** What the file says in this instant. */
export function sessionNow(
  files: AwsFiles,
  suffix: string,
  name: string,
): { session: FileSession | undefined; changedAt: Date | undefined } {
  const file = readWholeFile(files.credentials)
  if (file === undefined) return { session: undefined, changedAt: undefined }
  const document = parseDocument(file.bytes)
  const sessionProfile = [name, name + suffix].find((each) => readSession(document, each).kind === 'ours')
  const section = document.sections.get(sessionProfile ?? '')
  const credentials = section === undefined ? undefined : readSessionCredentials(section)
  const { changedAt } = file
  if (credentials === undefined || sessionProfile === undefined) return { session: undefined, changedAt }
  const region = async () => {
    const found = agreedValue(section, 'region') ?? regionInConfig(files.config, sessionProfile)
    return found === undefined || !isRegion(found) ? undefined : found
  }
  return { session: { sessionProfile, credentials, region }, changedAt }
}

/** Asked only where our section has no region, see quick-session.ts. Throws file.*. */
export function regionInConfig(path: string, sessionProfile: string): string | undefined {
  const file = readWholeFile(path)
  if (file === undefined) return undefined
  return agreedValue(configProfiles(parseDocument(file.bytes)).byName.get(sessionProfile), 'region')
}
