// The faults that the embedded STS can be told to have: what goes wrong between a client and STS.
import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as wait } from 'node:timers/promises'
import type { IssuedCredentials } from './accounts.ts'
import { type Answer, errorAnswer, type Service, StsError } from './answers.ts'

export type Fault =
  | { kind: 'none' }
  | { kind: 'throttle' }
  | { kind: 'unavailable' }
  | { kind: 'internal-failure' }
  | { kind: 'region-disabled' }
  | { kind: 'html' }
  | { kind: 'hang' }
  | { kind: 'slow'; milliseconds: number }
  | { kind: 'reset' }
  | { kind: 'reset-after-evaluation' }
  | { kind: 'answer'; credentials: Partial<IssuedCredentials & { expiration: string }> }
  | { kind: 'malformed-xml' }
  | { kind: 'huge' }

/** Errors before STS has evaluated the request: no code is used up. */
const errorByFault: Partial<Record<Fault['kind'], StsError>> = {
  throttle: new StsError(400, 'Throttling', 'Rate exceeded'),
  unavailable: new StsError(503, 'ServiceUnavailable', 'Service is unavailable, please try again shortly.'),
  'internal-failure': new StsError(
    500,
    'InternalFailure',
    'The request processing has failed because of an unknown error, exception or failure.',
  ),
  'region-disabled': new StsError(
    403,
    'RegionDisabledException',
    'STS is not activated in this region for account:444455556666. Your account administrator can activate STS in this region using the IAM Console.',
  ),
}

const captivePortal =
  '<!DOCTYPE html><html><head><title>Welcome</title></head><body>Log in to use this network<br></body></html>'
const hugeBytes = 50 * 1024 * 1024

/** Whether the request reaches STS at all under this fault. */
export function isEvaluated(fault: Fault): boolean {
  return ['none', 'slow', 'reset-after-evaluation', 'answer', 'malformed-xml'].includes(fault.kind)
}

/** Answers a request that STS never evaluates, as the fault has it. */
export async function failUnevaluated(
  fault: Fault,
  service: Service,
  response: ServerResponse,
): Promise<void> {
  const error = errorByFault[fault.kind]
  if (error) send(response, errorAnswer(service, error))
  else if (fault.kind === 'html') sendText(response, 200, 'text/html', captivePortal)
  else if (fault.kind === 'reset') response.socket?.destroy()
  else if (fault.kind === 'huge') await sendHuge(response)
}

/** Sends an evaluated answer as far as the fault lets it. */
export async function sendThrough(fault: Fault, answer: Answer, response: ServerResponse): Promise<void> {
  if (fault.kind === 'slow') await waitWhileConnected(fault.milliseconds, response)
  if (fault.kind === 'reset-after-evaluation') response.socket?.destroy()
  else if (fault.kind === 'malformed-xml') send(response, { ...answer, body: cutShort(answer.body) })
  else send(response, answer)
}

/** Ends with an AbortError as soon as the connection does, so that no timer outlives it. */
async function waitWhileConnected(milliseconds: number, response: ServerResponse): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  await wait(milliseconds, undefined, { signal: gone.signal })
}

/** The first half, ending inside a tag: no parser may take it for an answer. */
function cutShort(body: string): string {
  return body.slice(0, body.lastIndexOf('<', body.length / 2) + 3)
}

export function send(response: ServerResponse, answer: Answer): void {
  response.setHeader('x-amzn-RequestId', answer.requestId)
  sendText(response, answer.status, answer.contentType, answer.body)
}

function sendText(response: ServerResponse, status: number, contentType: string, body: string): void {
  response.writeHead(status, { 'content-type': contentType, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}

/** A well-formed answer that goes on and on; the client may hang up in the middle. */
async function sendHuge(response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'content-type': 'text/xml' })
  await pipeline(Readable.from(hugeBody(), { objectMode: false }), response)
}

function* hugeBody(): Generator<string> {
  const line = '  <Padding>..................................................</Padding>\n'.repeat(1000)
  yield '<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">\n'
  for (let sent = 0; sent < hugeBytes; sent += line.length) yield line
  yield '</GetSessionTokenResponse>\n'
}
