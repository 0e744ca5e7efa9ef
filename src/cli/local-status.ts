// The status from the files alone, when no daemon runs.
import { parseDocument } from '../core/document.ts'
import { buildProfiles } from '../core/profiles.ts'
import { buildStatus, findingWarnings } from '../core/status.ts'
import type { Status, Warning } from '../core/wire.ts'
import { openFileStore } from '../edges/own-file-store.ts'
import type { Context } from './context.ts'

export function localStatus({ files, settings }: Context, now: Date): Status {
  const credentials = read(files.credentials)
  const config = read(files.config)
  return buildStatus(
    {
      version: MFAD_VERSION,
      daemon: null,
      files,
      profiles: buildProfiles(
        { credentials: credentials.document, config: config.document },
        settings.suffix,
        files,
      ),
      reminderLeadSeconds: settings.reminderLeadSeconds,
      warnings: [...credentials.warnings, ...config.warnings],
      clockOffsetSeconds: 0,
      snoozedUntil: new Map(),
      lastErrors: new Map(),
    },
    now,
  )
}

function read(path: string): { document: ReturnType<typeof parseDocument>; warnings: Warning[] } {
  const state = openFileStore(path).read()
  const document = parseDocument(state.kind === 'present' ? state.bytes : new Uint8Array())
  if (state.kind === 'absent') return { document, warnings: [] }
  if (state.kind === 'unreadable') {
    const { code, message, hint } = state.error
    return { document, warnings: [{ code, message, hint, file: path }] }
  }
  return {
    document,
    warnings: [
      ...state.warnings.map((warning) => ({ ...warning, file: path })),
      ...findingWarnings(document.findings, path),
    ],
  }
}
