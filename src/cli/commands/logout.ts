// `mfad logout`: removes a session section.
import { AppError } from '../../core/errors.ts'
import { printable } from '../../core/text/printable.ts'
import type { LogoutAnswer } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { connectDaemon } from '../connection/connection.ts'
import { loadContext } from '../connection/context.ts'
import { printWarnings } from '../text/login-text.ts'

export async function runLogout({ positionals, values, environment, output }: Invocation): Promise<number> {
  const profile = positionals[0] ?? environment.AWS_PROFILE
  if (!profile)
    throw new AppError('usage.no-profile', 'no profile was named', 'name one: mfad logout PROFILE')
  const daemon = await connectDaemon(await loadContext(environment), output)
  const answer = await daemon.call<LogoutAnswer>('POST', '/v1/logout', { profile })
  if (values.json === true) output.printJson(answer)
  else if (answer.removed)
    output.print(`${printable(answer.profile)}: [${printable(answer.sessionProfile)}] is removed`)
  else output.print(`${printable(answer.profile)} has no session; nothing to do`)
  printWarnings(answer.warnings, output)
  return 0
}
