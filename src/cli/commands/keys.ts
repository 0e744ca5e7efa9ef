// `mfad keys`: moves a long-term access key into the keyring, or back. The daemon does it; no key crosses the socket.
import { AppError } from '../../core/errors.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import type { KeysAnswer, KeysRequest } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { connectOwnDaemon } from '../connection/connection.ts'
import { loadContext } from '../connection/context.ts'
import { askLine, canAsk } from '../terminal/prompt.ts'
import { printWarnings } from '../text/login-text.ts'

/** Longer than the daemon takes. */
const limitMs = 245_000

export async function runKeys({ positionals, values, environment, output }: Invocation): Promise<number> {
  const [action = '', profile = ''] = positionals
  const daemon = await connectOwnDaemon(await loadContext(environment), output)
  const deleteOther = endingOf(values['delete-other'])
  const request: KeysRequest = {
    profile,
    action: actionOf(action),
    ...(deleteOther === undefined ? {} : { deleteOther }),
  }
  if (request.action === 'rotate' && values.yes !== true) await confirmRotation(profile)
  const answer = await daemon.call<KeysAnswer>('POST', '/v1/keys', request, limitMs)
  if (values.json === true) output.printJson(answer)
  else output.print(resultOf(answer))
  printWarnings(answer.warnings, output)
  return 0
}

function actionOf(word: string): KeysRequest['action'] {
  if (word === 'store' || word === 'restore' || word === 'rotate') return word
  throw new AppError(
    'usage.bad-arguments',
    `${printable(word)} is nothing that can be done with keys`,
    'mfad keys store PROFILE, mfad keys restore PROFILE, or mfad keys rotate PROFILE',
  )
}

/** The end of an access key id, as it is typed. Throws usage.bad-arguments. */
function endingOf(value: string | boolean | undefined): string | undefined {
  if (typeof value !== 'string') return undefined
  if (/^[A-Z0-9]{4,128}$/.test(value)) return value
  throw new AppError(
    'usage.bad-arguments',
    '--delete-other takes the last four characters of an access key id, or more of them',
    'mfad keys rotate PROFILE says which other key there is',
  )
}

/** What else uses the key stops working: nobody but the user knows what that is. */
async function confirmRotation(profile: string): Promise<void> {
  const question = `Exchange the access key of ${printable(profile)} for a new one? The former one is deleted: whatever else uses it stops working. [y/N] `
  const again = `if that is meant: ${mfadCommand('keys --yes', 'rotate', profile)}`
  if (!canAsk())
    throw new AppError(
      'usage.no-input',
      'the former access key is deleted in the end, so somebody has to agree',
      again,
    )
  if (/^y(?:es)?$/i.test((await askLine(question)).trim())) return
  throw new AppError('interrupted.by-user', 'nothing was changed', again)
}

function resultOf(answer: KeysAnswer): string {
  const { profile, action, changed, keyEnding, file, leftoverRemoved } = answer
  if (action === 'rotate') return rotatedText(answer)
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

function rotatedText({
  profile,
  profiles = [profile],
  keyEnding,
  formerKeyEnding = '',
  warnings,
}: KeysAnswer): string {
  const names = profiles.map((name) => printable(name)).join(', ')
  const former = printable(formerKeyEnding)
  const isGone = warnings.length === 0
  return `${names}: a new access key, ending in ${printable(keyEnding)}${isGone ? `; the former one, ending in ${former}, is deleted` : ''}`
}
