// The status as it is now: the daemon's where one runs, else what the files say.

import type { Status } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import type { Output } from '../terminal/output.ts'
import { connectDaemon, isNotRunning } from './connection.ts'
import { loadContext } from './context.ts'

/**
 * `ending` cuts the wait for the daemon short. With broken settings a running daemon uses its last good ones, and warns;
 * without one there are none to use, and this throws settings.*.
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
