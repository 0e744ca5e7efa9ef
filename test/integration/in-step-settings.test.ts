// What botocore and the AWS SDK for JavaScript make of a profile's settings, setting by setting: through dev-mfa, with the section
// that mfad writes, the same as through dev. The table says which tool knows a setting at all; a new version that differs fails.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { setSection } from '../../src/core/document/edit.ts'
import { inStepKeys } from '../../src/core/profiles/in-step-settings.ts'
import { ownKeysWith } from '../../src/core/profiles/own-keys.ts'
import { sectionValues, sessionValues } from '../../src/core/profiles/session-section.ts'
import { findPython } from '../support/clients.ts'
import { type LineProcess, startLineProcess } from '../support/line-process.ts'
import { documentsOf, keysOf, profilesOf } from '../support/profiles.ts'

type Tool = 'botocore' | 'sdk'

const both: readonly Tool[] = ['botocore', 'sdk']
const services = `[services local]
sts =
  endpoint_url = http://localhost:4566
ec2 =
  endpoint_url = http://localhost:4567
`
/** The key, a value, who knows it, and what has to stand beside it to show. The SDK's client for STS knows no checksums. */
const table: readonly [key: string, value: string, tools: readonly Tool[], beside?: string][] = [
  ['region', 'eu-west-1', both],
  ['use_fips_endpoint', 'true', both],
  ['use_dualstack_endpoint', 'true', both],
  ['endpoint_url', 'http://localhost:4566', both],
  ['ignore_configured_endpoint_urls', 'true', both, 'endpoint_url = http://localhost:4566\n'],
  ['services', 'local', both],
  ['ca_bundle', '/etc/ssl/certs/ca-certificates.crt', ['botocore']],
  ['sts_regional_endpoints', 'legacy', ['botocore']],
  ['defaults_mode', 'in-region', both],
  ['retry_mode', 'adaptive', both],
  ['max_attempts', '7', both],
  ['request_checksum_calculation', 'when_required', ['botocore']],
  ['response_checksum_validation', 'when_required', ['botocore']],
  ['account_id_endpoint_mode', 'required', ['botocore']],
  ['output', 'yaml', ['botocore']],
]

const python = findPython('botocore')
const homes: string[] = []
const environment = { ...process.env }
let botocore: LineProcess | undefined

beforeAll(() => {
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name]
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true'
  if (python === undefined && process.env.CI) throw new Error('no python3 here has botocore')
  if (python !== undefined)
    botocore = startLineProcess([python, resolve('test/support/botocore-settings.py')], process.env)
})
afterAll(async () => {
  process.env = environment
  await botocore?.close()
  for (const home of homes) rmSync(home, { recursive: true, force: true })
})

/** A home with `dev`, and a session in `dev-mfa` as mfad writes it: `isBare` without any setting but the region. */
function homeWith(credentials: string, config: string, isBare = false): string {
  const documents = documentsOf(credentials, config)
  const dev = profilesOf(credentials, config).find(({ profile }) => profile === 'dev')
  if (dev === undefined) throw new Error('there is no dev')
  const inStep = isBare ? new Map([['region', dev.region ?? '']]) : dev.inStep
  const values = sessionValues(session, sectionValues({ ...dev, inStep }, dev.serialNumber))
  const keys = ownKeysWith(undefined, values)
  const home = mkdtempSync(join(tmpdir(), 'mfad-in-step-'))
  homes.push(home)
  mkdirSync(join(home, '.aws'))
  writeFileSync(
    join(home, '.aws/credentials'),
    setSection(documents.credentials, 'dev-mfa', keys, values).toBytes(),
    { mode: 0o600 },
  )
  writeFileSync(join(home, '.aws/config'), config)
  return home
}

const session = {
  accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'c2VjcmV0',
  sessionToken: 'dG9rZW4=',
  expiration: new Date('2030-01-01T00:00:00Z'),
}

const resolved: Record<Tool, (home: string, profile: string) => Promise<unknown>> = {
  async botocore(home, profile) {
    const [answer] = (await botocore?.ask([JSON.stringify({ home, profile })])) ?? []
    return JSON.parse(answer ?? 'null')
  },
  async sdk(home, profile) {
    process.env.AWS_SHARED_CREDENTIALS_FILE = join(home, '.aws/credentials')
    process.env.AWS_CONFIG_FILE = join(home, '.aws/config')
    process.env.AWS_PROFILE = profile
    let url = ''
    const requestHandler = {
      handle: async ({ protocol, hostname, port, path }: Record<string, unknown>) => {
        url = `${protocol}//${hostname}:${port}${path}`
        throw new Error('far enough')
      },
    }
    const client = new STSClient({ requestHandler, maxAttempts: 1 } as object)
    await client.send(new GetCallerIdentityCommand({})).catch(() => undefined)
    const { config } = new STSClient({})
    return {
      url,
      region: await config.region(),
      maxAttempts: await config.maxAttempts(),
      retryMode: await (config.retryMode as () => Promise<string>)(),
      defaultsMode: await (config.defaultsMode as unknown as () => Promise<string>)(),
    }
  },
}

it('the table has every setting that is kept in step', () => {
  expect(table.map(([key]) => key)).toEqual(inStepKeys)
})

describe.each(table)('%s', (key, value, tools, beside = '') => {
  const keys = `[dev]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}`
  const region = key === 'region' ? '' : 'region = us-east-1\n'
  const config = `[profile dev]\n${region}${beside}${key} = ${value}\n\n${services}`
  const without = `[profile dev]\n${region || 'region = us-east-1\n'}${beside}\n${services}`

  it.skipIf(python === undefined).each(both)('%s resolves the same through dev-mfa', async (tool) => {
    const home = homeWith(keys, config)
    const wanted = await resolved[tool](home, 'dev')
    expect(await resolved[tool](home, 'dev-mfa')).toEqual(wanted)
    const isKnown =
      JSON.stringify(await resolved[tool](homeWith(keys, without), 'dev')) !== JSON.stringify(wanted)
    expect(isKnown).toBe(tools.includes(tool))
    if (!isKnown || key === 'region' || beside !== '') return
    const bare = homeWith(keys, config, true)
    expect(await resolved[tool](bare, 'dev-mfa'), 'a session profile inherits nothing').not.toEqual(wanted)
  })
})

it.skipIf(python === undefined)('all of them at once, from either file', async () => {
  const lines = table.map(([key, value]) => `${key} = ${value}\n`).join('')
  const keys = `[dev]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}`
  for (const home of [homeWith(keys, `[profile dev]\n${lines}${services}`), homeWith(keys + lines, services)])
    for (const tool of both)
      expect(await resolved[tool](home, 'dev-mfa')).toEqual(await resolved[tool](home, 'dev'))
})

it.skipIf(python === undefined)('of a role its own settings count, not those of its source', async () => {
  const home = homeWith(
    `[dev]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}`,
    `[profile dev]\nregion = us-east-1\nuse_fips_endpoint = true\n[profile admin]\nrole_arn = arn:aws:iam::111122223333:role/a\nsource_profile = dev\nregion = us-east-1\n`,
  )
  expect(await resolved.botocore(home, 'admin')).not.toMatchObject({ use_fips_endpoint: true })
  expect(await resolved.botocore(home, 'dev')).toMatchObject({ use_fips_endpoint: true })
})
