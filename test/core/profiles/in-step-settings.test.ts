// Which values of a profile's settings are fit to be written into our section.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { agreedValue } from '../../../src/core/document/document.ts'
import { setSection } from '../../../src/core/document/edit.ts'
import { inStepKeys } from '../../../src/core/profiles/in-step-settings.ts'
import { ownKeysWith } from '../../../src/core/profiles/own-keys.ts'
import { sessionValues } from '../../../src/core/profiles/session-section.ts'
import { keysOf, parse, profilesOf } from '../../support/profiles.ts'

const dev = `[dev]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}`
const inStepOf = (lines: string, rest = '') => {
  const [profile] = profilesOf(dev, `[profile dev]\n${lines}${rest}`)
  return { settings: Object.fromEntries(profile?.inStep ?? []), warnings: profile?.warnings ?? [] }
}

describe('a value', () => {
  it.each([
    ['use_fips_endpoint', 'true'],
    ['use_dualstack_endpoint', 'False'],
    ['endpoint_url', 'https://vpce-1.sts.eu-west-1.vpce.amazonaws.com/a'],
    ['endpoint_url', 'http://localhost:4566'],
    ['ignore_configured_endpoint_urls', 'true'],
    ['services', 'my-services.v2'],
    ['ca_bundle', '/etc/ssl/My Company/ca (new).pem'],
    ['ca_bundle', '~/ca.pem'],
    ['sts_regional_endpoints', 'legacy'],
    ['defaults_mode', 'cross-region'],
    ['retry_mode', 'adaptive'],
    ['max_attempts', '10'],
    ['request_checksum_calculation', 'when_required'],
    ['response_checksum_validation', 'WHEN_SUPPORTED'],
    ['account_id_endpoint_mode', 'disabled'],
    ['output', 'yaml-stream'],
  ])('is written as it is: %s = %s', (key, value) => {
    expect(inStepOf(`${key} = ${value}\n`)).toEqual({ settings: { [key]: value }, warnings: [] })
  })

  it.each([
    ['use_fips_endpoint', 'yes', 'yes'],
    ['endpoint_url', 'http://example.com', 'http://example.com'],
    ['endpoint_url', 'https://a.example.com@b.example.com', 'VALUE'],
    ['services', 'a b', "'a b'"],
    ['ca_bundle', '/etc/\u00fc.pem', "'/etc/\u00fc.pem'"],
    ['ca_bundle', '-----BEGIN', '-----BEGIN'],
    ['retry_mode', 'often', 'often'],
    ['output', 'json # not text', undefined],
  ])('is not, and is said with the command: %s = %s', (key, value, word) => {
    const { settings, warnings } = inStepOf(`${key} = ${value}\n`)
    expect(settings).toEqual({})
    expect(warnings.map(({ hint }) => hint)).toEqual([
      `aws configure set ${key} ${word ?? 'VALUE'} --profile dev-mfa`,
    ])
    expect(inStepOf(`${key} = ${value}\n`, `[profile dev-mfa]\n${key} = x\n`).warnings).toEqual([])
  })

  it.each([
    ['use_fips_endpoint', 'true'],
    ['sts_regional_endpoints', 'legacy'],
    ['defaults_mode', 'auto'],
    ['retry_mode', 'standard'],
    ['max_attempts', '10'],
    ['request_checksum_calculation', 'when_supported'],
    ['account_id_endpoint_mode', 'required'],
  ])('is not, where it only begins or ends like one that AWS tools know: %s = %s', (key, value) => {
    for (const odd of [`un${value}`, `${value}ly`]) expect(inStepOf(`${key} = ${odd}\n`).settings).toEqual({})
  })

  it('that is empty is nothing', () => {
    expect(inStepOf('output =\n')).toEqual({ settings: {}, warnings: [] })
  })

  it('of the region is spoken of elsewhere', () => {
    expect(inStepOf('region = EU-WEST-1\n')).toEqual({ settings: {}, warnings: [] })
  })

  it('that is fit can be written, and every AWS tool reads it, whatever it is', () => {
    const start = fc.constantFrom(
      'true',
      'https://h',
      'http://127.0.0.1:1/',
      '/a',
      '~',
      'json',
      '7',
      'eu-west-1',
      '',
    )
    const characters = fc.string({ unit: fc.constantFrom(...' \t#;"\'=:[]%/@.-_~a1Z\u00e9\\'), maxLength: 6 })
    fc.assert(
      fc.property(fc.constantFrom(...inStepKeys), start, characters, (key, first, rest) => {
        const { settings } = inStepOf(`${key} = ${first}${rest}\n`)
        const credentials = {
          accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
          secretAccessKey: 'c2VjcmV0',
          sessionToken: 'dG9rZW4=',
          expiration: new Date('2026-11-23T10:32:13Z'),
        }
        const values = sessionValues(credentials, { settings: new Map(Object.entries(settings)) })
        const document = setSection(parse(dev), 'dev-mfa', ownKeysWith(undefined, values), values)
        expect(agreedValue(document.sections.get('dev-mfa'), key)).toBe(settings[key])
        expect(document.findings).toEqual([])
      }),
      { numRuns: 3000 },
    )
  })
})

it('a block of many lines is said in commands that a shell takes', () => {
  const { warnings } = inStepOf(
    's3 =\n  addressing_style = $(touch x)\n  odd line = 1\n  use_accelerate_endpoint = true\n',
  )
  expect(warnings.map(({ hint }) => hint)).toEqual([
    "aws configure set s3.addressing_style '$(touch x)' --profile dev-mfa && aws configure set s3.use_accelerate_endpoint true --profile dev-mfa",
  ])
})
