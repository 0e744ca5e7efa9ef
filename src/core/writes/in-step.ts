// A session profile inherits nothing, so our section carries its profile's region; when that one changes, ours follows.

import { keySourceOf } from '../profiles/key-source.ts'
import type { Profile } from '../profiles/profile.ts'
import { type Documents, profileSections } from '../profiles/sections.ts'
import { readSessionCredentials, sectionValues, sessionValues } from '../profiles/session-section.ts'
import { isActive } from '../profiles/session-state.ts'
import type { SessionWrite } from './ledger.ts'

/** The writes that bring all sections of ours in step with their profiles. */
export function outOfStep(profiles: readonly Profile[], documents: Documents): SessionWrite[] {
  const sections = profileSections(documents)
  return profiles
    .filter((profile) => isActive(profile) && !profile.isOrphan)
    .flatMap((profile) => {
      const section = documents.credentials.sections.get(profile.sessionProfile)
      const credentials = section && readSessionCredentials(section)
      const root = profile.source?.root ?? profile.profile
      const keys = keySourceOf(sections, root)
      if (section === undefined || credentials === undefined) return []
      const chosen = profile.session.kind === 'ours' ? profile.session.serialNumber : undefined
      const values = sectionValues(profile, chosen ?? profile.mfaSerial)
      const isInStep =
        section.entries.get('region')?.value === values.region && !section.entries.has('aws_security_token')
      if (isInStep) return []
      return [
        {
          sessionProfile: profile.sessionProfile,
          values: sessionValues(credentials, values),
          ...(keys === undefined ? {} : { source: { profile: root, keys } }),
          replaces: credentials.accessKeyId,
          adopt: false,
          isOptional: true,
        },
      ]
    })
}
