// Calls through a proxy: CONNECT, then TLS with AWS itself, so that the proxy learns the host and nothing else. What goes
// wrong at the proxy is told apart from what goes wrong behind it.
import type { ClientRequest } from 'node:http'
import type { Socket } from 'node:net'
import { type ConnectionOptions, checkServerIdentity, connect } from 'node:tls'
import { HttpsProxyAgent } from 'https-proxy-agent'
import type { ProxySetting } from '../../core/login/sts-target.ts'
import type { FailedProxy } from '../../core/login/transport-failure.ts'
import { goesPastProxy, proxyUrl } from '../../core/settings/proxy-address.ts'

type Trust = Pick<ConnectionOptions, 'ca' | 'rejectUnauthorized'>
type Options = Parameters<HttpsProxyAgent<string>['connect']>[1] & ConnectionOptions

/** An error at the proxy. */
type ProxyError = Error & { code: string; proxy: FailedProxy }

/** `signal` ends what waits for the proxy: without it a proxy that never answers would keep the connection. */
export class ProxyAgent extends HttpsProxyAgent<string> {
  /** The proxy, until it has opened the tunnel. */
  asked: FailedProxy | undefined
  private readonly setting: ProxySetting
  private readonly trust: Trust

  constructor(setting: ProxySetting, trust: Trust, signal: AbortSignal) {
    const url = proxyUrl(setting.address)
    if (url === undefined) throw new Error('not the address of a proxy')
    super(url, { keepAlive: false, ...trust, signal } as ConstructorParameters<typeof HttpsProxyAgent>[1])
    this.setting = setting
    this.trust = trust
  }

  /** The base class would guess it from a stack trace. */
  override isSecureEndpoint(): boolean {
    return true
  }

  override async connect(request: ClientRequest, options: Options): Promise<Socket> {
    const host = options.host ?? ''
    // The base class uses these for the connection to the proxy only, and where the host is an IP address it lets TLS check
    // the certificate for the proxy's name.
    const secured: Options = {
      ...options,
      ...this.trust,
      checkServerIdentity: (_, certificate) => checkServerIdentity(host, certificate),
    }
    if (goesPastProxy(this.setting.noProxy, host, Number(options.port))) return connect(secured)
    const { where } = this.setting
    const hasCredentials = this.proxy.username !== '' || this.proxy.password !== ''
    const asked: FailedProxy = { host: this.proxy.host, where, hasCredentials }
    this.asked = asked
    let status = 0
    request.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      status = statusCode
    })
    const socket = await super.connect(request, secured).catch((error: NodeJS.ErrnoException) => {
      throw proxyError(asked, error.code)
    })
    // The base class would pass on a proxy's refusal as if it were AWS's answer.
    if (status !== 200) {
      socket.destroy()
      throw proxyError({ ...asked, status })
    }
    this.asked = undefined
    return socket
  }
}

function proxyError(proxy: FailedProxy, code = 'NOT_A_PROXY'): ProxyError {
  return Object.assign(new Error('the proxy failed'), { code, proxy })
}
