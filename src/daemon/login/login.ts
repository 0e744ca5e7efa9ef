// One login, from the request to the sections in the file. The order is the promise: everything that can be refused is
// refused before AWS sees the code, since a code counts once.
//
//   plan → rehearse the write → STS, which other writes do not wait for → write, in the queue of writes
//
// Between STS's answer and the write the files may have changed: what is written then is checked against what stands there
// then, and a profile that was logged out meanwhile stays so.

import { checkAccepted } from '../../core/document/edit-checks.ts'
import { isFileCode } from '../../core/error-codes.ts'
import { AppError, errorBody } from '../../core/errors.ts'
import { type LoginPlan, planLogin } from '../../core/login/login-plan.ts'
import { checkTokenCode, type TokenCode } from '../../core/login/token-code.ts'
import type { KeyProfile, MfaProcess } from '../../core/profiles/profile.ts'
import { longTermCredentialsOf, profileSections } from '../../core/profiles/sections.ts'
import {
  readSessionCredentials,
  type SessionCredentials,
  sectionValues,
  sessionValues,
} from '../../core/profiles/session-section.ts'
import { isActive } from '../../core/profiles/session-state.ts'
import { awsCommand, mfadCommand } from '../../core/text/commands.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { LoginAnswer, LoginRequest, Warning } from '../../core/wire.ts'
import {
  forgetUnwritten,
  keepUnwritten,
  type SessionWrite,
  type Source,
  unwrittenSession,
} from '../../core/writes/ledger.ts'
import { type AgentState, clockOffsetOf, profilesNow } from '../agent-state.ts'
import type { KnownFiles } from '../files/known-files.ts'
import { rehearseSessions, writeSessions } from '../files/session-writer.ts'
import { checkTarget, identifyUsers, type LoginDeps, newCredentials } from './sts-session.ts'

/** Everything that could be refused was not; what is missing is a code that this command gives. */
export type CommandNeeded = { kind: 'command-needed'; mfaProcess: MfaProcess; profiles: string[] }
export type LoginOutcome = { kind: 'done'; answer: LoginAnswer } | CommandNeeded

/** Runs after the writes that were asked for before; see Jobs. */
export type Enqueue = <T>(job: () => Promise<T>) => Promise<T>

/** A login that has been planned. `sources`: the keys of each profile as they were then. */
type Planned = { plan: LoginPlan; request: LoginRequest; sources: ReadonlyMap<string, Source> }

/** Logs in. Throws AppError; the files must be believed. */
export async function login(
  deps: LoginDeps & { enqueue: Enqueue },
  request: LoginRequest,
  code: TokenCode | undefined,
): Promise<LoginOutcome> {
  const { known } = deps
  if (code !== undefined) checkTokenCode(code.tokenCode)
  checkAccepted(known.documents.credentials, known.files.credentials)
  known.checkTrusted()
  known.credentials.checkReplaceable()
  await identifyUsers(deps, request)
  const planned = planNow(deps, code === undefined ? request : { ...request, tokenCode: code.tokenCode })
  const { plan } = planned
  rehearseSessions(known, writesOf(known, planned, exampleCredentials))
  const live =
    sharedCredentials(known, plan) ?? (code === undefined ? keptCredentials(deps, plan) : undefined)
  if (live === undefined) await checkTarget(deps, plan)
  if (live === undefined && code === undefined && plan.mfaProcess !== undefined) {
    const profiles = plan.targets.map(({ profile }) => profile)
    return { kind: 'command-needed', mfaProcess: plan.mfaProcess, profiles }
  }
  const credentials = live ?? (await newCredentials(deps, plan, code))
  return { kind: 'done', answer: await deps.enqueue(() => writeSession(deps, planned, credentials)) }
}

function planNow(deps: LoginDeps, request: LoginRequest): Planned {
  const { known, state } = deps
  const { settings, files } = known
  const plan = planLogin(profilesNow(known, state), request, {
    settings,
    identities: state.identities,
    outdated: deps.sessionWatch.outdated(),
    now: deps.now(),
    credentialsFile: files.credentials,
  })
  const sections = profileSections(known.documents)
  const sources = [...plan.targets, ...plan.companions].flatMap(({ profile }) => {
    const keys = longTermCredentialsOf(sections, profile)
    return keys === undefined ? [] : [[profile, { profile, keys }] as const]
  })
  return { plan, request, sources: new Map(sources) }
}

/** The profiles that get the session. Of the companions only those that are active now: one may have been logged out. */
function chosenProfiles(known: KnownFiles, { targets, companions, sharedFrom }: LoginPlan): KeyProfile[] {
  if (sharedFrom !== undefined) return targets
  const active = new Set(known.profiles.filter(isActive).map(({ profile }) => profile))
  return [...targets, ...companions.filter(({ profile }) => active.has(profile))]
}

