// How the address of a proxy is written, and which hosts go past it: as curl and botocore read them.

/** `http://user:password@proxy.example.com:3128`, https as well; without a scheme it is http. Undefined for anything else. */
export function proxyUrl(address: string): URL | undefined {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address.replace(/^\/\//, '')}`
  if (/\s/.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const isPlain = url.hostname !== '' && url.pathname === '/' && url.search === '' && url.hash === ''
  const isSpoken = url.protocol === 'http:' || url.protocol === 'https:'
  return isPlain && isSpoken && isDecodable(url.username) && isDecodable(url.password) ? url : undefined
}

export function isProxyAddress(address: string): boolean {
  return proxyUrl(address) !== undefined
}

/**
 * Does a call to this host go straight there? What is on this computer always does. `noProxy` is `*`, or a list of hosts that
 * stand for everything below them too, each with a port if need be:
 *
 *     example.com, .example.com, *.example.com     sts.example.com and example.com, not notexample.com
 *     example.com:8443                             the same, and port 8443 alone
 */
export function goesPastProxy(noProxy: string, hostname: string, port: number): boolean {
  const host = hostname.toLowerCase().replace(/^\[|\]$/g, '')
  if (host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host)) return true
  const entries = noProxy.toLowerCase().split(/[\s,]+/)
  return entries.some((entry) => {
    if (entry === '*') return true
    const parts = /^(?:\[(?<address>.+)\]|(?:\*?\.)?(?<name>[^:]+))(?::(?<port>\d+))?$/.exec(entry)?.groups
    const name = parts?.address ?? parts?.name ?? entry
    const isOfPort = parts?.port === undefined || Number(parts.port) === port
    return name !== '' && isOfPort && (host === name || host.endsWith(`.${name}`))
  })
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text)
    return true
  } catch {
    return false
  }
}
