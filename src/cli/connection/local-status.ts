// The status from the files alone, when no daemon runs.
import type { CredentialsDocument } from '../../core/document/document.ts'
import { parseDocument } from '../../core/document/parse.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import { buildProfiles, findProfile } from '../../core/profiles/profiles.ts'
import type { Documents } from '../../core/profiles/sections.ts'
import { buildStatus } from '../../core/status.ts'
import type { Status, Warning } from '../../core/wire.ts'
import { openFileStore } from '../../edges/files/own-store.ts'
import { fileWarnings, trustWarnings } from '../../edges/files/warnings.ts'
import { openTrust } from '../../edges/own-trust.ts'
import { type Environment, stateDirectory } from '../../edges/paths.ts'
import type { Context } from './context.ts'

export function localStatus({ environment, files, settings }: Context, now: Date): Status {
  const credentials = read(files.credentials, environment, true)
  const config = read(files.config, environment, false)
  const ofTrust = trustWarnings(openTrust(), [files.settings, files.config, files.credentials])
  return buildStatus(
    {
      version: MFAD_VERSION,
      daemon: null,
      files,
      profiles: buildProfiles(
        { credentials: credentials.document, config: config.document },
        settings,
        files,
      ),
      reminderLeadSeconds: settings.reminderLeadSeconds,
      warnings: [...settings.warnings, ...ofTrust, ...credentials.warnings, ...config.warnings],
      clockOffsetSeconds: 0,
      clockOffsetOf: () => 0,
      identities: new Map(),
      snoozedUntil: new Map(),
      lastErrors: new Map(),
      givenUp: new Map(),
      kept: new Map(),
    },
    now,
  )
}

export type LocalProfiles = { documents: Documents; profiles: readonly Profile[] }

/** All profiles, with the documents that they are read from. Throws file.* where one of the files cannot be read. */
export function localProfiles({ environment, files, settings }: Context): LocalProfiles {
  const [credentials, config] = [files.credentials, files.config].map((path) => {
    const state = openFileStore(path, stateDirectory(environment)).read()
    if (state.kind === 'unreadable') throw state.error
    return parseDocument(state.kind === 'present' ? state.bytes : new Uint8Array())
  }) as [CredentialsDocument, CredentialsDocument]
  const documents = { credentials, config }
  return { documents, profiles: buildProfiles(documents, settings, files) }
}

/** Throws file.other-owner or file.writable-by-others where somebody else could have written what is believed. */
export function checkTrustedFiles({ files }: Context): void {
  openTrust().checkTrusted([files.settings, files.config, files.credentials])
}

/** The profile of that name, or the one whose session profile it names. Throws file.* and profile.not-found. */
export function localProfile(
  context: Context,
  name: string,
  profiles = localProfiles(context).profiles,
): Profile {
  return findProfile(profiles, name)
}

function read(
  path: string,
  environment: Environment,
  hasSecrets: boolean,
): { document: CredentialsDocument; warnings: Warning[] } {
  const state = openFileStore(path, stateDirectory(environment)).read()
  const document = parseDocument(state.kind === 'present' ? state.bytes : new Uint8Array())
  return { document, warnings: fileWarnings(state, document, hasSecrets) }
}
