// The profiles a user knows, derived from the two files: what each one is, its device, and what stands in the place of
// its session section. A profile is the union of its sections, the credentials file winning key by key.
import { AppError } from '../errors.ts'
import { mfadCommand } from '../text/commands.ts'
import { nearestName } from '../text/nearest-name.ts'
import { printable } from '../text/printable.ts'
import { type Change, changeOf, type NotedSections, notedSections } from './changed-names.ts'
import { findInPlace, type InPlace, type Suffixes } from './in-place.ts'
import { findNamed } from './named.ts'
import { buildProfile, kindOf } from './one-profile.ts'
import type { FilePaths, Profile } from './profile.ts'
import { type RolesBySources, withSources } from './roles.ts'
import { type Documents, type ProfileSections, profileSections, viewOf } from './sections.ts'
import { isOurs, readSessionSection } from './session-section.ts'

/** Every profile of the two files in the order of the credentials file, then of the config file, then orphans. */
export function buildProfiles(documents: Documents, suffixes: Suffixes, paths: FilePaths): Profile[] {
  return readProfiles(profileSections(documents), suffixes, paths).profiles
}

/** The profiles, with all that they were made from. */
export type ProfileReading = {
  profiles: Profile[]
  sections: ProfileSections
  suffixes: Suffixes
  paths: FilePaths
  /** Of all sections. */
  names: ReadonlySet<string>
  inPlace: InPlace
  made: readonly Made[]
  roles: RolesBySources
}

/** What was made of a name, and the names of the sections that were looked at for it. */
type Made = { name: string; profile: Profile | undefined; asked: readonly string[] }

/**
 * The same as buildProfiles. `earlier`: that of another version of the files. A profile of which no section has changed since is
 * the same object in both.
 */
export function readProfiles(
  sections: ProfileSections,
  suffixes: Suffixes,
  paths: FilePaths,
  earlier?: ProfileReading,
): ProfileReading {
  const alike = earlier && isMadeFor(earlier, suffixes, paths) ? earlier : undefined
  const change = alike && changeOf(alike.sections, sections)
  if (alike && change?.names.size === 0) return { ...alike, sections, profiles: [...alike.profiles] }
  const names = alike && change?.areNamesSame ? alike.names : namesIn(sections)
  const inPlace = findInPlace(sections, names, suffixes.longTermSuffix, kindOf)
  const standing = alike && change && isSameInPlace(alike.inPlace, inPlace) ? { ...alike, change } : undefined
  const made = makeAll({ sections, suffixes, paths, names, inPlace }, standing)
  const listed = made.flatMap(({ profile }) => profile ?? [])
  const once = withoutTwice(listed, sections)
  const areSameListed =
    standing !== undefined &&
    areNamesSame(standing.made, made) &&
    standing.sections.misplaced.size + sections.misplaced.size === 0
  const { profiles, roles } = withSources(once, suffixes.suffix, areSameListed ? standing.roles : undefined)
  const all = [...profiles, ...orphans(sections, suffixes.suffix, new Set(listed.map(nameOf)), inPlace)]
  return { profiles: all, sections, suffixes, paths, names, inPlace, made, roles }
}

/** A `[profile z]` in the credentials file is not listed beside z where the obstacle of z tells of it. */
function withoutTwice(profiles: readonly Profile[], { misplaced }: ProfileSections): readonly Profile[] {
  if (misplaced.size === 0) return profiles
  const told = profiles.filter(({ obstacle }) => obstacle?.code === 'profile.misplaced-section')
  const twice = new Set(told.map(({ profile }) => misplaced.get(profile)?.section.name))
  return profiles.filter(({ profile }) => !twice.has(profile) || misplaced.has(profile))
}

function isMadeFor({ suffixes, paths }: ProfileReading, other: Suffixes, otherPaths: FilePaths): boolean {
  return (
    suffixes.suffix === other.suffix &&
    suffixes.longTermSuffix === other.longTermSuffix &&
    paths.credentials === otherPaths.credentials &&
    paths.config === otherPaths.config
  )
}

function namesIn({ credentials, config, misplaced }: ProfileSections): Set<string> {
  return new Set([...credentials.keys(), ...config.keys(), ...misplaced.keys()])
}

