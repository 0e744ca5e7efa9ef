// Each profile: can it be logged in, and if not, why?
import type { ErrorBody } from '../errors.ts'
import { foreignSession } from '../login/login-plan.ts'
import type { Profile } from '../profiles/profile.ts'
import { isCodeReady, isRoleReady } from '../profiles/profile.ts'
import { isActive } from '../profiles/session-state.ts'
import { printable } from '../text/printable.ts'
import type { Files, ProfileStatus } from '../wire.ts'
import { type Check, type Finding, finding } from './finding.ts'

export type ProfilesFacts = {
  profiles: readonly Profile[]
  /** What the daemon says of them, where one runs. */
  statuses: readonly ProfileStatus[]
  files: Pick<Files, 'credentials'>
  /** For each active profile without a region, where the shell has none either: the advice to set one. */
  withoutRegion: readonly ErrorBody[]
}

/** AWS tools sign these in, or there is nothing to sign in: a section with a region alone is no mistake. */
const notWrong: ReadonlySet<string> = new Set([
  'profile.other-sign-in',
  'profile.keys-from-command',
  'profile.holds-session',
  'profile.no-keys',
])

export function checkProfiles({ profiles, statuses, files, withoutRegion }: ProfilesFacts): Check {
  const signIns = new Set(
    profiles.filter(({ kind }) => kind === 'sso' || kind === 'aws-login').map(({ profile }) => profile),
  )
  return {
    area: 'profiles',
    looked: describe(profiles),
    findings: [
      ...profiles.flatMap((profile) => profileFindings(profile, signIns, files.credentials)),
      ...statuses.flatMap(statusFindings),
      ...withoutRegion.map((each) => finding('note', each)),
    ],
  }
}

function profileFindings(profile: Profile, signIns: ReadonlySet<string>, credentialsFile: string): Finding[] {
  const { obstacle, warnings, sourceProfile = '' } = profile
  const isElsewhere = obstacle?.code === 'profile.source-without-keys' && signIns.has(sourceProfile)
  const isNote = obstacle !== undefined && (notWrong.has(obstacle.code) || isElsewhere)
  const foreign = foreignSession(profile, credentialsFile)
  return [
    ...(obstacle === undefined
      ? []
      : [finding(isNote ? 'note' : 'warning', obstacle, isNote ? nothingToDo : undefined)]),
    ...(foreign === undefined ? [] : [finding('warning', foreign)]),
    // Until it has a session, nobody goes by what that would lack.
    ...(isActive(profile) ? warnings.map((warning) => finding('warning', warning)) : []),
  ]
}

const nothingToDo = 'mfad has nothing to do for it, unless you meant it to have a long-term key'

/** Of another version, a daemon may have another form of it. */
function statusFindings({ profile, lastError }: ProfileStatus): Finding[] {
  const texts = [lastError?.code, lastError?.message, lastError?.hint]
  if (lastError === undefined || texts.some((text) => typeof text !== 'string')) return []
  const message = `${printable(profile)}: ${lastError.message}`
  return [finding('warning', { ...lastError, message }, 'its last login or renewal failed')]
}

function describe(profiles: readonly Profile[]): string {
  const ready = profiles.filter((each) => isCodeReady(each) || isRoleReady(each)).length
  const asking = profiles.filter(
    ({ kind, obstacle, serialNumber }) => kind === 'key' && !obstacle && !serialNumber,
  )
  const parts = [
    `${profiles.length} in all`,
    `${ready} ready for a login`,
    ...(asking.length === 0 ? [] : [`${asking.length} whose device IAM is asked for`]),
    `${profiles.filter(isActive).length} active`,
  ]
  return parts.join(', ')
}
