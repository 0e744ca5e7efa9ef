// What the daemon lays out is, byte for byte, what the command line would lay out: over random statuses and terminals, through a real
// socket. The daemon here is its server and its routes for the status, with statuses as we like them.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runStatus } from '../../../src/cli/commands/status.ts'
import { statusInFull } from '../../../src/cli/commands/status-in-full.ts'
import { createOutput } from '../../../src/cli/terminal/output.ts'
import { AppError } from '../../../src/core/errors.ts'
import { defaultSettings } from '../../../src/core/settings/default-settings.ts'
import type { UtcOffset } from '../../../src/core/time/quiet-hours.ts'
import { readStatusTextRequest, type Status } from '../../../src/core/wire.ts'
import { createHttpServer, type Routes } from '../../../src/daemon/socket/http-server.ts'
import { statusTextOf } from '../../../src/daemon/socket/status-text.ts'
import { resolveFiles } from '../../../src/edges/paths.ts'

type Terminal = { columns: number; rows: number } | undefined
type Place = { terminal: Terminal; environment: Record<string, string> }

const ignore = () => undefined
const log = { debug: ignore, info: ignore, warn: ignore, error: ignore }
const ownZone: UtcOffset = (instant) => -instant.getTimezoneOffset()

let home: string
let server: Server
let timeZone: string | undefined
let status: Status
let daemonZone: UtcOffset
let asked: string[]
/** In place of the daemon’s answer. */
let answer: ((honest: object) => unknown) | undefined

beforeEach(async () => {
  timeZone = process.env.TZ
  process.env.TZ = 'Europe/Berlin'
  daemonZone = ownZone
  asked = []
  answer = undefined
  home = mkdtempSync(join(tmpdir(), 'mfad-status-'))
  mkdirSync(join(home, 'run/mfad'), { recursive: true, mode: 0o700 })
  status = statusOf([])
  const known = {
    files: resolveFiles(shell(), defaultSettings),
    settings: defaultSettings,
    areSettingsSound: true,
  }
  const now = () => new Date()
  const routes: Routes = {
    'GET /v1/status': () => {
      asked.push('status')
      return status
    },
    'POST /v1/status-text': (body) => {
      asked.push('text')
      const request = readStatusTextRequest(body)
      const honest = statusTextOf({ read: () => status, known, now, utcOffset: daemonZone }, request)
      return answer === undefined ? honest : answer(honest)
    },
  }
  server = createHttpServer(routes, MFAD_VERSION, log)
  await new Promise<void>((done) => server.listen(join(home, 'run/mfad/mfad.sock'), done))
})
afterEach(async () => {
  if (timeZone === undefined) delete process.env.TZ
  else process.env.TZ = timeZone
  server.closeAllConnections()
  await new Promise((closed) => server.close(closed))
  rmSync(home, { recursive: true })
})

const shell = () => ({ HOME: home, XDG_RUNTIME_DIR: join(home, 'run') })

function statusOf(profiles: Status['profiles'], more: Partial<Status> = {}): Status {
  return {
    version: MFAD_VERSION,
    daemon: { pid: 4711, startedAt: '2026-11-23T09:00:00Z', version: MFAD_VERSION },
    files: resolveFiles(shell(), defaultSettings),
    warnings: [],
    profiles,
    ...more,
  }
}

const dev: Status['profiles'][number] = {
  profile: 'dev',
  sessionProfile: 'dev-mfa',
  kind: 'key',
  state: 'valid',
  renews: 'by-code',
}

/** What it prints, and its exit code. */
async function run(
  command: typeof runStatus,
  { terminal, environment }: Place,
  positionals: string[] = [],
  values: Record<string, boolean> = {},
): Promise<unknown> {
  const printed = { 1: '', 2: '' }
  const output = createOutput(environment, {
    write(descriptor, text) {
      printed[descriptor] += text
    },
    isTerminal: () => terminal !== undefined,
    size: () => terminal ?? { columns: 80, rows: 24 },
    hasReader: () => true,
  })
  const invocation = { positionals, values, environment: { ...environment, ...shell() }, output }
  try {
    return { exitCode: await command(invocation), ...printed }
  } catch (error) {
    if (error instanceof AppError) return { error: error.message, ...printed }
    throw error
  }
}

