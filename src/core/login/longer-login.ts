// The login after which a session lasts as long as something requires. A plain one would be just as short again where more is
// required than profile and settings ask for.
import { sessionDurationLimits } from '../profiles/aws-values.ts'
import type { Profile } from '../profiles/profile.ts'
import { awsCommand, mfadCommand } from '../text/commands.ts'
import { formatDuration } from '../time/duration.ts'
import { mostRoleSeconds, roleSeconds } from './role-plan.ts'

/** How long the session of a login without options lasts. `defaultSeconds`: by the settings. */
export function plainLoginSeconds(
  profile: Pick<Profile, 'kind' | 'durationSeconds'>,
  defaultSeconds: number,
): number {
  return profile.kind === 'role' ? roleSeconds(profile) : (profile.durationSeconds ?? defaultSeconds)
}

/** The next step, where a login without options gives `plainSeconds`. */
export function longerLogin(
  { profile, kind, durationSeconds }: Pick<Profile, 'profile' | 'kind' | 'durationSeconds'>,
  leastSeconds: number,
  plainSeconds: number,
): string {
  if (leastSeconds < plainSeconds) return `renew it with: ${mfadCommand('login', profile)}`
  const most = kind === 'role' ? mostRoleSeconds : sessionDurationLimits.most
  const whose = kind === 'role' ? 'the session of a role' : 'a session'
  if (leastSeconds >= most) return `require less: AWS lets ${whose} last ${formatDuration(most)} at most`
  // AWS gave less than the role asks for: nothing can be set.
  if (kind === 'role' && (durationSeconds === undefined || durationSeconds > leastSeconds))
    return 'require less'
  if (kind === 'role')
    return `have the role last longer: ${awsCommand(`configure set duration_seconds ${most}`, profile)}, or require less`
  // More than is required: some of it is over when the program begins.
  const hours = Math.floor(leastSeconds / 3600) + 1
  return `renew it with: ${mfadCommand(`login --duration ${hours}h`, profile)}`
}
