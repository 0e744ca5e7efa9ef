// What `mfad login` says when it is done.

import { securityKeyReason, shortName } from '../../core/login/device-choice.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import { formatDuration } from '../../core/time/duration.ts'
import type { DevicesAnswer, LoginAnswer, Warning } from '../../core/wire.ts'
import type { Output } from '../terminal/output.ts'
import { localTime } from './local-time.ts'

export function printLogin(
  { renewed, failed, pending = [], left = [], saved = [], warnings }: LoginAnswer,
  output: Output,
  now: Date,
): void {
  for (const { profile, sessionProfile, expiration } of renewed) {
    const until = new Date(expiration)
    const seconds = (until.getTime() - now.getTime()) / 1000
    const left = formatDuration(seconds < 600 ? seconds : Math.round(seconds / 60) * 60)
    output.print(
      `${printable(profile)} → [${printable(sessionProfile)}] until ${localTime(until, now)} (${left})`,
    )
  }
  for (const { profile, serialNumber, file } of saved)
    output.print(`${printable(profile)}: mfa_serial = ${printable(serialNumber, 256)} is in ${file}`)
  // One error may keep several profiles from a session.
  const errors = new Map(failed.map(({ error }) => [`${error.message}\n${error.hint}`, error]))
  for (const error of errors.values()) output.printError(error)
  if (pending.length > 0)
    output.printError({
      message: `AWS has not answered yet for ${pending.map((name) => printable(name)).join(', ')}`,
      hint: 'written when it does; look with: mfad status',
    })
  for (const { serialNumber, profiles } of left)
    output.printError({
      message: `${profiles.map((name) => printable(name)).join(', ')}: not logged in, since the code is not for ${printable(serialNumber)}`,
      hint: mfadCommand('login', ...profiles, 'CODE'),
    })
  printWarnings(warnings, output)
}

/** The answer without the advice to set a region: `mfad setup` has advice of its own. */
export function withoutRegionAdvice(answer: LoginAnswer): LoginAnswer {
  return { ...answer, warnings: answer.warnings.filter(({ code }) => code !== 'profile.no-region') }
}

/** The answer as this shell needs it: without that advice where its variables give AWS tools a region. */
export function adviceFor(
  { AWS_REGION, AWS_DEFAULT_REGION }: NodeJS.ProcessEnv,
  answer: LoginAnswer,
): LoginAnswer {
  return AWS_REGION || AWS_DEFAULT_REGION ? withoutRegionAdvice(answer) : answer
}

/** The devices to choose from, each with the number that means it. */
export function deviceChoiceText({ profile, serialNumbers, securityKeys }: DevicesAnswer): string {
  const names = serialNumbers.map((serialNumber) => printable(shortName(serialNumber, serialNumbers)))
  const width = Math.max(...names.map((name) => name.length))
  const lines = serialNumbers.map((serialNumber, index) => {
    const name = names[index] ?? ''
    const whole = name === serialNumber ? '' : `  ${printable(serialNumber, 256)}`
    return `  ${index + 1}  ${name.padEnd(whole === '' ? 0 : width)}${whole}`
  })
  const left = securityKeys.map((key) => `  -  ${printable(key, 256)}: ${securityKeyReason}`)
  return [`${printable(profile)} has ${serialNumbers.length} MFA devices:`, ...lines, ...left].join('\n')
}

/** The warnings that a login or a logout comes with, to standard error. */
export function printWarnings(warnings: readonly Warning[], output: Output): void {
  for (const { message, hint } of warnings) output.printError({ message: `warning: ${message}`, hint })
}
