// One login, from the request to the sections in the file. The order is the promise: everything that can be refused is
// refused before AWS sees the code, since a code counts once.

import { checkAccepted } from '../../core/document/edit-checks.ts'
import { AppError, errorBody } from '../../core/errors.ts'
import { type LoginPlan, planLogin } from '../../core/login/login-plan.ts'
import { checkTokenCode } from '../../core/login/token-code.ts'
import type { KeyProfile, MfaProcess } from '../../core/profiles/profile.ts'
import {
  readSessionCredentials,
  type SessionCredentials,
  sessionRegion,
  sessionValues,
} from '../../core/profiles/session-section.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { LoginAnswer, LoginRequest, Warning } from '../../core/wire.ts'
import { type AgentState, stsNow } from '../agent-state.ts'
import { rehearseSessions, writeSessions } from '../files/session-writer.ts'
import { forgetUnwritten, keepUnwritten, unwrittenSession } from '../unwritten-session.ts'
import { identifyUsers, type LoginDeps, newCredentials } from './sts-session.ts'

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
  known.checkTrusted()
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

function inheritanceWarnings(profiles: readonly KeyProfile[]): Warning[] {
  return profiles.flatMap(({ profile, sessionProfile, notInherited }) =>
    notInherited.map((key) => ({
      code: 'profile.not-inherited',
      message: `${key} of ${profile} does not apply to ${sessionProfile}`,
      hint: `set it there too: aws configure set ${key} VALUE --profile ${sessionProfile}`,
    })),
  )
}
