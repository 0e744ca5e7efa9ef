// `mfad status`: a line for every profile, then what is wrong.
import type { Status } from '../core/wire.ts'
import type { Invocation } from './command.ts'
import { type Context, loadContext } from './context.ts'
import { connectDaemon, isNotRunning, startCommand } from './daemon-connection.ts'
import type { Output } from './output.ts'
import { statusText } from './status-text.ts'

export async function runStatus({ values, environment, output }: Invocation): Promise<number> {
  const context = loadContext(environment)
  const status = await askStatus(context, output)
  if (values.json === true) output.printJson(status)
  else output.print(statusText(status, new Date(), output.style))
  return 0
}

async function askStatus(context: Context, output: Output): Promise<Status> {
  try {
    return (await connectDaemon(context, output)).status
  } catch (error) {
    if (!isNotRunning(error)) throw error
    output.note(
      `mfad: the daemon is not running; this is what the files say (start it with: ${startCommand(context)})`,
    )
    const { localStatus } = await import('./local-status.ts')
    return localStatus(context, new Date())
  }
}
