// Whose long-term keys a profile has: AWS says it of every key that it knows, whatever that key may do.

import { targetOf } from '../../core/login/profile-target.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import { findProfile } from '../../core/profiles/profiles.ts'
import type { IdentityAnswer } from '../../core/wire.ts'
import { profilesNow } from '../agent-state.ts'
import { type LoginDeps, rememberFailure } from './sts-session.ts'

/** Throws profile.not-found, sts.*, and what keeps a call from AWS. The files must be believed. */
export async function identityOf(deps: LoginDeps, name: string): Promise<IdentityAnswer> {
  const { known, state, variables, stopping } = deps
  const profile: Profile = findProfile(profilesNow(known, state), name)
  known.checkTrusted()
  const credentials = await deps.longTermKeys(profile)
  const sts = await deps.loadSts()
  const target = targetOf(known, variables, sts.partitions, profile)
  const result = await sts.getCallerIdentity({ ...target, credentials }, stopping)
  if ('failure' in result)
    throw rememberFailure(deps, profile, result.failure, [], { action: 'GetCallerIdentity', target })
  if (profile.accessKeyId !== undefined) state.identities.set(profile.accessKeyId, result.answer)
  return { profile: profile.profile, arn: result.answer }
}
