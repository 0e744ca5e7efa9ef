// What goes wrong between here and STS: the exit code, the fact, and a credentials file that stays as it is.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../src/demo/sts/embedded-sts.ts'
import { alice, devCredentials, openDevSandbox, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox

beforeEach(async () => {
  sandbox = await openDevSandbox()
})
afterEach(() => sandbox.close())

const host = () => sandbox.sts.endpoint.replace('http://', '')
const succeeds = { exitCode: 0, stderr: '' }

/** Logs in with a code, and makes sure that nothing was written. */
async function fails(code: string, environment = {}) {
  const before = sandbox.readCredentials()
  const { exitCode, stdout, stderr } = await sandbox.mfadWith({ environment }, 'login', 'dev', code)
  expect({ stdout, file: sandbox.readCredentials() }).toEqual({ stdout: '', file: before })
  return { exitCode, stderr }
}

const notSts = () =>
  `mfad: what answered at ${host()} is not STS\n  → a captive portal or proxy may be in between: check the network, then: mfad login dev\n`
const cutOff = () =>
  `mfad: STS at ${host()} cannot be reached: the connection was cut off\n  → check the network, then: mfad login dev\n`

describe('STS that never looked at the code', () => {
  const faults: [fault: Fault, says: () => string][] = [
    [
      { kind: 'throttle' },
      () => 'mfad: AWS is throttling requests\n  → wait a minute, then: mfad login dev\n',
    ],
    [
      { kind: 'unavailable' },
      () => `mfad: STS at ${host()} failed (HTTP 503)\n  → try again in a minute with: mfad login dev\n`,
    ],
    [
      { kind: 'internal-failure' },
      () => `mfad: STS at ${host()} failed (HTTP 500)\n  → try again in a minute with: mfad login dev\n`,
    ],
    [{ kind: 'html' }, notSts],
    [{ kind: 'reset' }, cutOff],
    [{ kind: 'huge' }, notSts],
  ]
  it.each(faults)('%j ends with exit code 6, once, and leaves the code good', async (fault, says) => {
    await sandbox.startDaemon()
    sandbox.sts.setFault(fault, 1)
    const code = sandbox.code()
    expect(await fails(code)).toEqual({ exitCode: 6, stderr: says() })
    expect(sandbox.codesSent()).toHaveLength(1)
    const [dev] = (await sandbox.status()).profiles
    expect(dev?.lastError?.message).toBe(says().split('\n')[0]?.replace('mfad: ', ''))
    expect(await sandbox.mfad('login', 'dev', code)).toMatchObject(succeeds)
  })

  it('and answers without end does not fill the memory', async (context) => {
    if (process.platform !== 'linux') return context.skip('peak memory is read from /proc')
    const daemon = await sandbox.startDaemon()
    const peakKiB = () =>
      Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.process.pid}/status`, 'utf8'))?.[1])
    sandbox.sts.setFault({ kind: 'unavailable' }, 1)
    await fails(sandbox.code())
    const before = peakKiB()
    sandbox.sts.setFault({ kind: 'huge' }, 1)
    await fails(sandbox.code())
    expect(peakKiB() - before).toBeLessThan(30 * 1024)
  })

  it('and hangs is left after 15 s', { timeout: 40_000 }, async () => {
    await sandbox.startDaemon()
    sandbox.sts.setFault({ kind: 'hang' }, 1)
    const code = sandbox.code()
    const startedAt = Date.now()
    expect(await fails(code)).toEqual({
      exitCode: 6,
      stderr: `mfad: STS at ${host()} did not answer in time\n  → check the network, then: mfad login dev\n`,
    })
    expect(Date.now() - startedAt).toBeGreaterThan(13_900)
    expect(Date.now() - startedAt).toBeLessThan(25_000)
    expect(sandbox.codesSent()).toHaveLength(1)
  })

  it('is a closed port', async () => {
    await sandbox.startDaemon({ AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${await freePort()}` })
    const { exitCode, stderr } = await fails(sandbox.code())
    expect(exitCode).toBe(6)
    expect(stderr).toMatch(
      /^mfad: STS at 127\.0\.0\.1:\d+ refused the connection: nothing listens there\n {2}→ /,
    )
  })

  it.each(['http://sts.example.com', 'https://localhost:99999'])(
    'is %s: in the clear on another computer, or no address at all, and is not asked',
    async (endpoint) => {
      await sandbox.startDaemon({ AWS_ENDPOINT_URL_STS: endpoint })
      expect(await fails(sandbox.code())).toEqual({
        exitCode: 4,
        stderr:
          'mfad: the endpoint URL for dev (AWS_ENDPOINT_URL_STS) is neither https nor on this computer\n  → correct it there, to one such as https://sts.eu-west-1.amazonaws.com\n',
      })
    },
  )
})

describe('an answer that was lost', () => {
  const faults: [fault: Fault, says: () => string][] = [
    [{ kind: 'reset-after-evaluation' }, cutOff],
    [{ kind: 'malformed-xml' }, notSts],
  ]
  it.each(faults)('%j is not asked for again, and the next code is good', async (fault, says) => {
    await sandbox.startDaemon()
    sandbox.sts.setFault(fault, 1)
    expect(await fails(sandbox.code())).toEqual({ exitCode: 6, stderr: says() })
    expect(sandbox.codesSent()).toHaveLength(1)
    expect(await sandbox.mfad('login', 'dev', sandbox.nextCode())).toMatchObject(succeeds)
  })

  it('that only comes late is waited for', async () => {
    await sandbox.startDaemon()
    sandbox.sts.setFault({ kind: 'slow', milliseconds: 1000 }, 1)
    expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject(succeeds)
  })
})

