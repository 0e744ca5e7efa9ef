// Assumes roles with the sessions of their sources, and writes them as they come. STS is asked outside the queue of writes; what
// comes while the file is being written, or within a moment, is written in one replacement.
//
//   base ─┬─ admin ─── audit      audit waits for admin; deploy does not
//         └─ deploy               admin is refused: said of admin, and audit was not tried; deploy is written
import { setTimeout as pause } from 'node:timers/promises'
import { AppError, type ErrorBody, errorBody } from '../../core/errors.ts'
import { askingProfile } from '../../core/login/role-plan.ts'
import { keysOfRoot, type RoleProfile } from '../../core/profiles/profile.ts'
import {
  readSession,
  readSessionCredentials,
  type SessionCredentials,
  sectionValues,
  sessionValues,
} from '../../core/profiles/session-section.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { LoginAnswer } from '../../core/wire.ts'
import type { SessionWrite } from '../../core/writes/ledger.ts'
import { keptUntil } from '../agent-state.ts'
import { writeSessions } from '../files/session-writer.ts'
import { requireKeySource } from './long-term-keys.ts'
import type { RoleCalls } from './role-calls.ts'
import { type LoginDeps, newRoleCredentials } from './sts-session.ts'

export type RoleDeps = LoginDeps & {
  /** Runs after the writes that were asked for before, on files that are believed. */
  enqueue<T>(job: () => Promise<T>): Promise<T>
  roleCalls: RoleCalls
}

export type RoleWish = {
  role: RoleProfile
  /** Take over a section that is not ours. */
  adopt: boolean
  /** The access key id that must still stand in its section when it is written: it may have been logged out. */
  replaces?: string
  /** Only assumed for what is behind it: nobody has asked for its section. */
  isPassing?: boolean
}

/** What has become of the roles so far. */
type RoleResults = Pick<LoginAnswer, 'renewed' | 'failed' | 'warnings'> & { pending: Set<string> }

/** Roles that are being assumed: `results` grow until `settled`, which never rejects. */
export type RoleRun = { results: RoleResults; settled: Promise<void> }

type Issued = { wish: RoleWish; credentials: SessionCredentials; write: SessionWrite }

/** So long the first waits for others that come at about the same time. */
const gatherMs = 250

/** `wishes`: sources first. */
export function assumeRoles(deps: RoleDeps, wishes: readonly RoleWish[]): RoleRun {
  const results: RoleResults = {
    renewed: [],
    failed: [],
    warnings: [],
    pending: new Set(wishes.filter(({ isPassing }) => !isPassing).map(({ role }) => role.profile)),
  }
  const fail = (wish: RoleWish, error: unknown) => noteFailure(deps, results, wish, error)
  const writer = createWriter(deps, results, fail)
  const sessions = new Map<string, Promise<SessionCredentials | undefined>>()
  for (const wish of wishes) {
    const source = askingProfile(wish.role)
    const credentials = sessions.get(source) ?? Promise.resolve(standingSession(deps, wish.role))
    sessions.set(
      wish.role.profile,
      assume(deps, wish, credentials).then(
        (issued) => {
          if (!wish.isPassing) writer.add(issued)
          return issued.credentials
        },
        (error) => fail(wish, error),
      ),
    )
  }
  const asked = Promise.all(sessions.values())
  writer.allAsked(asked)
  return { results, settled: asked.then(writer.idle) }
}

async function assume(
  deps: RoleDeps,
  wish: RoleWish,
  source: Promise<SessionCredentials | undefined>,
): Promise<Issued> {
  const { role, adopt, replaces } = wish
  const { root } = role.source
  // As it stands now: what is written later is held against these keys.
  const keyProfile = keysOfRoot(deps.known.profiles, root)
  const keys = requireKeySource(deps.known, keyProfile)
  const sourceCredentials = await source
  if (sourceCredentials === undefined) throw withoutSource(role)
  const credentials = await deps.roleCalls.run(() => newRoleCredentials(deps, role, sourceCredentials))
  const write: SessionWrite = {
    sessionProfile: role.sessionProfile,
    values: sessionValues(credentials, sectionValues(role, role.mfaSerial)),
    source: { profile: keyProfile, keys },
    adopt,
    isOptional: true,
    ...(replaces === undefined ? {} : { replaces }),
  }
  return { wish, credentials, write }
}