const name = fc.oneof(
  fc.stringMatching(/^[a-z]{1,20}$/),
  fc.string({ maxLength: 80 }),
  fc.constantFrom('\u001b[2Jx', '東京', 'e\u0301', '\u202ex', '-x', '$(x)', '\u001b[31mred', '\ud800'),
)
const instant = fc
  .oneof(fc.integer({ min: -400 * 86_400, max: 400 * 86_400 }), fc.integer({ min: -90_000, max: 180_000 }))
  .map((seconds) => new Date(Date.now() + seconds * 1000).toISOString().replace(/\.\d+/, ''))
const sentence = fc.oneof(fc.lorem({ maxCount: 30 }), fc.string({ maxLength: 300 }), name)
const error = fc.record({
  code: fc.constant('sts.throttled' as const),
  message: sentence,
  hint: sentence,
})
const profile = fc.record(
  {
    profile: name,
    sessionProfile: name,
    kind: fc.constantFrom(
      'key' as const,
      'role' as const,
      'sso' as const,
      'aws-login' as const,
      'other' as const,
    ),
    state: fc.constantFrom(
      'valid' as const,
      'expiring' as const,
      'expired' as const,
      'inactive' as const,
      'unmanaged' as const,
    ),
    renews: fc.constantFrom('by-code' as const, 'by-itself' as const),
    serialNumber: name,
    sourceProfile: name,
    expiration: instant,
    secondsLeft: fc.integer({ min: -100_000, max: 200_000 }),
    snoozedUntil: instant,
    reason: sentence,
    lastError: error,
  },
  { requiredKeys: ['profile', 'sessionProfile', 'kind', 'state', 'renews'] },
)
const warning = fc.record(
  {
    code: fc.constant('file.busy' as const),
    message: sentence,
    hint: sentence,
    file: name,
    line: fc.nat(),
  },
  { requiredKeys: ['code', 'message', 'hint'] },
)
const terminal = fc.option(
  fc.record({ columns: fc.integer({ min: 1, max: 200 }), rows: fc.integer({ min: 1, max: 100 }) }),
  { nil: undefined },
)
const environment = fc.record(
  {
    TERM: fc.constantFrom('dumb', 'xterm', 'xterm-256color', ''),
    NO_COLOR: fc.constantFrom('1', ''),
    COLORTERM: fc.constantFrom('truecolor', ''),
  },
  { requiredKeys: [] },
)

