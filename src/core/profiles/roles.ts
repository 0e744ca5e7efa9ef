// Role profiles: which long-term keys stand at the beginning of each, and through which roles it is reached.
//
//   [profile base]                                     keys, mfa_serial
//   [profile admin]   source_profile = base            root base
//   [profile audit]   source_profile = admin-mfa       root base, through admin: admin-mfa is the session of admin
//   [profile deploy]  source_profile = deploy          root itself, where [deploy] holds keys
//   [profile a] → [profile b] → [profile a]            a circle: nobody can assume either

import type { ErrorBody } from '../errors.ts'
import { nearestName } from '../text/nearest-name.ts'
import { printable } from '../text/printable.ts'
import type { Profile, RoleSource } from './profile.ts'

/** Other problems of a root than its device stand against its roles, too. */
const deviceProblems: ReadonlySet<string> = new Set([
  'profile.malformed-serial-number',
  'profile.security-key',
])
const mostLinks = 16

/** By role as its own sections say it: what it is with its sources, and the profiles that were looked at for that. */
export type RolesBySources = ReadonlyMap<Profile, { role: Profile; sources: readonly Profile[] }>

/**
 * The profiles with what follows from their sources: where a role's keys come from and whose device it needs, or what
 * speaks against it. `suffix`: that of session profiles. `earlier`: roles among other profiles of the same names. One whose
 * sources are the same objects is the same object, too.
 */
export function withSources(
  profiles: readonly Profile[],
  suffix: string,
  earlier?: RolesBySources,
): { profiles: readonly Profile[]; roles: RolesBySources } {
  const roles = new Map<Profile, { role: Profile; sources: readonly Profile[] }>()
  if (!profiles.some(isResolvable)) return { profiles, roles }
  const byKeys = profiles.flatMap((profile) =>
    profile.keyProfile === undefined ? [] : [[profile.keyProfile, profile] as const],
  )
  const byName = new Map([...byKeys, ...profiles.map((profile) => [profile.profile, profile] as const)])
  const isStanding = (source: Profile) => byName.get(source.profile) === source
  const all = profiles.map((profile) => {
    if (!isResolvable(profile)) return profile
    const former = earlier?.get(profile)
    const resolved = former?.sources.every(isStanding) ? former : resolve(profile, byName, suffix)
    roles.set(profile, resolved)
    return resolved.role
  })
  return { profiles: all, roles }
}

function isResolvable({ kind, obstacle }: Profile): boolean {
  return kind === 'role' && obstacle === undefined
}

function resolve(
  profile: Profile,
  byName: ReadonlyMap<string, Profile>,
  suffix: string,
): { role: Profile; sources: readonly Profile[] } {
  const sources: Profile[] = []
  const found = findSource(profile, byName, suffix, sources)
  if ('obstacle' in found) return { role: { ...profile, obstacle: found.obstacle }, sources }
  const device = deviceThrough(profile, byName.get(found.source.root))
  return { role: { ...profile, source: found.source, ...device }, sources }
}

/** A role hangs on the device and the key of its root. */
function deviceThrough(
  role: Profile,
  root: Profile | undefined,
): Pick<Profile, 'serialNumber' | 'accessKeyId' | 'mfaProcess'> {
  const serialNumber = root?.serialNumber ?? role.mfaSerial
  const mfaProcess = role.mfaProcess ?? root?.mfaProcess
  return {
    ...(serialNumber === undefined ? {} : { serialNumber }),
    ...(root?.accessKeyId === undefined ? {} : { accessKeyId: root.accessKeyId }),
    ...(mfaProcess === undefined ? {} : { mfaProcess }),
  }
}

/** `seen` gets the profiles on the way. */
function findSource(
  role: Profile,
  byName: ReadonlyMap<string, Profile>,
  suffix: string,
  seen: Profile[],
): { source: RoleSource } | { obstacle: ErrorBody } {
  const path = [role.profile]
  let current = role
  for (;;) {
    const isOwnSource = current.sourceProfile === undefined || current.sourceProfile === current.profile
    if (isOwnSource && current.hasOwnKeys)
      return { source: { root: current.profile, chain: [...path.slice(1)].reverse() } }
    const next = sourceOf(current, byName, suffix)
    if (next === undefined) return { obstacle: missingSource(current, path, [...byName.keys()]) }
    if (path.includes(next.profile) || path.length > mostLinks)
      return { obstacle: circle([...path, next.profile]) }
    path.push(next.profile)
    seen.push(next)
    if (next.kind === 'key') return rootOf(next, path)
    if (next.kind !== 'role') return { obstacle: unusableSource(next, path) }
    if (next.obstacle !== undefined) return { obstacle: brokenSource(next, path) }
    current = next
  }
}

/** A source that names a session profile, or a section of keys, means its profile; an exact name wins. */
function sourceOf(
  { sourceProfile = '' }: Profile,
  byName: ReadonlyMap<string, Profile>,
  suffix: string,
): Profile | undefined {
  const exact = byName.get(sourceProfile)
  return (
    exact ?? (sourceProfile.endsWith(suffix) ? byName.get(sourceProfile.slice(0, -suffix.length)) : undefined)
  )
}

function rootOf(root: Profile, path: readonly string[]): { source: RoleSource } | { obstacle: ErrorBody } {
  if (root.obstacle !== undefined && !deviceProblems.has(root.obstacle.code))
    return { obstacle: brokenSource(root, path) }
  return { source: { root: root.profile, chain: path.slice(1).reverse() } }
}

function missingSource(
  { profile, sourceProfile = '' }: Profile,
  path: readonly string[],
  names: readonly string[],
): ErrorBody {
  const near = nearestName(sourceProfile, names)
  const where = path.length > 1 ? ` (${arrows([...path, sourceProfile])})` : ''
  return {
    code: 'profile.source-missing',
    message: `the source_profile of ${shown(profile)}, ${shown(sourceProfile)}, does not exist${where}`,
    hint:
      near === undefined
        ? `name an existing profile in source_profile of ${shown(profile)}`
        : `did you mean ${shown(near)}? correct source_profile of ${shown(profile)}`,
  }
}

function circle(path: readonly string[]): ErrorBody {
  return {
    code: 'profile.source-circle',
    message: `the source_profile of ${shown(path[0] ?? '')} leads back to itself: ${arrows(path)}`,
    hint: 'let one of them name the profile that holds the access key',
  }
}

function unusableSource({ profile, kind }: Profile, path: readonly string[]): ErrorBody {
  const isSignIn = kind === 'sso' || kind === 'aws-login'
  return {
    code: 'profile.source-without-keys',
    message: `${shown(path[0] ?? '')} gets its credentials from ${shown(profile)} (${arrows(path)}), ${isSignIn ? 'which AWS tools sign in without mfad' : 'which has no access key'}`,
    hint: isSignIn
      ? `nothing to log in here: AWS tools assume the role themselves`
      : `name a profile with an access key in source_profile`,
  }
}

function brokenSource(source: Profile, path: readonly string[]): ErrorBody {
  return {
    code: 'profile.source-unusable',
    message: `${shown(path[0] ?? '')} needs ${shown(source.profile)} (${arrows(path)}): ${source.obstacle?.message ?? ''}`,
    hint: source.obstacle?.hint ?? '',
  }
}

function arrows(path: readonly string[]): string {
  return path.map(shown).join(' → ')
}

function shown(name: string): string {
  return printable(name, 80)
}
