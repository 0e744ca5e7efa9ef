// What `mfad setup` is to do: the wishes from its options, the profile that is meant, and which profile that is at a terminal.

import { AppError } from '../../core/errors.ts'
import { isPortableName, isRegion } from '../../core/profiles/aws-values.ts'
import type { KeyPlace } from '../../core/profiles/key-place.ts'
import { findNamed } from '../../core/profiles/named.ts'
import { isUsable, type Profile, requireUsable } from '../../core/profiles/profile.ts'
import { nearestName } from '../../core/text/nearest-name.ts'
import { printable } from '../../core/text/printable.ts'
import type { Invocation } from '../command.ts'
import { type AwsFiles, readAwsFiles } from '../connection/aws-files.ts'
import type { Context } from '../connection/context.ts'
import type { Output } from '../terminal/output.ts'
import { askLine } from '../terminal/prompt.ts'
import { askUntil, askWhich } from '../terminal/questions.ts'

export type Wishes = {
  profile?: string
  takesKeys: boolean
  region?: string
  service?: boolean
  serialNumber?: string
  place?: KeyPlace
  live?: string
  tokenCode?: string
}

export type Setup = { context: Context; output: Output; wishes: Wishes }

/** So many are named. */
const mostProfiles = 8

/** The options. Throws usage.bad-arguments where two of them say different things. */
export function readWishes({ positionals, values }: Pick<Invocation, 'positionals' | 'values'>): Wishes {
  const [profile] = positionals
  if (profile === '') throw usage('the name of the profile is empty')
  const text = (name: string) => (typeof values[name] === 'string' ? values[name] : undefined)
  for (const [one, other] of [
    ['service', 'no-service'],
    ['in-place', 'beside'],
  ] as const)
    if (values[one] === true && values[other] === true)
      throw usage(`--${one} and --${other} exclude each other`)
  const region = text('region')
  if (region !== undefined && !isRegion(region)) throw usage('--region takes a region, such as eu-west-1')
  const places = { 'in-place': values['in-place'], beside: values.beside } as const
  const place = (['in-place', 'beside'] as const).find((name) => places[name] === true)
  const wishes = {
    profile,
    region,
    service: values.service === true ? true : values['no-service'] === true ? false : undefined,
    serialNumber: text('serial-number'),
    place,
    live: text('live'),
    tokenCode: text('code')?.replace(/\s/g, ''),
  }
  const given = Object.entries(wishes).filter(([, value]) => value !== undefined)
  return { takesKeys: values['keys-stdin'] === true, ...Object.fromEntries(given) }
}

/** The profile of the keys; one that does not exist yet is to get some. `role`: the role that was named, and that is behind it. */
export type Chosen = { profile: string; hasKeys: boolean; role?: string }

/** Throws what stands against it. */
export function profileNamed({ profiles }: Pick<AwsFiles, 'profiles'>, name: string): Chosen {
  const found = findNamed(profiles, name)
  if (found === undefined) {
    if (isPortableName(name)) return { profile: name, hasKeys: false }
    throw new AppError(
      'profile.unusable-name',
      `the name ${JSON.stringify(printable(name))} cannot be read by every AWS tool`,
      'choose another one; letters, digits and _ . / % @ : + - are safe',
    )
  }
  const { profile, kind, obstacle, source } = found
  if (obstacle?.code === 'profile.no-keys') return { profile, hasKeys: false }
  requireUsable(found)
  return kind === 'role' && source !== undefined && source.root !== profile
    ? { ...profileNamed({ profiles }, source.root), role: profile }
    : { profile, hasKeys: true }
}

/** The profiles whose keys can be used. */
export function keyProfiles({ profiles }: AwsFiles): Profile[] {
  return profiles.filter((profile) => profile.kind === 'key' && isUsable(profile))
}

/** At a terminal. */
export async function chooseProfile({ context, output, wishes }: Setup): Promise<Chosen> {
  const files = readAwsFiles(context)
  const named = wishes.profile ?? profileOfShell(files, context)
  if (named !== undefined) return noteNew(files, profileNamed(files, named), output)
  const names = keyProfiles(files).map(({ profile }) => profile)
  const [only, ...others] = names
  if (only !== undefined && others.length === 0) return profileNamed(files, only)
  if (only !== undefined) {
    output.note('These profiles have keys:')
    names.forEach((name, index) => {
      output.note(`  ${index + 1}  ${printable(name)}`)
    })
    const name = await askWhich('Which one?', names, output.note)
    return profileNamed(files, name)
  }
  for (const { kind, obstacle } of files.profiles.slice(0, mostProfiles))
    if (['sso', 'aws-login'].includes(kind) && obstacle !== undefined) output.note(`${obstacle.message}.`)
  output.note(
    'No profile has an access key yet. Create one in the AWS console:\nIAM, your user, Security credentials, Create access key.',
  )
  const name = await askUntil(
    async () => (await askLine('Name of the profile [default]: ')).trim() || 'default',
    (answer) => (isPortableName(answer) ? answer : undefined),
    () => output.note('letters, digits and _ . / % @ : + - can be used'),
  )
  return profileNamed(files, name)
}

/** AWS_PROFILE, where there are keys behind it. */
export function profileOfShell(files: AwsFiles, { environment }: Context): string | undefined {
  const name = environment.AWS_PROFILE
  const isOf = ({ profile, sessionProfile, kind }: Profile) =>
    (profile === name || sessionProfile === name) && (kind === 'key' || kind === 'role')
  return files.profiles.some(isOf) ? name : undefined
}

/** A name may have been mistyped. */
function noteNew(files: AwsFiles, chosen: Chosen, output: Output): Chosen {
  if (chosen.hasKeys) return chosen
  const near = nearestName(
    chosen.profile,
    keyProfiles(files).map(({ profile }) => profile),
  )
  const meant = near === undefined ? '' : ` (did you mean ${printable(near)}? then press Ctrl-C)`
  output.note(`${printable(chosen.profile)} has no access key yet${meant}.`)
  return chosen
}

/** The end of a session that lives; undefined where there is none. */
export function liveUntil({ profiles }: AwsFiles, name: string, now: Date): Date | undefined {
  const session = profiles.find(({ profile }) => profile === name)?.session
  const expiration = session?.kind === 'ours' ? session.expiration : undefined
  return expiration !== undefined && expiration > now ? expiration : undefined
}

function usage(message: string): AppError {
  return new AppError('usage.bad-arguments', message, 'look at: mfad setup --help')
}
