// Exchanges an access key for a new one. Until the new key stands in every place of the former one and AWS knows it, the former
// one works, and everything can be undone; only then it is deactivated and deleted:
//
//   list the user's keys → create one → ask AWS whose it is, until it knows → [write its items in the keyring] → write the files
//   → deactivate the former one → delete it → [remove its items]
//
// Killed on the way, it leaves a key that works, and at most one that nobody uses: the next run names it, or goes on with it where
// it is in the keyring already.

import { setTimeout as pause } from 'node:timers/promises'
import { applyEdits } from '../../core/document/user-edit.ts'
import { AppError, errorBody } from '../../core/errors.ts'
import {
  endingOf,
  formerLeft,
  keyInUse,
  keyStillNamed,
  noSuchKey,
  notKnownYet,
  notTheSameUser,
  notTheSessionsUser,
  tooManyKeys,
} from '../../core/login/key-rotation.ts'
import { isSameSource, keySourceOf } from '../../core/profiles/key-source.ts'
import type { Profile } from '../../core/profiles/profile.ts'
import type { Documents, LongTermCredentials } from '../../core/profiles/sections.ts'
import type { KeysAnswer, Warning } from '../../core/wire.ts'
import {
  holdersOf,
  type KeyHolder,
  lineWithKey,
  newItem,
  rotationEdits,
} from '../../core/writes/key-rotation.ts'
import type { AccessKey } from '../../edges/aws/iam.ts'
import { steadyMs } from '../../edges/clock.ts'
import type { Keyring } from '../../edges/keys/keyring.ts'
import { editUserFile, type PlanEdits, rehearseUserEdit } from '../files/user-edit.ts'
import type { FindDeviceDeps } from '../login/find-device.ts'
import { callerOf } from '../login/sts-session.ts'
import { type IamKeys, openIamKeys } from './iam-keys.ts'
import { asked, otherSecret } from './keyring-calls.ts'

export type RotateDeps = FindDeviceDeps & {
  keyring: Keyring
  again: string
  /** For hints: the command that starts this daemon anew. */
  restart: string
  /** Runs after the writes that were asked for before. */
  enqueue<T>(job: () => Promise<T>): Promise<T>
}

type Rotation = {
  profile: Profile
  former: LongTermCredentials
  /** The ARN of the user. */
  user: string
  holders: readonly KeyHolder[]
  iam: IamKeys
}

/** `deleteOther`: the end of the id of the user's other key, which is deleted first. Throws before anything is lost. */
export async function rotate(
  deps: RotateDeps,
  profile: Profile,
  deleteOther: string | undefined,
): Promise<KeysAnswer> {
  const rotation = await begin(deps, profile)
  const keys = await newKeys(deps, rotation, deleteOther)
  if ('interrupted' in keys) return finish(deps, rotation, keys.interrupted)
  try {
    await proveNew(deps, rotation, keys)
    await writeItems(deps, rotation, keys)
    await writeFiles(deps, rotation, keys)
  } catch (error) {
    await undo(deps, rotation, keys)
    throw error
  }
  noteRotated(deps, rotation, keys)
  return answerOf(deps, rotation, keys, await removeFormer(deps, rotation, keys))
}

/** The new key is in place; an earlier run did not come to remove the former one. */
async function finish(
  deps: RotateDeps,
  rotation: Rotation,
  former: LongTermCredentials,
): Promise<KeysAnswer> {
  const holders = rotation.holders.map((holder) => ({ ...holder, item: newItem(holder, former) }))
  const interrupted = { ...rotation, former, holders }
  return answerOf(deps, interrupted, rotation.former, await removeFormer(deps, interrupted, rotation.former))
}

function answerOf(
  { known }: RotateDeps,
  { profile, holders, former }: Rotation,
  keys: LongTermCredentials,
  warnings: Warning[],
): KeysAnswer {
  return {
    profile: profile.profile,
    action: 'rotate',
    changed: true,
    keyEnding: endingOf(keys.accessKeyId),
    formerKeyEnding: endingOf(former.accessKeyId),
    profiles: holders.map((holder) => holder.profile),
    file: known.files[holders[0]?.file ?? 'credentials'],
    warnings,
  }
}

