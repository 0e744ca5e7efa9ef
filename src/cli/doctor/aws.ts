// Asks STS for an answer, the way a login would: same region, endpoint, proxy and certificates, and no signature.
import type { AwsFacts, ReachedAws } from '../../core/doctor/aws.ts'
import type { CredentialsDocument } from '../../core/document/document.ts'
import { AppError, errorBody } from '../../core/errors.ts'
import { targetOf } from '../../core/login/profile-target.ts'
import { describeStsFailure } from '../../core/login/sts-failure.ts'
import { type AwsTarget, type AwsVariables, awsVariableNames } from '../../core/login/sts-target.ts'
import { isUsable, type Profile } from '../../core/profiles/profile.ts'
import { profileSections } from '../../core/profiles/sections.ts'
import { isolateSdk } from '../../edges/aws/sdk-environment.ts'
import type { Environment } from '../../edges/paths.ts'
import type { Context } from '../connection/context.ts'

type Known = {
  profiles: readonly Profile[]
  documents: { credentials: CredentialsDocument; config: CredentialsDocument }
}
type Aim = { profiles: string[]; target: AwsTarget }

const limitMs = 5000
const mostHosts = 5
/** Of very many, the first lead everywhere that a login would. */
const mostProfiles = 200

/**
 * `environment`: that of the daemon, where it can be seen, else that of this command. Takes the AWS variables out of this
 * process's own: nothing may look at them afterwards.
 */
export async function lookAtAws(context: Context, known: Known, environment: Environment): Promise<AwsFacts> {
  const variables = awsVariables(environment)
  isolateSdk(process.env)
  const { createSts, reachSts } = await import('../../edges/aws/sts.ts')
  const { partitions } = createSts()
  const { profiles } = known
  const sections = profileSections(known.documents)
  const aims = new Map<string, Aim>()
  const refused: ReachedAws[] = []
  for (const profile of profiles.filter(mayCall).slice(0, mostProfiles)) {
    try {
      const target = targetOf({ ...context, profiles, sections }, variables, partitions, profile)
      const key = JSON.stringify(target)
      const aim = aims.get(key) ?? { profiles: [], target }
      aims.set(key, { ...aim, profiles: [...aim.profiles, profile.profile] })
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      refused.push({ profiles: [profile.profile], error: errorBody(error) })
    }
  }
  const asked = [...aims.values()].slice(0, mostHosts)
  const stopping = new AbortController()
  const reached = await Promise.all(
    asked.map((aim) => reach(aim, (target) => reachSts(target, limitMs, stopping.signal))),
  )
  return { reached: [...reached, ...firstOfEach(refused)], left: aims.size - asked.length }
}

/** Those that a code is for. What is wrong with a profile itself, the profiles' own check says. */
function mayCall(profile: Profile): boolean {
  const { kind, hasOwnKeys } = profile
  const hasKeys = kind === 'key' || (kind === 'role' && hasOwnKeys === true)
  return hasKeys && isUsable(profile)
}

type Reach = (target: AwsTarget) => ReturnType<typeof import('../../edges/aws/sts.ts').reachSts>

async function reach({ profiles, target }: Aim, ask: Reach): Promise<ReachedAws> {
  const proxy = target.proxy === undefined ? {} : { proxy: target.proxy.where }
  try {
    const result = await ask(target)
    const { host, clockOffsetSeconds } = 'failure' in result ? result.failure : result
    const seen = {
      profiles,
      ...proxy,
      ...(host === undefined ? {} : { host }),
      ...(clockOffsetSeconds === undefined ? {} : { clockOffsetSeconds }),
    }
    // A refusal is an answer.
    const isReached = !('failure' in result) || isRefusal(result.failure)
    return isReached ? seen : { ...seen, error: errorBody(failureOf(result.failure, profiles, target)) }
  } catch (error) {
    if (error instanceof AppError) return { profiles, ...proxy, error: errorBody(error) }
    throw error
  }
}

function isRefusal({ kind, httpStatus = 0 }: Parameters<typeof describeStsFailure>[0]): boolean {
  return kind === 'answered' && httpStatus < 500
}

function failureOf(
  failure: Parameters<typeof describeStsFailure>[0],
  [profile = '']: readonly string[],
  { region, caBundle }: AwsTarget,
): AppError {
  return describeStsFailure(failure, {
    action: 'GetCallerIdentity',
    profile,
    serialNumber: '',
    region,
    keyEnding: '',
    secondsToNextCode: 0,
    again: 'mfad doctor',
    ...(caBundle === undefined ? {} : { caBundle: caBundle.value }),
  })
}

/** One setting that is wrong is wrong for every profile. */
function firstOfEach(refused: readonly ReachedAws[]): ReachedAws[] {
  const byMessage = new Map(refused.map((each) => [each.error?.message, each]))
  return [...byMessage.values()]
}

function awsVariables(environment: Environment): AwsVariables {
  return Object.fromEntries(
    awsVariableNames.flatMap((name) => (environment[name] === undefined ? [] : [[name, environment[name]]])),
  )
}
