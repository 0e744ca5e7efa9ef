// One login, from the request to the sections in the file. The order is the promise: everything that can be refused is
// refused before AWS sees the code, since a code counts once.

import { AppError, type ErrorBody, errorBody } from '../../core/errors.ts'
import {
  type KeyProfile,
  type LoginPlan,
  planLogin,
  profilesToIdentify,
} from '../../core/login/login-plan.ts'
import {
  type CallContext,
  describeStsFailure,
  type StsFailure,
  wasCodeEvaluated,
} from '../../core/login/sts-failure.ts'
import { type EndpointSettings, endpointHost, stsTarget } from '../../core/login/sts-target.ts'
import {
  checkTokenCode,
  checkUnusedCode,
  recentCodes,
  secondsToNextCode,
} from '../../core/login/token-code.ts'
import type { MfaProcess } from '../../core/profiles/profiles.ts'
import {
  type LongTermCredentials,
  longTermCredentialsOf,
  profileSections,
} from '../../core/profiles/sections.ts'
import {
  readSessionCredentials,
  type SessionCredentials,
  sessionValues,
} from '../../core/profiles/session-section.ts'
import { sessionDurationLimits } from '../../core/settings/settings.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { LoginAnswer, LoginRequest, Warning } from '../../core/wire.ts'
import type { Sts, StsResult } from '../../edges/aws/sts.ts'
import { type AgentState, rememberLife } from '../agent-state.ts'
import type { KnownFiles } from '../files/known-files.ts'
import { checkAccepted, rehearseSessions, writeSessions } from '../files/session-writer.ts'
import { forgetUnwritten, keepUnwritten, unwrittenSession } from '../unwritten-session.ts'

export type LoginDeps = {
  known: KnownFiles
  state: AgentState
  /** Local time. */
  now(): Date
  /** Loaded at the first login: the SDK is most of the daemon's memory. */
  loadSts(): Promise<Sts>
  endpoint: EndpointSettings
  stopping: AbortSignal
}

/** Everything that could be refused was not; what is missing is a code that this command gives. */
export type CommandNeeded = { kind: 'command-needed'; mfaProcess: MfaProcess; profiles: string[] }
export type LoginOutcome = { kind: 'done'; answer: LoginAnswer } | CommandNeeded

/** Logs in. Throws AppError; `known` must be settled. `isCodeFromCommand`: the code in the request is from an mfa_process. */
export async function login(
  deps: LoginDeps,
  request: LoginRequest,
  isCodeFromCommand: boolean,
): Promise<LoginOutcome> {
  const { known, state } = deps
  if (request.tokenCode !== undefined) checkTokenCode(request.tokenCode)
  checkAccepted(known.documents.credentials, known.files.credentials)
  known.credentials.checkReplaceable()
  await identifyUsers(deps, request)
  const plan = planLogin(
    known.profiles,
    request,
    known.settings,
    state.identities,
    stsNow(deps),
    known.files.credentials,
  )
  const writesOf = (profiles: readonly KeyProfile[], credentials: SessionCredentials) =>
    profiles.map((profile) => ({
      sessionProfile: profile.sessionProfile,
      values: sessionValues(credentials, sessionRegion(profile)),
      adopt: (request.adopt ?? false) && plan.targets.includes(profile),
      isOptional: plan.companions.includes(profile),
    }))
  const chosen = plan.sharedFrom === undefined ? [...plan.targets, ...plan.companions] : plan.targets
  rehearseSessions(known, writesOf(chosen, exampleCredentials))
  const { mfaProcess } = plan
  const shared = sharedCredentials(deps, plan)
  const kept = request.tokenCode === undefined ? keptCredentials(deps, plan) : undefined
  if (
    shared === undefined &&
    kept === undefined &&
    request.tokenCode === undefined &&
    mfaProcess !== undefined
  )
    return { kind: 'command-needed', mfaProcess, profiles: plan.targets.map(({ profile }) => profile) }
  const credentials =
    shared ?? kept ?? (await newCredentials(deps, plan, request.tokenCode, isCodeFromCommand))
  const writes = writesOf(chosen, credentials)
  const { warnings, skipped } = await writeSessions(known, writes).catch((error: unknown) => {
    const session = { serialNumber: plan.serialNumber, callerKeyId: callerKeyId(plan), credentials, writes }
    const kept = shared === undefined ? keepUnwritten(state, session, error, deps.now()) : error
    if (kept instanceof AppError)
      for (const { profile } of plan.targets) state.lastErrors.set(profile, { error: errorBody(kept) })
    throw kept
  })
  for (const { sessionProfile } of chosen) forgetUnwritten(state, sessionProfile)
  const renewed = chosen.filter(({ sessionProfile }) => !skipped.has(sessionProfile))
  const failed = chosen.flatMap(({ profile, sessionProfile }) => {
    const error = skipped.get(sessionProfile)
    return error === undefined ? [] : [{ profile, error }]
  })
  for (const { profile } of renewed) state.lastErrors.delete(profile)
  for (const { profile, error } of failed) state.lastErrors.set(profile, { error })
  noteStrangers(state, plan)
  const expiration = formatInstant(credentials.expiration)
  const answer = {
    renewed: renewed.map(({ profile, sessionProfile }) => ({ profile, sessionProfile, expiration })),
    failed,
    warnings: [...warnings, ...inheritanceWarnings(plan.targets)],
  }
  return { kind: 'done', answer }
}

