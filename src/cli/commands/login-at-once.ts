// `mfad login dev 123456`, the usual form, in one request, without asking for the status first. The request says what it takes for
// granted; where that is wrong, the daemon refuses it.
import { isTokenCode } from '../../core/login/token-code.ts'
import type { LoginAnswer, LoginRequest } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { callAtOnce, fileVariablesOf } from '../connection/at-once.ts'
import { adviceFor, printLogin } from '../text/login-text.ts'
import { wishesOf } from './login-wishes.ts'

const limitMs = 95_000

/**
 * Prints what became of it, and answers the exit code. Undefined where login-in-full.ts has to do it: for other words, and where the
 * daemon refused before it used the code. Throws what came of a code that may have been used: it must not be sent again.
 */
export async function loginAtOnce(invocation: Invocation): Promise<number | undefined> {
  const { positionals, values, environment, output } = invocation
  const [profile = '', word = ''] = positionals
  const tokenCode = word.replaceAll(' ', '')
  const isPlain =
    positionals.length === 2 && profile !== '' && !/^[\d ]+$/.test(profile) && isTokenCode(tokenCode)
  if (!isPlain || values.all === true) return undefined
  const assuming = fileVariablesOf(environment)
  const request: LoginRequest = { ...wishesOf(values), profiles: [profile], tokenCode, assuming }
  const late = () => import('./login-in-full.ts')
  let answer: LoginAnswer | undefined
  try {
    answer = await callAtOnce<LoginAnswer>(environment, output, '/v1/login', request, limitMs)
  } catch (error) {
    return (await late()).logInDespite(error, invocation)
  }
  if (answer === undefined) return undefined
  const isJson = values.json === true
  if (!isJson) printLogin(adviceFor(environment, answer), output, new Date())
  if (!isJson && answer.failed.length === 0) return 0
  const { exitCodeAfter, joined } = await late()
  if (isJson) output.printJson(joined([answer]))
  return exitCodeAfter(answer, request, environment)
}
