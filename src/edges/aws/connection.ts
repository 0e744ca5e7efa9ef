// How every call to AWS is connected: through the proxy that is set, trusting the certificates that are set, and nothing that
// the environment could change.
import { existsSync } from 'node:fs'
import { Agent } from 'node:https'
import { isAbsolute } from 'node:path'
import type { AwsTarget } from '../../core/login/sts-target.ts'
import type { FailedProxy } from '../../core/login/transport-failure.ts'
import { checkCertificateFile, readCaBundle } from './ca-bundle.ts'

const connectTimeoutMs = 5000
/** A proxy has to look the name up and to connect, too. */
const proxyConnectTimeoutMs = 10_000

export type Connection = {
  connectTimeoutMs: number
  httpsAgent: Agent
  /** The proxy that has not opened the tunnel yet. */
  askedProxy(): FailedProxy | undefined
  /** When the call is over. */
  close(): void
}

/** Rejects with what `readCaBundle` throws. */
export async function createConnection({
  caBundle,
  proxy,
}: Pick<AwsTarget, 'caBundle' | 'proxy'>): Promise<Connection> {
  // Said explicitly: NODE_TLS_REJECT_UNAUTHORIZED=0 would send the code to anyone.
  const trust = {
    rejectUnauthorized: true,
    ...(caBundle === undefined ? {} : { ca: readCaBundle(caBundle) }),
  }
  if (caBundle === undefined) checkExtraCertificates(process.env.NODE_EXTRA_CA_CERTS)
  if (proxy === undefined) {
    const httpsAgent = new Agent({ keepAlive: false, ...trust })
    return { connectTimeoutMs, httpsAgent, askedProxy: () => undefined, close: () => undefined }
  }
  const { ProxyAgent } = await import('./proxy-agent.ts')
  const ended = new AbortController()
  const httpsAgent = new ProxyAgent(proxy, trust, ended.signal)
  return {
    connectTimeoutMs: proxyConnectTimeoutMs,
    httpsAgent: httpsAgent as unknown as Agent,
    askedProxy: () => httpsAgent.asked,
    close: () => ended.abort(),
  }
}

/** Node has read this file when it started, and trusts what is in it wherever no other CA bundle is set. */
function checkExtraCertificates(path: string | undefined): void {
  if (path !== undefined && isAbsolute(path) && existsSync(path))
    checkCertificateFile(path, 'NODE_EXTRA_CA_CERTS')
}
