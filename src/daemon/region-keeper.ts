// A session profile inherits no region, so ours carries its profile's; when that one changes, ours follows.
import { readSessionCredentials, sessionValues } from '../core/session-section.ts'
import { isActive } from '../core/session-state.ts'
import type { KnownFiles } from './known-files.ts'
import { sessionRegion } from './login.ts'
import { checkAccepted, type SessionWrite, writeSessions } from './session-writer.ts'

/** The write that brings all regions in step; undefined when they are. */
export function correctRegions(known: KnownFiles): (() => Promise<void>) | undefined {
  const writes = staleSections(known)
  if (writes.length === 0) return undefined
  return async () => {
    await known.settle()
    const current = staleSections(known)
    if (current.length === 0) return
    checkAccepted(known.documents.credentials, known.files.credentials)
    await writeSessions(known, current)
  }
}

function staleSections({ profiles, documents }: KnownFiles): SessionWrite[] {
  return profiles
    .filter((profile) => isActive(profile) && !profile.isOrphan)
    .flatMap((profile) => {
      const section = documents.credentials.sections.get(profile.sessionProfile)
      const credentials = section && readSessionCredentials(section)
      if (section === undefined || credentials === undefined) return []
      const region = sessionRegion(profile)
      const isStale =
        section.entries.get('region')?.value !== region || section.entries.has('aws_security_token')
      if (!isStale) return []
      return [
        {
          sessionProfile: profile.sessionProfile,
          values: sessionValues(credentials, region),
          adopt: false,
          isOptional: true,
        },
      ]
    })
}
