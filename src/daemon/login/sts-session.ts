// What STS is asked during a login, and what is learnt from its answers: sessions, users, and its clock.
import { AppError, type ErrorBody, errorBody } from '../../core/errors.ts'
import { type LoginPlan, profilesToIdentify } from '../../core/login/login-plan.ts'
import { roleTargetOf, targetOf } from '../../core/login/profile-target.ts'
import type { AssumedRole } from '../../core/login/role-failure.ts'
import { askingProfile, roleSeconds, roleSessionName } from '../../core/login/role-plan.ts'
import {
  type CallContext,
  describeStsFailure,
  type StsFailure,
  wasCodeRefused,
} from '../../core/login/sts-failure.ts'
import type { AwsTarget, AwsVariables } from '../../core/login/sts-target.ts'
import {
  checkUnusedCode,
  recentCodes,
  secondsToNextCode,
  type TokenCode,
} from '../../core/login/token-code.ts'
import { sessionDurationLimits } from '../../core/profiles/aws-values.ts'
import { keySourceOf } from '../../core/profiles/key-source.ts'
import { type KeyProfile, keysAt, type Profile, type RoleProfile } from '../../core/profiles/profile.ts'
import type { LongTermCredentials } from '../../core/profiles/sections.ts'
import { type SessionCredentials, sessionValues } from '../../core/profiles/session-section.ts'
import { mfadCommand } from '../../core/text/commands.ts'
import type { LoginRequest } from '../../core/wire.ts'
import type { Sts } from '../../edges/aws/sts.ts'
import type { Log } from '../../edges/logger.ts'
import { type AgentState, noteIssued, profilesNow } from '../agent-state.ts'
import type { KnownFiles } from '../files/known-files.ts'
import type { SessionWatch } from '../session-watch.ts'
import type { LongTermKeys } from './long-term-keys.ts'

export type LoginDeps = {
  known: KnownFiles
  state: AgentState
  /** Local time. */
  now(): Date
  /** Loaded at the first login: the SDK is most of the daemon's memory. */
  loadSts(): Promise<Sts>
  /** Those of the daemon's environment that say how AWS is called. */
  variables: AwsVariables
  sessionWatch: Pick<SessionWatch, 'made' | 'outdated' | 'rotated'>
  /** The keys that a call is signed with, wherever they come from. Throws profile.no-keys, profile.credential-process-*. */
  longTermKeys: LongTermKeys
  /** By profile that names no device, the one that IAM has for its user: for this one login. */
  found?: ReadonlyMap<string, string>
  /** The command that hints name, where it is not a login that calls. */
  again?: string
  stopping: AbortSignal
  log: Pick<Log, 'debug' | 'info' | 'warn'>
}

/** Throws what speaks against where the call would go: a wrong region costs no code. */
export async function checkTarget(deps: LoginDeps, { targets: [caller] }: LoginPlan): Promise<void> {
  if (caller === undefined) return
  const { partitions } = await deps.loadSts()
  targetOf(deps.known, deps.variables, partitions, caller)
}

export async function newCredentials(
  deps: LoginDeps,
  plan: LoginPlan,
  code: TokenCode | undefined,
): Promise<SessionCredentials> {
  if (code === undefined) throw codeNeeded(plan)
  const now = deps.now()
  const { state } = deps
  state.usedCodes = recentCodes(state.usedCodes, now)
  checkUnusedCode(state.usedCodes, plan.serialNumber, code.tokenCode, now)
  return askSts(deps, plan, code)
}

async function askSts(
  deps: LoginDeps,
  plan: LoginPlan,
  { tokenCode, from }: TokenCode,
): Promise<SessionCredentials> {
  const { state, known } = deps
  const { serialNumber, durationSeconds } = plan
  const [caller] = plan.targets
  if (caller === undefined) throw codeNeeded(plan)
  const credentials = await deps.longTermKeys(caller)
  const sts = await deps.loadSts()
  const target = targetOf(known, deps.variables, sts.partitions, caller)
  const result = await sts.getSessionToken(
    { ...target, credentials, serialNumber, tokenCode, durationSeconds },
    deps.stopping,
  )
  const isAccepted = 'answer' in result
  if (isAccepted || wasCodeRefused(result.failure))
    state.usedCodes.push({ serialNumber, tokenCode, at: deps.now().getTime(), isAccepted })
  if ('failure' in result)
    throw rememberFailure(deps, { ...caller, ...credentials }, result.failure, plan.targets, {
      action: 'GetSessionToken',
      target,
      isCodeFromCommand: from === 'command',
    })
  deps.log.debug({ profile: caller.profile, host: result.host }, 'STS answered')
  return acceptSession(deps, result)
}

