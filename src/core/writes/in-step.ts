// A session profile inherits nothing, so our section carries settings of its profile; when those change, ours follow.

import { inStepKeys } from '../profiles/in-step-settings.ts'
import { keySourceOf } from '../profiles/key-source.ts'
import { ownKeysWith, withoutUsers } from '../profiles/own-keys.ts'
import { keysOfRoot, type Profile } from '../profiles/profile.ts'
import type { Documents, ProfileSections } from '../profiles/sections.ts'
import { readSessionCredentials, sectionValues, sessionValues } from '../profiles/session-section.ts'
import { isActive } from '../profiles/session-state.ts'
import type { SessionWrite } from './ledger.ts'

/** `aws_security_token` is never written: botocore prefers a stale one. */
const followed = [...inStepKeys, 'mfad_settings', 'aws_security_token']

/** The writes that bring all sections of ours in step with their profiles. `sections`: those of the documents. */
export function outOfStep(
  profiles: readonly Profile[],
  documents: Documents,
  sections: ProfileSections,
): SessionWrite[] {
  return profiles
    .filter((profile) => isActive(profile) && !profile.isOrphan)
    .flatMap((profile) => {
      const { sessionProfile, session } = profile
      const section = documents.credentials.sections.get(sessionProfile)
      const credentials = section && readSessionCredentials(section)
      if (section === undefined || credentials === undefined) return []
      const chosen = session.kind === 'ours' ? session.serialNumber : undefined
      const wanted = sessionValues(credentials, sectionValues(profile, chosen ?? profile.mfaSerial))
      const values = withoutUsers(documents.credentials, sessionProfile, wanted)
      const own = new Set(ownKeysWith(section, values))
      const isInStep = followed.every(
        (key) => !own.has(key) || section.entries.get(key)?.value === values.get(key),
      )
      if (isInStep) return []
      const root = keysOfRoot(profiles, profile.source?.root ?? profile.profile)
      const keys = keySourceOf(sections, root)
      return [
        {
          sessionProfile,
          values,
          ...(keys === undefined ? {} : { source: { profile: root, keys } }),
          replaces: credentials.accessKeyId,
          adopt: false,
          isOptional: true,
        },
      ]
    })
}
