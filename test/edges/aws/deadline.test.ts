import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { expect, it, onTestFinished } from 'vitest'
import { createSts } from '../../../src/edges/aws/sts.ts'

/** An STS in a thread of its own, which answers while this one stands still. */
const server = `
const { parentPort } = require('node:worker_threads')
const answer = '<GetSessionTokenResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetSessionTokenResult><Credentials>'
  + '<AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>c2VjcmV0</SecretAccessKey><SessionToken>' + 'dG9rZW4='.repeat(200)
  + '</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></GetSessionTokenResult></GetSessionTokenResponse>'
const server = require('node:http').createServer((request, response) => {
  request.resume()
  parentPort.postMessage('asked')
  if (request.headers['x-silent'] === undefined) setTimeout(() => response.end(answer), 200)
})
server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port))
`

it('reads the answer that came while the process was stopped, longer than a call may take', async () => {
  const worker = new Worker(server, { eval: true })
  onTestFinished(async () => void (await worker.terminate()))
  const [port] = await once(worker, 'message')
  const asked = once(worker, 'message')
  const result = createSts(1000).getSessionToken(
    {
      region: 'eu-west-1',
      endpointUrl: `http://127.0.0.1:${port}`,
      useFipsEndpoint: false,
      useDualstackEndpoint: false,
      credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'secret' },
      serialNumber: 'arn:aws:iam::111122223333:mfa/alice',
      tokenCode: '123456',
      durationSeconds: 900,
    },
    new AbortController().signal,
  )
  await asked
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2500)
  expect(await result).toMatchObject({ answer: { accessKeyId: 'ASIAIOSFODNN7EXAMPLE' } })
})
