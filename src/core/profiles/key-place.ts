// In which section the keys of a profile stand, and how they change it: one header is renamed, in the credentials file.
//
//   in place   [dev] with keys            → [dev-long-term]     the session goes to [dev], so programs that name dev just work
//   beside     [dev-long-term] with keys  → [dev]               the session goes to [dev-mfa]
//
// Refused where AWS tools, or mfad, would then read anything else differently: keys of the section that are for AWS tools, another
// section of the new name, profiles that name the section that goes, and a session that would be left without its profile.

import type { Section } from '../document/document.ts'
import { applyEdits, type UserEdit } from '../document/user-edit.ts'
import { AppError } from '../errors.ts'
import { awsCommand, mfadCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import { quoted } from '../text/quoted.ts'
import type { Suffixes } from './in-place.ts'
import { ownKeysOf } from './own-keys.ts'
import { type FilePaths, type Profile, requireUsable } from './profile.ts'
import { buildProfiles, findProfile } from './profiles.ts'
import { configProfileName, type Documents, headerOf, profileSections } from './sections.ts'

export type KeyPlace = 'in-place' | 'beside'

export type ProfileFacts = { documents: Documents; suffixes: Suffixes; paths: FilePaths }

/** What may stand beside the keys and go with them: mfad reads it in either section, and AWS tools use it in neither. */
const movable: ReadonlySet<string> = new Set([
  'aws_access_key_id',
  'aws_secret_access_key',
  'mfa_serial',
  'aws_mfa_device',
  'mfa_process',
  'duration_seconds',
  'mfad_keyring',
  'mfad_keyring_place',
])

/** The edits of the credentials file; none where the keys are there already. Throws profile.* and file.*. */
export function keyPlaceEdits(facts: ProfileFacts, name: string, place: KeyPlace): UserEdit[] {
  const { documents, suffixes, paths } = facts
  const profiles = buildProfiles(documents, suffixes, paths)
  const profile = findProfile(profiles, name)
  if (profile.kind === 'key' && (profile.keyProfile !== undefined) === (place === 'in-place')) return []
  const { from, to, gone } = sectionsOf(profile, place, suffixes)
  refuseOtherProfiles(profile)
  refuseKeysElsewhere(facts, profile.profile, from)
  if (place === 'in-place') refuseOtherKeys(facts, profile.profile, from)
  refuseStanding(facts, profile, to, place)
  refuseNamed(facts, profile.profile, gone)
  refuseSession(profile, place)
  const edits: UserEdit[] = [{ kind: 'rename', section: from, to }]
  const after = { ...documents, credentials: applyEdits(documents.credentials, edits) }
  refuseOtherReading(profiles, buildProfiles(after, suffixes, paths), profile, place)
  return edits
}

/** `gone`: the name by which no program finds anything afterwards. */
function sectionsOf(
  { profile, sessionProfile, keyProfile }: Profile,
  place: KeyPlace,
  { longTermSuffix }: Suffixes,
): { from: string; to: string; gone: string } {
  const longTerm = keyProfile ?? profile + longTermSuffix
  return place === 'in-place'
    ? { from: profile, to: longTerm, gone: sessionProfile }
    : { from: longTerm, to: profile, gone: longTerm }
}

function refuseOtherProfiles(known: Profile): void {
  const { profile, kind } = known
  requireUsable(known)
  if (kind !== 'key')
    throw refused(
      `${printable(profile)} is a role, and has no keys that could be moved`,
      'move those of its source',
    )
}

function refuseSession({ profile, sessionProfile, session }: Profile, place: KeyPlace): void {
  if (session.kind === 'none' || (session.kind === 'foreign' && place === 'in-place')) return
  if (session.kind === 'ours')
    throw new AppError(
      'profile.session-stands',
      `[${printable(sessionProfile)}] holds a session of ${printable(profile)}`,
      `remove it first: ${mfadCommand('logout', profile)}`,
    )
  throw refused(`${session.reason} (line ${session.line})`, 'remove that section, or leave the keys there')
}

function refuseKeysElsewhere({ documents, paths }: ProfileFacts, profile: string, from: string): void {
  const sections = profileSections(documents)
  const standing = documents.credentials.sections.get(from)?.entries
  if (!standing?.has('aws_access_key_id') && !standing?.has('mfad_keyring'))
    throw refused(
      `the keys of ${printable(profile)} do not stand in [${printable(from)}] of ${paths.credentials}, and mfad moves none from elsewhere`,
      'leave them there: sessions beside them work the same',
    )
  const line = sections.config.get(profile)?.entries.get('aws_access_key_id')?.line
  if (line !== undefined)
    throw refused(
      `${printable(profile)} has an access key in line ${line} of ${paths.config}, too`,
      'remove that one first',
    )
}

/** AWS tools would no longer find for dev what goes to dev-long-term with the keys. */
function refuseOtherKeys({ documents, paths }: ProfileFacts, profile: string, from: string): void {
  const other = [...(documents.credentials.sections.get(from)?.entries.values() ?? [])].find(
    ({ key }) => !movable.has(key),
  )
  if (other === undefined) return
  throw refused(
    `${printable(other.key)} in line ${other.line} of ${paths.credentials} would go with the keys, and no longer count for ${printable(profile)}`,
    `move that line to ${printable(headerOf('config', profile))} of ${paths.config} first`,
  )
}

/**
 * The config file's section of dev keeps applying to it; that of dev-long-term would begin to. A session of ours stands in nobody's
 * way: it goes before the header is renamed.
 */
function refuseStanding(
  { documents, paths }: ProfileFacts,
  { session }: Profile,
  to: string,
  place: KeyPlace,
): void {
  const { credentials, config } = profileSections(documents)
  const inConfig = place === 'in-place' ? config.get(to) : undefined
  const section = credentials.get(to) ?? inConfig
  if (section === undefined || (place === 'beside' && session.kind === 'ours' && isOnlyOurs(section))) return
  throw refused(
    `[${printable(section.name)}] already stands in line ${section.line} of ${section === inConfig ? paths.config : paths.credentials}`,
    'rename or remove that section first',
  )
}

function isOnlyOurs(section: Section): boolean {
  const ours = new Set(ownKeysOf(section))
  return [...section.entries.keys()].every((key) => ours.has(key))
}

function refuseNamed({ documents, paths }: ProfileFacts, profile: string, gone: string): void {
  for (const file of ['credentials', 'config'] as const) {
    for (const { name, entries } of documents[file].sections.values()) {
      const source = entries.get('source_profile')
      if (source?.value !== gone) continue
      throw refused(
        `source_profile in line ${source.line} of ${paths[file]} names ${printable(gone)}, which would be gone`,
        `have it name the profile: ${awsCommand(`configure set source_profile ${quoted(profile)}`, configProfileName(name) ?? name)}`,
      )
    }
  }
}

/** The last word has what mfad itself would read: of the profile what was meant, of all others what it read before. */
function refuseOtherReading(
  before: readonly Profile[],
  after: readonly Profile[],
  { profile, accessKeyId, mfaSerial }: Profile,
  place: KeyPlace,
): void {
  const moved = after.find((each) => each.profile === profile)
  const isMoved =
    moved?.accessKeyId === accessKeyId && (moved?.keyProfile !== undefined) === (place === 'in-place')
  if (moved === undefined || !isMoved)
    throw refused(
      `mfad would not find the keys of ${printable(profile)} there`,
      moved?.obstacle?.hint ?? 'leave them where they are',
    )
  if (moved.mfaSerial !== mfaSerial)
    throw refused(
      `aws_mfa_device, which names the device of ${printable(profile)}, counts only in place`,
      `name it for AWS tools: ${awsCommand(`configure set mfa_serial ${quoted(mfaSerial ?? 'ARN')}`, profile)}`,
    )
  for (const { profile: name, obstacle, isOrphan } of after) {
    const former = before.find((each) => each.profile === name)
    if (obstacle === undefined || former?.obstacle?.code === obstacle.code || isOrphan) continue
    throw refused(`${printable(name)} could not be logged in any more: ${obstacle.message}`, obstacle.hint)
  }
}

function refused(message: string, hint: string): AppError {
  return new AppError('profile.keys-stay', message, hint)
}
