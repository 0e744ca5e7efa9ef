// Verifies AWS Signature Version 4 in its header form, in the order and the words of AWS:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { type Service, StsError } from './answers.ts'

/** A request as it came in. Header names are lower case; `target` is the path with its query. */
export type SignedRequest = {
  method: string
  target: string
  headers: Readonly<Record<string, readonly string[] | undefined>>
  body: Buffer
}

/** What the Authorization header claims. Nothing in it is proven before `checkSignature`. */
export type Authorization = {
  accessKeyId: string
  date: string
  region: string
  service: string
  terminator: string
  signedHeaders: readonly string[]
  signature: string
  /** `X-Amz-Date`, as `20260131T235959Z`. */
  amzDate: string
}

const algorithm = 'AWS4-HMAC-SHA256'
const windowMs = 15 * 60_000

/** Reads the Authorization and X-Amz-Date headers; StsError where they are missing or incomplete. */
export function readAuthorization(request: SignedRequest): Authorization {
  const header = headerValue(request, 'authorization')
  if (header === undefined) {
    throw new StsError(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token')
  }
  const [used, ...rest] = header.split(' ')
  if (used !== algorithm) {
    throw incomplete(`Unsupported AWS 'algorithm': '${used}' (only ${algorithm} for now). `)
  }
  const parameters = readParameters(rest.join(' '))
  const amzDate = headerValue(request, 'x-amz-date')
  checkPresence(parameters, amzDate)
  const [accessKeyId, date, region, service, terminator, ...more] = (parameters.Credential ?? '').split('/')
  if (!accessKeyId || !date || !region || !service || !terminator || more.length > 0) {
    throw incomplete(
      `Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '${parameters.Credential}'`,
    )
  }
  const signedHeaders = (parameters.SignedHeaders ?? '').toLowerCase().split(';')
  const signature = parameters.Signature ?? ''
  return { accessKeyId, date, region, service, terminator, signedHeaders, signature, amzDate: amzDate ?? '' }
}

/** Proves that the holder of `secretAccessKey` signed this request for this service, within 15 min of `now`. */
export function checkSignature(
  request: SignedRequest,
  authorization: Authorization,
  secretAccessKey: string,
  service: Service,
  now: Date,
): void {
  checkScope(authorization, service)
  checkWindow(authorization.amzDate, now)
  checkSignedHeaders(request, authorization)
  if (!isEqual(authorization.signature, signatureOf(request, authorization, secretAccessKey))) {
    throw mismatch(
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
    )
  }
}

/** Compares two texts in a time that does not depend on where they differ. */
export function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(sha256(one), sha256(other))
}

function readParameters(text: string): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = {}
  for (const part of text.split(',')) {
    const [, name, value] = /^\s*(\w+)=(\S*)\s*$/.exec(part) ?? []
    if (name !== undefined && value !== undefined) parameters[name] = value
  }
  return parameters
}

/** AWS lists everything that is missing in one message. (It also repeats the header; we keep that out of logs.) */
function checkPresence(parameters: Readonly<Record<string, string>>, amzDate: string | undefined): void {
  const missing = ['Credential', 'Signature', 'SignedHeaders']
    .filter((name) => !parameters[name])
    .map((name) => `Authorization header requires '${name}' parameter.`)
  if (!/^\d{8}T\d{6}Z$/.test(amzDate ?? '')) {
    missing.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
  }
  if (missing.length > 0) throw incomplete(missing.join(' '))
}

function checkScope({ date, amzDate, service, terminator }: Authorization, expected: Service): void {
  const problems: string[] = []
  if (service !== expected) problems.push(`Credential should be scoped to correct service: '${expected}'. `)
  if (terminator !== 'aws4_request') {
    problems.push(
      `Credential should be scoped with a valid terminator: 'aws4_request', not '${terminator}'. `,
    )
  }
  if (date !== amzDate.slice(0, 8)) {
    problems.push(
      `Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '${date}' != '${amzDate.slice(0, 8)}', from '${amzDate}'. `,
    )
  }
  if (problems.length > 0) throw mismatch(problems.join(''))
}

function checkWindow(amzDate: string, now: Date): void {
  const signedAt = Date.parse(
    amzDate.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'),
  )
  const earliest = now.getTime() - windowMs
  const latest = now.getTime() + windowMs
  if (!(signedAt >= earliest)) {
    throw mismatch(
      `Signature expired: ${amzDate} is now earlier than ${basicTime(earliest)} (${basicTime(now.getTime())} - 15 min.)`,
    )
  }
  if (signedAt > latest) {
    throw mismatch(
      `Signature not yet current: ${amzDate} is still later than ${basicTime(latest)} (${basicTime(now.getTime())} + 15 min.)`,
    )
  }
}

/** An unsigned header could be changed on the way: the host and every X-Amz header must be signed. */
function checkSignedHeaders(request: SignedRequest, { signedHeaders }: Authorization): void {
  if (!signedHeaders.includes('host')) {
    throw mismatch("'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
  }
  for (const name of Object.keys(request.headers)) {
    if (name.startsWith('x-amz-') && !signedHeaders.includes(name)) {
      throw mismatch(`'${name}' must be a 'SignedHeader' in the AWS Authorization.`)
    }
  }
}

function signatureOf(request: SignedRequest, authorization: Authorization, secretAccessKey: string): string {
  const { date, region, service, amzDate, signedHeaders } = authorization
  const scope = `${date}/${region}/${service}/aws4_request`
  const canonicalRequest = canonicalForm(request, signedHeaders)
  const stringToSign = [algorithm, amzDate, scope, sha256(canonicalRequest).toString('hex')].join('\n')
  const key = [date, region, service, 'aws4_request'].reduce<Buffer | string>(
    (previous, part) => hmac(previous, part),
    `AWS4${secretAccessKey}`,
  )
  return hmac(key, stringToSign).toString('hex')
}

/** The payload's hash is always our own: X-Amz-Content-Sha256 says only what the client thought it sent. */
function canonicalForm(request: SignedRequest, signedHeaders: readonly string[]): string {
  const [path = '/', query = ''] = request.target.split(/\?(.*)/s)
  const headers = signedHeaders.map((name) => `${name}:${headerValue(request, name) ?? ''}\n`)
  return [
    request.method,
    path,
    canonicalQuery(query),
    headers.join(''),
    signedHeaders.join(';'),
    sha256(request.body).toString('hex'),
  ].join('\n')
}

function canonicalQuery(query: string): string {
  const pairs = [...new URLSearchParams(query)].map(([name, value]) => [encode(name), encode(value)] as const)
  return pairs
    .sort(([name, value], [otherName, otherValue]) => compare(name, otherName) || compare(value, otherValue))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

/** The signing rules' percent-encoding (RFC 3986): stricter than `encodeURIComponent`. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** By code unit: the encoded texts are ASCII. */
function compare(one: string, other: string): number {
  return Number(one > other) - Number(one < other)
}

function headerValue(request: SignedRequest, name: string): string | undefined {
  return request.headers[name]?.map((value) => value.trim().replace(/ +/g, ' ')).join(',')
}

function basicTime(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/[-:]|\.\d+/g, '')
}

function sha256(data: Buffer | string): Buffer {
  return createHash('sha256').update(data).digest()
}

function hmac(key: Buffer | string, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}

function incomplete(message: string): StsError {
  return new StsError(400, 'IncompleteSignature', message)
}

function mismatch(message: string): StsError {
  return new StsError(403, 'SignatureDoesNotMatch', message)
}
