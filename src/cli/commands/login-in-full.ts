// `mfad login` in all its forms: finds out which words are profiles and which is the code, asks for what is missing, and tries again
// where a new code can help.

import { codeProblems, commandProblems } from '../../core/error-codes.ts'
import { AppError, errorBody, exitCodeOf } from '../../core/errors.ts'
import { isTokenCode } from '../../core/login/token-code.ts'
import type { LoginAnswer, LoginRequest, ProfileStatus, Status } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { connectDaemon, type Daemon, daemonStatus } from '../connection/connection.ts'
import { loadContext } from '../connection/context.ts'
import type { Output } from '../terminal/output.ts'
import { askLine, canAsk, readLineFromInput } from '../terminal/prompt.ts'
import { adviceFor, printLogin } from '../text/login-text.ts'
import { loginsByDevice } from './login-devices.ts'
import { wishesOf } from './login-wishes.ts'
import { profileNames, splitLoginWords } from './login-words.ts'

const mostAttempts = 3

export async function logInInFull(invocation: Invocation): Promise<number> {
  const { values, environment, output } = invocation
  const daemon = await connectDaemon(await loadContext(environment), output)
  const request = { ...wishesOf(values), ...(await namedBy(invocation, daemon.status)) }
  const answers: LoginAnswer[] = []
  await logInEach(daemon, request, output, (answer) => {
    answers.push(answer)
    if (values.json !== true) printLogin(adviceFor(environment, answer), output, new Date())
  })
  if (values.json === true) output.printJson(joined(answers))
  return exitCodeOfNamed(joined(answers), request, daemon.status.profiles)
}

/** The profiles and the code among the words; and the code that standard input holds. Throws usage.* and profile.not-found. */
async function namedBy(
  { positionals, values, environment }: Invocation,
  status: Status,
): Promise<Pick<LoginRequest, 'profiles' | 'all' | 'tokenCode'>> {
  const names = profileNames(status)
  if (positionals.includes('')) {
    throw new AppError('usage.bad-arguments', 'an argument is empty', 'look at: mfad login --help')
  }
  const words = splitLoginWords(positionals, names, values.all === true ? undefined : environment.AWS_PROFILE)
  if (words.profiles.some((word) => isTokenCode(word) && !names.has(word))) {
    // An error about an unknown profile would repeat the word, and this one may be a code.
    throw new AppError(
      'usage.bad-arguments',
      'there is one code, and it comes last',
      'mfad login PROFILE CODE',
    )
  }
  if (values.all === true && positionals.length > (words.code === undefined ? 0 : 1)) {
    throw new AppError('usage.bad-arguments', '--all takes no profile names', 'look at: mfad login --help')
  }
  const code = words.code === '-' ? await readLineFromInput() : words.code
  return {
    profiles: values.all === true ? [] : words.profiles,
    ...(values.all === true ? { all: true } : {}),
    ...(code === undefined ? {} : { tokenCode: code.replace(/\s/g, '') }),
  }
}

const noAnswer: LoginAnswer = { renewed: [], failed: [], warnings: [] }

/** The answers for several devices as one. */
export function joined(answers: readonly LoginAnswer[]): LoginAnswer {
  const pending = answers.flatMap((answer) => answer.pending ?? [])
  const left = answers.flatMap((answer) => answer.left ?? [])
  const saved = answers.flatMap((answer) => answer.saved ?? [])
  return {
    renewed: answers.flatMap(({ renewed }) => renewed),
    failed: answers.flatMap(({ failed }) => failed),
    ...(pending.length === 0 ? {} : { pending }),
    ...(left.length === 0 ? {} : { left }),
    ...(saved.length === 0 ? {} : { saved }),
    warnings: answers.flatMap(({ warnings }) => warnings),
  }
}

/** After a login of login-at-once.ts that failed: all over again where the user has to choose a device, and can. Else throws the error. */
export async function logInDespite(error: unknown, invocation: Invocation): Promise<number> {
  if (error instanceof AppError && error.code === 'device.choice-needed' && canAsk())
    return logInInFull(invocation)
  throw error
}

