import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { planService } from '../../../src/core/service/plan-service.ts'
import { type ServiceSettings, serviceEnvironment } from '../../../src/core/service/service-plan.ts'

const settings: ServiceSettings = {
  platform: 'linux',
  home: '/home/alice',
  uid: 1000,
  nodePath: '/usr/bin/node',
  scriptPath: '/usr/lib/mfad.cjs',
  environment: new Map(),
  templates: {
    systemd: readFileSync('systemd/mfad.service', 'utf8'),
    systemdSocket: readFileSync('systemd/mfad.socket', 'utf8'),
    launchd: readFileSync('launchd/io.mfad.daemon.plist', 'utf8'),
  },
}

const platforms = ['linux', 'darwin'] as const
const fileOf = (changes: Partial<ServiceSettings>) =>
  planService({ ...settings, ...changes }).files[0] ?? expect.fail('no file')

describe('what a service cannot hold', () => {
  test.each(['\n', '\r', '\0', '\t', '\x1b', '\x7f', '\x85', '\ud800', '\ufffd', '\uffff'])(
    'refuses the character %j in a path',
    (char) => {
      for (const platform of platforms) {
        for (const name of ['home', 'nodePath', 'scriptPath', 'xdgConfigHome']) {
          expect(() => planService({ ...settings, platform, [name]: `/a${char}b` })).toThrow(
            'a line break or another character that a service',
          )
        }
      }
    },
  )

  test('names the variable but never its value', () => {
    const environment = new Map([['HTTPS_PROXY', 'http://bob:hunter2\n@proxy']])
    expect(() => planService({ ...settings, environment })).toThrow(
      /^HTTPS_PROXY holds a line break or another character that a service's file cannot hold$/,
    )
  })

  test('refuses a relative path, which would name another file in a service', () => {
    const environment = new Map([['AWS_CONFIG_FILE', 'aws/config']])
    expect(() => planService({ ...settings, environment })).toThrow('AWS_CONFIG_FILE is a relative path')
  })

  test('takes a path in the home directory, which AWS tools expand', () => {
    expect(fileOf({ environment: new Map([['AWS_CONFIG_FILE', '~/aws/config']]) }).content).toContain(
      'AWS_CONFIG_FILE=~/aws/config',
    )
  })
})

describe('the environment of a service', () => {
  test('has the files and endpoints of the shell, and nothing that picks or holds credentials', () => {
    const copied = serviceEnvironment({
      AWS_PROFILE: 'dev',
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
      NODE_OPTIONS: '--inspect',
      PATH: '/bin',
      MFAD_CONFIG: '/c',
      MFAD_SOCKET: '/s',
      AWS_SHARED_CREDENTIALS_FILE: '/a',
      AWS_CONFIG_FILE: '/b',
      AWS_CA_BUNDLE: '/ca',
      NODE_EXTRA_CA_CERTS: '/ca',
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      XDG_CONFIG_HOME: '/x',
      XDG_RUNTIME_DIR: '/r',
      AWS_ENDPOINT_URL: 'https://all',
      AWS_ENDPOINT_URL_STS: 'https://sts',
      AWS_ENDPOINT_URL_IAM: 'https://iam',
      AWS_ENDPOINT_URL_S3: 'https://s3',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
      AWS_USE_FIPS_ENDPOINT: 'true',
      AWS_USE_DUALSTACK_ENDPOINT: 'true',
      HTTPS_PROXY: 'http://p',
      https_proxy: 'http://p',
      HTTP_PROXY: 'http://p',
      http_proxy: 'http://p',
      ALL_PROXY: 'http://p',
      all_proxy: 'http://p',
      NO_PROXY: 'host',
      no_proxy: 'host',
    })
    expect([...copied.keys()].sort()).toEqual([
      'AWS_CA_BUNDLE',
      'AWS_CONFIG_FILE',
      'AWS_ENDPOINT_URL',
      'AWS_ENDPOINT_URL_IAM',
      'AWS_ENDPOINT_URL_STS',
      'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
      'AWS_SHARED_CREDENTIALS_FILE',
      'AWS_USE_DUALSTACK_ENDPOINT',
      'AWS_USE_FIPS_ENDPOINT',
      'HTTPS_PROXY',
      'MFAD_CONFIG',
      'MFAD_SOCKET',
      'NODE_EXTRA_CA_CERTS',
      'NO_PROXY',
      'XDG_CONFIG_HOME',
      'XDG_RUNTIME_DIR',
      'https_proxy',
      'no_proxy',
    ])
  })

  test('takes an empty variable for an absent one', () => {
    expect(serviceEnvironment({ AWS_CONFIG_FILE: '' }).size).toBe(0)
  })

  test.each([
    ['http://bob:hunter2@proxy:8080', 'http://***@proxy:8080'],
    ['bob:hunter2@proxy:8080', '***@proxy:8080'],
    ['http://bob:hun/ter@2@proxy:8080', 'http://***@proxy:8080'],
    ['http://bob:hun"t%r\\2@proxy', 'http://***@proxy'],
    ['http://proxy:8080', 'http://proxy:8080'],
  ])('shows %s as %s', (value, shown) => {
    for (const platform of platforms) {
      const file = fileOf({ platform, environment: new Map([['AWS_ENDPOINT_URL', value]]) })
      const plain = fileOf({ platform, environment: new Map([['AWS_ENDPOINT_URL', shown]]) })
      expect(file.redactedContent).toBe(plain.content)
      expect(file.content === file.redactedContent).toBe(value === shown)
    }
  })

  test('shows a path with an @ as it is', () => {
    expect(fileOf({ environment: new Map([['AWS_CONFIG_FILE', '/home/a@b/c']]) }).redactedContent).toContain(
      'AWS_CONFIG_FILE=/home/a@b/c',
    )
  })
})
