// The usual status takes one request: the daemon lays out the text. What stands in between here sees how many there are, and can
// refuse as another daemon would.
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Relay, startRelay } from '../support/relay.ts'
import { aliceKeys, devCredentials, openDevSandbox, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox
let relay: Relay

beforeEach(async () => {
  sandbox = await openDevSandbox()
})
afterEach(async () => {
  await relay.close()
  await sandbox.close()
})

const between = () => join(sandbox.home, 'between.sock')
const open = async () => {
  const daemon = await sandbox.startDaemon()
  relay = await startRelay(join(sandbox.home, 'run/mfad/mfad.sock'), between())
  return daemon
}
const status = (environment: Record<string, string>, ...words: string[]) =>
  sandbox.mfadWith({ environment: { MFAD_SOCKET: between(), ...environment } }, 'status', ...words)
const atOnce = ['POST /v1/status-text']
const inFull = ['POST /v1/status-text', 'GET /v1/status']
/** As a daemon that does not know the request. */
const refuse = (request: string) =>
  request.startsWith('POST /v1/status-text')
    ? { error: { code: 'usage.unknown-route', message: 'there is no such thing', hint: 'x' } }
    : undefined

describe('mfad status', () => {
  it('takes one request, and shows what the files say at that moment', async () => {
    await open()
    expect(await status({})).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('dev') })
    sandbox.writeCredentials(`${devCredentials}\n[fresh]\n${aliceKeys}`)
    expect(await status({})).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('fresh') })
    expect(relay.requests()).toEqual([...atOnce, ...atOnce])
  })

  it('is the same from a daemon that does not lay it out, also with settings', async () => {
    sandbox.writeSettings('[mfad]\nhide = fr*\nsuffix = .session\n')
    sandbox.writeCredentials(`${devCredentials}\n[fresh]\n${aliceKeys}`)
    await open()
    await sandbox.mfad('login', 'dev', sandbox.code())
    for (const words of [[], ['--all'], ['dev'], ['fresh'], ['nobody']]) {
      const fromDaemon = await status({}, ...words)
      relay.refuse = refuse
      const { stdout, stderr, exitCode } = await status({}, ...words)
      relay.refuse = () => undefined
      const timeless = (text: string) => text.replace(/\d+h \d+m/, '')
      expect(timeless(fromDaemon.stdout), words.join()).toBe(timeless(stdout))
      expect({ stderr: fromDaemon.stderr, exitCode: fromDaemon.exitCode }).toEqual({ stderr, exitCode })
    }
  })

  it('comes in full where the settings cannot be used as they are now', async () => {
    sandbox.writeSettings('[mfad]\nhide = x\n')
    await open()
    sandbox.writeSettings('[mfad]\nduration = forever\nhide = dev\n')
    const { stdout } = await status({})
    expect(stdout).toContain('duration must be between 15m and 36h')
    expect(stdout).toContain('1 hidden')
    expect(relay.requests()).toEqual(inFull)
  })

  it('comes in full where other files are meant, and says so', async () => {
    await open()
    const other = join(sandbox.home, 'other')
    expect(await status({ AWS_SHARED_CREDENTIALS_FILE: other })).toMatchObject({
      exitCode: 4,
      stderr: expect.stringContaining(`but this command line means ${other}`),
    })
    expect(relay.requests()).toEqual(inFull)
  })

  it('has the local time of the command line', async () => {
    await open()
    await sandbox.mfad('login', 'dev', sandbox.code())
    const at = async (zone: string) =>
      /(?:tomorrow )?\d\d:\d\d$/m.exec((await status({ TZ: zone })).stdout)?.[0]
    expect(await at('Asia/Kathmandu')).not.toBe(await at('UTC'))
    expect(relay.requests()).toEqual([...atOnce, ...atOnce])
  })

  it('waits once for a daemon that does not answer', async () => {
    const daemon = await open()
    daemon.process.kill('SIGSTOP')
    try {
      expect(await status({})).toMatchObject({
        exitCode: 3,
        stderr: expect.stringContaining('the daemon does not answer'),
      })
    } finally {
      daemon.process.kill('SIGCONT')
    }
    expect(relay.requests()).toEqual(atOnce)
  })

  it('goes through a daemon that ssh forwards in full only, which is announced', async () => {
    const daemon = await sandbox.startDaemon()
    const forwarded = join(sandbox.home, 'forwarded.sock')
    relay = await startRelay(join(sandbox.home, 'run/mfad/mfad.sock'), forwarded)
    expect(await status({ MFAD_SOCKET: forwarded })).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('at the other end of ssh'),
    })
    expect(relay.requests()).toEqual(['GET /v1/status'])
    await daemon.stop()
  })
})
