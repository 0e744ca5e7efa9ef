// Token codes: their form, and the guard against a code that STS has already seen. AWS takes each code once.
import { AppError } from '../errors.ts'

/** A code that STS has evaluated. Kept in memory only, and only for as long as it could be mistaken for a new one. */
export type UsedCode = { serialNumber: string; tokenCode: string; at: number; isAccepted: boolean }

/** A code and who gave it: the user, or the mfa_process of the device. */
export type TokenCode = { tokenCode: string; from: 'user' | 'command' }

const stepSeconds = 30
const rememberedMs = 90_000

export function isTokenCode(text: string): boolean {
  return /^[0-9]{6}$/.test(text)
}

/** Throws usage.malformed-token-code. The text itself is not repeated: it may be a password typed by mistake. */
export function checkTokenCode(text: string): void {
  if (isTokenCode(text)) return
  throw new AppError(
    'usage.malformed-token-code',
    'a token code is six digits',
    'type the code that the device shows now',
  )
}

/** Throws device.token-code-used when STS took or refused this code for this device in the last 90 s. */
export function checkUnusedCode(
  used: readonly UsedCode[],
  serialNumber: string,
  tokenCode: string,
  now: Date,
): void {
  const last = recentCodes(used, now).findLast(
    (code) => code.serialNumber === serialNumber && code.tokenCode === tokenCode,
  )
  if (last === undefined) return
  const seconds = Math.max(0, Math.round((now.getTime() - last.at) / 1000))
  throw new AppError(
    'device.token-code-used',
    last.isAccepted
      ? `AWS accepted this code ${seconds} s ago, and takes each code once`
      : `AWS refused this code ${seconds} s ago`,
    `wait ${secondsToNextCode(now)} s for the next one`,
  )
}

/** The used codes that still count at `now`. A clock that was set back makes an old entry count for no longer than a new one. */
export function recentCodes(used: readonly UsedCode[], now: Date): UsedCode[] {
  return used.filter(({ at }) => Math.abs(now.getTime() - at) < rememberedMs)
}

/** Seconds until the device shows its next code: 1 to 30. */
export function secondsToNextCode(now: Date): number {
  return stepSeconds - (Math.floor(now.getTime() / 1000) % stepSeconds)
}

/** The one group of six digits in what a command printed: with or without words beside it, as `ykman` prints them. */
export function codeInOutput(output: string): string | undefined {
  const codes = new Set(output.match(/(?<![\w.-])\d{6}(?![\w-]|\.\d)/g))
  return codes.size === 1 ? [...codes][0] : undefined
}
