// Which STS endpoint serves a profile.
import { AppError } from '../errors.ts'

export type EndpointSettings = {
  /** `AWS_ENDPOINT_URL_STS`, else `AWS_ENDPOINT_URL`. */
  endpointUrl?: string
  useFipsEndpoint: boolean
  useDualstackEndpoint: boolean
}

type Source = { profile: string; region?: string; serialNumber: string; endpointUrl?: string }

const defaultRegionByPartition: ReadonlyMap<string, string> = new Map([
  ['aws', 'us-east-1'],
  ['aws-cn', 'cn-north-1'],
  ['aws-us-gov', 'us-gov-west-1'],
])

/**
 * The region: the profile's, else the default of the partition in the serial number's ARN. The endpoint: the
 * environment's, else the profile's, else STS's regional one. Throws settings.unsafe-endpoint for one in the clear.
 */
export function stsTarget(
  { profile, region, serialNumber, endpointUrl }: Source,
  settings: EndpointSettings,
) {
  const partition = /^arn:([^:]+):/.exec(serialNumber)?.[1] ?? 'aws'
  const endpoint = settings.endpointUrl ?? endpointUrl
  if (endpoint !== undefined && !isSafeEndpoint(endpoint)) {
    throw new AppError(
      'settings.unsafe-endpoint',
      `the endpoint URL for ${profile} is neither https nor on this computer`,
      'correct AWS_ENDPOINT_URL_STS, AWS_ENDPOINT_URL or endpoint_url',
    )
  }
  return {
    region: region ?? defaultRegionByPartition.get(partition) ?? 'us-east-1',
    useFipsEndpoint: settings.useFipsEndpoint,
    useDualstackEndpoint: settings.useDualstackEndpoint,
    ...(endpoint === undefined ? {} : { endpointUrl: endpoint }),
  }
}

/** The host that an error names. */
export function endpointHost({ region, endpointUrl }: { region: string; endpointUrl?: string }): string {
  return endpointUrl === undefined
    ? `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`
    : endpointUrl.replace(/^https?:\/\//, '').replace(/[/?#].*$/, '')
}

/** https anywhere, http on loopback only; no user information and nothing that could hide a second host. */
function isSafeEndpoint(url: string): boolean {
  const host = String.raw`(?:[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])`
  if (new RegExp(`^https://${host}(?::\\d{1,5})?(?:/[\\w./~-]*)?$`).test(url)) return true
  return /^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?(?:\/[\w./~-]*)?$/.test(url)
}
