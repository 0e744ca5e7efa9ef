// What other programs do to the sessions in the file: one is lost, or the access key that it was made with is replaced by
// another.

import type { ErrorBody } from '../core/errors.ts'
import { isSameSource, type KeySource, keySourceOf } from '../core/profiles/key-source.ts'
import { keysOfRoot, type Profile } from '../core/profiles/profile.ts'
import { type SeenSession, type SeenSessions, watchSessions } from '../core/profiles/seen-sessions.ts'
import { mfadCommand } from '../core/text/commands.ts'
import type { Source } from '../core/writes/ledger.ts'
import { standsIn } from '../core/writes/plan-writes.ts'
import type { Log } from '../edges/logger.ts'
import { type AgentState, activeNow, remember } from './agent-state.ts'
import type { KnownFiles } from './files/known-files.ts'

export type SessionWatchDeps = {
  known: KnownFiles
  state: AgentState
  log: Log
  now(): Date
  /** Will this section be written once more? */
  isRestoring(sessionProfile: string): boolean
  /** A live session has gone from the file, and has not come back. */
  lost(session: SeenSession, problem: ErrorBody): void
}

export type SessionWatch = {
  /** Looks at the files and the clock, and reports what is lost; answers when to look again. */
  look(): Date | undefined
  /** We removed this section: its session is not lost. */
  removed(sessionProfile: string): void
  /** We made this session from these keys. */
  made(sessionProfile: string, accessKeyId: string, source: Source): void
  /** This key has been exchanged for the one that stands there now, of the same user: what it made is as good as before. */
  rotated(former: KeySource): void
  /** By profile: what has become of its session. */
  problems(): ReadonlyMap<string, ErrorBody>
  /** The profiles whose sessions were made with another access key than the one that stands there now. */
  outdated(): ReadonlySet<string>
}

export function createSessionWatch(deps: SessionWatchDeps): SessionWatch {
  const { known, log } = deps
  let seen: SeenSessions = new Map()
  let seenIn = known.realPath
  /** By profile. */
  const lost = new Map<string, { problem: ErrorBody; until: Date }>()
  /** By session section and its access key id. */
  const sources = new Map<string, Source>()
  let outdated = new Map<string, ErrorBody>()
  let checkedFor: unknown

  const noteLost = (session: SeenSession) => {
    const { profile, expiration } = session
    const problem = lostProblem(profile, known.files.credentials)
    lost.set(profile, { problem, until: expiration })
    log.warn({ profile, expiration }, 'a live session is gone from the file')
    deps.lost(session, problem)
  }

  const findOutdated = () => {
    if (checkedFor === known.profiles) return
    checkedFor = known.profiles
    const stands = sources.size === 0 ? () => true : standsIn(known.sections)
    const before = outdated
    outdated = new Map()
    for (const each of known.active) {
      const { profile, sessionProfile, session } = each
      const source =
        session.kind === 'ours' ? sources.get(`${sessionProfile} ${session.accessKeyId}`) : undefined
      if (source === undefined || stands(source) || hasKeys(known, each, source)) continue
      outdated.set(profile, outdatedProblem(profile))
      if (!before.has(profile)) log.warn({ profile }, 'the access key of a live session was replaced')
    }
  }

  return {
    look() {
      if (known.unreadable !== undefined || known.doubtfulUntil !== undefined) return undefined
      // Another file is the credentials file now: the sessions of the former one are still in it, and not lost.
      if (seenIn !== known.realPath) seen = new Map()
      seenIn = known.realPath
      const watch = watchSessions(seen, activeNow(known, deps.state), deps.isRestoring, deps.now())
      seen = watch.seen
      watch.lost.forEach(noteLost)
      for (const { profile } of seen.values()) lost.delete(profile)
      findOutdated()
      return watch.nextAt
    },
    removed(sessionProfile) {
      const { profile } = seen.get(sessionProfile) ?? {}
      seen = new Map([...seen].filter(([name]) => name !== sessionProfile))
      if (profile !== undefined) lost.delete(profile)
    },
    made(sessionProfile, accessKeyId, source) {
      remember(sources, `${sessionProfile} ${accessKeyId}`, source)
      checkedFor = undefined
    },
    rotated(former) {
      const sections = known.sections
      for (const [session, { profile, keys }] of sources) {
        const current = isSameSource(keys, former) ? keySourceOf(sections, profile) : undefined
        if (current !== undefined) sources.set(session, { profile, keys: current })
      }
      checkedFor = undefined
    },
    problems() {
      const now = deps.now()
      for (const [profile, { until }] of lost) if (until <= now) lost.delete(profile)
      return new Map([...outdated, ...[...lost].map(([profile, { problem }]) => [profile, problem] as const)])
    },
    outdated() {
      findOutdated()
      return new Set(outdated.keys())
    },
  }
}

/** Does a profile have these keys, in whatever section? They may have been moved to `[dev-long-term]`, or back. */
function hasKeys(
  { profiles, sections }: Pick<KnownFiles, 'profiles' | 'sections'>,
  { profile, source }: Profile,
  { keys }: Source,
): boolean {
  const standing = keySourceOf(sections, keysOfRoot(profiles, source?.root ?? profile))
  return standing !== undefined && isSameSource(standing, keys)
}

function lostProblem(profile: string, path: string): ErrorBody {
  return {
    code: 'session.lost',
    message: `the session of ${profile} is gone from ${path}: another program dropped or replaced it`,
    hint: `if that was not meant: ${mfadCommand('login', profile)}`,
  }
}

function outdatedProblem(profile: string): ErrorBody {
  return {
    code: 'session.other-key',
    message: `the session of ${profile} was made with another access key than the one that stands there now`,
    hint: `if the account is another one, too: ${mfadCommand('login', profile)}`,
  }
}
