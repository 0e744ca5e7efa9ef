// The MFA device of a profile: the one that its mfa_serial names, else one that IAM lists, else one that is typed. It is kept as
// mfa_serial.

import { deviceObstacles } from '../../core/error-codes.ts'
import { AppError } from '../../core/errors.ts'
import { givenDeviceProblem, onlyDevice } from '../../core/login/device-choice.ts'
import { printable } from '../../core/text/printable.ts'
import type { DevicesAnswer, ProfileEditAnswer } from '../../core/wire.ts'
import { readAwsFiles } from '../connection/aws-files.ts'
import type { Daemon } from '../connection/connection.ts'
import type { Output } from '../terminal/output.ts'
import { askLine, canAsk } from '../terminal/prompt.ts'
import { askUntil } from '../terminal/questions.ts'
import { printWarnings } from '../text/login-text.ts'
import { chooseDevice } from './login-devices.ts'
import { ofSetup } from './setup-daemon.ts'
import type { Setup } from './setup-plan.ts'

/** Throws device.*, iam.*, file.*. */
export async function ensureDevice(setup: Setup, daemon: Daemon, profile: string): Promise<void> {
  const { context, wishes } = setup
  const known = readAwsFiles(context).profiles.find((each) => each.profile === profile)
  const isKnown = known?.serialNumber !== undefined && !deviceObstacles.has(known.obstacle?.code ?? '')
  const chosen = wishes.serialNumber ?? (isKnown ? undefined : await findDevice(setup, daemon, profile))
  await saveDevice(setup, daemon, profile, chosen)
}

async function findDevice({ output }: Setup, daemon: Daemon, profile: string): Promise<string | undefined> {
  try {
    const devices = await daemon.call<DevicesAnswer>('POST', '/v1/devices', { profile })
    const { serialNumbers: usable, securityKeys } = devices
    if (usable.length > 1 && canAsk()) return await chooseDevice(devices, output)
    return onlyDevice(profile, { usable, securityKeys })
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    if (error.code !== 'iam.access-denied' || !canAsk()) throw ofSetup(error)
    output.printError(error)
    return typeDevice(output)
  }
}

async function typeDevice(output: Output): Promise<string> {
  output.note('It is in the AWS console: IAM, your user, Security credentials, Multi-factor authentication.')
  return askUntil(
    () => askLine('Serial number of your MFA device (arn:aws:iam::ACCOUNT:mfa/NAME): '),
    (answer) => (givenDeviceProblem(answer) === undefined ? answer : undefined),
    (answer) => output.note(givenDeviceProblem(answer) ?? ''),
  )
}

async function saveDevice(
  { output }: Setup,
  daemon: Daemon,
  profile: string,
  serialNumber: string | undefined,
): Promise<void> {
  const answer = await daemon.call<ProfileEditAnswer>('POST', '/v1/profile', {
    profile,
    change: 'device',
    ...(serialNumber === undefined ? {} : { serialNumber }),
  })
  const device = `${printable(profile)} has the MFA device ${printable(answer.serialNumber ?? '', 256)}`
  output.print(`${device}: ${answer.isChanged ? `saved in ${answer.file}` : 'ok'}`)
  printWarnings(answer.warnings, output)
}
