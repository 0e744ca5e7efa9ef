// What a profile's sections say of the way to AWS, each value with the place where it stands.
import { AppError } from '../errors.ts'
import type { FilePaths, Profile } from '../profiles/profile.ts'
import { type ProfileSections, type ProfileView, viewOfProfile } from '../profiles/sections.ts'
import { printable } from '../text/printable.ts'
import {
  type AwsService,
  type AwsVariables,
  type Given,
  isEndpointGiven,
  type TargetValues,
  targetKeys,
} from './sts-target.ts'

type TargetSourceFiles = { sections: ProfileSections; files: FilePaths; profiles: readonly Profile[] }

/** The service that is called, and the environment, which comes before the files. */
type Call = { service: AwsService; variables: AwsVariables }

/** Without a `call` no endpoint counts. Throws profile.disputed-value where AWS tools do not agree about a value, and profile.bad-value. */
export function targetValues(known: TargetSourceFiles, profile: string, call?: Call): TargetValues {
  const { sections, files, profiles } = known
  const values: TargetValues = {}
  const keyed = profiles.find((each) => each.profile === profile) ?? { profile }
  const view = viewOfProfile(sections, keyed)
  for (const key of targetKeys) {
    const disputed = view.disputedAt(key)
    if (disputed !== undefined)
      throw disputedValue(`${key} of ${profile}`, disputed.line, files[disputed.file])
    const [value, place] = [view.value(key), view.placeOf(key)]
    if (value !== undefined && place !== undefined)
      values[key] = { value, where: `line ${place.line} of ${files[place.file]}` }
  }
  const { endpoint_url: _, ...others } = values
  if (call === undefined) return others
  const { service, variables } = call
  const ignored =
    variables.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS || values.ignore_configured_endpoint_urls?.value
  if (ignored?.toLowerCase() === 'true' || isEndpointGiven(variables, service)) return values
  const ofService = serviceEndpoint(known, view, profile, service)
  return ofService === undefined ? values : { ...values, endpoint_url: ofService }
}

/**
 * What `[services NAME]` says of one service comes before the endpoint_url of the profile, as in botocore and the AWS SDKs:
 *
 *     [profile dev]           [services local]
 *     services = local        sts =
 *                               endpoint_url = https://sts.example.com
 */
function serviceEndpoint(
  { sections, files }: TargetSourceFiles,
  view: ProfileView,
  profile: string,
  service: AwsService,
): Given | undefined {
  const [name, place, disputed] = [
    view.value('services'),
    view.placeOf('services'),
    view.disputedAt('services'),
  ]
  if (disputed !== undefined)
    throw disputedValue(`services of ${profile}`, disputed.line, files[disputed.file])
  if (name === undefined || place === undefined) return undefined
  const section = sections.services.get(name)
  if (section === undefined)
    throw new AppError(
      'profile.bad-value',
      `services of ${profile} names [services ${printable(name, 80)}], which is not in ${files.config}: line ${place.line} of ${files[place.file]}`,
      'correct it there, or add that section: AWS tools refuse such a profile',
    )
  const block = section.entries.get(service)
  if (block === undefined) return undefined
  if (block.disputed)
    throw disputedValue(`${service} of [${printable(section.name, 80)}]`, block.line, files.config)
  const values = [...block.value.matchAll(/^\s*endpoint_url\s*=\s*(\S.*?)\s*$/gm)].map(
    ([, value = '']) => value,
  )
  const value = values.at(-1)
  return value === undefined ? undefined : { value, where: `line ${block.line} of ${files.config}` }
}

function disputedValue(what: string, line: number, file: string): AppError {
  return new AppError(
    'profile.disputed-value',
    `AWS tools disagree about ${what}: line ${line} of ${file}`,
    'write it as "key = value" at the start of a line, without quotes, comment or second copy',
  )
}
