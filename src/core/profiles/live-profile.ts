// A profile under a third name, for programs that run longer than a session: AWS tools run its command for each new session, so
// they see every renewal. In the config file:
//
//   [profile dev-live]
//   credential_process = mfad credential-process dev
//   region = eu-west-1                                  and what else AWS tools do through dev

import type { UserEdit } from '../document/user-edit.ts'
import { AppError } from '../errors.ts'
import { mfadCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import { isPortableName } from './aws-values.ts'
import type { ProfileFacts } from './key-place.ts'
import { buildProfiles, findProfile } from './profiles.ts'
import { headerOf, profileSections } from './sections.ts'

/** The command by which AWS tools get the session of a profile. A name with a blank in it is none that can be logged in. */
function liveCommand(profile: string): string {
  return mfadCommand('credential-process', profile)
}

/** The edits of the config file; none where that profile stands already. Throws profile.not-found, and profile.name-taken. */
export function liveProfileEdits(facts: ProfileFacts, name: string, live: string): UserEdit[] {
  const { documents, suffixes, paths } = facts
  const profiles = buildProfiles(documents, suffixes, paths)
  const { profile, region, inStep } = findProfile(profiles, name)
  if (!isPortableName(live))
    throw taken(`the name ${JSON.stringify(printable(live))} cannot be read by every AWS tool`)
  const { credentials, config } = profileSections(documents)
  const standing = config.get(live)
  if (standing?.entries.get('credential_process')?.value === liveCommand(profile) && !credentials.has(live))
    return []
  const isSession = profiles.some((each) => each.sessionProfile === live)
  if (standing !== undefined || credentials.has(live) || isSession)
    throw taken(`${printable(live)} is the name of another profile`)
  const settings = new Map([...(region === undefined ? [] : [['region', region] as const]), ...inStep])
  const values = [['credential_process', liveCommand(profile)] as const, ...settings]
  const section = headerOf('config', live).slice(1, -1)
  return values.map(([key, value]) => ({ kind: 'set', section, key, value }))
}

function taken(message: string): AppError {
  return new AppError('profile.name-taken', message, 'choose another name, such as dev-live')
}
