import { describe, expect, it } from 'vitest'
import { goesPastProxy, isProxyAddress, proxyUrl } from '../../../src/core/settings/proxy-address.ts'

describe('the address of a proxy', () => {
  it.each([
    ['http://proxy.example.com:3128', 'http://proxy.example.com:3128/'],
    ['https://proxy.example.com', 'https://proxy.example.com/'],
    ['HTTP://Proxy.example.com/', 'http://proxy.example.com/'],
    ['proxy.example.com:3128', 'http://proxy.example.com:3128/'],
    ['//proxy:3128', 'http://proxy:3128/'],
    ['http://ann:p%40ss@proxy:3128', 'http://ann:p%40ss@proxy:3128/'],
    ['ann:pass@proxy:3128', 'http://ann:pass@proxy:3128/'],
    ['http://[::1]:3128', 'http://[::1]:3128/'],
  ])('%s is read as curl and botocore read it', (address, expected) => {
    expect(proxyUrl(address)?.href).toBe(expected)
  })

  it.each([
    '',
    'socks5://proxy:1080',
    'ftp://proxy',
    'http://',
    'http://proxy:99999',
    'http://proxy/path',
    'http://proxy?x',
    'http://a b',
    'http://proxy\n',
    'http://ann:%zz@proxy',
  ])('%j is none', (address) => {
    expect(isProxyAddress(address)).toBe(false)
  })
})

describe('what goes past the proxy', () => {
  const sts = 'sts.eu-west-1.amazonaws.com'

  it.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.1.2.3', '::1', '[::1]'])('is %s, always', (host) => {
    expect(goesPastProxy('', host, 443)).toBe(true)
  })

  it.each(['localhost.evil.com', '127.0.0.1.evil.com', '10.0.0.1', '2001:db8::1', sts])(
    'is not %s, unless it is named',
    (host) => {
      expect(goesPastProxy('', host, 443)).toBe(false)
      expect(goesPastProxy(' , ', host, 443)).toBe(false)
    },
  )

  it.each([
    '*',
    sts,
    sts.toUpperCase(),
    'amazonaws.com',
    '.amazonaws.com',
    '*.amazonaws.com',
    'example.com, amazonaws.com',
    'example.com amazonaws.com',
    `${sts}:443`,
    'amazonaws.com:443',
  ])('is the host of STS by %j', (noProxy) => {
    expect(goesPastProxy(noProxy, sts, 443)).toBe(true)
  })

  it.each([
    '',
    'ws.com',
    'eu-west-1.amazonaws.co',
    'sts',
    `${sts}:8443`,
    `x.${sts}`,
    '.',
    ':443',
    'https://amazonaws.com',
  ])('is not the host of STS by %j', (noProxy) => {
    expect(goesPastProxy(noProxy, sts, 443)).toBe(false)
  })

  it.each(['2001:db8::1', '[2001:db8::1]', '[2001:db8::1]:443'])('is an address by %s', (noProxy) => {
    expect(goesPastProxy(noProxy, '2001:db8::1', 443)).toBe(true)
    expect(goesPastProxy(noProxy, '2001:db8::2', 443)).toBe(false)
  })
})
