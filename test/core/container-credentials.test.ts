import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  containerVariables,
  endpointFailure,
  proofTarget,
  readEndpointRequest,
} from '../../src/core/container-credentials.ts'

const request = { method: 'GET', hosts: ['127.0.0.1:9911'], hasBody: false }
const read = (target: string) => readEndpointRequest({ ...request, target }, 9911)

describe('a request to the endpoint', () => {
  it('asks for the profile whose variables led to it, whatever its name', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 60 }), (profile) => {
        const url = containerVariables(9911, profile, 'token').AWS_CONTAINER_CREDENTIALS_FULL_URI ?? ''
        const target = url.slice('http://127.0.0.1:9911'.length)
        expect(read(target)).toEqual({ kind: 'credentials', profile })
      }),
    )
  })

  it('is refused, and never fails, where it is anything else', () => {
    fc.assert(
      fc.property(fc.string(), (target) => {
        fc.pre(!/^\/v1\/(?:credentials|proof)\//.test(target))
        expect(read(target)).toMatchObject({ status: 404 })
      }),
    )
    expect(read('/v1/credentials/')).toMatchObject({ status: 404 })
    expect(read(`/v1/credentials/${'x'.repeat(800)}`)).toMatchObject({ status: 404 })
    expect(read(proofTarget('ab'.repeat(15)))).toMatchObject({ status: 404 })
    expect(read(proofTarget('ab'.repeat(16)))).toEqual({ kind: 'proof', nonce: 'ab'.repeat(16) })
  })

  it.each(['127.0.0.1:9911', 'localhost:9911'])('is answered for the host %s', (host) => {
    const target = '/v1/credentials/dev'
    expect(readEndpointRequest({ ...request, target, hosts: [host] }, 9911)).toMatchObject({ profile: 'dev' })
  })

  it('is refused with a body, or with another method', () => {
    const target = '/v1/credentials/dev'
    const read = (more: object) => readEndpointRequest({ ...request, target, ...more }, 9911)
    expect(read({ hasBody: true })).toMatchObject({ status: 400 })
    expect(read({ method: 'POST' })).toMatchObject({ status: 405 })
  })

  it.each([
    [[]],
    [['localhost']],
    [['127.0.0.1:9912']],
    [['127.0.0.1:9911', '127.0.0.1:9911']],
    [['evil.example:9911']],
  ])('is refused for the hosts %j', (hosts) => {
    const target = '/v1/credentials/dev'
    expect(readEndpointRequest({ ...request, target, hosts }, 9911)).toMatchObject({ status: 403 })
  })
})

it('a failure has the fact and the next step under both spellings that SDKs read', () => {
  const failure = { code: 'session.none', message: 'dev has no session', hint: 'log in' } as const
  const message = 'dev has no session; log in'
  expect(endpointFailure(failure)).toEqual({
    status: 409,
    body: { code: 'session.none', message, Code: 'session.none', Message: message },
  })
})
