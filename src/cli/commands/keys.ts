// `mfad keys`: moves a long-term access key into the keyring, or back. The daemon does it; no key crosses the socket.
import { AppError } from '../../core/errors.ts'
import { printable } from '../../core/text/printable.ts'
import type { KeysAnswer, KeysRequest } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { connectDaemon } from '../connection/connection.ts'
import { loadContext } from '../connection/context.ts'
import { printWarnings } from '../text/login-text.ts'

/** Longer than the daemon takes. */
const limitMs = 245_000

export async function runKeys({ positionals, values, environment, output }: Invocation): Promise<number> {
  const [action = '', profile = ''] = positionals
  const daemon = await connectDaemon(await loadContext(environment), output)
  const request: KeysRequest = { profile, action: actionOf(action) }
  const answer = await daemon.call<KeysAnswer>('POST', '/v1/keys', request, limitMs)
  if (values.json === true) output.printJson(answer)
  else output.print(resultOf(answer))
  printWarnings(answer.warnings, output)
  return 0
}

function actionOf(word: string): KeysRequest['action'] {
  if (word === 'store' || word === 'restore') return word
  throw new AppError(
    'usage.bad-arguments',
    `${printable(word)} is nothing that can be done with keys`,
    'mfad keys store PROFILE, or mfad keys restore PROFILE',
  )
}

function resultOf({ profile, action, changed, keyEnding, file, leftoverRemoved }: KeysAnswer): string {
  const key = `${printable(profile)}: its access key, ending in ${printable(keyEnding)},`
  const path = printable(file, 400)
  if (action === 'store')
    return changed
      ? `${key} is in the keyring, and no longer in ${path}`
      : `${key} is in the keyring already; nothing to do`
  if (changed) return `${key} is in ${path} again`
  return leftoverRemoved
    ? `${key} is in ${path}; what an interrupted run had left in the keyring is removed`
    : `${key} is in ${path} already; nothing to do`
}
