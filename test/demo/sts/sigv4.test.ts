import { describe, expect, it } from 'vitest'
import { StsError } from '../../../src/demo/sts/answers.ts'
import { checkSignature, readAuthorization, type SignedRequest } from '../../../src/demo/sts/sigv4.ts'
import { sign } from './signed-request.ts'

const at = new Date('2015-08-30T12:36:00Z')
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'

// The worked example of AWS's documentation of Signature Version 4.
const documented: SignedRequest = {
  method: 'GET',
  target: '/?Action=ListUsers&Version=2010-05-08',
  headers: {
    host: ['iam.amazonaws.com'],
    'content-type': ['application/x-www-form-urlencoded; charset=utf-8'],
    'x-amz-date': ['20150830T123600Z'],
    authorization: [
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
    ],
  },
  body: Buffer.alloc(0),
}

const noMatch =
  'SignatureDoesNotMatch 403: The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.'

describe('Signature Version 4', () => {
  it('accepts the worked example of the AWS documentation', () => {
    expect(verdict(documented)).toBe('accepted')
  })

  it.each<[string, Partial<SignedRequest>]>([
    ['another method', { method: 'POST' }],
    ['another path', { target: '/x?Action=ListUsers&Version=2010-05-08' }],
    ['another parameter', { target: '/?Action=ListRoles&Version=2010-05-08' }],
    ['another body', { body: Buffer.from('Action=ListUsers') }],
    ['another host', { headers: { ...documented.headers, host: ['sts.amazonaws.com'] } }],
  ])('refuses the signature of %s', (_, change) => {
    expect(verdict({ ...documented, ...change })).toBe(noMatch)
  })

  it('does not care about the order of parameters and spaces around header values', () => {
    const reordered = { ...documented, target: '/?Version=2010-05-08&Action=ListUsers' }
    const spaced = { ...documented.headers, host: ['  iam.amazonaws.com '] }
    expect(verdict({ ...reordered, headers: spaced })).toBe('accepted')
  })

  it('refuses a signature made with another secret', () => {
    expect(verdict(documented, { secret: 'another' })).toBe(noMatch)
  })

  it('refuses another body than the one that was signed', () => {
    const request = posted('Action=GetCallerIdentity')
    expect(verdict(request, { service: 'sts' })).toBe('accepted')
    expect(verdict({ ...request, body: Buffer.from('Action=GetSessionToken') }, { service: 'sts' })).toBe(
      noMatch,
    )
  })

  it('refuses X-Amz headers that are not signed', () => {
    const headers = { ...documented.headers, 'x-amz-security-token': ['added on the way'] }
    expect(verdict({ ...documented, headers })).toBe(
      "SignatureDoesNotMatch 403: 'x-amz-security-token' must be a 'SignedHeader' in the AWS Authorization.",
    )
  })

  it('refuses a signature without the host', () => {
    expect(verdict(withAuthorization((text) => text.replace(';host', '')))).toBe(
      "SignatureDoesNotMatch 403: 'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.",
    )
  })

  it.each([
    ['14:59 late', '2015-08-30T12:50:59Z', 'accepted'],
    ['15:00 late', '2015-08-30T12:51:00Z', 'accepted'],
    [
      '15:01 late',
      '2015-08-30T12:51:01Z',
      'SignatureDoesNotMatch 403: Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T125101Z - 15 min.)',
    ],
    ['15:00 early', '2015-08-30T12:21:00Z', 'accepted'],
    [
      '15:01 early',
      '2015-08-30T12:20:59Z',
      'SignatureDoesNotMatch 403: Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T122059Z + 15 min.)',
    ],
  ])('judges a request that arrives %s', (_, now, expected) => {
    expect(verdict(documented, { now: new Date(now) })).toBe(expected)
  })

  it('names every problem of the credential scope', () => {
    const request = withAuthorization((text) =>
      text.replace('20150830/us-east-1/iam/aws4_request', '20150829/us-east-1/s3/aws5_request'),
    )
    expect(verdict(request)).toBe(
      "SignatureDoesNotMatch 403: Credential should be scoped to correct service: 'iam'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'. Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20150829' != '20150830', from '20150830T123600Z'. ",
    )
  })

  it('asks for authentication where there is none', () => {
    const { authorization, ...headers } = documented.headers
    expect(authorization).toBeDefined()
    expect(verdict({ ...documented, headers })).toBe(
      'MissingAuthenticationToken 403: Request is missing Authentication Token',
    )
  })

  it('lists what an Authorization header lacks', () => {
    const headers = {
      ...documented.headers,
      'x-amz-date': ['yesterday'],
      authorization: ['AWS4-HMAC-SHA256 Credential=x'],
    }
    expect(verdict({ ...documented, headers })).toBe(
      "IncompleteSignature 400: Authorization header requires 'Signature' parameter. Authorization header requires 'SignedHeaders' parameter. Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.",
    )
  })

  it('refuses another algorithm and a credential that is no scope', () => {
    expect(verdict(withAuthorization((text) => text.replace('AWS4-HMAC-SHA256', 'Basic')))).toBe(
      "IncompleteSignature 400: Unsupported AWS 'algorithm': 'Basic' (only AWS4-HMAC-SHA256 for now). ",
    )
    expect(verdict(withAuthorization((text) => text.replace('/us-east-1/', '/')))).toBe(
      "IncompleteSignature 400: Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'AKIDEXAMPLE/20150830/iam/aws4_request'",
    )
  })
})

function verdict(
  request: SignedRequest,
  { secret = secretAccessKey, now = at, service = 'iam' as 'iam' | 'sts' } = {},
): string {
  try {
    checkSignature(request, readAuthorization(request), secret, service, now)
    return 'accepted'
  } catch (error) {
    if (!(error instanceof StsError)) throw error
    return `${error.code} ${error.status}: ${error.message}`
  }
}

function withAuthorization(change: (text: string) => string): SignedRequest {
  const [authorization = ''] = documented.headers.authorization ?? []
  return { ...documented, headers: { ...documented.headers, authorization: [change(authorization)] } }
}

function posted(body: string): SignedRequest {
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey }
  const headers = sign({ endpoint: 'http://127.0.0.1:1', credentials, at }, body)
  return {
    method: 'POST',
    target: '/',
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]])),
    body: Buffer.from(body),
  }
}
