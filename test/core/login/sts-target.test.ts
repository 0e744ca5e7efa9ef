import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../../src/core/errors.ts'
import { stsTarget, type TargetSources, type TargetValues } from '../../../src/core/login/sts-target.ts'
import { thrownBy } from '../../support/thrown.ts'

const config = '/home/me/.aws/config'
const settingsFile = '/home/me/.config/mfad/config.ini'
const aliceSerial = 'arn:aws:iam::111122223333:mfa/alice'

/** A small AWS: two partitions. */
const partitions: TargetSources['partitions'] = {
  partitionOf: (region) => (region.startsWith('cn-') ? 'aws-cn' : 'aws'),
  defaultRegionOf: (partition) =>
    ({ aws: 'us-east-1', 'aws-cn': 'cn-north-1' })[partition === 'constructor' ? '' : partition],
}

const target = (sources: Partial<TargetSources> = {}) =>
  stsTarget({
    profile: 'dev',
    serialNumber: aliceSerial,
    values: {},
    variables: {},
    settings: {},
    settingsFile,
    partitions,
    ...sources,
  })
const given = (value: string, line = 3) => ({ value, where: `line ${line} of ${config}` })
const withEndpoint = (url: string) => () => target({ values: { endpoint_url: given(url) } })
const refused = (sources: Partial<TargetSources>) => {
  const { code, message, hint } = thrownBy(() => target(sources))
  expect(exitCodeOf(code)).toBe(4)
  return { code, message, hint }
}

