// Which endpoint counts for mfad's own calls, of all that may be given: the one that botocore takes in the same files and the same
// environment.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { targetOf } from '../../src/core/login/profile-target.ts'
import type { AwsVariables } from '../../src/core/login/sts-target.ts'
import { profileSections } from '../../src/core/profiles/sections.ts'
import { findPython } from '../support/clients.ts'
import { type LineProcess, startLineProcess } from '../support/line-process.ts'
import { documentsOf, profilesOf } from '../support/profiles.ts'
import { aliceKeys, aliceSerial } from '../support/sandbox.ts'
import { thrownBy } from '../support/thrown.ts'

const python = findPython('botocore')
const home = mkdtempSync(join(tmpdir(), 'mfad-endpoints-'))
let botocore: LineProcess | undefined
beforeAll(() => {
  mkdirSync(join(home, '.aws'))
  if (python === undefined && process.env.CI) throw new Error('no python3 here has botocore')
  if (python !== undefined)
    botocore = startLineProcess([python, resolve('test/support/botocore-settings.py')], process.env)
})
afterAll(async () => {
  await botocore?.close()
  rmSync(home, { recursive: true, force: true })
})

const credentials = `[dev]\n${aliceKeys}`
const files = { credentials: '/c', config: '/f', settings: '/s', socket: '/socket' }
const partitions = { partitionOf: () => 'aws', defaultRegionOf: () => 'us-east-1' }

/** What mfad would call, STS and IAM; AWS's own hosts as undefined. */
function ours(config: string, variables: AwsVariables): (string | undefined)[] {
  const profiles = profilesOf(credentials, config)
  const sections = profileSections(documentsOf(credentials, config))
  const dev = { profile: 'dev', serialNumber: aliceSerial }
  return (['sts', 'iam'] as const).map(
    (service) =>
      targetOf({ sections, files, settings: {}, profiles }, variables, partitions, dev, service).endpointUrl,
  )
}

async function theirs(config: string, variables: AwsVariables): Promise<(string | undefined)[] | undefined> {
  writeFileSync(join(home, '.aws/credentials'), credentials)
  writeFileSync(join(home, '.aws/config'), config)
  const [answer = 'null'] = (await botocore?.ask([JSON.stringify({ home, profile: 'dev', variables })])) ?? []
  const endpoints = JSON.parse(answer) as string[] | null
  return endpoints?.map((endpoint) => (endpoint.endsWith('.amazonaws.com') ? undefined : endpoint))
}

const url = (name: string) => `https://${name}.example.com`
const inFiles = [
  '',
  `endpoint_url = ${url('profile')}\n`,
  'services = s\n',
  `endpoint_url = ${url('profile')}\nservices = s\n`,
  `endpoint_url = ${url('profile')}\nservices = of-sts\n`,
  `endpoint_url = ${url('profile')}\nservices = other\n`,
  `endpoint_url = ${url('profile')}\nservices = s\nignore_configured_endpoint_urls = true\n`,
  `endpoint_url = ${url('profile')}\nservices = s\nignore_configured_endpoint_urls = false\n`,
]
const inEnvironment: AwsVariables[] = [
  { AWS_ENDPOINT_URL: url('all') },
  { AWS_ENDPOINT_URL_STS: url('sts') },
  { AWS_ENDPOINT_URL_IAM: url('iam'), AWS_ENDPOINT_URL: url('all') },
  { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true', AWS_ENDPOINT_URL_STS: url('sts') },
  { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'True' },
  { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false' },
]
const services = `[services s]
sts =
  endpoint_url = ${url('services-sts')}
iam =
  endpoint_url = ${url('services-iam')}
[services "of-sts"]
ec2 =
  endpoint_url = ${url('services-ec2')}
sts =
  verify = yes
  endpoint_url = ${url('services-sts-alone')}
[services other]
ec2 =
  endpoint_url = ${url('services-ec2')}
`
const everything = `endpoint_url = ${url('profile')}\nservices = s\n`
const cases: [lines: string, variables: AwsVariables][] = [
  ...inFiles.map((lines): [string, AwsVariables] => [lines, {}]),
  ...inEnvironment.map((variables): [string, AwsVariables] => [everything, variables]),
  [`${everything}ignore_configured_endpoint_urls = true\n`, { AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false' }],
]

it.skipIf(python === undefined).each(cases)('%j with %j: the same as botocore', async (lines, variables) => {
  const config = `[profile dev]\nregion = eu-west-1\n${lines}${services}`
  expect(ours(config, variables)).toEqual(await theirs(config, variables))
})

it('a services section that is not there is refused, as botocore does; not where the environment comes first', async () => {
  const config = '[profile dev]\nservices = gone\n'
  if (botocore !== undefined) expect(await theirs(config, {})).toBeUndefined()
  expect(thrownBy(() => ours(config, {}))).toMatchObject({
    code: 'profile.bad-value',
    message: 'services of dev names [services gone], which is not in /f: line 2 of /f',
  })
  expect(ours(config, { AWS_ENDPOINT_URL: url('all') })).toEqual([url('all'), url('all')])
})

it('an endpoint in a services section is https, or on this computer', () => {
  const config = '[profile dev]\nservices = s\n[services s]\nsts =\n  endpoint_url = http://sts.example.com\n'
  expect(thrownBy(() => ours(config, {}))).toMatchObject({
    code: 'settings.unsafe-endpoint',
    message: 'the endpoint URL for dev (line 4 of /f) is neither https nor on this computer',
  })
})
