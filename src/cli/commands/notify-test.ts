// `mfad notify-test`: one real reminder, which way it went, and whether its answer came back.

import { AppError } from '../../core/errors.ts'
import { parseDuration } from '../../core/time/duration.ts'
import { mostTestWaitSeconds, type NotifyTestAnswer } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { connectDaemon } from '../connection/connection.ts'
import { loadContext } from '../connection/context.ts'

const terminalWaitSeconds = 60

export async function runNotifyTest({ values, environment, output }: Invocation): Promise<number> {
  const waitSeconds = readWait(values.wait, output.size() === undefined ? 0 : terminalWaitSeconds)
  const daemon = await connectDaemon(await loadContext(environment), output)
  if (waitSeconds > 0)
    output.note(`showing a reminder: press its buttons within ${waitSeconds} s (Ctrl-C ends the wait)`)
  const answer = await daemon.call<NotifyTestAnswer>('POST', '/v1/notify-test', { waitSeconds })
  if (values.json === true) output.printJson(answer)
  else if (answer.shown) for (const line of describeTest(answer, waitSeconds)) output.print(line)
  if (answer.shown) return 0
  const { code, message, hint } = answer.error ?? {
    code: 'internal.bug',
    message: 'it was not shown',
    hint: '',
  }
  throw new AppError(code, message, hint)
}

/** One line each: how it was shown, what asks for codes, and what came back. */
export function describeTest(
  { way, buttons, dialog, noDialog, answer }: NotifyTestAnswer,
  waitSeconds: number,
): string[] {
  const shown = `shown by ${way}; if you do not see it, look at the do-not-disturb settings`
  const why = noDialog === undefined ? '' : `${noDialog}; `
  if (buttons !== true) return [shown, `it has no buttons: ${why}give codes with: mfad login`]
  const asks =
    dialog === undefined
      ? `no "Enter code" on it: ${why}give codes with: mfad login`
      : `codes are asked for by ${dialog}`
  const answers = {
    code: 'the answer came back: "Enter code", and a code',
    snooze: 'the answer came back: "Snooze"',
    dismissed: 'it was dismissed, or ran out: that came back',
    none: `no answer within ${waitSeconds} s`,
  }
  return [shown, asks, ...(answer === undefined ? [] : [answers[answer]])]
}

function readWait(text: unknown, otherwise: number): number {
  if (text === undefined) return otherwise
  const seconds = parseDuration(String(text))
  if (seconds !== undefined && seconds <= mostTestWaitSeconds) return seconds
  throw new AppError(
    'usage.bad-duration',
    `--wait takes a duration of at most ${mostTestWaitSeconds}s`,
    'for example: mfad notify-test --wait 30s',
  )
}