/** What can be refused before a key is made: is the former one good, and can the files be written? */
async function begin(deps: RotateDeps, profile: Profile): Promise<Rotation> {
  const { known } = deps
  const { accessKeyId, secretAccessKey } = await deps.longTermKeys(profile, deps.again)
  const former = { accessKeyId, secretAccessKey }
  const holders = holdersOf(known.documents, accessKeyId)
  const rotated = { ...known.documents }
  for (const [file, plan] of plansOf(holders, former, exampleKeys)) {
    rehearseUserEdit(known, file, plan)
    rotated[file] = applyEdits(rotated[file], plan(rotated[file]))
  }
  refuseNamed(deps, profile, rotated, accessKeyId)
  const user = await callerOf(deps, profile, former)
  return { profile, former, user, holders, iam: await openIamKeys(deps, profile, former) }
}

/**
 * A key that is made now, or what an interrupted run has left in the keyring: a key that is newer than the one in place, or the
 * former one.
 */
async function newKeys(
  deps: RotateDeps,
  { profile, former, holders, iam }: Rotation,
  deleteOther: string | undefined,
): Promise<LongTermCredentials | { interrupted: LongTermCredentials }> {
  const all = await iam.list()
  if (!all.some(({ accessKeyId }) => accessKeyId === former.accessKeyId))
    throw notTheSessionsUser(profile.profile)
  const others = all.filter(({ accessKeyId }) => accessKeyId !== former.accessKeyId)
  if (deleteOther !== undefined) await removeOther(deps, profile, iam, others, deleteOther)
  const [other] = deleteOther === undefined ? others : []
  if (other === undefined) return iam.create()
  const kept = await keptKeys(deps, holders, other)
  if (kept !== undefined) return isNewer(other, all, former) ? kept : { interrupted: kept }
  const lastUsedAt = await iam.lastUsed(other.accessKeyId)
  throw tooManyKeys(profile.profile, { ...other, ...(lastUsedAt === undefined ? {} : { lastUsedAt }) })
}

function isNewer({ createdAt }: AccessKey, all: readonly AccessKey[], former: LongTermCredentials): boolean {
  const own = all.find(({ accessKeyId }) => accessKeyId === former.accessKeyId)
  return (createdAt?.getTime() ?? 0) > (own?.createdAt?.getTime() ?? 0)
}

/** Throws profile.key-in-use where the key still stands in one of the documents. */
function refuseNamed(
  { known }: RotateDeps,
  { profile }: Profile,
  documents: Documents,
  accessKeyId: string,
): void {
  for (const file of ['credentials', 'config'] as const) {
    const line = lineWithKey(documents[file], accessKeyId)
    if (line !== undefined)
      throw keyStillNamed(endingOf(accessKeyId), { line, path: known.files[file] }, profile)
  }
}

async function removeOther(
  deps: RotateDeps,
  profile: Profile,
  iam: IamKeys,
  others: readonly AccessKey[],
  ending: string,
): Promise<void> {
  const [other, ...more] = others.filter(({ accessKeyId }) => accessKeyId.endsWith(ending))
  if (other === undefined || more.length > 0) throw noSuchKey(profile.profile, ending)
  const { documents } = deps.known
  const [holder] = holdersOf(documents, other.accessKeyId)
  if (holder !== undefined) throw keyInUse(ending, holder.profile)
  refuseNamed(deps, profile, documents, other.accessKeyId)
  await iam.remove(other.accessKeyId)
}

async function keptKeys(
  deps: RotateDeps,
  holders: readonly KeyHolder[],
  { accessKeyId }: AccessKey,
): Promise<LongTermCredentials | undefined> {
  const holder = holders.find(({ item }) => item !== undefined)
  if (holder === undefined) return undefined
  const item = newItem(holder, { accessKeyId, secretAccessKey: '' })
  const secretAccessKey = await asked(deps.keyring.read(item, deps.stopping), deps)
  return secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey }
}

const knownWithinMs = 60_000
const firstPauseMs = 500
const mostPauseMs = 5000

/** IAM tells the rest of AWS of a new key within seconds; until then nobody knows it. */
async function proveNew(
  deps: RotateDeps,
  { profile, user }: Rotation,
  keys: LongTermCredentials,
): Promise<void> {
  const until = steadyMs() + knownWithinMs
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(mostPauseMs, pauseMs * 2)) {
    try {
      if ((await callerOf(deps, profile, keys)) !== user) throw notTheSameUser(profile.profile)
      return
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'sts.key-rejected') throw error
    }
    if (steadyMs() + pauseMs > until) throw notKnownYet(profile.profile, knownWithinMs / 1000)
    // The daemon is stopping: the next call says so.
    await pause(pauseMs, undefined, { signal: deps.stopping }).catch(() => undefined)
  }
}