/** The exit code of a login of login-at-once.ts, which has not asked for the status. */
export async function exitCodeAfter(
  answer: LoginAnswer,
  request: LoginRequest,
  environment: Invocation['environment'],
): Promise<number> {
  if (answer.failed.length === 0) return 0
  const status = await daemonStatus(await loadContext(environment))
  return exitCodeOfNamed(answer, request, status?.profiles ?? [])
}

/** A role that was named, and that AWS refuses, is a failure of the command, although its device is logged in. */
function exitCodeOfNamed(
  { failed }: LoginAnswer,
  request: LoginRequest,
  profiles: readonly ProfileStatus[],
): number {
  const named = profiles.filter(
    ({ profile, sessionProfile }) =>
      request.all || request.profiles.includes(profile) || request.profiles.includes(sessionProfile),
  )
  const first = failed.find(({ profile }) => named.some((each) => each.profile === profile))
  return first === undefined ? 0 : exitCodeOf(first.error.code)
}

/**
 * One login; or, where there is somebody to ask for the codes, one for each device. What goes wrong with one of several devices
 * does not keep the others from being asked for.
 */
async function logInEach(
  daemon: Daemon,
  request: LoginRequest,
  output: Output,
  done: (answer: LoginAnswer) => void,
): Promise<void> {
  const waiting = canAsk() ? await loginsByDevice(daemon, request, output) : [request]
  let isSeveral = waiting.length > 1
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    try {
      const answer = await logIn(
        daemon,
        next,
        output,
        isSeveral ? 'an empty line: not this device' : undefined,
      )
      if (answer === undefined) continue
      const { left = [], ...reached } = answer
      if (canAsk()) waiting.push(...left.map(({ profiles }) => ({ ...forLeft(next), profiles })))
      isSeveral ||= waiting.length > 0
      done(canAsk() ? reached : answer)
    } catch (error) {
      if (!isSeveral || !(error instanceof AppError) || error.code === 'interrupted.by-user') throw error
      const failed = next.profiles.map((profile) => ({ profile, error: errorBody(error) }))
      done({ ...noAnswer, failed })
    }
  }
}

/** What holds for the devices that are left as well: not the code, and not the device. */
function forLeft({ durationSeconds, save, adopt }: LoginRequest): Partial<LoginRequest> {
  return {
    ...(durationSeconds === undefined ? {} : { durationSeconds }),
    ...(save === undefined ? {} : { save }),
    ...(adopt === undefined ? {} : { adopt }),
  }
}

/**
 * Asks for a code only when the daemon says that one is needed. `skipping` is put into the question and says what an empty
 * line does; where it is given, an empty line ends this with undefined.
 */
export async function logIn(
  daemon: Daemon,
  request: LoginRequest,
  output: Output,
  skipping?: string,
): Promise<LoginAnswer | undefined> {
  let attempt = request
  for (let asked = 0; ; asked++) {
    try {
      return await daemon.call<LoginAnswer>('POST', '/v1/login', attempt)
    } catch (error) {
      if (
        !(error instanceof AppError) ||
        request.tokenCode !== undefined ||
        !canAsk() ||
        asked === mostAttempts
      )
        throw error
      if (error.code !== 'usage.token-code-needed') {
        if (!isRetriable(error)) throw error
        output.printError({ message: error.message, hint: error.hint })
      } else if (asked === 0) output.note(error.message)
      const tokenCode = await askCode(skipping)
      if (tokenCode === '' && skipping !== undefined) return undefined
      attempt = { ...request, tokenCode }
    }
  }
}

/** Can another code help? After an mfa_process that gave none, one that a person types can. */
function isRetriable({ code }: AppError): boolean {
  return codeProblems.has(code) || commandProblems.has(code)
}

async function askCode(skipping: string | undefined): Promise<string> {
  const question = skipping === undefined ? 'MFA code: ' : `MFA code (${skipping}): `
  return (await askLine(question)).replace(/\s/g, '')
}
