// `mfad credential-process`: the session as JSON, for `credential_process` in the config file and for programs that run a command
// for their credentials. Their errors are shown to a person by the program, so they are one line.
import { AppError, exitCodeOf } from '../../core/errors.ts'
import type { SessionCredentials } from '../../core/profiles/session-section.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { Invocation } from '../command.ts'
import { loadContext } from '../connection/context.ts'
import { chosenProfile } from '../connection/file-credentials.ts'
import { liveSession } from './live-session.ts'
import { waitSeconds } from './time-options.ts'

/** https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html; and the answer of STS. */
const shapes = {
  process: (keys: object) => ({ Version: 1, ...keys }),
  sts: (keys: object) => ({ Credentials: keys }),
} as const

export async function runCredentialProcess(invocation: Invocation): Promise<number> {
  const { output } = invocation
  try {
    output.print(JSON.stringify(await credentialsJson(invocation)))
    return 0
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    output.note(`mfad: ${error.message}${error.hint === '' ? '' : `; ${error.hint}`}`)
    return exitCodeOf(error.code)
  }
}

async function credentialsJson({ positionals, values, environment, output }: Invocation): Promise<object> {
  const shape = shapeOf(values.format ?? 'process')
  const name = chosenProfile(positionals[0], environment, 'mfad credential-process PROFILE')
  const need = { name, leastSeconds: 0, waitSeconds: waitSeconds(values) }
  const { credentials } = await liveSession(await loadContext(environment), output, need)
  return shape(keysOf(credentials))
}

function shapeOf(format: unknown): (keys: object) => object {
  if (format === 'process' || format === 'sts') return shapes[format]
  throw new AppError(
    'usage.bad-arguments',
    `there is no format ${JSON.stringify(String(format).slice(0, 40))}`,
    'choose process or sts',
  )
}

function keysOf({ accessKeyId, secretAccessKey, sessionToken, expiration }: SessionCredentials): object {
  return {
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    SessionToken: sessionToken,
    Expiration: formatInstant(expiration),
  }
}
