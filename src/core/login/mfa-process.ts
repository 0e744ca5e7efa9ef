// The code that an mfa_process printed, or why there is none. Neither the code nor anything that looks like one gets
// into a message, whatever the command prints.
import { AppError } from '../errors.ts'
import type { MfaProcess } from '../profiles/profile.ts'
import { mfadCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import { loosening, shellFailure } from '../text/shell-failure.ts'
import { type CommandResult, endingFact } from './command-result.ts'
import { codeInOutput } from './token-code.ts'

const mostComplaintCharacters = 200

type Ending = { fact: string; nextStep: string }

/** The code. Throws device.mfa-process-failed, device.mfa-process-gave-no-code and daemon.stopping. */
export function codeOf(result: CommandResult, { profile }: MfaProcess, timeoutSeconds: number): string {
  const { end, output, complaint } = result
  const byHand = `give the code yourself: ${mfadCommand('login', profile, 'CODE')}`
  if (end.kind === 'stopped')
    throw new AppError('daemon.stopping', 'the daemon is stopping', 'try again when it runs')
  const ending = endingOf(result, timeoutSeconds)
  if (ending !== undefined) {
    const said = lastLine(complaint)
    throw new AppError(
      'device.mfa-process-failed',
      `mfa_process of ${printable(profile)} ${ending.fact}${said === '' ? '' : `: ${said}`}`,
      `${ending.nextStep}, or ${byHand}`,
    )
  }
  const code = codeInOutput(output)
  if (code !== undefined) return code
  throw new AppError(
    'device.mfa-process-gave-no-code',
    `mfa_process of ${printable(profile)} printed ${output.trim() === '' ? 'nothing' : 'no code, or more than one'}`,
    `it must print the six digits; meanwhile, ${byHand}`,
  )
}

/** The command is not run, since somebody else could have written the file that names it. */
export function refusedMfaProcess({ profile }: MfaProcess, cause: unknown): AppError {
  const { message, hint } =
    cause instanceof AppError ? cause : { message: 'the file that names it cannot be looked at', hint: '' }
  return new AppError(
    'device.mfa-process-refused',
    `mfa_process of ${printable(profile)} is not run: ${message}`,
    hint === '' ? `give the code yourself: ${mfadCommand('login', profile, 'CODE')}` : hint,
    cause,
  )
}

/** Why there is no code: what the command did, and what to do about it. Undefined where it ended well. */
function endingOf(
  { end, complaint, path, withheldFrom }: CommandResult,
  timeoutSeconds: number,
): Ending | undefined {
  if (end.kind === 'exited' && end.exitCode === 0) return undefined
  const failure = end.kind === 'exited' ? shellFailure(end.exitCode, complaint, path) : undefined
  if (failure !== undefined) return { fact: `failed: ${failure.fact}`, nextStep: failure.nextStep }
  const fact = endingFact(end, timeoutSeconds, 'a code')
  if (withheldFrom !== undefined) return { fact, nextStep: loosening(withheldFrom) }
  return { fact, nextStep: 'run it by hand to see why' }
}

/** As a rule the last line says why. Six digits or more are masked: they could be a code. */
function lastLine(complaint: string): string {
  const line = complaint.trim().split('\n').at(-1) ?? ''
  return printable(line.trim().replace(/\d(?:[ -]?\d){5,}/g, '******'), mostComplaintCharacters)
}
