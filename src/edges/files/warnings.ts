// What is wrong with a file of the user's, as `status` says it.
import type { CredentialsDocument } from '../../core/document/document.ts'
import { AppError } from '../../core/errors.ts'
import { findingWarnings } from '../../core/status.ts'
import type { Warning } from '../../core/wire.ts'
import type { Trust } from './disk/trust.ts'
import type { FileState } from './store.ts'

/** That others can read it is worth a warning only where there are secrets in it. */
export function fileWarnings(
  state: FileState,
  document: CredentialsDocument,
  hasSecrets: boolean,
): Warning[] {
  if (state.kind === 'unreadable') return [warningOf(state.error, state.path)]
  if (state.kind === 'absent') return []
  const ofAccess = hasSecrets ? state.warnings.map((warning) => ({ ...warning, file: state.path })) : []
  return [...ofAccess, ...findingWarnings(document.findings, state.path)]
}

/** An AppError as a warning about a file; anything else is a bug and is thrown on. */
export function warningOf(error: unknown, file: string): Warning {
  if (!(error instanceof AppError)) throw error
  const { code, message, hint } = error
  return { code, message, hint, file }
}

/** Why a login would refuse to believe one of these files: somebody else owns it, or can write it. */
export function trustWarnings({ checkTrusted }: Trust, paths: readonly string[]): Warning[] {
  const warnings = new Map<string, Warning>()
  for (const path of paths) {
    try {
      checkTrusted([path])
    } catch (error) {
      const warning = warningOf(error, path)
      // One directory may be that of several files.
      if (distrusted.includes(warning.code) && !warnings.has(warning.message))
        warnings.set(warning.message, warning)
    }
  }
  return [...warnings.values()]
}

const distrusted = ['file.other-owner', 'file.writable-by-others']