describe('the status that the daemon lays out', () => {
  it('is byte for byte the one that is laid out here', async () => {
    const random = fc.record({
      profiles: fc.array(profile, { maxLength: 40 }),
      warnings: fc.array(warning, { maxLength: 3 }),
      offset: fc.option(fc.integer({ min: -5000, max: 5000 }), { nil: undefined }),
      place: fc.record({ terminal, environment }),
      all: fc.boolean(),
      named: fc.nat({ max: 3 }),
    })
    let atOnce = 0
    await fc.assert(
      fc.asyncProperty(random, async ({ profiles, warnings, offset, place, all, named }) => {
        status = statusOf(profiles, {
          warnings,
          ...(offset === undefined ? {} : { clockOffsetSeconds: offset }),
        })
        const words = profiles.slice(0, named).map((each) => each.profile)
        const values = all ? { all } : {}
        asked = []
        const found = await run(runStatus, place, words, values)
        if (asked.length === 1) atOnce++
        expect(found).toEqual(await run(statusInFull, place, words, values))
      }),
      { numRuns: Number(process.env.STATUSES ?? 150) },
    )
    // A name that is empty, say, is refused.
    expect(atOnce).toBeGreaterThan(Number(process.env.STATUSES ?? 150) / 2)
  })

  const plain: Place = { terminal: undefined, environment: {} }

  it('comes with one request', async () => {
    status = statusOf([dev])
    expect(await run(runStatus, plain)).toMatchObject({ exitCode: 0, 1: expect.stringContaining('dev-mfa') })
    expect(asked).toEqual(['text'])
  })

  it('says by the exit code whether the named ones have a session', async () => {
    status = statusOf([dev, { ...dev, profile: 'ops', sessionProfile: 'ops-mfa', state: 'expired' }])
    expect(await run(runStatus, plain, ['dev-mfa'])).toMatchObject({ exitCode: 0 })
    expect(await run(runStatus, plain, ['dev', 'ops'])).toMatchObject({ exitCode: 8 })
    expect(asked).toEqual(['text', 'text'])
    expect(await run(runStatus, plain, ['nobody'])).toEqual({
      error: 'there is no profile nobody',
      1: '',
      2: '',
    })
  })

  it('shows the time of whoever asks, also where the daemon has another one', async () => {
    const expiration = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '')
    status = statusOf([{ ...dev, expiration, secondsLeft: 3600 }])
    daemonZone = () => 545
    const here = await run(statusInFull, plain)
    asked = []
    expect(await run(runStatus, plain)).toEqual(here)
    expect(asked).toEqual(['text'])
  })

  it('is laid out here where the daemon cannot know the local time of an instant in it', async () => {
    const [winter, summer] = ['2027-01-15T12:00:00Z', '2027-07-15T12:00:00Z']
    status = statusOf([winter, summer].map((expiration) => ({ ...dev, expiration })))
    daemonZone = () => 545
    expect(await run(runStatus, plain)).toMatchObject({
      1: expect.stringMatching(/2027-01-15 13:00\n.*2027-07-15 14:00\n$/),
    })
    expect(asked).toEqual(['text', 'status'])
  })

  it('is laid out here where the daemon has another version', async () => {
    status = statusOf([dev], { version: '0.0.1' })
    expect(await run(runStatus, plain)).toMatchObject({ exitCode: 0, 1: expect.stringContaining('dev-mfa') })
    expect(asked).toEqual(['text', 'status'])
  })

  it('is laid out here where there are too many profiles for the daemon', async () => {
    status = statusOf(Array.from({ length: 1001 }, (_, index) => ({ ...dev, profile: `p${index}` })))
    expect(await run(runStatus, plain)).toMatchObject({ exitCode: 0, 1: expect.stringContaining('p1000 ') })
    expect(asked).toEqual(['text', 'status'])
  })

  it.each<[string, unknown]>([
    ['nothing', {}],
    ['a text that is none', { text: 7, times: [], areLive: true }],
    ['times that are none', { text: 'x', times: [null], areLive: true }],
    ['a time that is none', { text: 'x', times: [['x', 60]], areLive: true }],
    ['another time zone', { text: 'x', times: [[0, 545]], areLive: true }],
  ])('is laid out here where the answer holds %s', async (_, body) => {
    status = statusOf([dev])
    answer = () => body
    expect(await run(runStatus, plain)).toMatchObject({ exitCode: 0, 1: expect.stringContaining('dev-mfa') })
    expect(asked).toEqual(['text', 'status'])
  })

  it('has nothing that a terminal obeys, whoever answers', async () => {
    answer = (honest) => ({ ...honest, text: 'a\u001b[31mb\u001b[2Jc\u009bd\u202ee\rf' })
    const tty: Place = { terminal: { columns: 80, rows: 24 }, environment: { TERM: 'xterm' } }
    expect(await run(runStatus, tty)).toMatchObject({ 1: 'a\u001b[31mb?[2Jc?d?e?f\n' })
    expect(await run(runStatus, plain)).toMatchObject({ 1: 'a?[31mb?[2Jc?d?e?f\n' })
  })
})
