// `mfad snooze`: holds reminders back.

import { AppError } from '../../core/errors.ts'
import { printable } from '../../core/text/printable.ts'
import { parseDuration } from '../../core/time/duration.ts'
import { mostSnoozeSeconds, type SnoozeAnswer } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { connectDaemon } from '../connection/connection.ts'
import { loadContext } from '../connection/context.ts'
import { localTime } from '../text/local-time.ts'
import { profileNames } from './login-words.ts'

const defaultSeconds = 1800

export async function runSnooze({ positionals, values, environment, output }: Invocation): Promise<number> {
  const daemon = await connectDaemon(await loadContext(environment), output)
  const names = profileNames(daemon.status)
  const { profile, seconds } = readWords(positionals, names)
  const answer = await daemon.call<SnoozeAnswer>('POST', '/v1/snooze', {
    seconds,
    ...(profile === undefined ? {} : { profile }),
  })
  if (values.json === true) output.printJson(answer)
  else if (answer.snoozed.length === 0)
    output.print('no profile is active; there is nothing to be reminded of')
  else for (const line of answer.snoozed) output.print(describe(line, seconds))
  return 0
}

function describe({ profile, until }: SnoozeAnswer['snoozed'][number], seconds: number): string {
  if (seconds === 0) return `${printable(profile)}: reminders are on`
  return `${printable(profile)}: no reminders until ${localTime(new Date(until), new Date())}`
}

/** A single word is a duration when it reads as one and no profile has that name; of two words either may be it. */
function readWords(
  given: readonly string[],
  names: ReadonlySet<string>,
): { profile?: string; seconds: number } {
  const [first = '', second = ''] = given
  const isTurned =
    given.length === 2 && !names.has(first) && names.has(second) && parseDuration(first) !== undefined
  const words = isTurned ? [second, first] : given
  const last = words.at(-1)
  const seconds =
    last === undefined || (words.length === 1 && names.has(last)) ? undefined : parseDuration(last)
  if (words.length === 2 && seconds === undefined) {
    throw new AppError(
      'usage.bad-duration',
      `${JSON.stringify((last ?? '').slice(0, 40))} is no duration`,
      'write it like 30m or 2h',
    )
  }
  if (seconds !== undefined && seconds > mostSnoozeSeconds) {
    throw new AppError(
      'usage.bad-duration',
      `${last} is too long: a snooze is ${mostSnoozeSeconds / 86_400} days at most`,
      'snooze for 7d, or turn reminders off with notify = none in the settings',
    )
  }
  const profile = seconds === undefined || words.length === 2 ? words[0] : undefined
  return { seconds: seconds ?? defaultSeconds, ...(profile === undefined ? {} : { profile }) }
}
