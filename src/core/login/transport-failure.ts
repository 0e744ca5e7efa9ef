// Why no answer came from AWS: each cause with its own fact and next step. "Check the network" helps nobody
// who has to mend a proxy, a certificate or a name.
import { AppError } from '../errors.ts'
import { awsCommand } from '../text/commands.ts'

/** What the network said. */
export type TransportCause = {
  /** The word of the system or of OpenSSL for it, such as ECONNREFUSED or SELF_SIGNED_CERT_IN_CHAIN. */
  code: string
  /** It happened on the way to the proxy, or at it. */
  proxy?: FailedProxy
}

export type FailedProxy = {
  /** Host and port, without user and password. */
  host: string
  /** Where it is named: `HTTPS_PROXY`. */
  where: string
  /** What it answered instead of opening the tunnel. */
  status?: number
  /** A user name or password was sent. */
  hasCredentials: boolean
}

/** `service` is `STS at sts.eu-west-1.amazonaws.com`, `host` the host alone, and both `STS` where no call was made. */
export type TransportContext = {
  profile: string
  service: string
  host: string
  caBundle?: string
  /** What is to be tried again. */
  command: string
}

const untrusted =
  /^(?:SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_\w+|CERT_(?:UNTRUSTED|REJECTED|CHAIN_TOO_LONG|SIGNATURE_FAILURE)|INVALID_CA)$/
const outdated = /^CERT_(?:HAS_EXPIRED|NOT_YET_VALID)$/
const wrongHost = /^(?:ERR_TLS_CERT_ALTNAME_INVALID|HOSTNAME_MISMATCH)$/
const brokenTls = /^(?:EPROTO|ERR_SSL_\w+|ERR_TLS_\w+|CERT_\w+|INVALID_PURPOSE|CRL_\w+)$/
const noRoute = /^(?:ENETUNREACH|EHOSTUNREACH|ENETDOWN|EHOSTDOWN|EADDRNOTAVAIL|EACCES|EPERM)$/

/** The fact and the next step for a call that got no answer. */
export function describeTransportFailure(cause: TransportCause, context: TransportContext): AppError {
  const { proxy } = cause
  if (proxy?.status !== undefined) return describeProxyAnswer(proxy, proxy.status, context)
  const target = proxy === undefined ? context.service : `the proxy ${proxy.host} (${proxy.where})`
  return (
    describeTls(cause, target, context) ??
    (proxy === undefined ? describeWay(cause, context) : describeProxyWay(cause, target, proxy, context))
  )
}

function describeTls(
  { code }: TransportCause,
  target: string,
  context: TransportContext,
): AppError | undefined {
  const { profile, caBundle } = context
  const again = againWith(context)
  if (untrusted.test(code)) {
    return new AppError(
      'network.certificate-not-trusted',
      `the certificate of ${target} is not trusted (${code})`,
      caBundle === undefined
        ? `if a company's proxy inspects TLS traffic, name its certificates with: ${awsCommand('configure set ca_bundle FILE', profile)}, or with NODE_EXTRA_CA_CERTS for the daemon, ${again}`
        : `its issuer is not in ${caBundle}, which stands in place of the usual certificates: add it there, ${again}`,
    )
  }
  if (outdated.test(code)) {
    return new AppError(
      'network.certificate-not-valid',
      `the certificate of ${target} ${code === 'CERT_HAS_EXPIRED' ? 'has expired' : 'is not valid yet'}, or this computer's clock is wrong`,
      `check the clock, or tell those who run that server, ${again}`,
    )
  }
  if (wrongHost.test(code)) {
    return new AppError(
      'network.certificate-not-valid',
      `the certificate of ${target} is for another host`,
      `a captive portal or another server may be in between: check the network and the endpoint, ${again}`,
    )
  }
  if (!brokenTls.test(code)) return undefined
  return new AppError(
    'network.tls-failed',
    `no encrypted connection to ${target} could be made (${code})`,
    `is it a server for https? check the endpoint and the proxy, ${again}`,
  )
}

function describeWay({ code }: TransportCause, context: TransportContext): AppError {
  const { profile, service, host } = context
  const again = againWith(context)
  switch (code) {
    case 'ENOTFOUND':
      return new AppError(
        'network.name-not-found',
        `there is no host named ${host}`,
        `check the network, and the region or endpoint of ${profile}, ${again}`,
      )
    case 'EAI_AGAIN':
      return new AppError(
        'network.name-not-found',
        `the name ${host} could not be looked up: no name server answered`,
        `check the network, ${again}`,
      )
    case 'ECONNREFUSED':
      return new AppError(
        'network.refused',
        `${service} refused the connection: nothing listens there`,
        `check the endpoint of ${profile} and the network, ${again}`,
      )
    case 'ECONNRESET':
    case 'EPIPE':
      return new AppError(
        'network.reset',
        `${service} cannot be reached: the connection was cut off`,
        `check the network, ${again}`,
      )
    default:
      return new AppError(
        'network.unreachable',
        noRoute.test(code)
          ? `${service} cannot be reached: there is no route to it (${code})`
          : `${service} cannot be reached${code === '' ? '' : ` (${code})`}`,
        `check the network, ${again}`,
      )
  }
}

const proxyWays: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no host of that name',
  EAI_AGAIN: 'its name could not be looked up',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'it cut off the connection',
  EPIPE: 'it cut off the connection',
  ETIMEDOUT: 'it did not answer in time',
  NOT_A_PROXY: 'what answers there is not a proxy',
}

function describeProxyWay(
  { code }: TransportCause,
  target: string,
  { where }: FailedProxy,
  context: TransportContext,
): AppError {
  return new AppError(
    'network.proxy-unreachable',
    `${target} cannot be used: ${proxyWays[code] ?? code}`,
    `check the network and ${where}, ${againWith(context)}`,
  )
}

function describeProxyAnswer(
  { host: proxyHost, where, hasCredentials }: FailedProxy,
  status: number,
  context: TransportContext,
): AppError {
  const { host } = context
  const proxy = `the proxy ${proxyHost} (${where})`
  const again = againWith(context)
  if (status === 407) {
    return new AppError(
      'network.proxy-authentication',
      hasCredentials
        ? `${proxy} did not accept its user name and password`
        : `${proxy} asks for a user name and password`,
      `write them as http://USER:PASSWORD@HOST:PORT (%40 for an @ in the password), ${again}`,
    )
  }
  if (status >= 500) {
    return new AppError(
      'network.proxy-refused',
      `${proxy} could not reach ${host} (HTTP ${status})`,
      `try again in a minute, or ask those who run the proxy, ${again}`,
    )
  }
  return new AppError(
    'network.proxy-refused',
    `${proxy} refused the connection to ${host} (HTTP ${status})`,
    `ask those who run the proxy to allow it, or name ${host} in NO_PROXY or no_proxy if it can be reached without, ${again}`,
  )
}

function againWith({ command }: TransportContext): string {
  return `then: ${command}`
}
