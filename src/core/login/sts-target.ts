// Where a profile's calls to AWS go, and whom they trust: region, endpoint, certificates and proxy. A value that is wrong is
// refused here, before a code is used. It must never count as one that is missing.
import { AppError } from '../errors.ts'
import { isSafeEndpoint } from '../profiles/aws-values.ts'
import { regionProblem } from '../profiles/region-problem.ts'
import type { Settings } from '../settings/default-settings.ts'
import { isProxyAddress } from '../settings/proxy-address.ts'
import { printable } from '../text/printable.ts'

/** A value and where it was given, as messages name it: `AWS_CA_BUNDLE`, `line 3 of /home/me/.aws/config`. */
export type Given = { value: string; where: string }

export const targetKeys = [
  'region',
  'endpoint_url',
  'ignore_configured_endpoint_urls',
  'use_fips_endpoint',
  'use_dualstack_endpoint',
  'ca_bundle',
] as const

/** What a profile says of them. */
export type TargetValues = Partial<Record<(typeof targetKeys)[number], Given>>

/** All that the daemon takes from its environment for calls to AWS. */
export const awsVariableNames = [
  'AWS_ENDPOINT_URL_STS',
  'AWS_ENDPOINT_URL_IAM',
  'AWS_ENDPOINT_URL',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_CA_BUNDLE',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
] as const
type VariableName = (typeof awsVariableNames)[number]
export type AwsVariables = Readonly<Partial<Record<VariableName, string>>>

/** IAM is one service for a whole partition, with an endpoint that the region leads to. */
export type AwsService = 'sts' | 'iam'

const endpointVariableOf = { sts: 'AWS_ENDPOINT_URL_STS', iam: 'AWS_ENDPOINT_URL_IAM' } as const

/** Does the environment say where a service is? Then what the files name is not looked at. */
export function isEndpointGiven(variables: AwsVariables, service: AwsService): boolean {
  return Boolean(variables[endpointVariableOf[service]] || variables.AWS_ENDPOINT_URL)
}

/** What the AWS SDK knows of AWS's partitions. */
export type Partitions = {
  /** `aws` for a region that it has never heard of: new ones come. */
  partitionOf(region: string): string
  /** Undefined for a partition that it has never heard of. */
  defaultRegionOf(partition: string): string | undefined
}

export type TargetSources = {
  profile: string
  /** The service that is called; STS unless another is named. */
  service?: AwsService
  /** Empty where the device is not known yet. */
  serialNumber: string
  /** Where a role is asked for, it names the partition in place of the device. */
  roleArn?: string
  values: TargetValues
  variables: AwsVariables
  settings: Pick<Settings, 'caBundle' | 'httpsProxy' | 'noProxy'>
  /** The path of the settings, for messages. */
  settingsFile: string
  partitions: Partitions
}

/** `address` may hold a password; `noProxy` lists hosts as `NO_PROXY` does. */
export type ProxySetting = { address: string; where: string; noProxy: string }

export type AwsTarget = {
  region: string
  /** https, or http on this computer. */
  endpointUrl?: string
  useFipsEndpoint: boolean
  useDualstackEndpoint: boolean
  /** A file of certificates in place of the usual ones, as botocore takes it. */
  caBundle?: Given
  /** For https alone: http goes to this computer only. */
  proxy?: ProxySetting
}

/**
 * The region: the profile's; else, for a hardware device, the environment's; else the default of the partition that the
 * serial number names. Everything else: the environment's, else the profile's, else that of the settings. An endpoint that
 * is given stands for itself, and FIPS and dual-stack do not change it.
 * Throws profile.bad-region, profile.region-of-another-partition, profile.unknown-partition, profile.bad-value and settings.*.
 */
export function stsTarget(sources: TargetSources): AwsTarget {
  const { values, variables, settings, settingsFile } = sources
  const endpointUrl = endpointOf(sources)
  const caBundle =
    variable(variables, 'AWS_CA_BUNDLE') ??
    values.ca_bundle ??
    setting('ca_bundle', settings.caBundle, settingsFile)
  const proxy = proxyOf(sources)
  return {
    region: regionOf(sources),
    useFipsEndpoint:
      endpointUrl === undefined && isSet(sources, 'AWS_USE_FIPS_ENDPOINT', 'use_fips_endpoint'),
    useDualstackEndpoint:
      endpointUrl === undefined && isSet(sources, 'AWS_USE_DUALSTACK_ENDPOINT', 'use_dualstack_endpoint'),
    ...(endpointUrl === undefined ? {} : { endpointUrl }),
    ...(caBundle === undefined ? {} : { caBundle }),
    ...(proxy === undefined ? {} : { proxy }),
  }
}

