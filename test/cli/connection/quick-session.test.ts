import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quickSession } from '../../../src/cli/connection/quick-session.ts'
import { type FileSession, sessionNow } from '../../../src/cli/connection/session-reader.ts'
import { iniFile } from '../../support/ini-arbitrary.ts'

const runs = Number(process.env.MFAD_RUNS ?? 300)
const seed = Number(process.env.MFAD_SEED ?? Date.now() % 2 ** 31)

let home: string
let files: { credentials: string; config: string }
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'mfad-quick-'))
  files = { credentials: join(home, 'credentials'), config: join(home, 'config') }
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const told = async (session: FileSession | undefined) =>
  session && { ...session, region: await session.region() }

describe(`with seed ${seed}`, () => {
  /** Sessions in place, too. */
  const credentials = fc
    .tuple(iniFile, fc.nat(3))
    .map(([bytes, kind]) =>
      kind > 0
        ? bytes
        : Buffer.from(Buffer.from(bytes).toString('latin1').replaceAll('-mfa]', ']'), 'latin1'),
    )

  it('what is plain to see of a session is what both whole files say', async () => {
    let answers = 0
    const property = fc.asyncProperty(credentials, iniFile, async (ofCredentials, ofConfig) => {
      writeFileSync(files.credentials, ofCredentials)
      writeFileSync(files.config, ofConfig)
      for (const name of ['dev', 'dev-mfa', 'prod', 'default', '__proto__', '']) {
        const quick = await told(quickSession(files, '-mfa', name))
        if (quick === undefined) continue
        answers++
        expect(quick).toEqual(await told(sessionNow(files, '-mfa', name).session))
      }
    })
    await fc.assert(property, { numRuns: runs, seed })
    // Else the test would also pass where nothing was compared.
    expect(answers).toBeGreaterThan(runs / 20)
  })
})

const keys = 'aws_access_key_id = AKIAQWERTYUIOPASDFGH\naws_secret_access_key = x\n'
const session = [
  'aws_access_key_id = ASIAQWERTYUIOPASDFGH\naws_secret_access_key = wJalrXUtnFEMI/K7+MDENG=\n',
  'aws_session_token = FwoGZXIvYXdzEBYaDOld==\nexpiration = 2026-11-22T09:00:00Z\n',
  'manager = mfad\nmfad_key = OPASDFGH\n',
].join('')

describe('a session is plain to see', () => {
  for (const [where, name, credentials, config, region] of [
    ['beside its profile', 'dev', `[dev]\n${keys}\n[dev-mfa]\n${session}`, '', undefined],
    ['by its own name', 'dev-mfa', `[dev]\n${keys}\n[dev-mfa]\n${session}`, '', undefined],
    ['with its region', 'dev', `[dev-mfa]\n${session}region = eu-west-1\n`, '', 'eu-west-1'],
    [
      'whose region is in the config file',
      'dev',
      `[dev-mfa]\n${session}`,
      '[profile dev-mfa]\nregion = eu-west-2\n',
      'eu-west-2',
    ],
    [
      'in place',
      'dev',
      `[dev-long-term]\n${keys}[dev]\n${session}`,
      '[profile dev]\nregion = eu-west-3\n',
      'eu-west-3',
    ],
    [
      'whose region AWS tools disagree about',
      'dev',
      `[dev-mfa]\n${session}`,
      '[profile dev-mfa]\nregion = "eu-west-2"\n',
      undefined,
    ],
  ] as const) {
    it(where, async () => {
      writeFileSync(files.credentials, credentials)
      writeFileSync(files.config, config)
      const quick = await told(quickSession(files, '-mfa', name))
      expect(quick).toEqual(await told(sessionNow(files, '-mfa', name).session))
      expect(quick).toMatchObject({ credentials: { accessKeyId: 'ASIAQWERTYUIOPASDFGH' }, region })
    })
  }

  it('without a config file', async () => {
    writeFileSync(files.credentials, `[dev-mfa]\n${session}`)
    const quick = await told(quickSession({ ...files, config: join(home, 'absent') }, '-mfa', 'dev'))
    expect(quick).toMatchObject({ sessionProfile: 'dev-mfa', region: undefined })
  })
})

describe('is left to the reader of the whole file', () => {
  for (const [what, credentials] of [
    ['a section with another program’s keys', `[dev-mfa]\n${session.replace('OPASDFGH\n', 'XXXXXXXX\n')}`],
    ['a value that cannot be right', `[dev-mfa]\n${session.replace('09:00:00Z', 'soon')}`],
    ['no section', `[dev]\n${keys}`],
    ['a file of more than 1 MiB', `# ${'x'.repeat(1024 * 1024)}\n[dev-mfa]\n${session}`],
  ] as const) {
    it(what, () => {
      writeFileSync(files.credentials, credentials)
      expect(quickSession(files, '-mfa', 'dev')).toBe(undefined)
    })
  }

  for (const [what, make] of [
    ['no file', () => join(home, 'absent')],
    [
      'a directory',
      () => {
        mkdirSync(join(home, 'directory'))
        return join(home, 'directory')
      },
    ],
    [
      'a pipe',
      () => {
        execFileSync('mkfifo', [join(home, 'pipe')])
        return join(home, 'pipe')
      },
    ],
    [
      'a file without an end',
      () => {
        symlinkSync('/dev/zero', join(home, 'endless'))
        return join(home, 'endless')
      },
    ],
  ] as const) {
    it(what, () => expect(quickSession({ ...files, credentials: make() }, '-mfa', 'dev')).toBe(undefined))
  }
})
