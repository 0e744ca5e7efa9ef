import { describe, expect, it } from 'vitest'
import {
  consolePlace,
  describeSignInFailure,
  destinationUrl,
  readSignInToken,
  roleForConsole,
  signInForm,
  signInLink,
} from '../../../src/core/login/sign-in.ts'
import type { StsFailure } from '../../../src/core/login/sts-failure.ts'
import type { RoleProfile } from '../../../src/core/profiles/profile.ts'
import { findProfile } from '../../../src/core/profiles/profiles.ts'
import { keysOf, profilesOf } from '../../support/profiles.ts'
import { thrownBy } from '../../support/thrown.ts'

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

describe('who signs in', () => {
  const device = 'mfa_serial = arn:aws:iam::111122223333:mfa/alice\n'
  const role = (name: string, source = 'dev') =>
    `[profile ${name}]\nrole_arn = arn:aws:iam::111122223333:role/r\nsource_profile = ${source}\n`
  const credentials = ['dev', 'alone']
    .map((name) => `[${name}]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}${device}`)
    .join('')
  const config = `${['a', 'b', 'c', 'd'].map((name) => role(name)).join('')}${role('lost', 'nowhere')}[profile corp]\nsso_session = x\n[profile bare]\nregion = x\n`
  const profiles = profilesOf(credentials, config)
  const refusal = (name: string) => thrownBy(() => roleForConsole(findProfile(profiles, name), profiles))

  it('is a role', () => {
    expect(roleForConsole(findProfile(profiles, 'a'), profiles)).toBe(findProfile(profiles, 'a'))
  })

  it.each([
    [
      'dev',
      'profile.console-needs-role',
      'take a role behind dev: mfad console a, or mfad console b, or mfad console c',
    ],
    [
      'alone',
      'profile.console-needs-role',
      "there is no role behind alone: sign in with the user's password, or add a profile with role_arn and source_profile = alone",
    ],
    ['lost', 'profile.source-missing', 'name an existing profile in source_profile of lost'],
    ['corp', 'profile.other-sign-in', 'aws sso login --profile corp'],
    ['bare', 'profile.no-keys', 'add one with: aws configure --profile bare'],
  ])('is not %s', (name, code, hint) => {
    expect(refusal(name)).toMatchObject({ code, hint })
  })
})

it('what is sent is encoded: the session in the body, the token in the link', () => {
  const expiration = new Date(0)
  const form = signInForm({ accessKeyId: 'ASIA', secretAccessKey: 'a+b/c=', sessionToken: 't&u', expiration })
  expect(Object.fromEntries(new URLSearchParams(form))).toEqual({
    Action: 'getSigninToken',
    Session: '{"sessionId":"ASIA","sessionKey":"a+b/c=","sessionToken":"t&u"}',
  })
  const link = new URL(signInLink('https://s/federation', 'https://c/s3/home?region=x&y', 'a+b='))
  expect(Object.fromEntries(link.searchParams)).toEqual({
    Action: 'login',
    Destination: 'https://c/s3/home?region=x&y',
    SigninToken: 'a+b=',
  })
})

describe('a sign-in that failed', () => {
  const answered = (httpStatus: number): StsFailure => ({
    kind: 'answered',
    name: '',
    message: '',
    httpStatus,
  })
  it.each<[StsFailure, string, string]>([
    [answered(400), 'sts.refused', 'mfad login admin && mfad console admin'],
    [answered(499), 'sts.refused', 'mfad login admin && mfad console admin'],
    [answered(429), 'sts.throttled', 'try again in a minute with: mfad console admin'],
    [answered(500), 'sts.unavailable', 'try again in a minute with: mfad console admin'],
    [
      { kind: 'not-sts', name: '', message: '' },
      'sts.invalid-answer',
      'check the network, then: mfad console admin',
    ],
    [
      { kind: 'timeout', name: '', message: '' },
      'network.timeout',
      'check the network, then: mfad console admin',
    ],
  ])('%j', (failure, code, nextStep) => {
    const error = describeSignInFailure(failure, { profile: 'admin', host: 'signin.aws.amazon.com' })
    expect(error.code).toBe(code)
    expect(error.hint).toContain(nextStep)
  })

  it('names the host that was not found, and the certificates that were trusted', () => {
    const said = (code: string) =>
      describeSignInFailure(
        { kind: 'unreachable', name: '', message: '', cause: { code } },
        { profile: 'admin', host: 'signin.aws.amazon.com', caBundle: '/ca.pem' },
      )
    expect(said('ENOTFOUND').message).toContain('signin.aws.amazon.com')
    const { message, hint } = said('SELF_SIGNED_CERT_IN_CHAIN')
    expect(`${message} ${hint}`).toContain('/ca.pem')
  })
})
