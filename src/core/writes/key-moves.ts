// Long-term keys on their way between a file and the keyring: what speaks against it, and the edit of the file. Where the access
// key id stood, the name of the item stands afterwards:
//
//   [dev]                                              [dev]
//   aws_access_key_id = AKIA…                 store    mfad_keyring = dev/AKIA…
//   aws_secret_access_key = …                   ⇄      region = eu-west-1
//   region = eu-west-1                       restore
//
// Where the secret stands elsewhere than below the id, or is written otherwise, `mfad_keyring_place = secret` keeps its line, so that
// restoring gives back the very bytes.

import { agreedValue, type CredentialsDocument } from '../document/document.ts'
import { applyEdits, type UserEdit } from '../document/user-edit.ts'
import { AppError } from '../errors.ts'
import { type KeyringSource, keyringItem, keyringKey } from '../profiles/key-source.ts'
import type { FilePaths } from '../profiles/profile.ts'
import { type Documents, type LongTermCredentials, profileSections, viewOf } from '../profiles/sections.ts'
import { mfadCommand } from '../text/commands.ts'

export type KeyMove = {
  profile: string
  /** Where the keys stand, or will stand. */
  file: keyof Documents
  /** Between the brackets. */
  section: string
  item: string
}

const keyId = 'aws_access_key_id'
const secretKey = 'aws_secret_access_key'
/** Stands in the line of the secret. */
const placeKey = 'mfad_keyring_place'

/** From the file to the keyring. Throws profile.keys-not-movable for what would leave AWS tools with other keys than before. */
export function planStore(
  documents: Documents,
  profile: string,
  { accessKeyId }: LongTermCredentials,
  paths: FilePaths,
): KeyMove {
  const sections = profileSections(documents)
  const { has, placeOf } = viewOf(sections, profile)
  const places = (['credentials', 'config'] as const).filter((file) =>
    [keyId, secretKey].some((key) => sections[file].get(profile)?.entries.has(key)),
  )
  if (places.length > 1)
    throw notMovable(
      `keys of ${profile} stand in both ${paths.credentials} and ${paths.config}`,
      `remove ${keyId} and ${secretKey} from one of the two`,
    )
  if (has('credential_process'))
    throw notMovable(
      `${profile} also has a credential_process, which AWS tools would run once the key is gone from the file`,
      `remove credential_process from ${profile}`,
    )
  const standing = placeOf(keyringKey)
  if (standing !== undefined)
    throw notMovable(
      `${profile} has an access key and an ${keyringKey}: line ${standing.line} of ${paths[standing.file]}`,
      'remove the one that is not meant: AWS tools and mfad use the access key',
    )
  return { ...keyPlace(documents, profile), profile, item: keyringItem(profile, accessKeyId) }
}

/** Where the access key id of a profile stands. */
export function keyPlace(documents: Documents, profile: string): Pick<KeyMove, 'file' | 'section'> {
  return placeOfKey(documents, profile, keyId)
}

/** From the keyring back to the file. */
export function planRestore(documents: Documents, profile: string, { item }: KeyringSource): KeyMove {
  return { ...placeOfKey(documents, profile, keyringKey), profile, item }
}

/** Throws profile.keys-changed where other keys stand there by now. */
export function storeEdits(
  document: CredentialsDocument,
  move: KeyMove,
  keys: LongTermCredentials,
): UserEdit[] {
  const { profile, section, item } = move
  const standing = document.sections.get(section)
  if (
    agreedValue(standing, keyId) !== keys.accessKeyId ||
    agreedValue(standing, secretKey) !== keys.secretAccessKey
  )
    throw changedMeanwhile(profile, 'store')
  const toItem: UserEdit = { kind: 'exchange', section, key: keyId, by: keyringKey, value: item }
  const edits: UserEdit[] = [toItem, { kind: 'remove', section, key: secretKey }]
  const stored = applyEdits(document, edits)
  if (applyEdits(stored, restoreEdits(stored, move, keys)).text === document.text) return edits
  return [toItem, { kind: 'exchange', section, key: secretKey, by: placeKey, value: 'secret' }]
}

/** Throws profile.keys-changed where another item is named there by now. */
export function restoreEdits(
  document: CredentialsDocument,
  { profile, section, item }: KeyMove,
  { accessKeyId, secretAccessKey }: LongTermCredentials,
): UserEdit[] {
  const standing = document.sections.get(section)
  if (agreedValue(standing, keyringKey) !== item) throw changedMeanwhile(profile, 'restore')
  const secret = { section, value: secretAccessKey }
  return [
    { kind: 'exchange', section, key: keyringKey, by: keyId, value: accessKeyId },
    agreedValue(standing, placeKey) === undefined
      ? { kind: 'set', key: secretKey, after: keyId, ...secret }
      : { kind: 'exchange', key: placeKey, by: secretKey, ...secret },
  ]
}

export function notMovable(fact: string, nextStep: string): AppError {
  return new AppError('profile.keys-not-movable', fact, nextStep)
}

export function changedMeanwhile(profile: string, action: 'store' | 'restore' | 'rotate'): AppError {
  return new AppError(
    'profile.keys-changed',
    `the keys of ${profile} were changed in the file meanwhile; nothing was written`,
    `look at them, then: ${mfadCommand('keys', action, profile)}`,
  )
}

function placeOfKey(documents: Documents, profile: string, key: string): Pick<KeyMove, 'file' | 'section'> {
  const sections = profileSections(documents)
  const file = viewOf(sections, profile).placeOf(key)?.file ?? 'credentials'
  return { file, section: sections[file].get(profile)?.name ?? profile }
}
