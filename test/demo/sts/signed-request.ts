// A client of the tests' own: signs a Query request by the book and shows the raw answer.
import { createHash, createHmac } from 'node:crypto'

export type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string }

export type RawAnswer = { status: number; headers: Headers; body: string; code?: string; message?: string }

type Options = {
  endpoint: string
  credentials: Credentials
  at: Date
  service?: string
  region?: string
  terminator?: string
}

/** Posts an action's parameters, signed at the given instant. */
export async function call(options: Options, parameters: Record<string, string>): Promise<RawAnswer> {
  const version = options.service === 'iam' ? '2010-05-08' : '2011-06-15'
  const body = new URLSearchParams({ Version: version, ...parameters }).toString()
  return await post(options.endpoint, sign(options, body), body)
}

/** Posts exactly these headers and this body. */
export async function post(
  endpoint: string,
  headers: Record<string, string>,
  body: string,
): Promise<RawAnswer> {
  const answer = await fetch(endpoint, { method: 'POST', headers, body })
  const text = await answer.text()
  const code = element(text, 'Code')
  const message = element(text, 'Message')
  return {
    status: answer.status,
    headers: answer.headers,
    body: text,
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
  }
}

/** The headers of a signed POST of this body. */
export function sign(options: Options, body: string): Record<string, string> {
  const { endpoint, credentials, at, terminator = 'aws4_request' } = options
  const { service = 'sts', region = 'eu-west-1' } = options
  const amzDate = at.toISOString().replace(/[-:]|\.\d+/g, '')
  const headers: Record<string, string> = {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host: new URL(endpoint).host,
    'x-amz-date': amzDate,
    ...(credentials.sessionToken ? { 'x-amz-security-token': credentials.sessionToken } : {}),
  }
  const names = Object.keys(headers).sort()
  const canonicalHeaders = names.map((name) => `${name}:${headers[name]}\n`).join('')
  const canonical = ['POST', '/', '', canonicalHeaders, names.join(';'), hash(body)].join('\n')
  const scope = [amzDate.slice(0, 8), region, service, terminator]
  let key: Buffer | string = `AWS4${credentials.secretAccessKey}`
  for (const part of scope) key = hmac(key, part)
  const signature = hmac(key, ['AWS4-HMAC-SHA256', amzDate, scope.join('/'), hash(canonical)].join('\n'))
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope.join('/')}, SignedHeaders=${names.join(';')}, Signature=${signature.toString('hex')}`,
  }
}

/** The credentials in an answer's XML. */
export function credentialsIn({ body }: RawAnswer): Required<Credentials> & { expiration: string } {
  const read = (name: string) => element(body, name) ?? `no ${name} in ${body}`
  return {
    accessKeyId: read('AccessKeyId'),
    secretAccessKey: read('SecretAccessKey'),
    sessionToken: read('SessionToken'),
    expiration: read('Expiration'),
  }
}

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1]
}

function hash(data: string): string {
  return createHash('sha256').update(data).digest('hex')
}

function hmac(key: Buffer | string, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest()
}
