// Does a command line that has not asked for the status mean the files that this daemon uses? It sends its variables, and the settings
// are known here.
import { AppError } from '../core/errors.ts'
import type { FileVariables } from '../core/wire.ts'
import { resolveFiles, socketCandidates } from '../edges/paths.ts'
import { userId } from '../edges/user.ts'
import type { KnownFiles } from './files/known-files.ts'

export type UsedFiles = Pick<KnownFiles, 'files' | 'settings' | 'areSettingsSound'>

/**
 * Throws settings.files-differ unless these variables and the settings mean the files and the socket that the daemon uses, and
 * where that cannot be said: because of a path that depends on a directory, or of settings that cannot be used as they are now.
 */
export function checkMeant({ files, settings, areSettingsSound }: UsedFiles, variables: FileVariables): void {
  const meant = resolveFiles(variables, settings)
  const isSame =
    variables.HOME?.startsWith('/') === true &&
    variablesWithPath.every((name) => /^(?:$|~?\/)/.test(variables[name] ?? '')) &&
    meant.settings === files.settings &&
    areSettingsSound &&
    meant.credentials === files.credentials &&
    meant.config === files.config &&
    // MFAD_SOCKET has led to this daemon, or else the settings have to.
    (Boolean(variables.MFAD_SOCKET) ||
      socketCandidates(variables, meant.socket, userId()).includes(files.socket))
  if (isSame) return
  throw new AppError(
    'settings.files-differ',
    'the daemon may use other files than this command line',
    'ask for its files with: mfad status --json',
  )
}

/** A relative path in these counts from the directory of the command line, which is not known here. */
const variablesWithPath = [
  'MFAD_CONFIG',
  'MFAD_SOCKET',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_CONFIG_FILE',
] as const