async function writeItems(deps: RotateDeps, { holders }: Rotation, keys: LongTermCredentials): Promise<void> {
  const { keyring, stopping } = deps
  for (const holder of holders.filter(({ item }) => item !== undefined)) {
    const item = newItem(holder, keys)
    await asked(keyring.write(item, keys.secretAccessKey, stopping), deps)
    const after = await asked(keyring.read(item, stopping), deps)
    if (after !== keys.secretAccessKey) throw otherSecret(holder.profile)
  }
}

async function writeFiles(
  { known, enqueue }: RotateDeps,
  { holders, former }: Rotation,
  keys: LongTermCredentials,
): Promise<void> {
  for (const [file, plan] of plansOf(holders, former, keys))
    await enqueue(() => editUserFile(known, file, plan))
}

/** The edits of each file, the credentials file first. */
function plansOf(
  holders: readonly KeyHolder[],
  former: LongTermCredentials,
  keys: LongTermCredentials,
): [file: keyof Documents, plan: PlanEdits][] {
  const files = (['credentials', 'config'] as const).filter((name) =>
    holders.some(({ file }) => file === name),
  )
  return files.map((name) => {
    const inFile = holders.filter(({ file }) => file === name)
    return [name, (document) => rotationEdits(document, inFile, former, keys)]
  })
}

/** Only while no file has the new key: it may have been written, although something failed after that. */
async function undo(deps: RotateDeps, { holders, iam }: Rotation, keys: LongTermCredentials): Promise<void> {
  const { known, keyring, stopping, log } = deps
  known.refresh()
  if (holdersOf(known.documents, keys.accessKeyId).length > 0) return
  try {
    await iam.remove(keys.accessKeyId)
    for (const holder of holders.filter(({ item }) => item !== undefined))
      await keyring.remove(newItem(holder, keys), stopping)
  } catch (error) {
    // The next run names it.
    log.warn({ error: errorBody(error) }, 'a new access key that is not used could not be deleted')
  }
}

/** The sessions that the former key made are the user's still. */
function noteRotated(
  { known, state, sessionWatch }: RotateDeps,
  { former, user }: Rotation,
  keys: LongTermCredentials,
) {
  const sections = known.sections
  const formerSource = { kind: 'files', ...former } as const
  state.identities.set(keys.accessKeyId, user)
  sessionWatch.rotated(formerSource)
  for (const [profile, kept] of state.keptSessions) {
    const source = keySourceOf(sections, kept.source.profile)
    if (source !== undefined && isSameSource(kept.source.keys, formerSource))
      state.keptSessions.set(profile, { ...kept, source: { ...kept.source, keys: source } })
  }
}

/** The last step, which cannot be undone. What fails here leaves the former key, which nobody needs any more. */
async function removeFormer(
  deps: RotateDeps,
  { profile, former, holders }: Rotation,
  keys: LongTermCredentials,
): Promise<Warning[]> {
  deps.known.refresh()
  const { documents } = deps.known
  const [standing] = holdersOf(documents, former.accessKeyId)
  if (standing !== undefined) {
    const { code, message, hint } = keyInUse(endingOf(former.accessKeyId), standing.profile)
    return [{ code, message, hint }]
  }
  try {
    refuseNamed(deps, profile, documents, former.accessKeyId)
    // Signed with the new key where no session lives: a key that deactivates itself could not be deleted.
    const iam = await openIamKeys(deps, profile, keys)
    await iam.remove(former.accessKeyId)
    for (const { item } of holders)
      if (item !== undefined) await asked(deps.keyring.remove(item, deps.stopping), deps)
    return []
  } catch (error) {
    return [formerLeft(profile.profile, endingOf(former.accessKeyId), errorBody(error))]
  }
}

/** For a rehearsal. */
const exampleKeys: LongTermCredentials = {
  accessKeyId: `AKIA${'0'.repeat(16)}`,
  secretAccessKey: '0'.repeat(40),
}
