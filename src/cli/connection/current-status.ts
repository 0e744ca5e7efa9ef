// The status as it is now: the daemon's where one runs, else what the files say.

import type { Status } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import type { Output } from '../terminal/output.ts'
import { connectDaemon, isNotRunning } from './connection.ts'
import { loadContext } from './context.ts'

/**
 * The daemon's, or what the files say where none runs. Does not wait for the daemon any longer when it is to end. With
 * broken settings a running daemon keeps the last good ones, and warns; without one, nobody knows them.
 */
export async function currentStatus(
  environment: Invocation['environment'],
  output: Output,
  ending?: AbortSignal,
): Promise<Status> {
  const context = await loadContext(environment)
  try {
    return (await connectDaemon(context, output, ending)).status
  } catch (error) {
    if (!isNotRunning(error)) throw error
    output.note(`mfad: ${error.message}; this is what the files say (${error.hint})`)
    const { localStatus } = await import('../connection/local-status.ts')
    return localStatus(context, new Date())
  }
}
