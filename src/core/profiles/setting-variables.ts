// The settings of a session profile that AWS tools also take from variables: with them a command that is given the session, and no
// profile, goes where it would go with `--profile dev-mfa`.

import type { ProfileSections } from './sections.ts'
import { viewOf } from './sections.ts'

/** The region has variables of its own; see session-variables.ts. */
const variableOf: Readonly<Record<string, string>> = {
  use_fips_endpoint: 'AWS_USE_FIPS_ENDPOINT',
  use_dualstack_endpoint: 'AWS_USE_DUALSTACK_ENDPOINT',
  endpoint_url: 'AWS_ENDPOINT_URL',
  ignore_configured_endpoint_urls: 'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  ca_bundle: 'AWS_CA_BUNDLE',
  sts_regional_endpoints: 'AWS_STS_REGIONAL_ENDPOINTS',
  defaults_mode: 'AWS_DEFAULTS_MODE',
  retry_mode: 'AWS_RETRY_MODE',
  max_attempts: 'AWS_MAX_ATTEMPTS',
  request_checksum_calculation: 'AWS_REQUEST_CHECKSUM_CALCULATION',
  response_checksum_validation: 'AWS_RESPONSE_CHECKSUM_VALIDATION',
  account_id_endpoint_mode: 'AWS_ACCOUNT_ID_ENDPOINT_MODE',
  output: 'AWS_DEFAULT_OUTPUT',
}

/**
 * What AWS tools agree about. Its `services` come as one variable for each service with an endpoint, which counts before that of
 * endpoint_url, as in the files.
 */
export function settingVariables(sections: ProfileSections, sessionProfile: string): Record<string, string> {
  const view = viewOf(sections, sessionProfile)
  const variables: Record<string, string> = {}
  for (const [key, name] of Object.entries(variableOf)) {
    const value = view.value(key)
    if (value !== undefined && !value.includes('\n')) variables[name] = value
  }
  const services = sections.services.get(view.value('services') ?? '')
  for (const { key, value, disputed } of services?.entries.values() ?? []) {
    const endpoint = /^\s*endpoint_url\s*=\s*(\S+)\s*$/m.exec(value)?.[1]
    if (endpoint !== undefined && !disputed && /^\w+$/.test(key))
      variables[`AWS_ENDPOINT_URL_${key.toUpperCase()}`] = endpoint
  }
  return variables
}