/** The session of a role's source, as it stands in the file or, for keys of the role's own, in memory. */
function standingSession({ known, state, now }: RoleDeps, role: RoleProfile): SessionCredentials | undefined {
  const name = askingProfile(role)
  const kept = keptUntil(known, state, now()).has(name) ? state.keptSessions.get(name) : undefined
  if (kept !== undefined) return kept.credentials
  if (name === role.profile) return undefined
  const source = known.profiles.find(({ profile }) => profile === name)
  // Of a source with a role of its own the section holds that role, which is not what its keys can do.
  if (source === undefined || source.source?.root === name || source.session.kind !== 'ours') return undefined
  const section = known.documents.credentials.sections.get(source.sessionProfile)
  return section && readSessionCredentials(section)
}

function withoutSource(role: RoleProfile): AppError {
  return new AppError(
    'sts.source-missing',
    `${role.profile} was not assumed: its source ${askingProfile(role)} has no session`,
    `when that works: ${mfadCommand('login', role.profile)}`,
  )
}

function noteFailure({ state, log }: RoleDeps, results: RoleResults, { role }: RoleWish, thrown: unknown) {
  const { profile } = role
  const error: ErrorBody = errorBody(thrown)
  if (!(thrown instanceof AppError)) log.warn({ profile, error }, 'a role met a bug')
  results.pending.delete(profile)
  results.failed.push({ profile, error })
  state.lastErrors.set(profile, { error })
  return undefined
}

function createWriter(
  deps: RoleDeps,
  results: RoleResults,
  fail: (wish: RoleWish, error: unknown) => undefined,
) {
  const waiting: Issued[] = []
  let asked: Promise<unknown> = Promise.resolve()
  let writing: Promise<void> | undefined

  const writeAll = async () => {
    while (waiting.length > 0) {
      await Promise.race([asked, pause(gatherMs, undefined, { ref: false })])
      await deps.enqueue(async () => writeRoles(deps, results, waiting.splice(0), fail)).catch(failAll)
    }
    writing = undefined
  }
  /** The files could not be read, so nothing was taken out of the queue. */
  const failAll = (error: unknown) => {
    for (const { wish } of waiting.splice(0)) fail(wish, error)
  }
  return {
    add(issued: Issued) {
      waiting.push(issued)
      writing ??= Promise.resolve().then(writeAll)
    },
    allAsked(all: Promise<unknown>) {
      asked = all
    },
    async idle() {
      await writing
    },
  }
}

/** Never rejects. */
async function writeRoles(
  { known, state, sessionWatch }: RoleDeps,
  results: RoleResults,
  batch: readonly Issued[],
  fail: (wish: RoleWish, error: unknown) => undefined,
): Promise<void> {
  try {
    const { warnings, skipped } = await writeSessions(
      known,
      batch.map(({ write }) => write),
    )
    results.warnings.push(...warnings)
    for (const { wish, credentials, write } of batch) {
      const { profile, sessionProfile } = wish.role
      const error = skipped.get(sessionProfile)
      if (error !== undefined) {
        fail(wish, new AppError(error.code, error.message, error.hint))
        continue
      }
      results.pending.delete(profile)
      const session = readSession(known.documents.credentials, sessionProfile)
      if (session.kind !== 'ours' || session.accessKeyId !== credentials.accessKeyId) continue
      state.lastErrors.delete(profile)
      if (write.source !== undefined) sessionWatch.made(sessionProfile, credentials.accessKeyId, write.source)
      results.renewed.push({ profile, sessionProfile, expiration: formatInstant(credentials.expiration) })
    }
  } catch (error) {
    for (const { wish } of batch) fail(wish, error)
  }
}