describe('the region of a call', () => {
  it.each([
    [aliceSerial, 'us-east-1'],
    ['arn:aws-cn:iam::111122223333:mfa/alice', 'cn-north-1'],
    ['GAHT12345678', 'us-east-1'],
  ])('is by default that of the partition of %s: %s', (serialNumber, region) => {
    expect(target({ serialNumber }).region).toBe(region)
  })

  it('is the profile’s where it has one', () => {
    expect(target({ values: { region: given('eu-west-1') } }).region).toBe('eu-west-1')
  })

  it.each([
    [{ AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-1'],
    [{ AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-2'],
    [{ AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-2' }, 'eu-west-2'],
  ])('of a hardware device, which names no partition, is that of %j: %s', (variables, region) => {
    expect(target({ serialNumber: 'GAHT12345678', variables }).region).toBe(region)
    const values = { region: given('ap-south-1') }
    expect(target({ serialNumber: 'GAHT12345678', variables, values }).region).toBe('ap-south-1')
    expect(target({ variables }).region).toBe('us-east-1')
  })

  it.each([
    ['US-EAST-1', 'us-east-1'],
    ['us east', 'one such as eu-west-1'],
    ['evil.com', 'one such as eu-west-1'],
    ['-x', 'one such as eu-west-1'],
    ['a/b', 'one such as eu-west-1'],
    ['x'.repeat(64), 'one such as eu-west-1'],
  ])('%j is refused, by file and line', (region, proposal) => {
    expect(refused({ values: { region: given(region) } })).toEqual({
      code: 'profile.bad-region',
      message: expect.stringMatching(
        /^the region of dev is not one of AWS's: ".+" in line 3 of \/home\/me\/\.aws\/config$/,
      ),
      hint: `correct it there, to ${proposal}`,
    })
  })

  it('that is malformed in the environment is refused where it counts, by the variable', () => {
    const sources = { serialNumber: 'GAHT12345678', variables: { AWS_REGION: 'no region' } }
    expect(refused(sources).message).toBe('the region of dev is not one of AWS\'s: "no region" in AWS_REGION')
    expect(target({ variables: sources.variables }).region).toBe('us-east-1')
  })

  it('of another partition than that of the device is refused', () => {
    const serialNumber = 'arn:aws-cn:iam::111122223333:mfa/alice'
    expect(refused({ serialNumber, values: { region: given('us-east-1') } })).toEqual({
      code: 'profile.region-of-another-partition',
      message: `the region of dev (us-east-1, in line 3 of ${config}) is not in aws-cn, the partition of its device`,
      hint: 'correct the one that is wrong: keys, device and region belong to one partition',
    })
  })

  it.each(['aws-moon', 'constructor', ''])('is not guessed for the unknown partition %j', (partition) => {
    const serialNumber = `arn:${partition}:iam::111122223333:mfa/alice`
    expect(refused({ serialNumber }).code).toBe('profile.unknown-partition')
    expect(refused({ serialNumber, values: { region: given('us-east-1') } }).code).toBe(
      'profile.region-of-another-partition',
    )
  })
})

describe('FIPS and dual-stack', () => {
  const of = ({ useFipsEndpoint, useDualstackEndpoint }: ReturnType<typeof target>) => [
    useFipsEndpoint,
    useDualstackEndpoint,
  ]

  it.each(['true', 'TRUE', 'True'])('are on where the profile or the environment says %s', (value) => {
    const values = { use_fips_endpoint: given(value), use_dualstack_endpoint: given(value) }
    expect(of(target({ values }))).toEqual([true, true])
    const variables = { AWS_USE_FIPS_ENDPOINT: value, AWS_USE_DUALSTACK_ENDPOINT: value }
    expect(of(target({ variables }))).toEqual([true, true])
  })

  it('are off by default, and where the environment says so despite the profile', () => {
    expect(of(target())).toEqual([false, false])
    const values = { use_fips_endpoint: given('true') }
    expect(of(target({ values, variables: { AWS_USE_FIPS_ENDPOINT: 'false' } }))).toEqual([false, false])
  })

  it.each(['1', 'yes', 'on', 'bogus'])('are not off without a word where %s is said', (value) => {
    expect(refused({ values: { use_fips_endpoint: given(value) } })).toMatchObject({
      code: 'profile.bad-value',
      message: `use_fips_endpoint of dev is neither true nor false: line 3 of ${config}`,
    })
    expect(refused({ variables: { AWS_USE_DUALSTACK_ENDPOINT: value } })).toMatchObject({
      code: 'settings.bad-variable',
      message: 'AWS_USE_DUALSTACK_ENDPOINT of the daemon is neither true nor false',
    })
  })

  it('do not change an endpoint that is given', () => {
    const values = { use_fips_endpoint: given('true'), endpoint_url: given('https://sts.example.com') }
    expect(of(target({ values }))).toEqual([false, false])
  })
})

describe('the certificates of a call', () => {
  const values: TargetValues = { ca_bundle: given('/profile.pem') }
  const settings = { caBundle: '/settings.pem' }

  it('are the usual ones by default', () => {
    expect(target()).not.toHaveProperty('caBundle')
  })

  it('are those of the environment, of the profile, of the settings, in this order', () => {
    expect(target({ values, settings, variables: { AWS_CA_BUNDLE: '/environment.pem' } }).caBundle).toEqual({
      value: '/environment.pem',
      where: 'AWS_CA_BUNDLE',
    })
    expect(target({ values, settings, variables: { AWS_CA_BUNDLE: '' } }).caBundle).toEqual(values.ca_bundle)
    expect(target({ settings }).caBundle).toEqual({
      value: '/settings.pem',
      where: `ca_bundle in ${settingsFile}`,
    })
  })
})

describe('the proxy of a call', () => {
  const settings = { httpsProxy: 'http://settings:1', noProxy: 'settings.example' }

  it('is none by default', () => {
    expect(target()).not.toHaveProperty('proxy')
  })

  it('is that of the environment, the lower-case variable first, else that of the settings', () => {
    const both = { https_proxy: 'http://lower:1', HTTPS_PROXY: 'http://upper:1' }
    expect(target({ settings, variables: both }).proxy).toEqual({
      address: 'http://lower:1',
      where: 'https_proxy',
      noProxy: 'settings.example',
    })
    expect(target({ variables: { HTTPS_PROXY: 'http://upper:1' } }).proxy).toEqual({
      address: 'http://upper:1',
      where: 'HTTPS_PROXY',
      noProxy: '',
    })
    expect(target({ settings }).proxy).toEqual({
      address: 'http://settings:1',
      where: `https_proxy in ${settingsFile}`,
      noProxy: 'settings.example',
    })
  })

  it('is switched off by an empty lower-case variable, as for curl', () => {
    expect(target({ variables: { https_proxy: '', HTTPS_PROXY: 'http://upper:1' } })).not.toHaveProperty(
      'proxy',
    )
  })

  it.each([
    [{ no_proxy: 'lower', NO_PROXY: 'upper' }, 'lower'],
    [{ NO_PROXY: 'upper' }, 'upper'],
    [{ no_proxy: '', NO_PROXY: 'upper' }, 'settings.example'],
    [{}, 'settings.example'],
  ])('has the exceptions of %j: %s', (variables, noProxy) => {
    expect(target({ settings, variables }).proxy?.noProxy).toBe(noProxy)
  })

  it('that is malformed is refused, and never repeated: it may hold a password', () => {
    for (const address of [
      'socks5://ann:hunter2@proxy:1080',
      'http://ann:hunter2%zz@proxy',
      'http://ann:hunter2@ proxy',
    ]) {
      const { code, message, hint } = refused({ variables: { HTTPS_PROXY: address } })
      expect({ code, message }).toEqual({
        code: 'settings.bad-proxy',
        message: 'HTTPS_PROXY is not the address of an http or https proxy',
      })
      expect(hint).not.toMatch(/ann|hunter2/)
    }
  })
})

describe('the endpoint of a call', () => {
  it('is left to the SDK where none is given', () => {
    expect(target()).not.toHaveProperty('endpointUrl')
  })

  it('is the environment’s before the profile’s, that of STS before that of all services', () => {
    const values = { endpoint_url: given('https://profile.example.com') }
    const general = { AWS_ENDPOINT_URL: 'https://general.example.com' }
    const both = { ...general, AWS_ENDPOINT_URL_STS: 'https://sts.example.com' }
    expect(target({ values, variables: both }).endpointUrl).toBe('https://sts.example.com')
    expect(target({ values, variables: general }).endpointUrl).toBe('https://general.example.com')
    expect(target({ values }).endpointUrl).toBe('https://profile.example.com')
  })

  it('of IAM is not that of STS', () => {
    const general = { AWS_ENDPOINT_URL: 'https://general.example.com' }
    const sts = { ...general, AWS_ENDPOINT_URL_STS: 'https://sts.example.com' }
    const both = { ...sts, AWS_ENDPOINT_URL_IAM: 'https://iam.example.com' }
    const ofIam = (variables: typeof general) => target({ service: 'iam', variables }).endpointUrl
    expect(ofIam(both)).toBe('https://iam.example.com')
    expect(ofIam(sts)).toBe('https://general.example.com')
    expect(target({ variables: both }).endpointUrl).toBe('https://sts.example.com')
    expect(
      refused({ service: 'iam', variables: { AWS_ENDPOINT_URL_IAM: 'http://iam.example.com' } }).hint,
    ).toBe('correct it there, to one such as https://iam.amazonaws.com')
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
    'https://localhost:99999',
    'ftp://localhost',
    'file:///etc/passwd',
    'localhost:4566',
    ' http://localhost',
    'http://localhost ',
  ])('may not be %j', (url) => {
    expect(thrownBy(withEndpoint(url)).code).toBe('settings.unsafe-endpoint')
    // An empty variable is none.
    if (url === '') return
    const variables = { AWS_ENDPOINT_URL_STS: url }
    expect(thrownBy(() => target({ variables })).code).toBe('settings.unsafe-endpoint')
  })

  it('is named by where it stands when it is refused', () => {
    expect(thrownBy(withEndpoint('http://sts.example.com')).message).toBe(
      `the endpoint URL for dev (line 3 of ${config}) is neither https nor on this computer`,
    )
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
