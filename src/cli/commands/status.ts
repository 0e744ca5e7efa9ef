// `mfad status`: a line for every profile, then what is wrong.

import { AppError } from '../../core/errors.ts'
import type { Status } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { currentStatus } from '../connection/current-status.ts'
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
      '--watch redraws a table, and --json prints one answer',
      'leave one of them out',
    )
  }
  // Into a file or a pipe, the status is printed once.
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
