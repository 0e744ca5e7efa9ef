// Moves long-term keys into the keyring and back. At each step they stand in one of the two at least, and what has been done can
// be undone; a process that is killed at any step leaves keys that work, and the next `mfad keys` tidies up.
//
//   store     write the item → read it back, compare → ask AWS whose key it is → put the item's name in the file's place of the key
//   restore   read the item → put the key in the file → compare what stands there → remove the item

import type { AppError } from '../../core/errors.ts'
import { describeKeyringFailure, itemMissing } from '../../core/login/keyring-failure.ts'
import { isLongTermKeys } from '../../core/profiles/aws-values.ts'
import {
  type KeyringSource,
  type KeySource,
  keyringItem,
  keyringKey,
  keySourceOf,
} from '../../core/profiles/key-source.ts'
import { keysAt, type Profile } from '../../core/profiles/profile.ts'
import { findProfile } from '../../core/profiles/profiles.ts'
import type { LongTermCredentials } from '../../core/profiles/sections.ts'
import { awsCommand, mfadCommand } from '../../core/text/commands.ts'
import { printable } from '../../core/text/printable.ts'
import { quoted } from '../../core/text/quoted.ts'
import type { KeysAnswer, KeysRequest, Warning } from '../../core/wire.ts'
import {
  changedMeanwhile,
  type KeyMove,
  keyPlace,
  notMovable,
  planRestore,
  planStore,
  restoreEdits,
  storeEdits,
} from '../../core/writes/key-moves.ts'
import type { Log } from '../../edges/logger.ts'
import { editUserFile, type PlanEdits, rehearseUserEdit } from '../files/user-edit.ts'
import { requireKeySource } from '../login/long-term-keys.ts'
import { callerOf } from '../login/sts-session.ts'
import { createQueue } from '../queue.ts'
import { asked, otherSecret } from './keyring-calls.ts'
import { type RotateDeps, rotate } from './rotate-keys.ts'

export type KeyMovesDeps = Omit<RotateDeps, 'again'> & {
  log: Log
  /** Throws where nothing new may begin, or the files cannot be read; else the files are believed afterwards. */
  begin(): Promise<void>
}

type MoveDeps = KeyMovesDeps & Pick<RotateDeps, 'again'>

export type KeyMoves = {
  move(request: KeysRequest): Promise<KeysAnswer>
  /** Ends when the move that runs has ended. */
  idle(): Promise<void>
}

export function createKeyMoves(deps: KeyMovesDeps): KeyMoves {
  const queue = createQueue()
  return {
    move: ({ profile: name, action, deleteOther }) =>
      queue.add(async () => {
        await deps.begin()
        deps.known.checkTrusted()
        const profile = findProfile(deps.known.profiles, name)
        const again = mfadCommand('keys', action, profile.profile)
        const answer = await moved({ ...deps, again }, profile, action, deleteOther)
        if (answer.changed)
          deps.log.info({ profile: profile.profile, action }, 'moved or exchanged the long-term keys')
        return answer
      }),
    idle: queue.idle,
  }
}

function moved(
  deps: MoveDeps,
  profile: Profile,
  action: KeysRequest['action'],
  deleteOther: string | undefined,
): Promise<KeysAnswer> {
  if (action === 'store') return store(deps, profile)
  if (action === 'restore') return restore(deps, profile)
  if (requireKeySource(deps.known, keysAt(profile)).kind === 'process') throw ofProcess(profile.profile)
  return rotate(deps, profile, deleteOther)
}

/** The name that counts is that of the section with the keys: `dev-long-term`, where the session of dev is in place. */
async function store(deps: MoveDeps, known: Profile): Promise<KeysAnswer> {
  const profile = keysAt(known)
  const source = requireKeySource(deps.known, profile)
  if (source.kind === 'process') throw ofProcess(profile)
  if (source.kind === 'keyring') {
    await secretInKeyring(deps, profile, source)
    return answerOf(deps, planRestore(deps.known.documents, profile, source), 'store', source)
  }
  const move = planStore(deps.known.documents, profile, source, deps.known.files)
  const edit: PlanEdits = (document) => storeEdits(document, move, source)
  rehearseUserEdit(deps.known, move.file, edit)
  const { item } = move
  const secret = source.secretAccessKey
  const before = await asked(deps.keyring.read(item, deps.stopping), deps)
  await asked(deps.keyring.write(item, secret, deps.stopping), deps)
  try {
    const after = await asked(deps.keyring.read(item, deps.stopping), deps)
    if (after !== secret) throw otherSecret(profile)
    await callerOf(deps, known, { accessKeyId: source.accessKeyId, secretAccessKey: after })
    const written = await deps.enqueue(() => editUserFile(deps.known, move.file, edit))
    const warnings = [...written.warnings, ...rolesWithoutKeys(deps, known)]
    return { ...answerOf(deps, move, 'store', source), changed: true, warnings }
  } catch (error) {
    await undoStore(deps, move, before)
    throw error
  }
}

