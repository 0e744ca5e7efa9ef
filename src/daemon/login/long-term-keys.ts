// The long-term keys of a profile, wherever they are kept. Asked for only when a call to AWS is about to be signed: a command
// may want a touch, and a keyring a password.

import { AppError, errorBody } from '../../core/errors.ts'
import { keysInOutput, refusedCredentialProcess } from '../../core/login/credential-process.ts'
import { describeKeyringFailure, itemMissing } from '../../core/login/keyring-failure.ts'
import {
  type CredentialProcess,
  type KeyringSource,
  type KeySource,
  keySourceOf,
} from '../../core/profiles/key-source.ts'
import { keysOfRoot, type Profile } from '../../core/profiles/profile.ts'
import type { LongTermCredentials } from '../../core/profiles/sections.ts'
import { awsCommand, mfadCommand } from '../../core/text/commands.ts'
import type { KeyPlaces } from '../../edges/keys/keys.ts'
import type { AgentState } from '../agent-state.ts'
import type { KnownFiles } from '../files/known-files.ts'

/** `again`: the command that hints name, where it is not a login that asks. */
export type LongTermKeys = (profile: Pick<Profile, 'profile'>, again?: string) => Promise<LongTermCredentials>

export type LongTermKeysDeps = {
  known: Pick<KnownFiles, 'sections' | 'files' | 'profiles'>
  state: Pick<AgentState, 'lastErrors'>
  stopping: AbortSignal
  keyPlaces: KeyPlaces
  /** For hints: the command that starts this daemon anew. */
  restart: string
  /** Throws where somebody else could have written the file. */
  checkOwnFile(path: string): void
}

const processLimitMs = 60_000

/** Throws profile.no-keys, and profile.credential-process-* and profile.keyring-*: these are remembered on the profile as well. */
export function createLongTermKeys(deps: LongTermKeysDeps): LongTermKeys {
  const { known, state } = deps
  return async ({ profile }, again = mfadCommand('login', profile)) => {
    const keysProfile = keysOfRoot(known.profiles, profile)
    const source = requireKeySource(known, keysProfile)
    if (source.kind === 'files') return source
    try {
      return source.kind === 'process'
        ? await keysOfProcess(deps, profile, source, again)
        : await keysInKeyring(deps, source, keysProfile, again)
    } catch (error) {
      if (error instanceof AppError) state.lastErrors.set(profile, { error: errorBody(error) })
      throw error
    }
  }
}

/** The same, but each profile's keys are looked up only once: for the calls of one login. */
export function onceEach(longTermKeys: LongTermKeys): LongTermKeys {
  const asked = new Map<string, Promise<LongTermCredentials>>()
  return ({ profile }) => {
    const keys = asked.get(profile) ?? longTermKeys({ profile })
    asked.set(profile, keys)
    return keys
  }
}

/** Throws profile.no-keys. */
export function requireKeySource({ sections }: Pick<KnownFiles, 'sections'>, profile: string): KeySource {
  const source = keySourceOf(sections, profile)
  if (source !== undefined) return source
  throw new AppError(
    'profile.no-keys',
    `profile ${profile} has no access key`,
    `add one with: ${awsCommand('configure', profile)}`,
  )
}

async function keysInKeyring(
  { keyPlaces, restart, stopping }: LongTermKeysDeps,
  { item, accessKeyId }: KeyringSource,
  profile: string,
  again: string,
): Promise<LongTermCredentials> {
  const result = await keyPlaces.keyring.read(item, stopping)
  if ('failure' in result) throw describeKeyringFailure(result.failure, { restart, again })
  if (result.value === undefined) throw itemMissing(profile, item)
  return { accessKeyId, secretAccessKey: result.value }
}

async function keysOfProcess(
  { known, stopping, keyPlaces, checkOwnFile }: LongTermKeysDeps,
  profile: string,
  { command, file }: CredentialProcess,
  again: string,
): Promise<LongTermCredentials> {
  try {
    checkOwnFile(known.files[file])
  } catch (error) {
    throw refusedCredentialProcess(profile, error)
  }
  const result = await keyPlaces.runCredentialProcess(command, processLimitMs, stopping)
  return keysInOutput(result, { profile, again }, processLimitMs / 1000)
}
