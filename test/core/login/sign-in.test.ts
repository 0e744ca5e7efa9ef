import { describe, expect, it } from 'vitest'
import { consolePlace, destinationUrl, readSignInToken } from '../../../src/core/login/sign-in.ts'
import type { RoleProfile } from '../../../src/core/profiles/profile.ts'

const roleIn = (partition: string) =>
  ({ profile: 'admin', role: { arn: `arn:${partition}:iam::444455556666:role/admin` } }) as RoleProfile

describe('the console', () => {
  it.each([
    ['aws', 'https://signin.aws.amazon.com/federation', 'https://console.aws.amazon.com'],
    ['aws-cn', 'https://signin.amazonaws.cn/federation', 'https://console.amazonaws.cn'],
    ['aws-us-gov', 'https://signin.amazonaws-us-gov.com/federation', 'https://console.amazonaws-us-gov.com'],
    [
      'aws-eusc',
      'https://eusc-de-east-1.signin.amazonaws-eusc.eu/federation',
      'https://console.amazonaws-eusc.eu',
    ],
  ])('of %s has its own hosts', (partition, federationUrl, consoleUrl) => {
    expect(consolePlace(roleIn(partition), undefined)).toEqual({ partition, federationUrl, consoleUrl })
  })

  it('of a partition that is closed to the world is not guessed', () => {
    expect(() => consolePlace(roleIn('aws-iso'), undefined)).toThrow(
      'mfad does not know where the console of aws-iso is, the partition of admin',
    )
    expect(() => consolePlace(roleIn('constructor'), undefined)).toThrow('does not know')
  })

  it('has a page for each service, in a region or in none', () => {
    const place = { consoleUrl: 'https://console.aws.amazon.com' }
    expect(destinationUrl(place, 's3', undefined)).toBe('https://console.aws.amazon.com/s3/home')
    expect(destinationUrl(place, undefined, 'eu-west-1')).toBe(
      'https://console.aws.amazon.com/console/home?region=eu-west-1',
    )
  })
})

describe('the answer of the sign-in', () => {
  it.each(['', '{}', '[]', 'null', '{"SigninToken":""}', '{"SigninToken":7}', '{"SigninToken":"a b"}'])(
    'is not %s',
    (text) => {
      expect(readSignInToken(text)).toBeUndefined()
    },
  )

  it('is a token', () => {
    expect(readSignInToken('{"SigninToken":"a-b_c="}')).toBe('a-b_c=')
  })
})
