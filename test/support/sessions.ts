// Active sessions for the tests of what is planned and said about them.

import type { ActiveSession } from '../../src/core/plan/active-sessions.ts'
import type { Reminder } from '../../src/core/plan/reminder-plan.ts'

export const serialOf = (user: string) => `arn:aws:iam::111122223333:mfa/${user}`

/** A session of 12 h on a device of its own, unless `more` says otherwise. */
export function activeSession(
  profile: string,
  expiration: Date,
  more: Partial<ActiveSession> = {},
): ActiveSession {
  const serialNumber = serialOf(profile)
  return {
    profile,
    accessKeyId: `ASIA${profile.toUpperCase()}`,
    expiration,
    lifeSeconds: 43_200,
    device: serialNumber,
    serialNumber,
    ...more,
  }
}

/** The reminder that these make together. */
export function reminderOf(sessions: readonly ActiveSession[], now: Date): Reminder {
  const expiration = new Date(Math.min(...sessions.map((session) => session.expiration.getTime())))
  return { kind: expiration <= now ? 'expired' : 'expiring', sessions: [...sessions], expiration }
}
