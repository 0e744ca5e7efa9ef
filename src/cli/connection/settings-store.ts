// The settings file of this command line, read and changed as the daemon reads it, and replaced as the AWS files are.

import { editSetting } from '../../core/settings/setting-edit.ts'
import { type ListedSetting, listSettings } from '../../core/settings/setting-list.ts'
import { settingTexts } from '../../core/settings/settings.ts'
import { openFileStore } from '../../edges/files/own-store.ts'
import { resolveFiles, stateDirectory } from '../../edges/paths.ts'
import { parseSettings } from '../../edges/settings-file.ts'
import type { Context } from './context.ts'
import { editFile } from './file-edit.ts'

/** Every setting as it is now. Throws file.* and settings.*. */
export function listedSettings({ environment, files }: Context): ListedSetting[] {
  const state = openFileStore(files.settings, stateDirectory(environment)).read()
  if (state.kind === 'unreadable') throw state.error
  const { parsed, document } = parseSettings(
    state.kind === 'present' ? state.bytes : new Uint8Array(),
    files.settings,
  )
  const socket = resolveFiles({ ...environment, MFAD_SOCKET: undefined }, {}).socket
  return listSettings(parsed, document, environment, socket)
}

/**
 * Sets `key`, or takes it out where `value` is undefined; makes the file, and its directory, where there is none. Throws
 * file.* and settings.*; the file is then as it was.
 */
export async function changeSetting(
  { environment, files }: Context,
  key: string,
  value: string | undefined,
): Promise<void> {
  const path = files.settings
  const decode = (bytes: Uint8Array) => parseSettings(bytes, path).document.text
  const encode = (text: string) => new TextEncoder().encode(text)
  await editFile(environment, path, (before) =>
    encode(editSetting(decode(before), key, value, (text) => parseSettings(encode(text), path))),
  )
}

/** Makes the file with its header alone, where there is none. */
export async function makeSettings({ environment, files }: Context): Promise<void> {
  await editFile(environment, files.settings, (before) =>
    before.length > 0 ? before : new TextEncoder().encode('[mfad]\n'),
  )
}

/** What the file holds for `key`. */
export function writtenSetting({ environment, files }: Context, key: string): string | undefined {
  const state = openFileStore(files.settings, stateDirectory(environment)).read()
  if (state.kind !== 'present') return undefined
  const { parsed, document } = parseSettings(state.bytes, files.settings)
  return settingTexts(parsed, document).get(key)?.text
}
