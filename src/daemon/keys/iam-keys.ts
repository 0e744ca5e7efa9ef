// The calls to IAM about the access keys of one user, signed with the session of the profile while it lives, since many policies
// want a code for them, else with the long-term keys.
import { AppError } from '../../core/errors.ts'
import { keyCallDenied } from '../../core/login/key-rotation.ts'
import { targetOf } from '../../core/login/profile-target.ts'
import type { CallContext } from '../../core/login/sts-failure.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import type { LongTermCredentials } from '../../core/profiles/sections.ts'
import { readSessionCredentials, type SessionCredentials } from '../../core/profiles/session-section.ts'
import type { AwsRequest, AwsResult } from '../../edges/aws/call.ts'
import type { AccessKey, Iam } from '../../edges/aws/iam.ts'
import { clockOffsetOf } from '../agent-state.ts'
import type { FindDeviceDeps } from '../login/find-device.ts'
import { rememberFailure } from '../login/sts-session.ts'

/** They throw iam.*, sts.* and network.*. */
export type IamKeys = {
  create(): Promise<LongTermCredentials>
  list(): Promise<AccessKey[]>
  /** Undefined where it was never used, or AWS does not say. */
  lastUsed(accessKeyId: string): Promise<Date | undefined>
  /** Deactivates it, then deletes it. */
  remove(accessKeyId: string): Promise<void>
}

/** `keys`: those that sign where no session lives. */
export async function openIamKeys(
  deps: FindDeviceDeps,
  profile: Profile,
  keys: LongTermCredentials,
): Promise<IamKeys> {
  const iam = await deps.loadIam()
  const target = targetOf(deps.known, deps.variables, iam.partitions, profile, 'iam')
  const session = liveSession(deps, profile)
  const call = async <T>(
    action: CallContext['action'],
    ask: (iam: Iam, request: AwsRequest) => Promise<AwsResult<T>>,
  ): Promise<T> => {
    const result = await ask(iam, { ...target, credentials: session ?? keys })
    if ('answer' in result) return result.answer
    if (result.failure.kind === 'answered' && result.failure.name === 'AccessDenied')
      throw keyCallDenied(profile.profile, action, session !== undefined)
    throw rememberFailure(deps, { ...profile, ...keys }, result.failure, [], { action, target })
  }
  const { stopping } = deps
  return {
    create: () => call('CreateAccessKey', (iam, request) => iam.createAccessKey(request, stopping)),
    list: () => call('ListAccessKeys', (iam, request) => iam.listAccessKeys(request, stopping)),
    lastUsed: (accessKeyId) =>
      call('GetAccessKeyLastUsed', (iam, request) =>
        iam.lastUsed({ ...request, accessKeyId }, stopping),
      ).catch((error: unknown) => {
        // It is only for a message.
        if (error instanceof AppError) return undefined
        throw error
      }),
    async remove(accessKeyId) {
      await call('UpdateAccessKey', (iam, request) =>
        iam.deactivateAccessKey({ ...request, accessKeyId }, stopping),
      )
      await call('DeleteAccessKey', (iam, request) =>
        iam.deleteAccessKey({ ...request, accessKeyId }, stopping),
      )
    },
  }
}

const leastLifeMs = 60_000

function liveSession(
  { known, state, now }: FindDeviceDeps,
  profile: Profile,
): SessionCredentials | undefined {
  if (profile.kind !== 'key' || profile.session.kind !== 'ours') return undefined
  const section = known.documents.credentials.sections.get(profile.sessionProfile)
  const session = section && readSessionCredentials(section)
  if (session === undefined) return undefined
  const endsMs = session.expiration.getTime() - clockOffsetOf(state, session.accessKeyId) * 1000
  return endsMs - now().getTime() > leastLifeMs ? session : undefined
}
