// How every client of the AWS SDK is connected: through the proxy that is set, trusting the certificates that are set, and
// nothing that the environment could change.
import { existsSync } from 'node:fs'
import { Agent } from 'node:https'
import { isAbsolute } from 'node:path'
import type { AwsTarget } from '../../core/login/sts-target.ts'
import type { FailedProxy } from '../../core/login/transport-failure.ts'
import { checkCertificateFile, readCaBundle } from './ca-bundle.ts'
import { ProxyAgent } from './proxy-agent.ts'

const connectTimeoutMs = 5000
/** A proxy has to look the name up and to connect, too. */
const proxyConnectTimeoutMs = 10_000

/** For the `requestHandler` of a client; `askedProxy` is the proxy that has not opened the tunnel yet. */
export type Connection = {
  requestHandler: {
    connectionTimeout: number
    httpAgent: { keepAlive: false }
    httpsAgent: Agent | ProxyAgent
  }
  askedProxy(): FailedProxy | undefined
}

/** Throws what `readCaBundle` does. `ended` is aborted when the call is over. */
export function createConnection(
  { caBundle, proxy }: Pick<AwsTarget, 'caBundle' | 'proxy'>,
  ended: AbortSignal,
): Connection {
  // Said explicitly: NODE_TLS_REJECT_UNAUTHORIZED=0 would send the code to anyone.
  const trust = {
    rejectUnauthorized: true,
    ...(caBundle === undefined ? {} : { ca: readCaBundle(caBundle) }),
  }
  if (caBundle === undefined) checkExtraCertificates(process.env.NODE_EXTRA_CA_CERTS)
  const proxyAgent = proxy === undefined ? undefined : new ProxyAgent(proxy, trust, ended)
  return {
    requestHandler: {
      connectionTimeout: proxyAgent === undefined ? connectTimeoutMs : proxyConnectTimeoutMs,
      httpAgent: { keepAlive: false },
      httpsAgent: proxyAgent ?? new Agent({ keepAlive: false, ...trust }),
    },
    askedProxy: () => proxyAgent?.asked,
  }
}

/** Node has read them when it started; a bundle of its own stands in their place. */
function checkExtraCertificates(path: string | undefined): void {
  if (path !== undefined && isAbsolute(path) && existsSync(path))
    checkCertificateFile(path, 'NODE_EXTRA_CA_CERTS')
}
