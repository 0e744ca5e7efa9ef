// Servers on this computer that stand for what is not here: S3, docker's daemon, a Kubernetes cluster. Each keeps what it was asked.
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export type StandIn<T> = { port: number; readonly asked: T[]; close(): Promise<void> }

export type Container = {
  Image: string
  Cmd: string[]
  Env: string[] | null
  HostConfig: { Binds: string[] | null; NetworkMode: string }
}

/** Answers every call with an empty list of buckets; keeps the access key ids. */
export function startS3(): Promise<StandIn<string>> {
  return start((asked: string[]) =>
    createServer((request, response) => {
      asked.push(/Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '')
      response
        .writeHead(200, { 'content-type': 'application/xml' })
        .end('<ListAllMyBucketsResult><Owner><ID>1</ID></Owner><Buckets></Buckets></ListAllMyBucketsResult>')
    }),
  )
}

/** Keeps the containers that it should make, and makes none. */
export function startDocker(): Promise<StandIn<Container>> {
  return start((asked: Container[]) =>
    createServer(async (request, response) => {
      response.setHeader('api-version', '1.43').setHeader('content-type', 'application/json')
      const body = await bodyOf(request)
      if (!/\/containers\/create/.test(request.url ?? '')) return void response.end('{}')
      asked.push(JSON.parse(body) as Container)
      response.writeHead(409).end('{"message":"a stand-in makes no containers"}')
    }),
  )
}

/** Keeps the tokens, and has nothing. */
export function startKubernetes(): Promise<StandIn<string>> {
  const pem = readFileSync('test/fixtures/test-server.pem')
  return start((asked: string[]) => {
    const answer: RequestListener = (request, response) => {
      asked.push(request.headers.authorization ?? '')
      response
        .writeHead(403, { 'content-type': 'application/json' })
        .end('{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403}')
    }
    return createTlsServer({ key: pem, cert: pem }, answer)
  })
}

async function start<T>(create: (asked: T[]) => Server): Promise<StandIn<T>> {
  const asked: T[] = []
  const server = create(asked)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    asked,
    async close() {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}
