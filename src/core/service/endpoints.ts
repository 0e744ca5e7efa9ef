// Variables can send the calls to AWS elsewhere, and keys and codes with them: which of them do.

import type { Warning } from '../wire.ts'
import { endpointVariables, redactedEnvironment } from './environment.ts'

/** What AWS's own hosts end in, in every partition, those of VPC endpoints included. */
const awsDomains = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'amazonaws.eu',
  'api.aws',
  'api.amazonwebservices.com.cn',
  'c2s.ic.gov',
  'sc2s.sgov.gov',
  'cloud.adc-e.uk',
  'csp.hci.ic.gov',
]

/**
 * A warning for each variable by which keys and codes go elsewhere than to AWS. `startAgain`: the command by which the daemon
 * loses them.
 */
export function endpointWarnings(
  environment: Readonly<Record<string, string | undefined>>,
  startAgain: string,
): Warning[] {
  if (environment.AWS_IGNORE_CONFIGURED_ENDPOINT_URLS?.toLowerCase() === 'true') return []
  const set = endpointVariables.flatMap((name) => {
    const value = environment[name]
    return value ? [[name, value] as const] : []
  })
  const foreign = set.filter(([, value]) => !isOfAws(value))
  return [...redactedEnvironment(new Map(foreign))].map(([name, shown]) => ({
    code: 'daemon.foreign-endpoint',
    message: `${name} makes the daemon send keys and codes to ${shown}, which is not AWS`,
    hint: `unless that is meant: unset ${name}, then: ${startAgain}`,
  }))
}

function isOfAws(url: string): boolean {
  const host = /^https:\/\/(?:[^/?#]*@)?([^/?#:@]+)(?::\d+)?(?:[/?#]|$)/i.exec(url)?.[1]?.toLowerCase()
  return host !== undefined && awsDomains.some((domain) => host.endsWith(`.${domain}`))
}
