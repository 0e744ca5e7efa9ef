// What `mfad login` says when it is done.

import { printable } from '../../core/text/printable.ts'
import { formatDuration } from '../../core/time/duration.ts'
import type { LoginAnswer, Warning } from '../../core/wire.ts'
import type { Output } from '../terminal/output.ts'
import { localTime } from './local-time.ts'

export function printLogin(
  { renewed, failed, pending = [], warnings }: LoginAnswer,
  output: Output,
  now: Date,
): void {
  for (const { profile, sessionProfile, expiration } of renewed) {
    const until = new Date(expiration)
    const seconds = (until.getTime() - now.getTime()) / 1000
    const left = formatDuration(seconds < 600 ? seconds : Math.round(seconds / 60) * 60)
    output.print(
      `${printable(profile)} → [${printable(sessionProfile)}] until ${localTime(until, now)} (${left})`,
    )
  }
  for (const { error } of failed) output.printError(error)
  if (pending.length > 0)
    output.printError({
      message: `AWS has not answered yet for ${pending.map((name) => printable(name)).join(', ')}`,
      hint: 'written when it does; look with: mfad status',
    })
  printWarnings(warnings, output)
}

/** The warnings that a login or a logout comes with, to standard error. */
export function printWarnings(warnings: readonly Warning[], output: Output): void {
  for (const { message, hint } of warnings) output.printError({ message: `warning: ${message}`, hint })
}
