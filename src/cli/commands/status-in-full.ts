// `mfad status` in all its forms: a line for every profile, then what is wrong.

import { AppError, exitCodeOf } from '../../core/errors.ts'
import { areLive, onlyNamed } from '../../core/status-text/only-named.ts'
import { statusText } from '../../core/status-text/status-text.ts'
import { printable } from '../../core/text/printable.ts'
import type { Status } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { currentStatus } from '../connection/current-status.ts'
import { type BarFormat, barText } from '../text/bar-text.ts'
import { here } from '../text/local-time.ts'
import { viewOf } from './status-view.ts'

const formats: readonly BarFormat[] = ['line', 'waybar', 'xbar']

export async function statusInFull(invocation: Invocation): Promise<number> {
  const { values, positionals, output } = invocation
  checkOptions(values)
  // Into a file or a pipe, the status is printed once.
  if (values.watch === true && output.size() !== undefined)
    return (await import('./watch.ts')).watchStatus(invocation)
  const status = await showStatus(invocation)
  return positionals.length === 0 || areLive(status) ? 0 : exitCodeOf('session.')
}

/** Prints the status of the profiles that are named, else of all, and answers it. */
export async function showStatus({ positionals, values, environment, output }: Invocation): Promise<Status> {
  const status = onlyNamed(await currentStatus(environment, output), positionals)
  const view = await viewOf(environment, values, positionals)
  const now = new Date()
  if (values.json === true) output.printJson(status)
  else if (values.format !== undefined) {
    output.print(barText(values.format as BarFormat, status, now, output.style, view))
  } else output.print(statusText(status, here(now), output.style, { ...output.size(), ...view }))
  return status
}

function checkOptions({ watch, json, format }: Invocation['values']): void {
  if (watch === true && json === true)
    throw usage('--watch redraws a table, and --json prints one answer', 'leave one of them out')
  if (format === undefined) return
  if (!formats.some((known) => known === format))
    throw usage(
      `there is no format ${printable(String(format))}`,
      `the formats are ${formats.join(', ')}; for scripts: mfad status --json`,
    )
  if (watch === true || json === true)
    throw usage('--format prints one answer in a form of its own', 'leave out --watch and --json')
}

function usage(message: string, hint: string): AppError {
  return new AppError('usage.bad-arguments', message, hint)
}
