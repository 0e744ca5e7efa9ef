// `mfad login dev 123456`, as it is mostly typed, takes one request: it goes without asking for the status first, and says what it
// takes for granted.
import { AppError } from '../../core/errors.ts'
import { isTokenCode } from '../../core/login/token-code.ts'
import type { LoginAnswer, LoginRequest } from '../../core/wire.ts'
import { callUnasked } from '../connection/connection.ts'
import type { Context } from '../connection/context.ts'
import type { Output } from '../terminal/output.ts'
import { canAsk } from '../terminal/prompt.ts'

/**
 * Undefined where it has to be asked first: for other words, and where the daemon refused what was sent before it used the code.
 * Throws what came of a code that may have been used: it must not be sent again.
 */
export async function loginAtOnce(
  context: Context,
  output: Output,
  words: readonly string[],
  wishes: Partial<LoginRequest>,
): Promise<{ request: LoginRequest; answer: LoginAnswer } | undefined> {
  const [profile = '', word = ''] = words
  const tokenCode = word.replaceAll(' ', '')
  const isPlain = words.length === 2 && profile !== '' && !/^[\d ]+$/.test(profile) && isTokenCode(tokenCode)
  // What is wrong with the settings is said before anything is done.
  if (!isPlain || context.problem !== undefined) return undefined
  const { credentials, config } = context.files
  const request = { ...wishes, profiles: [profile], tokenCode, assuming: { credentials, config } }
  try {
    return { request, answer: await callUnasked<LoginAnswer>(context, output, '/v1/login', request) }
  } catch (error) {
    if (error instanceof AppError && isForAsking(error)) return undefined
    throw error
  }
}

/** A daemon of another version does not know these assumptions, and refuses the request as malformed. */
function isForAsking({ code }: AppError): boolean {
  return refusedBefore.test(code) || (code === 'device.choice-needed' && canAsk())
}

const refusedBefore = /^(?:usage|profile|settings)\.|^daemon\.not-running$/
