// The live sessions that were seen in the file, to notice when one goes without a logout: another program rendered the file
// anew, or somebody put another file in its place. A session that is gone for a moment, while an editor saves, is not lost.
//
//   10:00:00  [dev-mfa] valid until 22:00   seen
//   10:05:00  [dev-mfa] is missing          gone; perhaps it is restored, or comes back by itself
//   10:05:02  it still is                   lost: told once

import type { Profile } from './profile.ts'

export type SeenSession = {
  profile: string
  accessKeyId: string
  expiration: Date
  goneSince?: Date
}

/** By session profile. */
export type SeenSessions = ReadonlyMap<string, SeenSession>

const lostAfterMs = 2000

/**
 * What is seen now, which sessions are lost, and when to look again. `isRestoring`: will this section be written once more?
 * All instants are on our own clock.
 */
export function watchSessions(
  before: SeenSessions,
  profiles: readonly Profile[],
  isRestoring: (sessionProfile: string) => boolean,
  now: Date,
): { seen: SeenSessions; lost: SeenSession[]; nextAt?: Date } {
  const seen = new Map(liveSessions(profiles, now))
  const lost: SeenSession[] = []
  for (const [sessionProfile, session] of before) {
    if (seen.has(sessionProfile) || session.expiration <= now) continue
    const goneSince = session.goneSince ?? now
    const isLost = Math.abs(now.getTime() - goneSince.getTime()) >= lostAfterMs
    if (isLost && !isRestoring(sessionProfile)) lost.push(session)
    else seen.set(sessionProfile, { ...session, goneSince })
  }
  const waiting = [...seen.values()].flatMap(({ goneSince }) => goneSince ?? [])
  if (waiting.length === 0) return { seen, lost }
  return { seen, lost, nextAt: new Date(Math.max(...waiting.map(Number)) + lostAfterMs) }
}

function liveSessions(profiles: readonly Profile[], now: Date): [string, SeenSession][] {
  return profiles.flatMap(({ profile, sessionProfile, session }) => {
    if (session.kind !== 'ours' || session.expiration === undefined || session.expiration <= now) return []
    return [[sessionProfile, { profile, accessKeyId: session.accessKeyId, expiration: session.expiration }]]
  })
}