function isSameInPlace(one: InPlace, other: InPlace): boolean {
  const areSame = (ones: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>) =>
    JSON.stringify([...ones]) === JSON.stringify([...others])
  return areSame(one.keys, other.keys) && areSame(one.taken, other.taken)
}

type Facts = Pick<ProfileReading, 'sections' | 'suffixes' | 'paths' | 'names' | 'inPlace'>

/** `standing`: what was made of an earlier version by the same suffixes, paths and places, if there is such a version. */
function makeAll(facts: Facts, standing: (ProfileReading & { change: Change }) | undefined): Made[] {
  const { sections, suffixes, paths, names, inPlace } = facts
  const ownerOf = new Map([...inPlace.keys].map(([profile, keys]) => [keys, profile]))
  const named = ownerOf.size === 0 ? names : new Set([...names].map((name) => ownerOf.get(name) ?? name))
  const noted = notedSections(sections)
  const make = (name: string): Made => {
    const isListed = inPlace.keys.has(name) || !isSessionOfAnother(noted, name, suffixes.suffix, named)
    const profile = isListed ? buildProfile(noted, name, suffixes.suffix, inPlace, paths) : undefined
    return { name, profile, asked: noted.take() }
  }
  if (standing === undefined) return [...named].map(make)
  const { change, made } = standing
  const isStale = ({ asked }: Made) => asked.some((name) => change.names.has(name))
  if (change.areNamesSame) return made.map((each) => (isStale(each) ? make(each.name) : each))
  const byName = new Map(made.map((each) => [each.name, each]))
  return [...named].map((name) => {
    const each = byName.get(name)
    return each === undefined || isStale(each) ? make(name) : each
  })
}

/** Are they profiles of the same names, in the same order? */
function areNamesSame(ones: readonly Made[], others: readonly Made[]): boolean {
  const isSame = ({ name, profile }: Made, index: number) =>
    name === others[index]?.name && (profile === undefined) === (others[index].profile === undefined)
  return ones.length === others.length && ones.every(isSame)
}

function nameOf({ profile }: Profile): string {
  return profile
}

/**
 * The profile that a name given by the user means: that profile, or the one whose session profile or section of keys it names.
 * Throws profile.not-found with the nearest name.
 */
export function findProfile(profiles: readonly Profile[], name: string): Profile {
  const found = findNamed(profiles, name)
  if (found !== undefined) return found
  const near = nearestName(
    name,
    profiles.map(({ profile }) => profile),
  )
  throw new AppError(
    'profile.not-found',
    `there is no profile ${printable(name)}`,
    near === undefined
      ? 'list the profiles with: mfad status'
      : `did you mean ${near}? all profiles: mfad status`,
  )
}

/** `[dev-mfa]` is no profile of its own while `dev` exists, unless it holds long-term keys or a role. */
function isSessionOfAnother(
  sections: NotedSections,
  name: string,
  suffix: string,
  known: ReadonlySet<string>,
): boolean {
  const section = sections.credentials.get(name)
  if (section !== undefined && isOurs(section)) return true
  if (!name.endsWith(suffix)) return false
  const base = name.slice(0, -suffix.length)
  sections.note(base)
  if (!known.has(base)) return false
  return !['key', 'role'].includes(kindOf(viewOf(sections, name)))
}

function orphans(
  sections: ProfileSections,
  suffix: string,
  listed: ReadonlySet<string>,
  { keys }: InPlace,
): Profile[] {
  const keySections = new Set(keys.values())
  const found: Profile[] = []
  for (const section of sections.credentials.values()) {
    if (!isOurs(section) || keys.has(section.name)) continue
    const { name } = section
    const base = name.endsWith(suffix) && name.length > suffix.length ? name.slice(0, -suffix.length) : name
    const isElsewhere = keys.has(base) || keySections.has(base)
    if (base !== name && listed.has(base) && !isElsewhere) continue
    const profile = isElsewhere ? name : base
    found.push({
      profile,
      sessionProfile: name,
      kind: 'other',
      session: readSessionSection(section),
      isOrphan: true,
      inStep: new Map(),
      warnings: [],
      obstacle: {
        code: 'profile.orphan',
        message:
          profile === name
            ? `[${name}] holds a session that mfad wrote, and no profile has its session there now`
            : `profile ${profile} is gone, its session is still there`,
        hint: `remove it with: ${mfadCommand('logout', profile)}`,
      },
    })
  }
  return found
}
