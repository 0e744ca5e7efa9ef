// Reminders that are held back for a while, by profile.

import { AppError } from '../../core/errors.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import { findProfile } from '../../core/profiles/profiles.ts'
import { isActive } from '../../core/profiles/session-state.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { SnoozeAnswer } from '../../core/wire.ts'
import type { AgentState } from '../agent-state.ts'

/** Snoozes one profile, or all that are active. 0 seconds end a snooze. Throws profile.not-found, profile.not-active. */
export function snooze(
  { snoozedUntil }: Pick<AgentState, 'snoozedUntil'>,
  profiles: readonly Profile[],
  { profile: name, seconds }: { profile?: string; seconds: number },
  now: Date,
): SnoozeAnswer {
  const chosen = name === undefined ? profiles.filter(isActive) : [requireActive(findProfile(profiles, name))]
  const until = new Date(now.getTime() + seconds * 1000)
  for (const { profile } of chosen) {
    if (seconds === 0) snoozedUntil.delete(profile)
    else snoozedUntil.set(profile, until)
  }
  return { snoozed: chosen.map(({ profile }) => ({ profile, until: formatInstant(until) })) }
}

/** Those that have not ended; the others are forgotten. */
export function currentSnoozes(snoozedUntil: Map<string, Date>, now: Date): ReadonlyMap<string, Date> {
  for (const [profile, until] of snoozedUntil) if (until <= now) snoozedUntil.delete(profile)
  return snoozedUntil
}

function requireActive(profile: Profile): Profile {
  if (isActive(profile)) return profile
  throw new AppError(
    'profile.not-active',
    `${profile.profile} has no session, so there is nothing to be reminded of`,
    `log in with: ${mfadCommand('login', profile.profile)}`,
  )
}
