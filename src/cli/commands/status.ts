// `mfad status`: a line for every profile, then what is wrong.

import { AppError } from '../../core/errors.ts'
import { defaultSettings } from '../../core/settings/default-settings.ts'
import type { Status } from '../../core/wire.ts'
import { resolveFiles } from '../../edges/paths.ts'
import type { Invocation } from '../command.ts'
import { connectDaemon, findDaemon, isNotRunning } from '../connection/connection.ts'
import { type Context, loadContext } from '../connection/context.ts'
import { startCommand } from '../connection/start-command.ts'
import type { Output } from '../terminal/output.ts'
import { statusText } from '../text/status-text.ts'

export async function runStatus(invocation: Invocation): Promise<number> {
  const { values, output } = invocation
  if (values.watch !== true) {
    await showStatus(invocation)
    return 0
  }
  if (values.json === true) {
    throw new AppError(
      'usage.bad-arguments',
      '--watch draws a picture, and --json prints one answer',
      'leave one of them out',
    )
  }
  // A file or a pipe gets what there is now.
  if (output.size() === undefined) return runStatus({ ...invocation, values: {} })
  return (await import('./watch.ts')).watchStatus(invocation)
}

/** Prints the status, and answers it. */
export async function showStatus({ values, environment, output }: Invocation): Promise<Status> {
  const status = await currentStatus(environment, output)
  if (values.json === true) output.printJson(status)
  else output.print(statusText(status, new Date(), output.style))
  return status
}

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
