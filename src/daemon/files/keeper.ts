// A session profile inherits no region, so ours carries its profile's; when that one changes, ours follows.

import { checkAccepted } from '../../core/document/edit-checks.ts'
import { readSessionCredentials, sessionRegion, sessionValues } from '../../core/profiles/session-section.ts'
import { isActive } from '../../core/profiles/session-state.ts'
import type { SessionWrite } from '../agent-state.ts'
import type { KnownFiles } from './known-files.ts'
import { writeSessions } from './session-writer.ts'

/** How often a section was given a region, by its access key id and that region. */
export type RegionsGiven = Map<string, number>

/** Another daemon with another config file would set its own each time. */
const mostTimes = 5

/** The write that brings all regions in step; undefined when they are, or somebody else goes on changing them. */
export function correctRegions(known: KnownFiles, given: RegionsGiven): (() => Promise<void>) | undefined {
  const isOpen = (write: SessionWrite) => (given.get(keyOf(write)) ?? 0) < mostTimes
  if (!staleSections(known).some(isOpen)) return undefined
  return async () => {
    await known.settle()
    const current = staleSections(known).filter(isOpen)
    if (current.length === 0) return
    for (const write of current) given.set(keyOf(write), (given.get(keyOf(write)) ?? 0) + 1)
    checkAccepted(known.documents.credentials, known.files.credentials)
    await writeSessions(known, current)
  }
}

function keyOf({ replaces, values }: SessionWrite): string {
  return `${replaces} ${values.get('region') ?? ''}`
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
          replaces: credentials.accessKeyId,
          adopt: false,
          isOptional: true,
        },
      ]
    })
}
