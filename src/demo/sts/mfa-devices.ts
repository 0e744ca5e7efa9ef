// The MFA devices as AWS sees them: a code counts for its own device, near its time, and only once.
import type { StsUser } from './accounts.ts'
import { denied } from './answers.ts'
import { codeOfStep, decodeBase32, stepsShowing, timeStep } from './totp.ts'

export type MfaDevices = {
  /** The code a device shows at an instant; RangeError for a device that nobody has. */
  tokenCode(serialNumber: string, at: Date): string
  /** Uses up a code; StsError, in AWS's vague words, where it is another device's, of another time, or already used. */
  spend(user: StsUser | undefined, serialNumber: string, tokenCode: string, now: Date): void
}

/** A device that several users or keys share is one device: a code used by one is used for all. */
export function createMfaDevices(users: readonly StsUser[]): MfaDevices {
  const keys = new Map(
    users.flatMap((user) =>
      user.devices.flatMap(({ serialNumber, seed }) =>
        seed === undefined ? [] : [[serialNumber, decodeBase32(seed)] as const],
      ),
    ),
  )
  const usedSteps = new Map([...keys.keys()].map((serialNumber) => [serialNumber, new Set<number>()]))
  return {
    tokenCode(serialNumber, at) {
      const key = keys.get(serialNumber)
      if (!key) throw new RangeError(`tokenCode: no user has the device ${serialNumber}`)
      return codeOfStep(key, timeStep(at))
    },
    spend(user, serialNumber, tokenCode, now) {
      const key = keys.get(serialNumber)
      const used = usedSteps.get(serialNumber)
      if (!key || !used || !user?.devices.some((device) => device.serialNumber === serialNumber)) {
        throw denied(
          'MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user.',
        )
      }
      const step = stepsShowing(tokenCode, key, now).find((candidate) => !used.has(candidate))
      if (step === undefined)
        throw denied('MultiFactorAuthentication failed with invalid MFA one time pass code.')
      used.add(step)
    },
  }
}