/** `status` says why a profile on the same device was not renewed with the others. */
function noteStrangers(state: AgentState, { targets, strangers }: LoginPlan): void {
  for (const { profile } of strangers) {
    if (state.lastErrors.has(profile)) continue
    state.lastErrors.set(profile, {
      error: {
        code: 'device.different-users',
        message: `${profile} is on the same device as ${targets[0]?.profile}, but its access key is not known to be of the same user`,
        hint: `it needs a code of its own: mfad login ${profile}`,
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

/** The region our section should hold: the profile's own, unless the config file gives the session profile one. */
export function sessionRegion({
  region,
  hasOwnSessionRegion,
}: Pick<KeyProfile, 'region' | 'hasOwnSessionRegion'>): string | undefined {
  return hasOwnSessionRegion ? undefined : region
}

function sharedCredentials({ known }: LoginDeps, { sharedFrom }: LoginPlan): SessionCredentials | undefined {
  const section = sharedFrom && known.documents.credentials.sections.get(sharedFrom.sessionProfile)
  return section && readSessionCredentials(section)
}

/** What was issued before and could not be written. */
function keptCredentials(deps: LoginDeps, plan: LoginPlan): SessionCredentials | undefined {
  return unwrittenSession(deps.state, plan.serialNumber, callerKeyId(plan), stsNow(deps))
}

function callerKeyId({ targets: [caller] }: LoginPlan): string {
  return caller?.accessKeyId ?? ''
}

async function newCredentials(
  deps: LoginDeps,
  plan: LoginPlan,
  tokenCode: string | undefined,
  isCodeFromCommand: boolean,
): Promise<SessionCredentials> {
  if (tokenCode === undefined) throw codeNeeded(plan)
  const now = deps.now()
  const { state } = deps
  state.usedCodes = recentCodes(state.usedCodes, now)
  checkUnusedCode(state.usedCodes, plan.serialNumber, tokenCode, now)
  return askSts(deps, plan, tokenCode, isCodeFromCommand)
}

async function askSts(
  deps: LoginDeps,
  plan: LoginPlan,
  tokenCode: string,
  isCodeFromCommand: boolean,
): Promise<SessionCredentials> {
  const { state, known } = deps
  const { serialNumber, durationSeconds } = plan
  const [caller] = plan.targets
  if (caller === undefined) throw codeNeeded(plan)
  const credentials = keysOf(known, caller)
  const target = stsTarget(caller, deps.endpoint)
  const sts = await deps.loadSts()
  const result = await sts.getSessionToken(
    { ...target, credentials, serialNumber, tokenCode, durationSeconds },
    deps.stopping,
  )
  noteClock(state, result)
  const isEvaluated = 'answer' in result || wasCodeEvaluated(result.failure)
  if (isEvaluated) state.usedCodes.push({ serialNumber, tokenCode, at: deps.now().getTime() })
  if ('failure' in result)
    throw rememberFailure(deps, caller, result.failure, plan.targets, {
      endpointHost: endpointHost(target),
      isCodeFromCommand,
    })
  const { accessKeyId, expiration } = result.answer
  sessionValues(result.answer, undefined)
  const lifeSeconds = Math.round((expiration.getTime() - stsNow(deps).getTime()) / 1000)
  checkLife(lifeSeconds)
  rememberLife(state, accessKeyId, lifeSeconds)
  return result.answer
}

/** A minute before and an hour after what STS can mean: no clock is quite right. */
const leastLifeSeconds = -60
const mostLifeSeconds = sessionDurationLimits.most + 3600

/** An expiration that has passed, or is years away, is nonsense: the session would be reminded of at once, or never. */
function checkLife(seconds: number): void {
  if (seconds > leastLifeSeconds && seconds <= mostLifeSeconds) return
  throw new AppError(
    'sts.invalid-answer',
    `the answer from STS holds an expiration ${seconds > 0 ? 'too far away' : 'that has passed'}; nothing was written`,
    'check the endpoint and the network: something between here and AWS may have changed the answer',
  )
}

/** Asks AWS whose keys they are, where profiles with one serial number use different ones. No code is used for it. */
async function identifyUsers(deps: LoginDeps, request: LoginRequest): Promise<void> {
  const { state, known } = deps
  const profiles = profilesToIdentify(known.profiles, request, stsNow(deps))
  const unknown = new Map(
    profiles
      .filter(({ accessKeyId }) => !state.identities.has(accessKeyId))
      .map((profile) => [profile.accessKeyId, profile]),
  )
  if (unknown.size === 0) return
  const sts = await deps.loadSts()
  await Promise.all(
    [...unknown.values()].slice(0, 8).map(async (profile) => {
      const target = stsTarget(profile, deps.endpoint)
      const result = await sts.getCallerIdentity(
        { ...target, credentials: keysOf(known, profile) },
        deps.stopping,
      )
      noteClock(state, result)
      if ('answer' in result) state.identities.set(profile.accessKeyId, result.answer)
      else rememberFailure(deps, profile, result.failure, [profile], { endpointHost: endpointHost(target) })
    }),
  )
}

const codeErrorMs = 60_000

function rememberFailure(
  deps: LoginDeps,
  caller: KeyProfile,
  failure: StsFailure,
  profiles: readonly KeyProfile[],
  context: Pick<CallContext, 'endpointHost' | 'isCodeFromCommand'>,
): AppError {
  const error = describeStsFailure(failure, {
    profile: caller.profile,
    serialNumber: caller.serialNumber,
    keyEnding: caller.accessKeyId.slice(-4),
    secondsToNextCode: secondsToNextCode(deps.now()),
    ...context,
  })
  const body: ErrorBody = errorBody(error)
  // A wrong code says nothing about the profile, and its "wait 14 s" is soon untrue.
  const isOfCode = error.code === 'sts.token-code-rejected'
  const until = isOfCode ? { until: new Date(deps.now().getTime() + codeErrorMs) } : {}
  for (const { profile } of profiles) deps.state.lastErrors.set(profile, { error: body, ...until })
  return error
}

function keysOf(known: KnownFiles, { profile }: KeyProfile): LongTermCredentials {
  const keys = longTermCredentialsOf(profileSections(known.documents), profile)
  if (keys !== undefined) return keys
  throw new AppError(
    'profile.no-keys',
    `profile ${profile} has no access key`,
    `add one with: aws configure --profile ${profile}`,
  )
}

function codeNeeded({ targets, serialNumber }: LoginPlan): AppError {
  const names = targets.map(({ profile }) => profile).join(' ')
  return new AppError(
    'usage.token-code-needed',
    `${names.replaceAll(' ', ', ')} ${targets.length === 1 ? 'needs' : 'need'} a code from ${serialNumber}`,
    `mfad login ${names} CODE`,
  )
}

/** Differences of a few seconds are the network's and the rounding's, not a clock's. */
const ignoredClockOffsetSeconds = 5

/** More is no clock that is wrong, but an answer that is. */
const mostClockOffsetSeconds = 7 * 86_400

/** Only STS's own answers count: a captive portal has a clock, too. */
function noteClock(state: AgentState, result: StsResult<unknown>): void {
  // A failure without a status is one in which STS did not speak.
  if ('failure' in result && (result.failure.httpStatus ?? 500) >= 500) return
  const offset = 'failure' in result ? result.failure.clockOffsetSeconds : result.clockOffsetSeconds
  if (offset !== undefined && Math.abs(offset) <= mostClockOffsetSeconds)
    state.clockOffsetSeconds = Math.abs(offset) <= ignoredClockOffsetSeconds ? 0 : offset
}

/** The time on STS's clock, on which expirations are stated. */
export function stsNow({ state, now }: Pick<LoginDeps, 'state' | 'now'>): Date {
  return new Date(now().getTime() + state.clockOffsetSeconds * 1000)
}

function inheritanceWarnings(profiles: readonly KeyProfile[]): Warning[] {
  return profiles.flatMap(({ profile, sessionProfile, notInherited }) =>
    notInherited.map((key) => ({
      code: 'profile.not-inherited',
      message: `${key} of ${profile} does not apply to ${sessionProfile}`,
      hint: `set it there too: aws configure set ${key} VALUE --profile ${sessionProfile}`,
    })),
  )
}
