import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { endpointHost, stsTarget } from '../../../src/core/login/sts-target.ts'
import { thrownBy } from '../../support/thrown.ts'

const plain = { useFipsEndpoint: false, useDualstackEndpoint: false }
const dev = { profile: 'dev', serialNumber: 'arn:aws:iam::111122223333:mfa/alice' }
const withEndpoint = (endpointUrl: string) => () => stsTarget({ ...dev, endpointUrl }, plain)

describe('the region of a call', () => {
  it.each([
    ['arn:aws:iam::111122223333:mfa/alice', 'us-east-1'],
    ['arn:aws-cn:iam::111122223333:mfa/alice', 'cn-north-1'],
    ['arn:aws-us-gov:iam::111122223333:mfa/alice', 'us-gov-west-1'],
    ['arn:constructor:iam::111122223333:mfa/alice', 'us-east-1'],
    ['GAHT12345678', 'us-east-1'],
  ])('is by default that of the partition of %s: %s', (serialNumber, region) => {
    expect(stsTarget({ profile: 'dev', serialNumber }, plain).region).toBe(region)
  })

  it('is the profile’s where it has one', () => {
    expect(stsTarget({ ...dev, region: 'eu-west-1' }, plain).region).toBe('eu-west-1')
  })
})

describe('the endpoint of a call', () => {
  it('is left to the SDK where none is given, with the FIPS and dual-stack settings', () => {
    expect(stsTarget(dev, { useFipsEndpoint: true, useDualstackEndpoint: true })).toEqual({
      region: 'us-east-1',
      useFipsEndpoint: true,
      useDualstackEndpoint: true,
    })
    expect(stsTarget(dev, plain)).toMatchObject(plain)
  })

  it('is the environment’s before the profile’s', () => {
    const both = { ...dev, endpointUrl: 'https://profile.example.com' }
    const environment = { ...plain, endpointUrl: 'https://environment.example.com' }
    expect(stsTarget(both, environment).endpointUrl).toBe('https://environment.example.com')
    expect(stsTarget(both, plain).endpointUrl).toBe('https://profile.example.com')
  })

  it.each([
    'https://sts.example.com',
    'https://sts.example.com/',
    'https://sts.example.com:8443/path/to-it_1.~',
    'https://10.0.0.1',
    'https://[2001:db8::1]:443/',
    'http://localhost',
    'http://localhost:4566/',
    'http://127.0.0.1:4566',
    'http://127.1.2.3/x',
    'http://[::1]:4566',
  ])('may be %s', (url) => {
    expect(withEndpoint(url)().endpointUrl).toBe(url)
  })

  it.each([
    '',
    'http://sts.example.com',
    'http://10.0.0.1',
    'http://127.0.0.1.evil.com',
    'http://127.0.0.1evil.com',
    'http://127.evil.com',
    'http://localhost.evil.com',
    'http://localhost@evil.com',
    'http://localhost:80@evil.com',
    'http://localhost:x@evil.com',
    'http://evil.com/http://localhost',
    'http://evil.com#@localhost',
    'http://evil.com\\@localhost',
    'http://localhost\\@evil.com',
    'http://localhost\\.evil.com',
    'http://localhost/?x',
    'http://localhost/#x',
    'http://localhost/%2e',
    'http://[::1].evil.com',
    'http://[::ffff:10.0.0.1]',
    'http://[2001:db8::1]',
    'http://0.0.0.0',
    'http://2130706433',
    'HTTP://localhost',
    'https://user:password@sts.example.com',
    'https://user@sts.example.com',
    'https://sts.example.com@evil.com',
    'https://sts.example.com\\@evil.com',
    'https://sts.example.com/?a=b',
    'https://sts.example.com/\n',
    'https://sts.example.com\nhttp://localhost',
    'https://',
    'https:///path',
    'ftp://localhost',
    'file:///etc/passwd',
    'localhost:4566',
    ' http://localhost',
    'http://localhost ',
  ])('may not be %j', (url) => {
    expect(thrownBy(withEndpoint(url)).code).toBe('settings.unsafe-endpoint')
    const environment = { ...plain, endpointUrl: url }
    expect(thrownBy(() => stsTarget(dev, environment)).code).toBe('settings.unsafe-endpoint')
  })

  it('is not repeated when it is refused: it could hold a password', () => {
    const error = thrownBy(withEndpoint('https://user:hunter2@sts.example.com'))
    expect(JSON.stringify(error)).not.toContain('hunter2')
  })

  it('that is taken is https, or goes to this computer, as URL reads it', () => {
    const pieces = fc.constantFrom(
      ...[
        'http://',
        'https://',
        'localhost',
        '127.0.0.1',
        '[::1]',
        '.',
        '@',
        ':',
        '80',
        '/',
        '\\',
        '?',
        '#',
        'evil.com',
        '%',
        '\t',
      ],
    )
    fc.assert(
      fc.property(
        fc.constantFrom('http://', 'https://'),
        fc.array(pieces, { maxLength: 6 }),
        (scheme, rest) => {
          const text = scheme + rest.join('')
          let taken: string | undefined
          try {
            taken = withEndpoint(text)().endpointUrl
          } catch {
            return
          }
          if (taken === undefined || !URL.canParse(taken)) return
          const url = new URL(taken)
          expect([url.username, url.password, url.search, url.hash]).toEqual(['', '', '', ''])
          if (url.protocol === 'http:')
            expect(url.hostname).toMatch(/^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])$/)
        },
      ),
      { numRuns: 2000 },
    )
  })
})

describe('the host that an error names', () => {
  it.each([
    [{ region: 'eu-west-1' }, 'sts.eu-west-1.amazonaws.com'],
    [{ region: 'cn-north-1' }, 'sts.cn-north-1.amazonaws.com.cn'],
    [{ region: 'x', endpointUrl: 'https://sts.example.com:8443/path' }, 'sts.example.com:8443'],
    [{ region: 'x', endpointUrl: 'http://127.0.0.1:4566' }, '127.0.0.1:4566'],
  ])('of %j is %s', (target, host) => {
    expect(endpointHost(target)).toBe(host)
  })
})
