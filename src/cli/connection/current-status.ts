// The status as it is now: the daemon's where one runs, else what the files say.

import { defaultSettings } from '../../core/settings/default-settings.ts'
import type { Status } from '../../core/wire.ts'
import { resolveFiles } from '../../edges/paths.ts'
import type { Invocation } from '../command.ts'
import type { Output } from '../terminal/output.ts'
import { connectDaemon, findDaemon, isNotRunning } from './connection.ts'
import { type Context, loadContext } from './context.ts'
import { startCommand } from './start-command.ts'

/** The daemon's, or what the files say where none runs. Does not wait for the daemon any longer when it is to end. */
export function currentStatus(
  environment: Invocation['environment'],
  output: Output,
  ending?: AbortSignal,
): Promise<Status> {
  return loadContext(environment).then(
    (context) => askStatus(context, output, ending),
    (error: unknown) => statusDespite(error, environment, output, ending),
  )
}

/** With broken settings a running daemon keeps the last good ones, and warns; without one, nobody knows them. */
async function statusDespite(
  error: unknown,
  environment: Context['environment'],
  output: Output,
  ending: AbortSignal | undefined,
): Promise<Status> {
  const context = {
    environment,
    settings: defaultSettings,
    files: resolveFiles(environment, defaultSettings),
  }
  const status = await findDaemon(context, output, ending).catch(() => undefined)
  if (status === undefined) throw error
  return status
}

async function askStatus(context: Context, output: Output, ending: AbortSignal | undefined): Promise<Status> {
  try {
    return (await connectDaemon(context, output, ending)).status
  } catch (error) {
    if (!isNotRunning(error)) throw error
    output.note(
      `mfad: the daemon is not running; this is what the files say (start it with: ${startCommand(context)})`,
    )
    const { localStatus } = await import('../connection/local-status.ts')
    return localStatus(context, new Date())
  }
}
