import { describe, expect, it } from 'vitest'
import { exitCodeOf } from '../../../src/core/errors.ts'
import { describeStsFailure, type StsFailure } from '../../../src/core/login/sts-failure.ts'
import type { TransportCause } from '../../../src/core/login/transport-failure.ts'

const host = 'sts.eu-west-1.amazonaws.com'
const context = {
  action: 'GetSessionToken' as const,
  profile: 'dev',
  serialNumber: 'arn:aws:iam::111122223333:mfa/alice',
  region: 'eu-west-1',
  keyEnding: 'MPLE',
  secondsToNextCode: 14,
}
const proxy = { host: 'proxy.example.com:3128', where: 'HTTPS_PROXY', hasCredentials: false }
const failure = (cause: TransportCause, kind: StsFailure['kind'] = 'unreachable'): StsFailure => ({
  kind,
  name: '',
  message: '',
  host,
  cause,
})

describe('a call without an answer', () => {
  it.each<[TransportCause, string, string, RegExp]>([
    [
      { code: 'ENOTFOUND' },
      'network.name-not-found',
      `there is no host named ${host}`,
      /region or endpoint of dev/,
    ],
    [
      { code: 'EAI_AGAIN' },
      'network.name-not-found',
      `the name ${host} could not be looked up: no name server answered`,
      /check the network/,
    ],
    [
      { code: 'ECONNREFUSED' },
      'network.refused',
      `STS at ${host} refused the connection: nothing listens there`,
      /check the endpoint of dev/,
    ],
    [
      { code: 'ECONNRESET' },
      'network.reset',
      `STS at ${host} cannot be reached: the connection was cut off`,
      /check the network/,
    ],
    [
      { code: 'ENETUNREACH' },
      'network.unreachable',
      `STS at ${host} cannot be reached: there is no route to it (ENETUNREACH)`,
      /check the network/,
    ],
    [{ code: 'EODD' }, 'network.unreachable', `STS at ${host} cannot be reached (EODD)`, /check the network/],
    ...[
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    ].map((code): [TransportCause, string, string, RegExp] => [
      { code },
      'network.certificate-not-trusted',
      `the certificate of STS at ${host} is not trusted (${code})`,
      /aws configure set ca_bundle FILE --profile dev, or with NODE_EXTRA_CA_CERTS/,
    ]),
    [
      { code: 'CERT_HAS_EXPIRED' },
      'network.certificate-not-valid',
      `the certificate of STS at ${host} has expired, or this computer's clock is wrong`,
      /check the clock/,
    ],
    [
      { code: 'CERT_NOT_YET_VALID' },
      'network.certificate-not-valid',
      `the certificate of STS at ${host} is not valid yet, or this computer's clock is wrong`,
      /check the clock/,
    ],
    [
      { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
      'network.certificate-not-valid',
      `the certificate of STS at ${host} is for another host`,
      /captive portal/,
    ],
    [
      { code: 'EPROTO' },
      'network.tls-failed',
      `no encrypted connection to STS at ${host} could be made (EPROTO)`,
      /is it a server for https\?/,
    ],
    [
      { code: 'ECONNREFUSED', proxy },
      'network.proxy-unreachable',
      'the proxy proxy.example.com:3128 (HTTPS_PROXY) cannot be used: nothing listens there',
      /check the network and HTTPS_PROXY/,
    ],
    [
      { code: 'NOT_A_PROXY', proxy },
      'network.proxy-unreachable',
      'the proxy proxy.example.com:3128 (HTTPS_PROXY) cannot be used: what answers there is not a proxy',
      /HTTPS_PROXY/,
    ],
    [
      { code: 'SELF_SIGNED_CERT_IN_CHAIN', proxy },
      'network.certificate-not-trusted',
      'the certificate of the proxy proxy.example.com:3128 (HTTPS_PROXY) is not trusted (SELF_SIGNED_CERT_IN_CHAIN)',
      /ca_bundle/,
    ],
    [
      { code: 'NOT_A_PROXY', proxy: { ...proxy, status: 407 } },
      'network.proxy-authentication',
      'the proxy proxy.example.com:3128 (HTTPS_PROXY) asks for a user name and password',
      /http:\/\/USER:PASSWORD@HOST:PORT/,
    ],
    [
      { code: 'NOT_A_PROXY', proxy: { ...proxy, status: 407, hasCredentials: true } },
      'network.proxy-authentication',
      'the proxy proxy.example.com:3128 (HTTPS_PROXY) did not accept its user name and password',
      /http:\/\/USER:PASSWORD@HOST:PORT/,
    ],
    [
      { code: 'NOT_A_PROXY', proxy: { ...proxy, status: 403 } },
      'network.proxy-refused',
      `the proxy proxy.example.com:3128 (HTTPS_PROXY) refused the connection to ${host} (HTTP 403)`,
      new RegExp(`name ${host} in NO_PROXY`),
    ],
    [
      { code: 'NOT_A_PROXY', proxy: { ...proxy, status: 502 } },
      'network.proxy-refused',
      `the proxy proxy.example.com:3128 (HTTPS_PROXY) could not reach ${host} (HTTP 502)`,
      /try again in a minute/,
    ],
  ])('because of %j is %s', (cause, code, message, hint) => {
    const error = describeStsFailure(failure(cause), context)
    expect(error).toMatchObject({ code, message })
    expect(error.hint).toMatch(hint)
    expect(error.hint).toMatch(/, then: mfad login dev$/)
    expect(exitCodeOf(error.code)).toBe(6)
  })

  it('names the file of certificates that does not hold the issuer', () => {
    const cause = { code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }
    expect(describeStsFailure(failure(cause), { ...context, caBundle: '/etc/corp.pem' }).hint).toMatch(
      /^its issuer is not in \/etc\/corp\.pem/,
    )
  })

  it.each<[StsFailure, string, string]>([
    [
      failure({ code: 'ETIMEDOUT' }, 'timeout'),
      'network.timeout',
      `no connection to STS at ${host} could be made in time`,
    ],
    [
      { kind: 'timeout', name: '', message: '', host },
      'network.timeout',
      `STS at ${host} did not answer in time`,
    ],
    [
      failure({ code: 'ETIMEDOUT', proxy }, 'timeout'),
      'network.proxy-unreachable',
      'the proxy proxy.example.com:3128 (HTTPS_PROXY) cannot be used: it did not answer in time',
    ],
  ])('in time: %j', (failed, code, message) => {
    expect(describeStsFailure(failed, context)).toMatchObject({ code, message })
  })
})
