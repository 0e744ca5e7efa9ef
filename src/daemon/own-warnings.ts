// The warnings about the daemon itself; those about the user's files are the agent's.
import { endpointWarnings } from '../core/service/endpoints.ts'
import type { DaemonNote } from '../core/service/one-daemon.ts'
import type { Warning } from '../core/wire.ts'
import type { DaemonNotes, OwnNote } from '../edges/daemon-notes.ts'
import type { Environment } from '../edges/paths.ts'
import type { KnownFiles } from './files/known-files.ts'

export type OwnWarningsDeps = {
  known: Pick<KnownFiles, 'settings'>
  environment: Environment
  notes: DaemonNotes
  note: OwnNote
  /** For hints: how the daemon is started with other variables. */
  startAgain: string
}

/** Also brings this daemon's note up to date: the settings may have moved the credentials file. */
export function ownWarnings({ known, environment, notes, note, startAgain }: OwnWarningsDeps): Warning[] {
  notes.write(note)
  return [
    ...notes.others(note.credentials).map(otherDaemon),
    ...endpointWarnings(environment, startAgain),
    ...known.settings.warnings,
  ]
}

function otherDaemon({ pid, socket, credentials }: DaemonNote): Warning {
  return {
    code: 'daemon.second',
    message: `another daemon (pid ${pid}, socket ${socket}) also writes ${credentials}`,
    hint: `one is enough; end the other: kill ${pid}`,
  }
}
