// Reads a request of AWS's Query protocol: the signed bytes as they came, and the parameters in them.
import type { IncomingMessage } from 'node:http'
import { actions } from './actions.ts'
import { type Service, StsError } from './answers.ts'
import type { Parameters } from './parameters.ts'
import type { SignedRequest } from './sigv4.ts'

export type QueryRequest = SignedRequest & { action: string; service: Service; parameters: Parameters }

const maxBodyBytes = 64 * 1024

const versionByService: Readonly<Record<Service, string>> = { sts: '2011-06-15', iam: '2010-05-08' }

/**
 * The whole request; StsError (413) as soon as its body is over 64 KiB. Its parameters are in the body, or for a GET in the
 * query.
 */
export async function readRequest(incoming: IncomingMessage): Promise<QueryRequest> {
  const body = await readBody(incoming)
  const method = incoming.method ?? ''
  const target = incoming.url ?? '/'
  const form = method === 'GET' ? target.replace(/^[^?]*\??/, '') : body.toString('utf8')
  const parameters = new Map(new URLSearchParams(form))
  const action = parameters.get('Action') ?? ''
  const service = parameters.get('Version') === versionByService.iam ? 'iam' : 'sts'
  return { method, target, headers: incoming.headersDistinct, body, action, service, parameters }
}

/** StsError unless this is a known action of the API version that the request names. */
export function checkAction({ method, target, action, service, parameters }: QueryRequest): void {
  if (!/^\/(?:\?|$)/.test(target) || !['GET', 'POST'].includes(method)) {
    throw new StsError(404, 'UnknownOperationException', 'The requested operation is not supported.')
  }
  if (action === '') throw new StsError(400, 'MissingAction', 'The request is missing an action.')
  const version = parameters.get('Version') ?? 'NO_VERSION_SPECIFIED'
  if (actions[action]?.service !== service || version !== versionByService[service]) {
    throw new StsError(400, 'InvalidAction', `Could not find operation ${action} for version ${version}`)
  }
}

/** The access key id that a request claims, proven or not; empty where it claims none. */
export function claimedAccessKeyId({ headers }: SignedRequest): string {
  return /Credential=([^/,\s]+)/.exec(headers.authorization?.[0] ?? '')?.[1] ?? ''
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > maxBodyBytes) throw new StsError(413, 'RequestEntityTooLarge', 'Request Entity Too Large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
