// The usual login takes one request. What stands in between here sees how many there are, and can refuse as another daemon would.
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Relay, startRelay } from '../support/relay.ts'
import { aliceKeys, devCredentials, openDevSandbox, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox
let relay: Relay

beforeEach(async () => {
  sandbox = await openDevSandbox()
  await sandbox.startDaemon()
  relay = await startRelay(join(sandbox.home, 'run/mfad/mfad.sock'), between())
})
afterEach(async () => {
  await relay.close()
  await sandbox.close()
})

const between = () => join(sandbox.home, 'between.sock')
const login = (...words: string[]) =>
  sandbox.mfadWith({ environment: { MFAD_SOCKET: between() } }, 'login', ...words)

describe('mfad login with a profile and a code', () => {
  it('takes one request', async () => {
    const { exitCode, stdout } = await login('dev', sandbox.code())
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: expect.stringContaining('dev → [dev-mfa]') })
    expect(relay.requests()).toEqual(['POST /v1/login'])
  })

  it('asks first where a daemon does not know what is taken for granted', async () => {
    relay.refuse = (request) =>
      request.includes('"assuming"')
        ? { error: { code: 'usage.bad-request', message: 'unknown field: assuming', hint: 'x' } }
        : undefined
    expect(await login('dev', sandbox.code())).toMatchObject({ exitCode: 0, stderr: '' })
    expect(relay.requests()).toEqual(['POST /v1/login', 'GET /v1/status', 'POST /v1/login'])
  })

  it('does not send a code again that AWS has seen', async () => {
    expect(await login('dev', '000000')).toMatchObject({ exitCode: 5 })
    expect(relay.requests()).toEqual(['POST /v1/login'])
  })

  it('logs nobody in where the daemon uses other files', async () => {
    const other = { MFAD_SOCKET: between(), AWS_CONFIG_FILE: join(sandbox.home, 'other') }
    const { exitCode, stderr } = await sandbox.mfadWith(
      { environment: other },
      'login',
      'dev',
      sandbox.code(),
    )
    expect({ exitCode, stderr }).toEqual({ exitCode: 4, stderr: expect.stringContaining('means') })
    expect(sandbox.readCredentials()).toBe(devCredentials)
    expect(sandbox.sts.issued).toEqual([])
  })

  it('takes the last word for a profile where one is called like that', async () => {
    sandbox.writeCredentials(`${devCredentials}\n[123456]\n${aliceKeys}`)
    const { exitCode, stderr } = await login('dev', '123456')
    expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: expect.stringContaining('code') })
    expect(sandbox.codesSent()).toEqual([])
  })
})
