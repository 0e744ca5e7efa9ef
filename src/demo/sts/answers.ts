// What STS and IAM say, in AWS's XML: answers, errors and their HTTP statuses.
import { randomUUID } from 'node:crypto'

/** The two services behind the one endpoint, by the name that a signature is scoped to. */
export type Service = 'sts' | 'iam'

/** An XML element's content: text, or child elements in order. */
export type XmlContent = string | readonly XmlElement[]
export type XmlElement = readonly [name: string, content: XmlContent]

export type Answer = { status: number; contentType: string; requestId: string; body: string }

const namespaceByService: Readonly<Record<Service, string>> = {
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
  iam: 'https://iam.amazonaws.com/doc/2010-05-08/',
}

/** An error as AWS words it. `status` is the HTTP status, from 500 on the fault is AWS's own. */
export class StsError extends Error {
  override readonly name = 'StsError'
  readonly status: number
  readonly code: string

  constructor(status: number, code: string, message: string) {
    super(message)
    this.status = status
    this.code = code
  }
}

/** The refusal that AWS has for everything that a caller may not do, a wrong code included. */
export function denied(message: string): StsError {
  return new StsError(403, 'AccessDenied', message)
}

/** A successful answer: the action's result and the id of the request. */
export function resultAnswer(service: Service, action: string, result: XmlContent): Answer {
  const requestId = randomUUID()
  const children = [
    [`${action}Result`, result],
    ['ResponseMetadata', [['RequestId', requestId]]],
  ] as const
  return xmlAnswer(200, requestId, `${action}Response`, service, children)
}

/** The answer that carries an error. */
export function errorAnswer(service: Service, error: StsError): Answer {
  const requestId = randomUUID()
  const children = [
    [
      'Error',
      [
        ['Type', error.status >= 500 ? 'Receiver' : 'Sender'],
        ['Code', error.code],
        ['Message', error.message],
      ],
    ],
    ['RequestId', requestId],
  ] as const
  return xmlAnswer(error.status, requestId, 'ErrorResponse', service, children)
}

function xmlAnswer(
  status: number,
  requestId: string,
  root: string,
  service: Service,
  children: XmlContent,
): Answer {
  const body = `<${root} xmlns="${namespaceByService[service]}">${xml(children, 1)}</${root}>\n`
  return { status, contentType: 'text/xml', requestId, body }
}

/** Indented, because AWS's answers are. Text stands alone in its element, so that no white space joins it. */
function xml(content: XmlContent, depth: number): string {
  if (typeof content === 'string') return escapeXml(content)
  const indent = '  '.repeat(depth)
  const lines = content.map(([name, inner]) => `\n${indent}<${name}>${xml(inner, depth + 1)}</${name}>`)
  return `${lines.join('')}\n${'  '.repeat(depth - 1)}`
}

/** Control characters travel as references: a parser turns a bare carriage return into a line feed. */
function escapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not travel bare
  return text.replace(/[&<>"\u0000-\u001f]/g, (letter) => named[letter] ?? `&#${letter.charCodeAt(0)};`)
}
