// The warnings about the daemon itself; those about the user's files are the agent's.
import { endpointWarnings } from '../core/service/endpoints.ts'
import type { DaemonNote } from '../core/service/one-daemon.ts'
import type { Warning } from '../core/wire.ts'
import type { Environment } from '../edges/paths.ts'
import type { FileClaim } from './file-claim.ts'
import type { KnownFiles } from './files/known-files.ts'

export type OwnWarningsDeps = {
  known: Pick<KnownFiles, 'settings'>
  environment: Environment
  /** The daemons that have the same credentials file. */
  others: FileClaim['others']
  /** For hints: how the daemon is started with other variables. */
  startAgain: string
}

export function ownWarnings({ known, environment, others, startAgain }: OwnWarningsDeps): Warning[] {
  return [
    ...others().map(otherDaemon),
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
