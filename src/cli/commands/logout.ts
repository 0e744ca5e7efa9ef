// `mfad logout`: removes session sections.
import { AppError } from '../../core/errors.ts'
import { isActive } from '../../core/status-text/status-groups.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import type { LogoutAnswer, Status } from '../../core/wire.ts'
import type { Invocation } from '../command.ts'
import { connectDaemon } from '../connection/connection.ts'
import { loadContext } from '../connection/context.ts'
import type { Output } from '../terminal/output.ts'
import { printWarnings } from '../text/login-text.ts'

export async function runLogout({ positionals, values, environment, output }: Invocation): Promise<number> {
  if (values.all === true && positionals.length > 0)
    throw new AppError(
      'usage.bad-arguments',
      '--all means every active profile, and profiles are named as well',
      'leave out one of them',
    )
  const daemon = await connectDaemon(await loadContext(environment), output)
  const active = daemon.status.profiles.filter(isActive).map(({ profile }) => profile)
  const profiles = values.all === true ? active : named(positionals, environment.AWS_PROFILE, active)
  const answers: LogoutAnswer[] = []
  for (const profile of profiles) {
    const answer = await daemon.call<LogoutAnswer>('POST', '/v1/logout', { profile })
    answers.push(answer)
    if (values.json !== true) printAnswer(answer, output)
    printWarnings(answer.warnings, output)
  }
  if (values.json === true)
    output.printJson(positionals.length > 1 || values.all === true ? answers : answers[0])
  else if (profiles.length === 0) output.print('no profile is active; nothing to do')
  return 0
}

/** Throws usage.no-profile, with what is active. */
function named(
  words: readonly string[],
  awsProfile: string | undefined,
  active: readonly Status['profiles'][number]['profile'][],
): readonly string[] {
  if (words.length > 0) return words
  if (awsProfile) return [awsProfile]
  const [only, second] = active
  if (only === undefined)
    throw new AppError(
      'usage.no-profile',
      'no profile was named, and none is active',
      'see all with: mfad status',
    )
  if (second === undefined)
    throw new AppError(
      'usage.no-profile',
      `no profile was named; active is ${printable(only)}`,
      `end it with: ${mfadCommand('logout', only)}`,
    )
  const shown = active.slice(0, 10).map((profile) => printable(profile))
  throw new AppError(
    'usage.no-profile',
    `no profile was named; active are ${shown.join(', ')}${active.length > 10 ? ', ...' : ''}`,
    `end one with: ${mfadCommand('logout', only)}; or all: mfad logout --all`,
  )
}

function printAnswer({ profile, sessionProfile, removed }: LogoutAnswer, output: Output): void {
  output.print(
    removed
      ? `${printable(profile)}: [${printable(sessionProfile)}] is removed`
      : `${printable(profile)} has no session; nothing to do`,
  )
}
