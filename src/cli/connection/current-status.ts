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
  return (await openStatus(environment, output, ending)).status
}

export type OpenStatus = {
  status: Status
  /** Where a daemon runs that can tell: the first one that is another, or the same after a minute. Throws as a request does. */
  next?: (after: string) => Promise<Status>
}

/** The same, and a way to wait for the next one. */
export async function openStatus(
  environment: Invocation['environment'],
  output: Output,
  ending?: AbortSignal,
): Promise<OpenStatus> {
  const context = await loadContext(environment)
  try {
    const { status, call } = await connectDaemon(context, output, ending)
    if (status.revision === undefined) return { status }
    const query = (after: string) => `after=${encodeURIComponent(after)}&wait=${waitSeconds}`
    return { status, next: (after) => call('GET', `/v1/status?${query(after)}`, undefined, answerLimitMs) }
  } catch (error) {
    if (!isNotRunning(error)) throw error
    output.note(`mfad: ${error.message}; this is what the files say (${error.hint})`)
    const { localStatus } = await import('../connection/local-status.ts')
    return { status: localStatus(context, new Date()) }
  }
}

const waitSeconds = 60
const answerLimitMs = 75_000