function writesOf(
  known: KnownFiles,
  { plan, request, sources }: Planned,
  credentials: SessionCredentials,
): SessionWrite[] {
  return chosenProfiles(known, plan).map((profile) => {
    const source = sources.get(profile.profile)
    return {
      sessionProfile: profile.sessionProfile,
      values: sessionValues(credentials, sectionValues(profile, plan.serialNumber)),
      ...(source === undefined ? {} : { source }),
      adopt: (request.adopt ?? false) && plan.targets.includes(profile),
      isOptional: plan.companions.includes(profile),
    }
  })
}

/** Writes the session of every profile that gets it, in one replacement. */
async function writeSession(
  deps: LoginDeps,
  planned: Planned,
  credentials: SessionCredentials,
): Promise<LoginAnswer> {
  const { known, state } = deps
  const { plan } = planned
  const chosen = chosenProfiles(known, plan)
  const writes = writesOf(known, planned, credentials)
  const { warnings, skipped } = await writeSessions(known, writes).catch((error: unknown) => {
    throw afterFailedWrite(deps, plan, credentials, writes, error)
  })
  const sessionProfiles = chosen.map(({ sessionProfile }) => sessionProfile)
  known.setLedger(forgetUnwritten(known.ledger, sessionProfiles))
  const renewed = chosen.filter(({ sessionProfile }) => !skipped.has(sessionProfile))
  const failed = chosen.flatMap(({ profile, sessionProfile }) => {
    const error = skipped.get(sessionProfile)
    return error === undefined ? [] : [{ profile, error }]
  })
  for (const { profile, sessionProfile } of renewed) {
    state.lastErrors.delete(profile)
    const source = planned.sources.get(profile)
    if (source !== undefined) deps.sessionWatch.made(sessionProfile, credentials.accessKeyId, source)
  }
  for (const { profile, error } of failed) state.lastErrors.set(profile, { error })
  noteStrangers(state, plan)
  const expiration = formatInstant(credentials.expiration)
  return {
    renewed: renewed.map(({ profile, sessionProfile }) => ({ profile, sessionProfile, expiration })),
    failed,
    warnings: [...warnings, ...inheritanceWarnings(plan.targets)],
  }
}

/** Where the file was what failed, the session is kept: its code is used up. The error that says so. */
function afterFailedWrite(
  { known, state, now }: LoginDeps,
  plan: LoginPlan,
  credentials: SessionCredentials,
  writes: SessionWrite[],
  thrown: unknown,
): unknown {
  if (!(thrown instanceof AppError)) return thrown
  const isKept = plan.sharedFrom === undefined && isFileCode(thrown.code)
  const error = isKept
    ? new AppError(
        thrown.code,
        `${thrown.message}; the new session is kept, and written as soon as it can be`,
        thrown.hint,
        thrown,
      )
    : thrown
  if (isKept) {
    const offsetMs = clockOffsetOf(state, credentials.accessKeyId) * 1000
    const endsAt = new Date(credentials.expiration.getTime() - offsetMs)
    const { serialNumber } = plan
    const session = { serialNumber, callerKeyId: callerKeyId(plan), credentials, endsAt, writes }
    known.setLedger(keepUnwritten(known.ledger, session, now()))
  }
  for (const { profile } of plan.targets) state.lastErrors.set(profile, { error: errorBody(error) })
  return error
}

/** `status` says why a profile on the same device was not renewed with the others. */
function noteStrangers(state: AgentState, { targets, strangers }: LoginPlan): void {
  for (const { profile } of strangers) {
    if (state.lastErrors.has(profile)) continue
    state.lastErrors.set(profile, {
      error: {
        code: 'device.different-users',
        message: `${profile} is on the same device as ${targets[0]?.profile}, but its access key is not known to be of the same user`,
        hint: `it needs a code of its own: ${mfadCommand('login', profile)}`,
      },
    })
  }
}

/** What STS's answer will look like, for a rehearsal of writing it. */
const exampleCredentials: SessionCredentials = {
  accessKeyId: `ASIA${'0'.repeat(16)}`,
  secretAccessKey: '0'.repeat(40),
  sessionToken: '0'.repeat(400),
  expiration: new Date(0),
}

function sharedCredentials(known: KnownFiles, { sharedFrom }: LoginPlan): SessionCredentials | undefined {
  const section = sharedFrom && known.documents.credentials.sections.get(sharedFrom.sessionProfile)
  return section && readSessionCredentials(section)
}

/** What was issued before and could not be written. */
function keptCredentials(deps: LoginDeps, plan: LoginPlan): SessionCredentials | undefined {
  return unwrittenSession(deps.known.ledger, plan.serialNumber, callerKeyId(plan), deps.now())
}

function callerKeyId({ targets: [caller] }: LoginPlan): string {
  return caller?.accessKeyId ?? ''
}

function inheritanceWarnings(profiles: readonly KeyProfile[]): Warning[] {
  return profiles.flatMap(({ profile, sessionProfile, notInherited }) =>
    notInherited.map((key) => ({
      code: 'profile.not-inherited',
      message: `${key} of ${profile} does not apply to ${sessionProfile}`,
      hint: `set it there too: ${awsCommand(`configure set ${key} VALUE`, sessionProfile)}`,
    })),
  )
}
