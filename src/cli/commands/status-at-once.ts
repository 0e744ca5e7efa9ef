// `mfad status` as it is mostly typed: the daemon lays out the text.
import { AppError, exitCodeOf } from '../../core/errors.ts'
import type { StatusTextAnswer, StatusTextRequest } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { callAtOnce, fileVariablesOf } from '../connection/at-once.ts'
import { utcOffset } from '../text/local-time.ts'

const limitMs = 5000

/** Prints the text, and answers the exit code. Undefined where it has to be laid out here. */
export async function statusAtOnce({
  positionals: profiles,
  values,
  environment,
  output,
}: Invocation): Promise<number | undefined> {
  const { all = false, ...others } = values
  if (Object.keys(others).length > 0) return undefined
  const request: StatusTextRequest = {
    version: MFAD_VERSION,
    variables: fileVariablesOf(environment),
    colours: output.colours,
    ...output.size(),
    utcOffset: utcOffset(new Date()),
    all: all === true,
    profiles,
  }
  const answer = await ask(environment, output, request)
  if (answer?.times.every(([at, offset]) => utcOffset(new Date(at)) === offset) !== true) return undefined
  output.print(answer.text)
  return profiles.length === 0 || answer.areLive ? 0 : exitCodeOf('session.')
}

/** Undefined where it fails: status-in-full.ts asks again, in its own way. Throws where the daemon was too slow: nobody waits twice. */
async function ask(
  environment: Invocation['environment'],
  output: Invocation['output'],
  request: StatusTextRequest,
): Promise<StatusTextAnswer | undefined> {
  try {
    return await callAtOnce<StatusTextAnswer>(environment, output, '/v1/status-text', request, limitMs)
  } catch (error) {
    if (error instanceof AppError && error.code !== 'daemon.no-answer') return undefined
    throw error
  }
}
