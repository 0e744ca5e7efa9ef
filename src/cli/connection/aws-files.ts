// The two AWS files as a command reads and changes them by itself: for what must not cross the socket, which is the access key that
// `mfad setup` takes. Everything else is asked of the daemon.

import type { CredentialsDocument } from '../../core/document/document.ts'
import { checkAccepted } from '../../core/document/edit-checks.ts'
import { parseDocument } from '../../core/document/parse.ts'
import { applyEdits, type UserEdit } from '../../core/document/user-edit.ts'
import type { ErrorBody } from '../../core/errors.ts'
import type { ProfileFacts } from '../../core/profiles/key-place.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import { buildProfiles } from '../../core/profiles/profiles.ts'
import { openFileStore } from '../../edges/files/own-store.ts'
import { openTrust } from '../../edges/own-trust.ts'
import { stateDirectory } from '../../edges/paths.ts'
import type { Context } from './context.ts'
import { editFile } from './file-edit.ts'

export type AwsFiles = ProfileFacts & { profiles: readonly Profile[] }

type AwsFile = 'credentials' | 'config'

/** Throws file.* where one of them cannot be read, is not to be trusted, or is rejected by AWS tools. */
export function readAwsFiles(context: Context): AwsFiles {
  const { files, settings } = context
  openTrust().checkTrusted([files.config, files.credentials])
  const documents = { credentials: read(context, 'credentials'), config: read(context, 'config') }
  return {
    documents,
    suffixes: settings,
    paths: files,
    profiles: buildProfiles(documents, settings, files),
  }
}

function read({ environment, files }: Context, file: AwsFile): CredentialsDocument {
  const state = openFileStore(files[file], stateDirectory(environment)).read()
  if (state.kind === 'unreadable') throw state.error
  const document = parseDocument(state.kind === 'present' ? state.bytes : new Uint8Array())
  checkAccepted(document, files[file])
  return document
}

/** Throws file.* where `editAwsFile` would. Creates nothing. */
export function checkEditable({ environment, files }: Context, file: AwsFile): void {
  openFileStore(files[file], stateDirectory(environment)).checkReplaceable()
}

/**
 * Makes the edits in one replacement; the file, and its directory, are made where there are none. `plan` gets the file as it is
 * at the instant of writing, and may throw an AppError to refuse. Answers what is to be known of the file. Throws file.*; the file
 * is then as it was.
 */
export async function editAwsFile(
  { environment, files }: Context,
  file: AwsFile,
  plan: (document: CredentialsDocument) => readonly UserEdit[],
): Promise<ErrorBody[]> {
  const path = files[file]
  const warnings = await editFile(environment, path, (before) => {
    const document = parseDocument(before)
    checkAccepted(document, path)
    return applyEdits(document, plan(document)).toBytes()
  })
  // There is no secret in the config file.
  return warnings.filter(({ code }) => file === 'credentials' || code !== 'file.readable-by-others')
}