/** Takes the session that STS has issued, with what its answer tells of its clock. */
function acceptSession(
  { state, now }: LoginDeps,
  result: Answered & { answer: SessionCredentials },
): SessionCredentials {
  const { accessKeyId, expiration } = result.answer
  sessionValues(result.answer, {})
  const offset = plausibleOffset(result.clockOffsetSeconds)
  const lifeSeconds = Math.round((expiration.getTime() - now().getTime()) / 1000) - offset
  checkLife(lifeSeconds)
  noteClock(state, result)
  noteIssued(state, accessKeyId, lifeSeconds, result.host)
  return result.answer
}

/** Asks for a role with the session of its source. */
export async function newRoleCredentials(
  deps: LoginDeps,
  profile: RoleProfile,
  credentials: SessionCredentials,
): Promise<SessionCredentials> {
  const { known, stopping } = deps
  const { role, source } = profile
  const sts = await deps.loadSts()
  const target = roleTargetOf(known, deps.variables, sts.partitions, profile)
  const durationSeconds = roleSeconds(profile)
  const externalId = role.externalId === undefined ? {} : { externalId: role.externalId }
  const request = { ...target, ...externalId, roleArn: role.arn, roleSessionName: roleSessionName(profile) }
  const result = await sts.assumeRole({ ...request, credentials, durationSeconds }, stopping)
  if ('answer' in result) return acceptSession(deps, result)
  const assumed: AssumedRole = {
    ...externalId,
    arn: role.arn,
    source: askingProfile(profile),
    root: source.root,
    durationSeconds,
  }
  throw rememberFailure(deps, profile, result.failure, [], { action: 'AssumeRole', role: assumed, target })
}

/** An expiration that has passed, or is years away, is nonsense: the session would be reminded of at once, or never. */
function checkLife(seconds: number): void {
  if (seconds > leastLifeSeconds && seconds <= mostLifeSeconds) return
  throw new AppError(
    'sts.invalid-answer',
    `the answer from STS holds an expiration ${seconds > 0 ? 'too far away' : 'that has passed'}; nothing was written`,
    'check the endpoint and the network: something between here and AWS may have changed the answer',
  )
}

/** A minute before and an hour after what STS can mean: no clock is quite right. */
const leastLifeSeconds = -60
const mostLifeSeconds = sessionDurationLimits.most + 3600

/** The error that says what a failure means; it is logged, and remembered of these profiles. */
export function rememberFailure(
  deps: LoginDeps,
  caller: Pick<Profile, 'profile' | 'keyProfile' | 'serialNumber' | 'mfaSerial' | 'accessKeyId'>,
  failure: StsFailure,
  profiles: readonly KeyProfile[],
  call: Pick<CallContext, 'action' | 'isCodeFromCommand' | 'role'> & { target: AwsTarget },
): AppError {
  const { target, ...context } = call
  const { caBundle } = target
  const error = describeStsFailure(failure, {
    profile: caller.profile,
    keyProfile: keysAt(caller),
    serialNumber: caller.serialNumber ?? '',
    isOfProfile: caller.serialNumber === caller.mfaSerial,
    keyEnding: caller.accessKeyId?.slice(-4) ?? '',
    secondsToNextCode: secondsToNextCode(deps.now()),
    region: target.region,
    ...(caBundle === undefined ? {} : { caBundle: caBundle.value }),
    ...(deps.again === undefined ? {} : { again: deps.again }),
    ...context,
  })
  logFailure(deps, caller.profile, failure, error)
  if (error.code === 'sts.clock-skewed') noteClock(deps.state, failure)
  const body: ErrorBody = errorBody(error)
  // A wrong code says nothing about the profile, and its "wait 14 s" is soon untrue.
  const isOfCode = error.code === 'sts.token-code-rejected'
  const until = isOfCode ? { until: new Date(deps.now().getTime() + codeErrorMs) } : {}
  for (const { profile } of profiles) deps.state.lastErrors.set(profile, { error: body, ...until })
  return error
}

/** All that is known of it, which the message need not say. A proxy is named without its user and password. */
function logFailure(
  { log }: LoginDeps,
  profile: string,
  failure: StsFailure,
  { code: error }: AppError,
): void {
  const { kind, host, httpStatus, cause } = failure
  log.warn(
    { profile, error, kind, host, httpStatus, cause: cause?.code, proxy: cause?.proxy },
    'a call to STS failed',
  )
}