/** Only where the keys still stand in the file: it may have been written, although something failed after that. */
async function undoStore(deps: MoveDeps, { profile, item }: KeyMove, before: string | undefined) {
  const { known, keyring, stopping } = deps
  known.refresh()
  if (sourceOf(deps, profile)?.kind !== 'files') return
  // Should it fail, an item is left over that the next run finds.
  if (before === undefined) await keyring.remove(item, stopping)
  else await keyring.write(item, before, stopping)
}

async function restore(deps: MoveDeps, known: Profile): Promise<KeysAnswer> {
  const profile = keysAt(known)
  const source = requireKeySource(deps.known, profile)
  if (source.kind === 'process') throw ofProcess(profile)
  if (source.kind === 'files') return tidyUp(deps, profile, source)
  const secretAccessKey = await secretInKeyring(deps, profile, source)
  const keys = { accessKeyId: source.accessKeyId, secretAccessKey }
  if (!isLongTermKeys(keys)) throw otherSecret(profile)
  const move = planRestore(deps.known.documents, profile, source)
  const edit: PlanEdits = (document) => restoreEdits(document, move, keys)
  rehearseUserEdit(deps.known, move.file, edit)
  const written = await deps.enqueue(() => editUserFile(deps.known, move.file, edit))
  const standing = sourceOf(deps, profile)
  if (standing?.kind !== 'files' || standing.secretAccessKey !== secretAccessKey)
    throw changedMeanwhile(profile, 'restore')
  const warnings = [...written.warnings, ...(await removeItem(deps, move))]
  return { ...answerOf(deps, move, 'restore', keys), changed: true, warnings }
}

/** The keys are in the file; a run that was killed may not have come to remove the item. */
async function tidyUp(deps: MoveDeps, profile: string, keys: LongTermCredentials): Promise<KeysAnswer> {
  const item = keyringItem(profile, keys.accessKeyId)
  const move: KeyMove = { ...keyPlace(deps.known.documents, profile), profile, item }
  const answer = answerOf(deps, move, 'restore', keys)
  const found = await deps.keyring.read(item, deps.stopping)
  if ('failure' in found || found.value !== keys.secretAccessKey || isNamed(deps, item)) return answer
  const warnings = await removeItem(deps, move)
  return { ...answer, leftoverRemoved: warnings.length === 0, warnings }
}

async function secretInKeyring(deps: MoveDeps, profile: string, { item }: KeyringSource): Promise<string> {
  const secret = await asked(deps.keyring.read(item, deps.stopping), deps)
  if (secret === undefined) throw itemMissing(profile, item)
  return secret
}

/** What is left of a restore when the keys stand in the file. Another profile may name the item: then it stays. */
async function removeItem(deps: MoveDeps, { item }: KeyMove): Promise<Warning[]> {
  if (isNamed(deps, item)) return []
  const answer = await deps.keyring.remove(item, deps.stopping)
  if ('value' in answer) return []
  const { code, message, hint } = describeKeyringFailure(answer.failure, deps)
  return [{ code, message: `the key is in the file, and in the keyring, too: ${message}`, hint }]
}

function isNamed({ known }: MoveDeps, item: string): boolean {
  const { credentials, config } = known.documents
  return [...credentials.sections.values(), ...config.sections.values()].some(
    (section) => section.entries.get(keyringKey)?.value === item,
  )
}

function sourceOf({ known }: MoveDeps, profile: string): KeySource | undefined {
  return keySourceOf(known.sections, profile)
}

/** AWS tools assume these roles with the key, which they no longer find; those of a session in place they assume with that. */
function rolesWithoutKeys({ known }: MoveDeps, profile: Profile): Warning[] {
  const { sessionProfile } = profile
  const keys = keysAt(profile)
  return known.profiles
    .filter(({ kind, sourceProfile }) => kind === 'role' && sourceProfile === keys)
    .map((role) => ({
      code: 'profile.source-without-keys',
      message: `AWS tools cannot assume ${printable(role.profile)} from ${printable(keys)} any more, whose key is in the keyring`,
      hint: `use the session: ${awsCommand(`configure set source_profile ${quoted(sessionProfile)}`, role.profile)}`,
    }))
}

function ofProcess(profile: string): AppError {
  return notMovable(
    `the keys of ${printable(profile)} come from its credential_process, and stand in no file`,
    'nothing has to be moved: they are kept where that command finds them',
  )
}

function answerOf(
  { known }: MoveDeps,
  { profile, file }: KeyMove,
  action: KeysRequest['action'],
  { accessKeyId }: Pick<LongTermCredentials, 'accessKeyId'>,
): KeysAnswer {
  const keyEnding = accessKeyId.slice(-4)
  return { profile, action, changed: false, keyEnding, file: known.files[file], warnings: [] }
}
