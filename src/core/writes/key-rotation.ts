// A new access key in the place of another one, wherever it stands: several profiles may have the same key.

import { agreedValue, type CredentialsDocument } from '../document/document.ts'
import type { UserEdit } from '../document/user-edit.ts'
import { keyOfItem, keyringItem, keyringKey, keySourceOf } from '../profiles/key-source.ts'
import { type Documents, type LongTermCredentials, profileSections, viewOf } from '../profiles/sections.ts'
import { changedMeanwhile } from './key-moves.ts'

/** A profile whose key is rotated. */
export type KeyHolder = {
  profile: string
  file: keyof Documents
  /** Between the brackets. */
  section: string
  /** Of a key in the keyring. */
  item?: string
}

const keyId = 'aws_access_key_id'
const secretKey = 'aws_secret_access_key'

/** The profiles that have the key with this id. */
export function holdersOf(documents: Documents, accessKeyId: string): KeyHolder[] {
  const sections = profileSections(documents)
  const names = new Set([...sections.credentials.keys(), ...sections.config.keys()])
  return [...names].flatMap((profile) => {
    const source = keySourceOf(sections, profile)
    if (source === undefined || source.kind === 'process' || source.accessKeyId !== accessKeyId) return []
    const place = viewOf(sections, profile).placeOf(source.kind === 'files' ? keyId : keyringKey)
    if (place === undefined) return []
    const section = sections[place.file].get(profile)?.name ?? profile
    const item = source.kind === 'keyring' ? { item: source.item } : {}
    return [{ profile, file: place.file, section, ...item }]
  })
}

/** The item of the new key. */
export function newItem({ profile }: KeyHolder, { accessKeyId }: LongTermCredentials): string {
  return keyringItem(profile, accessKeyId)
}

/** The edits of one file. Throws profile.keys-changed where another key stands there by now. */
export function rotationEdits(
  document: CredentialsDocument,
  holders: readonly KeyHolder[],
  former: LongTermCredentials,
  keys: LongTermCredentials,
): UserEdit[] {
  return holders.flatMap((holder): UserEdit[] => {
    const { profile, section, item } = holder
    const standing = document.sections.get(section)
    const isAsItWas =
      item === undefined
        ? agreedValue(standing, keyId) === former.accessKeyId &&
          agreedValue(standing, secretKey) === former.secretAccessKey
        : keyOfItem(agreedValue(standing, keyringKey) ?? '') === former.accessKeyId
    if (!isAsItWas) throw changedMeanwhile(profile, 'rotate')
    if (item !== undefined) return [{ kind: 'set', section, key: keyringKey, value: newItem(holder, keys) }]
    return [
      { kind: 'set', section, key: keyId, value: keys.accessKeyId },
      { kind: 'set', section, key: secretKey, value: keys.secretAccessKey },
    ]
  })
}

/**
 * The line, counted from 1, in which the id of an access key stands outside comments: also where AWS tools do not agree about it, or
 * one of them does not come to it. Whoever deletes the key must know of each.
 */
export function lineWithKey({ text }: CredentialsDocument, accessKeyId: string): number | undefined {
  const index = text
    .split(/\r\n|\r|\n/)
    .findIndex((line) => line.includes(accessKeyId) && !/^\s*[#;]/.test(line))
  return index === -1 ? undefined : index + 1
}