const codeErrorMs = 60_000

function codeNeeded({ asked, serialNumber, chosenDevice }: LoginPlan): AppError {
  return new AppError(
    'usage.token-code-needed',
    `${asked.join(', ')} ${asked.length === 1 ? 'needs' : 'need'} a code from ${serialNumber}`,
    mfadCommand(
      chosenDevice === undefined ? 'login' : `login --serial-number ${chosenDevice}`,
      ...asked,
      'CODE',
    ),
  )
}

/** Asks AWS whose keys they are, where profiles with one serial number use different ones. No code is used for it. */
export async function identifyUsers(deps: LoginDeps, request: LoginRequest): Promise<void> {
  const { state, known } = deps
  const profiles = profilesToIdentify(profilesNow(known, state, deps.found), request, deps.now())
  const unknown = new Map(
    profiles
      .filter((profile) => !state.identities.has(profile.accessKeyId) || isOfProcess(known, profile))
      .map((profile) => [profile.accessKeyId, profile]),
  )
  if (unknown.size === 0) return
  const sts = await deps.loadSts()
  await Promise.all([...unknown.values()].slice(0, 8).map((profile) => identifyUser(deps, sts, profile)))
}

/** A command may print another user's keys than it did before. */
function isOfProcess({ sections }: KnownFiles, profile: KeyProfile): boolean {
  return keySourceOf(sections, keysAt(profile))?.kind === 'process'
}

/** What speaks against asking is remembered, and stops nobody: it may be another profile than the one that is logged in. */
async function identifyUser(deps: LoginDeps, sts: Sts, profile: KeyProfile): Promise<void> {
  const { state, known } = deps
  try {
    const target = targetOf(known, deps.variables, sts.partitions, profile)
    const credentials = await deps.longTermKeys(profile)
    const result = await sts.getCallerIdentity({ ...target, credentials }, deps.stopping)
    if ('answer' in result) noteClock(state, result)
    if ('answer' in result) state.identities.set(profile.accessKeyId, result.answer)
    else {
      state.identities.delete(profile.accessKeyId)
      const caller = { ...profile, ...credentials }
      rememberFailure(deps, caller, result.failure, [profile], { action: 'GetCallerIdentity', target })
    }
  } catch (error) {
    if (!(error instanceof AppError)) throw error
    state.identities.delete(profile.accessKeyId)
    state.lastErrors.set(profile.profile, { error: errorBody(error) })
  }
}

/** Asks AWS whose keys these are: the ARN. Throws sts.* and network.*, where it does not know them. */
export async function callerOf(
  deps: LoginDeps,
  profile: Pick<Profile, 'profile' | 'keyProfile' | 'serialNumber'>,
  credentials: LongTermCredentials,
): Promise<string> {
  const sts = await deps.loadSts()
  const target = targetOf(deps.known, deps.variables, sts.partitions, profile)
  const result = await sts.getCallerIdentity({ ...target, credentials }, deps.stopping)
  if ('answer' in result) {
    noteClock(deps.state, result)
    return result.answer
  }
  const caller = { ...profile, ...credentials }
  throw rememberFailure(deps, caller, result.failure, [], { action: 'GetCallerIdentity', target })
}

/**
 * What an answer's clock says of its host. Only an answer that was otherwise accepted counts, or one that is about the clock: a
 * captive portal has a clock, too. One on this computer has ours.
 */
function noteClock({ clockOffsets }: AgentState, { host, clockOffsetSeconds }: Answered): void {
  if (host === undefined || clockOffsetSeconds === undefined || isLoopback(host)) return
  const offset = plausibleOffset(clockOffsetSeconds)
  if (offset === 0) clockOffsets.delete(host)
  else clockOffsets.set(host, offset)
}

type Answered = { host?: string; clockOffsetSeconds?: number }

/** Differences of a few seconds are the network's and the rounding's, not a clock's. */
const ignoredClockOffsetSeconds = 5
/** More is no clock that is wrong, but an answer that is. */
const mostClockOffsetSeconds = 7 * 86_400

function plausibleOffset(seconds = 0): number {
  return Math.abs(seconds) <= ignoredClockOffsetSeconds || Math.abs(seconds) > mostClockOffsetSeconds
    ? 0
    : seconds
}

function isLoopback(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[?::1\]?)(?::\d+)?$/.test(host)
}
