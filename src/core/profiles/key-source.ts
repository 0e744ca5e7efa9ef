// Where the long-term keys of a profile are. Of several places the first counts, as it does for AWS tools:
//
//   [dev]      aws_access_key_id = AKIA…, aws_secret_access_key = …    in the files
//   [staging]  mfad_keyring = staging/AKIA…                            in the keyring of the operating system, under this name
//   [prod]     credential_process = op-aws prod, mfa_serial = arn:…    whatever this command prints

import { isMfadCommand, splitCommand } from '../text/command-words.ts'
import {
  type Documents,
  type LongTermCredentials,
  longTermCredentialsOf,
  type ProfileView,
  type SectionLookup,
  viewOf,
} from './sections.ts'

export type KeySource = ({ kind: 'files' } & LongTermCredentials) | KeyringSource | CredentialProcess

export type KeyringSource = { kind: 'keyring'; item: string; accessKeyId: string }
export type CredentialProcess = { kind: 'process'; command: string; file: keyof Documents }

/** Stands in the section whose keys are in the keyring, and names the item there. */
export const keyringKey = 'mfad_keyring'

/** Undefined where there are none, or none that AWS tools agree about. */
export function keySourceOf(sections: SectionLookup, profile: string): KeySource | undefined {
  const keys = longTermCredentialsOf(sections, profile)
  if (keys !== undefined) return { kind: 'files', ...keys }
  const view = viewOf(sections, profile)
  const item = view.value(keyringKey)
  if (item !== undefined) return { kind: 'keyring', item, accessKeyId: keyOfItem(item) ?? '' }
  const command = view.value('credential_process')
  const place = view.placeOf('credential_process')
  return command === undefined || place === undefined || !isKeyProcess(view)
    ? undefined
    : { kind: 'process', command, file: place.file }
}

/**
 * Is its credential_process meant to give long-term keys? Most give a session, which needs no code and no mfad; whoever names
 * a device beside it says that a code is needed.
 */
export function isKeyProcess({ has, value }: ProfileView): boolean {
  if (!has('credential_process') || !has('mfa_serial')) return false
  // AWS tools would not come to it.
  if (has('web_identity_token_file') || has('credential_source')) return false
  const words = splitCommand(value('credential_process') ?? '')
  return !(Array.isArray(words) && isMfadCommand(words))
}

/**
 * What tells keys apart before they are known: the access key id; the command, of those that a command prints. Two profiles
 * with the same have the same keys.
 */
export function keyNameOf(source: KeySource): string {
  return source.kind === 'process' ? `credential_process ${source.command}` : source.accessKeyId
}

/** Are these the same keys? A key that was moved to the keyring, or back, is the same one. */
export function isSameSource(one: KeySource, other: KeySource): boolean {
  const areBothInFiles = one.kind === 'files' && other.kind === 'files'
  return (
    keyNameOf(one) === keyNameOf(other) && (!areBothInFiles || one.secretAccessKey === other.secretAccessKey)
  )
}

/** The name of an item in the keyring: without the key, one profile's older key would be in the way of its new one. */
export function keyringItem(profile: string, accessKeyId: string): string {
  return `${profile}/${accessKeyId}`
}

/** The access key id in the name of an item; undefined for a name that mfad did not make. */
export function keyOfItem(item: string): string | undefined {
  return /^[\x21-\x7e]{1,256}\/([A-Z0-9]{16,128})$/.exec(item)?.[1]
}
