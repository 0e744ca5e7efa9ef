// Profiles whose session stands in their own section, since their keys are in another one (the layout of aws-mfa): every
// program that names the profile just works.
//
//   [dev-long-term]  the keys, aws_mfa_device    the profile dev: its session goes to [dev]
//   [dev]            none, or a session          whose it is, is decided as for every other session section
//
//   [dev-long-term] and [dev] both with keys     two profiles like any other: keys in [dev] are never touched
//   [dev-long-term] and [profile dev] role_arn   the same: AWS tools would not look at a session in [dev]

import type { Section } from '../document/document.ts'
import type { ErrorBody } from '../errors.ts'
import { awsCommand } from '../text/commands.ts'
import { printable } from '../text/printable.ts'
import { quoted } from '../text/quoted.ts'
import { isRoleArn } from './aws-values.ts'
import type { Profile } from './profile.ts'
import { type ProfileView, type SectionLookup, viewOf } from './sections.ts'

/** What is appended to a profile's name: for its session, or for its keys. */
export type Suffixes = { suffix: string; longTermSuffix: string }

export type InPlace = {
  /** By profile: the section that holds its keys. */
  keys: ReadonlyMap<string, string>
  /** By profile: it has keys of its own, and another one has the name of the section in which its keys would be. */
  taken: ReadonlyMap<string, string>
}

type KindOf = (view: ProfileView) => Profile['kind']

/** `names`: of all profiles in the two files. */
export function findInPlace(
  sections: SectionLookup,
  names: Iterable<string>,
  longTermSuffix: string,
  kindOf: KindOf,
): InPlace {
  const keys = new Map<string, string>()
  const taken = new Map<string, string>()
  for (const name of names) {
    if (!name.endsWith(longTermSuffix) || name.length === longTermSuffix.length) continue
    if (kindOf(viewOf(sections, name)) !== 'key') continue
    const profile = name.slice(0, -longTermSuffix.length)
    const kind = kindOf(viewOf(sections, profile))
    if (kind === 'key' || hasLongTermKeys(sections, profile)) taken.set(profile, name)
    else if (kind === 'other' && !signsInOtherwise(sections, profile)) keys.set(profile, name)
  }
  return { keys, taken }
}

/** Also beside the session that hides them in the other file. */
function hasLongTermKeys({ credentials, config }: SectionLookup, profile: string): boolean {
  return [credentials.get(profile), config.get(profile)].some(
    (section) => hasKey(section, 'aws_access_key_id') && !hasSession(section),
  )
}

/** Keys that AWS tools prefer to the session of a section. */
function signsInOtherwise(sections: SectionLookup, profile: string): boolean {
  const { has } = viewOf(sections, profile)
  return ['role_arn', 'credential_source', 'web_identity_token_file'].some(has)
}

function hasSession(section: Section | undefined): boolean {
  return hasKey(section, 'aws_session_token') || hasKey(section, 'aws_security_token')
}

function hasKey(section: Section | undefined, key: string): boolean {
  return section?.entries.has(key) ?? false
}

/** aws-mfa can write the session of a role to [dev]; mfad writes that of the user, and gives roles profiles of their own. */
export function roleWarning(
  sections: SectionLookup,
  { has, value }: ProfileView,
  profile: string,
  keyProfile: string,
): ErrorBody | undefined {
  const key = ['assume_role', 'assumed_role_arn'].find(has)
  if (key === undefined) return undefined
  const role = freeName(sections, profile === 'default' ? 'admin' : `${profile}-admin`)
  const arn = value(key)
  const word = arn !== undefined && isRoleArn(arn) ? arn : 'ARN'
  const where = key === 'assume_role' ? keyProfile : profile
  const set = awsCommand(`configure set role_arn ${word}`, role)
  return {
    code: 'profile.role-of-aws-mfa',
    message: `${key} in [${printable(where, 80)}] is for aws-mfa: the session in [${printable(profile, 80)}] is that of the user, not of the role`,
    hint: `for the role, make a profile: ${set} && ${awsCommand(`configure set source_profile ${quoted(profile)}`, role)}`,
  }
}

/** Of a profile that does not exist yet: the command must not change another one. */
function freeName({ credentials, config }: SectionLookup, wish: string): string {
  const isTaken = (name: string) => credentials.has(name) || config.has(name)
  let name = wish
  for (let number = 2; isTaken(name); number++) name = `${wish}-${number}`
  return name
}

/** Said of both profiles: who uses that layout expects the session in the profile's own section. */
export function takenWarning(
  profile: string,
  sessionProfile: string,
  { taken }: InPlace,
): ErrorBody | undefined {
  if (taken.size === 0) return undefined
  const [owner, keys] = [...taken].find((names) => names.includes(profile)) ?? []
  if (owner === undefined || keys === undefined) return undefined
  const [shownOwner, shownKeys] = [printable(owner, 80), printable(keys, 80)]
  return {
    code: 'profile.keys-in-both',
    message: `the session of ${printable(profile, 80)} goes to [${printable(sessionProfile, 80)}]: both [${shownOwner}] and [${shownKeys}] hold an access key`,
    hint: `for the session in [${shownOwner}] itself, remove the access key there; mfad never does`,
  }
}