function regionOf(sources: TargetSources): string {
  const { profile, serialNumber, roleArn, values, variables, partitions } = sources
  const partition = /^arn:([^:]*):/.exec(roleArn ?? serialNumber)?.[1]
  const what = roleArn === undefined ? 'device' : 'role'
  const ofEnvironment = () => variable(variables, 'AWS_REGION') ?? variable(variables, 'AWS_DEFAULT_REGION')
  const given = values.region ?? (partition === undefined ? ofEnvironment() : undefined)
  if (given === undefined) return defaultRegion(sources, what, partition ?? 'aws')
  const { value, where } = given
  const problem = regionProblem(profile, value, where)
  if (problem !== undefined) throw new AppError(problem.code, problem.message, problem.hint)
  if (partition === undefined || partitions.partitionOf(value) === partition) return value
  throw new AppError(
    'profile.region-of-another-partition',
    `the region of ${profile} (${value}, in ${where}) is not in ${printable(partition)}, the partition of its ${what}`,
    `correct the one that is wrong: keys, ${what} and region belong to one partition`,
  )
}

function defaultRegion(
  { profile, partitions }: TargetSources,
  what: 'device' | 'role',
  partition: string,
): string {
  const region = partitions.defaultRegionOf(partition)
  if (region !== undefined) return region
  throw new AppError(
    'profile.unknown-partition',
    `the ${what} of ${profile} is in a partition of AWS that is not known here: ${printable(partition)}`,
    `correct ${what === 'device' ? 'mfa_serial' : 'role_arn'}: the ARN of a ${what} begins with arn:aws: as a rule`,
  )
}

function endpointOf(sources: TargetSources): string | undefined {
  const { profile, service = 'sts', values, variables } = sources
  if (isSet(sources, 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS', 'ignore_configured_endpoint_urls'))
    return undefined
  const given =
    variable(variables, endpointVariableOf[service]) ??
    variable(variables, 'AWS_ENDPOINT_URL') ??
    values.endpoint_url
  if (given === undefined || isSafeEndpoint(given.value)) return given?.value
  throw new AppError(
    'settings.unsafe-endpoint',
    `the endpoint URL for ${profile} (${given.where}) is neither https nor on this computer`,
    `correct it there, to one such as https://${service === 'sts' ? 'sts.eu-west-1' : service}.amazonaws.com`,
  )
}

/** True and false in upper or lower case, as botocore takes them. It reads all else as false; here that is refused. */
function isSet(
  { profile, values, variables }: TargetSources,
  name: VariableName,
  key: (typeof targetKeys)[number],
): boolean {
  const ofEnvironment = variable(variables, name)
  const given = ofEnvironment ?? values[key]
  const value = given?.value.toLowerCase()
  if (value === undefined || value === 'true' || value === 'false') return value === 'true'
  if (ofEnvironment !== undefined)
    throw new AppError(
      'settings.bad-variable',
      `${name} of the daemon is neither true nor false`,
      `set it to true or false, or remove it, and start the daemon again`,
    )
  throw new AppError(
    'profile.bad-value',
    `${key} of ${profile} is neither true nor false: ${given?.where}`,
    'correct it there, to true or false',
  )
}

function proxyOf({ variables, settings, settingsFile }: TargetSources): ProxySetting | undefined {
  const given =
    lowerCaseFirst(variables, 'https_proxy', 'HTTPS_PROXY') ??
    setting('https_proxy', settings.httpsProxy, settingsFile)
  if (given === undefined) return undefined
  // The value is not repeated: it may hold a password.
  if (!isProxyAddress(given.value))
    throw new AppError(
      'settings.bad-proxy',
      `${given.where} is not the address of an http or https proxy`,
      'write it as http://HOST:PORT, or http://USER:PASSWORD@HOST:PORT with %40 for an @ in the password',
    )
  const noProxy = lowerCaseFirst(variables, 'no_proxy', 'NO_PROXY')?.value ?? settings.noProxy ?? ''
  return { address: given.value, where: given.where, noProxy }
}

/** curl and botocore prefer the lower-case variable, and an empty one switches the other off. */
function lowerCaseFirst(
  variables: AwsVariables,
  lower: VariableName,
  upper: VariableName,
): Given | undefined {
  return variable(variables, variables[lower] === undefined ? upper : lower)
}

function variable(variables: AwsVariables, name: VariableName): Given | undefined {
  const value = variables[name]
  return value ? { value, where: name } : undefined
}

function setting(key: string, value: string | undefined, file: string): Given | undefined {
  return value === undefined ? undefined : { value, where: `${key} in ${file}` }
}
