// What `status` says, with or without a daemon: one entry per profile, and the warnings about the files.

import type { Finding } from './document/document.ts'
import type { ErrorBody } from './errors.ts'
import type { Identities } from './profiles/devices.ts'
import type { Profile } from './profiles/profile.ts'
import { type Renewal, renewalsOf } from './profiles/renewal.ts'
import { secondsLeft, sessionState } from './profiles/session-state.ts'
import { formatInstant } from './time/instant.ts'
import type { Files, ProfileStatus, Status, Warning } from './wire.ts'

/** A clock that differs by more than this is shown. */
const shownClockOffsetSeconds = 60

export type StatusFacts = {
  version: string
  daemon: Status['daemon']
  files: Files
  profiles: readonly Profile[]
  reminderLeadSeconds: readonly number[]
  warnings: readonly Warning[]
  /** The largest difference between our clock and one of AWS's that is known: theirs minus ours. */
  clockOffsetSeconds: number
  /** The same for the host that issued a session, by its access key id; 0 where it is not known. */
  clockOffsetOf(accessKeyId: string): number
  identities: Identities
  /** By profile. */
  snoozedUntil: ReadonlyMap<string, Date>
  /** By profile. */
  lastErrors: ReadonlyMap<string, ErrorBody>
  /** By profile: why its renewal without the user was given up. */
  givenUp: ReadonlyMap<string, ErrorBody>
  /** By role with keys of its own: until when the session of those keys lives, which stands in no file. */
  kept: ReadonlyMap<string, Date>
}

/** The whole of `status --json`. `now`: local time. */
export function buildStatus(facts: StatusFacts, now: Date): Status {
  const { version, daemon, files, clockOffsetSeconds } = facts
  const renewals = renewalsOf(facts.profiles, facts.identities, liveRoots(facts, now))
  return {
    version,
    daemon,
    files,
    ...(Math.abs(clockOffsetSeconds) > shownClockOffsetSeconds ? { clockOffsetSeconds } : {}),
    warnings: [...facts.warnings],
    profiles: facts.profiles.map((profile) =>
      profileStatus(profile, facts, renewals.get(profile.profile), issuersNow(profile, facts, now)),
    ),
  }
}

function liveRoots(facts: StatusFacts, now: Date): ReadonlySet<string> {
  const live = facts.profiles.filter(
    (profile) => profile.kind === 'key' && (secondsLeft(profile, issuersNow(profile, facts, now)) ?? 0) > 0,
  )
  const kept = [...facts.kept].filter(([, until]) => until > now)
  return new Set([...live.map(({ profile }) => profile), ...kept.map(([profile]) => profile)])
}

/** What time it is on the clock of the host that issued the session. */
function issuersNow({ session }: Profile, { clockOffsetOf }: StatusFacts, now: Date): Date {
  return session.kind === 'ours' ? new Date(now.getTime() + clockOffsetOf(session.accessKeyId) * 1000) : now
}

function profileStatus(
  profile: Profile,
  facts: StatusFacts,
  renewal: Renewal | undefined,
  now: Date,
): ProfileStatus {
  const { session, obstacle } = profile
  const seconds = secondsLeft(profile, now)
  const snoozedUntil = facts.snoozedUntil.get(profile.profile)
  const givenUp = facts.givenUp.get(profile.profile)
  const lastError = facts.lastErrors.get(profile.profile) ?? givenUp
  const reason = session.kind === 'foreign' ? `${session.reason} (line ${session.line})` : obstacle?.message
  return {
    profile: profile.profile,
    sessionProfile: profile.sessionProfile,
    kind: profile.kind,
    ...(profile.serialNumber === undefined ? {} : { serialNumber: profile.serialNumber }),
    ...(profile.sourceProfile === undefined ? {} : { sourceProfile: profile.sourceProfile }),
    state: sessionState(profile, facts.reminderLeadSeconds, now),
    ...(session.kind === 'ours' && session.expiration
      ? { expiration: formatInstant(session.expiration) }
      : {}),
    ...(seconds === undefined ? {} : { secondsLeft: seconds }),
    renews:
      renewal === undefined || renewal.way === 'code' || givenUp !== undefined ? 'by-code' : 'by-itself',
    ...(snoozedUntil === undefined ? {} : { snoozedUntil: formatInstant(snoozedUntil) }),
    ...(reason === undefined ? {} : { reason }),
    ...(lastError === undefined ? {} : { lastError }),
  }
}

/** The findings of a document as warnings about its file. */
export function findingWarnings(findings: readonly Finding[], file: string): Warning[] {
  return findings.slice(0, 50).map(({ code, line, message, hint }) => ({ code, message, hint, file, line }))
}
