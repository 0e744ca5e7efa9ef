// Which MFA device of a user a login is for, out of those that IAM lists: the only one that gives codes, or the one that the
// user names by the end of its ARN. FIDO security keys give no codes; GetSessionToken cannot use them.

import { AppError } from '../errors.ts'
import { isSerialNumber } from '../profiles/aws-values.ts'
import { mfadCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'

/** `usable`: they give codes. `securityKeys`: they do not. */
export type UserDevices = { usable: string[]; securityKeys: string[] }

export const securityKeyReason = 'a FIDO security key, which AWS does not accept for GetSessionToken'

const mostShown = 8

/** Throws iam.invalid-answer: a serial number is written into a file, and sent to STS. */
export function userDevices(serialNumbers: readonly string[]): UserDevices {
  if (!serialNumbers.every(isSerialNumber)) {
    throw new AppError(
      'iam.invalid-answer',
      'the answer from IAM holds a malformed serial number; it was not used',
      'check the endpoint and the network: something between here and AWS may have changed the answer',
    )
  }
  const unique = [...new Set(serialNumbers)]
  return {
    usable: unique.filter((serialNumber) => !isSecurityKey(serialNumber)),
    securityKeys: unique.filter(isSecurityKey),
  }
}

function isSecurityKey(serialNumber: string): boolean {
  return serialNumber.includes(':u2f/')
}

/** The only device. Throws device.none, device.only-security-keys and device.choice-needed. */
export function onlyDevice(profile: string, devices: UserDevices): string {
  const [first, ...others] = devices.usable
  if (first === undefined) throw noDevice(profile, devices)
  if (others.length === 0) return first
  throw choiceNeeded(profile, devices)
}

/** The device whose ARN ends so. Throws device.not-found, device.choice-needed and those of `onlyDevice`. */
export function namedDevice(profile: string, end: string, devices: UserDevices): string {
  const named = devicesNamed(end, devices.usable)
  if (named.length > 1) throw ambiguous(profile, end, named)
  if (named[0] !== undefined) return named[0]
  if (devices.usable.length === 0) throw noDevice(profile, devices)
  const isKey = devicesNamed(end, devices.securityKeys).length > 0
  throw new AppError(
    'device.not-found',
    isKey
      ? `${printable(end)} is ${securityKeyReason}; the user of ${shown(profile)} has ${listed(devices.usable)}`
      : `the user of ${shown(profile)} has no MFA device ${printable(end)}; it has ${listed(devices.usable)}`,
    `name one that it has: ${loginWith(profile, devices.usable)}`,
  )
}

/**
 * The same where IAM may not be asked: by the devices that the profiles name, else as the serial number of a hardware device,
 * which stands for itself. Throws `denied`, and device.choice-needed.
 */
export function deviceByEnd(
  profile: string,
  end: string,
  serialNumbers: readonly string[],
  denied: AppError,
): string {
  const named = devicesNamed(end, serialNumbers)
  if (named.length > 1) throw ambiguous(profile, end, named)
  if (named[0] !== undefined) return named[0]
  if (isSerialNumber(end) && /^(?=.*\d)[A-Z0-9]+$/.test(end)) return end
  throw denied
}

/**
 * Those that a name means: the whole serial number, or what follows a `/` or a `:` in it.
 *
 *     alice-phone   arn:aws:iam::111122223333:mfa/alice-phone, and not arn:…:mfa/malice-phone
 */
export function devicesNamed(name: string, serialNumbers: readonly string[]): string[] {
  const exact = serialNumbers.filter((serialNumber) => serialNumber === name)
  if (exact.length > 0) return exact
  return serialNumbers.filter((serialNumber) => serialNumber.endsWith(`/${name}`))
}

/** The shortest name that means this one alone. */
export function shortName(serialNumber: string, serialNumbers: readonly string[]): string {
  const name = serialNumber.slice(serialNumber.lastIndexOf('/') + 1)
  const isOption = name.startsWith('-')
  return devicesNamed(name, serialNumbers).length === 1 && !isOption ? name : serialNumber
}

/** What speaks against a serial number that somebody has given. A user's ARN looks much like that of a device. */
export function givenDeviceProblem(text: string): string | undefined {
  if (isSecurityKey(text)) return `that is ${securityKeyReason}`
  const isOfOther = /^arn:[^:]*:iam:[^:]*:[^:]*:(?!mfa\/)/.test(text)
  if (isSerialNumber(text) && !isOfOther) return undefined
  return isOfOther
    ? 'that is not the ARN of an MFA device, which has :mfa/ in it'
    : 'that is neither the ARN of an MFA device nor the serial number of a hardware one'
}

/** No permission to ask IAM. */
export function listingDenied(profile: string): AppError {
  return new AppError(
    'iam.access-denied',
    `AWS does not let the user of ${shown(profile)} list its own MFA devices`,
    `ask your administrator for iam:ListMFADevices on your own user, or go without it: ${mfadCommand('login --serial-number arn:aws:iam::ACCOUNT:mfa/NAME', profile)}`,
  )
}

function ambiguous(profile: string, end: string, serialNumbers: readonly string[]): AppError {
  return new AppError(
    'device.choice-needed',
    `${printable(end)} is the end of ${serialNumbers.length} devices: ${listed(serialNumbers)}`,
    `give one of them whole: ${loginWith(profile, serialNumbers)}`,
  )
}

function choiceNeeded(profile: string, { usable, securityKeys }: UserDevices): AppError {
  const left = securityKeys.length === 0 ? '' : `; not ${listed(securityKeys)}: ${securityKeyReason}`
  return new AppError(
    'device.choice-needed',
    `the user of ${shown(profile)} has ${usable.length} MFA devices: ${listed(usable)}${left}`,
    `choose one: ${loginWith(profile, usable)}`,
  )
}

function noDevice(profile: string, { securityKeys }: UserDevices): AppError {
  if (securityKeys.length > 0) {
    return new AppError(
      'device.only-security-keys',
      `the only MFA device of the user of ${shown(profile)} is ${listed(securityKeys)}: ${securityKeyReason}`,
      `add an authenticator app to this user in the IAM console (Security credentials), then: ${mfadCommand('login', profile)}`,
    )
  }
  return new AppError(
    'device.none',
    `the user of ${shown(profile)} has no MFA device`,
    `add an authenticator app in the IAM console (Security credentials), or with aws iam create-virtual-mfa-device and aws iam enable-mfa-device, then: ${mfadCommand('login', profile)}`,
  )
}

function loginWith(profile: string, usable: readonly string[]): string {
  return mfadCommand(`login --serial-number ${shortName(usable[0] ?? '', usable)}`, profile)
}

function listed(serialNumbers: readonly string[]): string {
  return serialNumbers.slice(0, mostShown).join(', ') + (serialNumbers.length > mostShown ? ', …' : '')
}

function shown(profile: string): string {
  return printable(profile)
}
