// The settings that AWS tools read for a session profile, out of both files, as variables for a command that is given no profile.
import { parseDocument } from '../../core/document/parse.ts'
import { profileSections } from '../../core/profiles/sections.ts'
import { settingVariables } from '../../core/profiles/setting-variables.ts'
import { readWholeFile } from '../../edges/files/whole-file.ts'
import type { Context } from './context.ts'

/** Throws file.*. */
export function sessionSettings({ files }: Context, sessionProfile: string): Record<string, string> {
  const read = (path: string) => parseDocument(readWholeFile(path)?.bytes ?? new Uint8Array())
  const documents = { credentials: read(files.credentials), config: read(files.config) }
  return settingVariables(profileSections(documents), sessionProfile)
}
