import { describe, expect, test } from 'vitest'
import { endpointWarnings } from '../../../src/core/service/endpoints.ts'

describe('an endpoint', () => {
  test.each([
    'https://sts.eu-west-1.amazonaws.com',
    'https://sts-fips.us-east-1.amazonaws.com/',
    'https://sts.eu-west-1.api.aws',
    'https://sts.cn-north-1.amazonaws.com.cn:443',
    'https://vpce-0abc-1.sts.eu-west-1.vpce.amazonaws.com',
    'https://sts.eusc-de-east-1.amazonaws.eu',
    'HTTPS://STS.US-ISO-EAST-1.C2S.IC.GOV',
  ])('of AWS is no matter: %s', (url) => {
    expect(endpointWarnings({ AWS_ENDPOINT_URL: url }, 'mfad install')).toEqual([])
  })

  test.each([
    'http://localhost:4566',
    'https://amazonaws.com.evil.example',
    'https://evil.example/sts.amazonaws.com',
    'https://sts.amazonaws.com@evil.example',
    'https://notamazonaws.com',
    'https://evil.example?.amazonaws.com',
    'https://evil.example#.amazonaws.com',
    'http://sts.eu-west-1.amazonaws.com',
    'nonsense',
  ])('that is not AWS’s never gets keys and codes without a word: %s', (url) => {
    expect(endpointWarnings({ AWS_ENDPOINT_URL: url }, 'mfad install')).toHaveLength(1)
    expect(
      endpointWarnings({ AWS_ENDPOINT_URL_STS: url, AWS_ENDPOINT_URL_IAM: url }, 'mfad install'),
    ).toHaveLength(2)
  })

  test('is shown without its password', () => {
    expect(endpointWarnings({ AWS_ENDPOINT_URL: 'https://me:hunter2@proxy' }, 'mfad install')).toEqual([
      {
        code: 'daemon.foreign-endpoint',
        message:
          'AWS_ENDPOINT_URL makes the daemon send keys and codes to https://***@proxy, which is not AWS',
        hint: 'unless that is meant: unset AWS_ENDPOINT_URL, then: mfad install',
      },
    ])
  })

  test('that nobody has set is none', () => {
    expect(endpointWarnings({ AWS_ENDPOINT_URL: '' }, 'mfad install')).toEqual([])
  })
})
