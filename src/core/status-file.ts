// The status file, for prompts and bars that must not start a program: a line for each active profile, and no secret.
//
//   dev valid 1764151933
//   staging expired 1764100000

import { isPortableName } from './profiles/aws-values.ts'
import type { Profile } from './profiles/profile.ts'
import { isActive, sessionState } from './profiles/session-state.ts'

/** `PROFILE STATE EXPIRATION-EPOCH`; 0 where a section has no expiration that can be read. Expirations are on our own clock. */
export function statusFileText(
  profiles: readonly Profile[],
  reminderLeadSeconds: readonly number[],
  now: Date,
): string {
  return shown(profiles)
    .flatMap((profile) => {
      const { session } = profile
      const state = sessionState(profile, reminderLeadSeconds, now)
      // AWS tools do not look at the section, whatever stands in it.
      if (state === 'unmanaged') return []
      const expiration = session.kind === 'ours' ? session.expiration : undefined
      const epoch = expiration === undefined ? 0 : Math.floor(expiration.getTime() / 1000)
      return [`${profile.profile} ${state} ${epoch}\n`]
    })
    .join('')
}

/** A name with a space, or with a line end, would break the line; AWS tools cannot all read it either. */
function shown(profiles: readonly Profile[]): Profile[] {
  return profiles.filter((profile) => isActive(profile) && isPortableName(profile.profile))
}
