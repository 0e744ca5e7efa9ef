// One login, from the request to the sections in the file. The order is the promise: everything that can be refused is
// refused before AWS sees the code, since a code counts once.
//
//   plan → rehearse the write → STS, which other writes do not wait for → write, in the queue of writes → the roles behind it
//
// Between STS's answer and the write the files may have changed: what is written then is checked against what stands there
// then, and a profile that was logged out meanwhile stays so.

import { setTimeout as pause } from 'node:timers/promises'
import { checkAccepted } from '../../core/document/edit-checks.ts'
import { isFileCode } from '../../core/error-codes.ts'
import { AppError, type ErrorBody, errorBody } from '../../core/errors.ts'
import { type LoginPlan, planLogin } from '../../core/login/login-plan.ts'
import { checkTokenCode, type TokenCode } from '../../core/login/token-code.ts'
import { keySourceOf } from '../../core/profiles/key-source.ts'
import { isOwnRoot, type KeyProfile, keysAt, type MfaProcess } from '../../core/profiles/profile.ts'
import {
  readSessionCredentials,
  type SessionCredentials,
  sectionValues,
  sessionValues,
} from '../../core/profiles/session-section.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { LoginAnswer, LoginRequest } from '../../core/wire.ts'
import {
  forgetUnwritten,
  keepUnwritten,
  type SessionWrite,
  type Source,
  unwrittenSession,
} from '../../core/writes/ledger.ts'
import { type AgentState, clockOffsetOf, keptUntil, profilesNow } from '../agent-state.ts'
import type { KnownFiles } from '../files/known-files.ts'
import { rehearseSessions, writeSessions } from '../files/session-writer.ts'
import { assumeRoles, type RoleDeps, type RoleRun, type RoleWish } from './assume-roles.ts'
import { type DeviceToSave, devicesToSave, rehearseSaving, saveDevices } from './save-device.ts'
import { checkTarget, identifyUsers, type LoginDeps, newCredentials } from './sts-session.ts'

/** Everything that could be refused was not; what is missing is a code that this command gives. */
export type CommandNeeded = { kind: 'command-needed'; mfaProcess: MfaProcess; profiles: string[] }
export type LoginOutcome = { kind: 'done'; answer: LoginAnswer } | CommandNeeded

/** A login that has been planned. `sources`: the keys of each profile as they were then. */
type Planned = { plan: LoginPlan; request: LoginRequest; sources: ReadonlyMap<string, Source> }

/** Logs in. Throws AppError; the files must be believed. */
export async function login(
  deps: RoleDeps & {
    /** Roles go on after the answer. */
    follow(run: RoleRun): void
    /** So long an answer waits for roles. */
    mostRolesMs: number
  },
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
  rehearseSessions(known, [
    ...writesOf(known, planned, exampleCredentials),
    ...roleRehearsals(planned, exampleCredentials),
  ])
  const toSave = planned.request.save ? devicesToSave(plan) : []
  rehearseSaving(known, toSave)
  if (plan.targets.length === 0) {
    const { saved, warnings } = await deps.enqueue(() => saveDevices(known, toSave))
    const answer = { renewed: [], failed: [], warnings, ...(saved.length === 0 ? {} : { saved }) }
    return { kind: 'done', answer: await withRoles(deps, planned, answer) }
  }
  const live = sharedCredentials(deps, plan) ?? (code === undefined ? keptCredentials(deps, plan) : undefined)
  if (live === undefined) await checkTarget(deps, plan)
  if (live === undefined && code === undefined && plan.mfaProcess !== undefined) {
    const profiles = plan.targets.map(({ profile }) => profile)
    return { kind: 'command-needed', mfaProcess: plan.mfaProcess, profiles }
  }
  const credentials = live ?? (await newCredentials(deps, plan, code))
  const answer = await deps.enqueue(async () => {
    // First, so that the session need not keep the device itself.
    const { saved, warnings } = await saveDevices(known, toSave)
    const written = await writeSession(deps, planned, credentials, saved)
    const all = { ...written, warnings: [...written.warnings, ...warnings] }
    return saved.length === 0 ? all : { ...all, saved }
  })
  return { kind: 'done', answer: await withRoles(deps, planned, answer) }
}

/** The answer with what becomes of the roles in the time that a person waits. */
async function withRoles(
  deps: Parameters<typeof login>[0],
  { plan, request }: Planned,
  devices: LoginAnswer,
): Promise<LoginAnswer> {
  const answer = plan.left.length === 0 ? devices : { ...devices, left: plan.left }
  if (plan.roles.length === 0) return answer
  const asked = plan.roles.filter(({ profile }) => plan.asked.includes(profile))
  const wishes = plan.roles.map((role): RoleWish => {
    const isAsked = asked.includes(role)
    const { session } = role
    return {
      role,
      adopt: (request.adopt ?? false) && isAsked,
      ...(isAsked || session.kind !== 'ours' ? {} : { replaces: session.accessKeyId }),
    }
  })
  const run = assumeRoles(deps, wishes)
  deps.follow(run)
  await Promise.race([run.settled, pause(deps.mostRolesMs, undefined, { ref: false })])
  const { renewed, failed, warnings, pending } = run.results
  return {
    ...answer,
    renewed: [...answer.renewed, ...renewed],
    failed: [...answer.failed, ...failed],
    warnings: [...answer.warnings, ...asked.flatMap((role) => role.warnings), ...warnings],
    ...(pending.size === 0 ? {} : { pending: [...pending] }),
  }
}

