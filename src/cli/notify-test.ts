// `mfad notify-test`: one real notification, and whether it could be shown.
import { AppError } from '../core/errors.ts'
import type { NotifyTestAnswer } from '../core/wire.ts'
import type { Invocation } from './command.ts'
import { loadContext } from './context.ts'
import { connectDaemon } from './daemon-connection.ts'

export async function runNotifyTest({ values, environment, output }: Invocation): Promise<number> {
  const daemon = await connectDaemon(await loadContext(environment), output)
  const answer = await daemon.call<NotifyTestAnswer>('POST', '/v1/notify-test', {})
  if (values.json === true) output.printJson(answer)
  else if (answer.shown)
    output.print(`shown by ${answer.way}; if you do not see it, look at the do-not-disturb settings`)
  if (answer.shown) return 0
  const { code, message, hint } = answer.error ?? {
    code: 'internal.bug',
    message: 'it was not shown',
    hint: '',
  }
  throw new AppError(code, message, hint)
}