describe('credentials that are not what STS issues', () => {
  type Credentials = (Fault & { kind: 'answer' })['credentials']
  const years = (count: number) => `${new Date().getUTCFullYear() + count}-01-01T00:00:00Z`
  const answers: [what: string, credentials: Credentials, which: string][] = [
    [
      'a line break in the token',
      { sessionToken: 'abc\ncredential_process = touch /tmp/x' },
      'malformed session token',
    ],
    ['an empty token', { sessionToken: '' }, 'malformed session token'],
    ['a token of 9 KiB', { sessionToken: 'a'.repeat(9000) }, 'malformed session token'],
    ['a quoted secret', { secretAccessKey: '"abc"' }, 'malformed secret access key'],
    ['a long-term access key', { accessKeyId: 'AKIAIOSFODNN7EXAMPL2' }, 'malformed access key id'],
    ['a section in the access key', { accessKeyId: 'ASIA000000000000]\n[x' }, 'malformed access key id'],
    ['an expiration in the past', { expiration: years(-1) }, 'expiration that has passed'],
    ['an expiration in ten years', { expiration: years(10) }, 'expiration too far away'],
  ]
  it.each(answers)('such as %s are refused, and nothing is written', async (_what, credentials, which) => {
    await sandbox.startDaemon()
    sandbox.sts.setFault({ kind: 'answer', credentials }, 1)
    const { exitCode, stderr } = await fails(sandbox.code())
    expect({ exitCode, stderr: stderr.split('\n')[0] }).toEqual({
      exitCode: 6,
      stderr: `mfad: the answer from STS holds ${which.startsWith('expiration') ? 'an' : 'a'} ${which}; nothing was written`,
    })
  })
})

describe('an expiration that cannot be read', () => {
  it.each(['', 'tomorrow', '+012000-01-01T00:00:00Z'])('such as %j is refused', async (expiration) => {
    await sandbox.startDaemon()
    sandbox.sts.setFault({ kind: 'answer', credentials: { expiration } }, 1)
    expect(await fails(sandbox.code())).toEqual({ exitCode: 6, stderr: notSts() })
  })
})

describe('keys that AWS does not take', () => {
  const rejected =
    'mfad: AWS does not know the access key of dev (ending in MPLE): it was deleted, deactivated, or is of another partition than eu-west-1\n  → enter a valid key, or the region that it belongs to, with: aws configure --profile dev\n'

  it('are named when they are deactivated, and the code stays good', async () => {
    await sandbox.startDaemon()
    sandbox.sts.setActive(alice.accessKeyId, false)
    const code = sandbox.code()
    expect(await fails(code)).toEqual({ exitCode: 5, stderr: rejected })
    sandbox.sts.setActive(alice.accessKeyId, true)
    expect(await sandbox.mfad('login', 'dev', code)).toMatchObject(succeeds)
  })

  it('are named when AWS never heard of them', async () => {
    sandbox.writeCredentials(devCredentials.replace(alice.accessKeyId, 'AKIAUNKNOWNUNKNOMPLE'))
    await sandbox.startDaemon()
    expect(await fails(sandbox.code())).toEqual({ exitCode: 5, stderr: rejected })
  })

  it('are named when the secret is that of another key, and the code stays good', async () => {
    sandbox.writeCredentials(devCredentials.replace('wJalr', 'xJalr'))
    await sandbox.startDaemon()
    const code = sandbox.code()
    expect(await fails(code)).toEqual({
      exitCode: 5,
      stderr:
        'mfad: the secret access key of dev does not belong to its access key id (ending in MPLE)\n  → enter both again with: aws configure --profile dev\n',
    })
    sandbox.writeCredentials(devCredentials)
    expect(await sandbox.mfad('login', 'dev', code)).toMatchObject(succeeds)
  })

  it('are not the problem when the device is one that the user does not have', async () => {
    sandbox.writeConfig('[profile dev]\nmfa_serial = arn:aws:iam::111122223333:mfa/gone\n')
    await sandbox.startDaemon()
    const { exitCode, stderr } = await fails(sandbox.code())
    expect({ exitCode, stderr: stderr.split('\n')[0] }).toEqual({
      exitCode: 5,
      stderr: 'mfad: AWS does not accept the device arn:aws:iam::111122223333:mfa/gone for dev',
    })
  })
})

describe('the clock of this computer', () => {
  it.each([
    [20 * 60, 'behind'],
    [-20 * 60, 'ahead of'],
  ])('is named when it differs by %i s', async (seconds, direction) => {
    await sandbox.startDaemon()
    sandbox.sts.setClockOffsetSeconds(seconds)
    const { exitCode, stderr } = await fails(sandbox.code())
    const [fact, hint] = stderr.split('\n')
    expect({ exitCode, fact }).toEqual({
      exitCode: 5,
      fact: `mfad: this computer's clock is 20 min ${direction} that of AWS`,
    })
    expect(hint).toMatch(/^ {2}→ set the clock .+, then: mfad login dev$/)
  })

  it('is not set by an endpoint on this computer, whatever its answers say', async () => {
    await sandbox.startDaemon()
    sandbox.sts.setClockOffsetSeconds(120)
    expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject(succeeds)
    const { profiles, ...status } = await sandbox.status()
    expect(status).not.toHaveProperty('clockOffsetSeconds')
    expect(profiles[0]?.secondsLeft).toBeGreaterThan(43_190 + 120)
  })
})

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}

it('does not set its clock by what is not STS', async () => {
  sandbox.sts.setClockOffsetSeconds(7200)
  sandbox.sts.setFault({ kind: 'html' })
  await sandbox.startDaemon()
  expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(6)
  expect(await sandbox.status()).not.toHaveProperty('clockOffsetSeconds')
})