function planNow(deps: LoginDeps, request: LoginRequest): Planned {
  const { known, state } = deps
  const { settings, files } = known
  const plan = planLogin(profilesNow(known, state, deps.found), request, {
    settings,
    identities: state.identities,
    outdated: deps.sessionWatch.outdated(),
    kept: keptUntil(known, state, deps.now()),
    now: deps.now(),
    credentialsFile: files.credentials,
  })
  const { sections } = known
  const sources = [...plan.targets, ...plan.companions].flatMap((profile) => {
    const source = keysAt(profile)
    const keys = keySourceOf(sections, source)
    return keys === undefined ? [] : [[profile.profile, { profile: source, keys }] as const]
  })
  return { plan, request, sources: new Map(sources) }
}

/** The profiles that get the session. Of the companions only those that are active now: one may have been logged out. */
function chosenProfiles(known: KnownFiles, { targets, companions, sharedFrom }: LoginPlan): KeyProfile[] {
  if (sharedFrom !== undefined) return targets
  const active = new Set(known.active.map(({ profile }) => profile))
  return [...targets, ...companions.filter(({ profile }) => active.has(profile))]
}

function writesOf(
  known: KnownFiles,
  { plan, request, sources }: Planned,
  credentials: SessionCredentials,
  saved: readonly DeviceToSave[] = [],
): SessionWrite[] {
  const inFile = chosenProfiles(known, plan).filter((profile) => !isOwnRoot(profile))
  return inFile.map((profile) => {
    const { serialNumber: mfaSerial } = saved.find((device) => device.profile === profile.profile) ?? {}
    const withDevice = mfaSerial === undefined ? profile : { ...profile, mfaSerial }
    const source = sources.get(profile.profile)
    return {
      sessionProfile: profile.sessionProfile,
      values: sessionValues(credentials, sectionValues(withDevice, plan.serialNumber)),
      ...(source === undefined ? {} : { source }),
      adopt: (request.adopt ?? false) && plan.targets.includes(profile),
      isOptional: plan.companions.includes(profile),
    }
  })
}

/** The sections of the roles that were named, so that what speaks against one is said before a code is used. */
function roleRehearsals({ plan, request }: Planned, credentials: SessionCredentials): SessionWrite[] {
  return plan.roles
    .filter(({ profile }) => plan.asked.includes(profile))
    .map((role) => ({
      sessionProfile: role.sessionProfile,
      values: sessionValues(credentials, sectionValues(role, role.mfaSerial)),
      adopt: request.adopt ?? false,
      isOptional: false,
    }))
}

/** What the keys of a role's own get stands in no file: only the role's section is for AWS tools. */
function keepSession(
  { state }: LoginDeps,
  profile: KeyProfile,
  credentials: SessionCredentials,
  source: Source | undefined,
): void {
  if (source !== undefined) state.keptSessions.set(profile.profile, { credentials, source })
  state.lastErrors.delete(profile.profile)
}

/** Writes the session of every profile that gets it, in one replacement. */
async function writeSession(
  deps: LoginDeps,
  planned: Planned,
  credentials: SessionCredentials,
  saved: readonly DeviceToSave[],
): Promise<LoginAnswer> {
  const { known, state } = deps
  const { plan } = planned
  const all = chosenProfiles(known, plan)
  for (const profile of all.filter(isOwnRoot))
    keepSession(deps, profile, credentials, planned.sources.get(profile.profile))
  const chosen = all.filter((profile) => !isOwnRoot(profile))
  const writes = writesOf(known, planned, credentials, saved)
  const { warnings, skipped } =
    writes.length === 0
      ? { warnings: [], skipped: new Map<string, ErrorBody>() }
      : await writeSessions(known, writes).catch((error: unknown) => {
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
    warnings: [...warnings, ...plan.targets.flatMap((profile) => profile.warnings)],
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
        `${thrown.message}; the new session is kept, and written as soon as it can be, without another code`,
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

function sharedCredentials(
  { known, state }: LoginDeps,
  { sharedFrom }: LoginPlan,
): SessionCredentials | undefined {
  if (sharedFrom !== undefined && isOwnRoot(sharedFrom))
    return state.keptSessions.get(sharedFrom.profile)?.credentials
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
