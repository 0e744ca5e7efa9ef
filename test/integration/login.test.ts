import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectRefusal, type Refusal } from '../support/refusal.ts'
import {
  alice,
  aliceKeys,
  aliceSecondKey,
  aliceSerial,
  bob,
  bobSerial,
  devConfig,
  devCredentials,
  keyLines,
  openSandbox,
  type Sandbox,
} from '../support/sandbox.ts'
import { openTerminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox

beforeEach(async () => {
  sandbox = await openSandbox([alice, aliceSecondKey, bob])
  sandbox.writeCredentials(devCredentials)
  sandbox.writeConfig(devConfig)
})
afterEach(() => sandbox.close())

const done = { exitCode: 0, stderr: '' }
const refuse = (args: string[], exitCode: number, says: string, more: Partial<Refusal> = {}) =>
  expectRefusal(sandbox, args, { exitCode, says, ...more })
const malformed = 'mfad: a token code is six digits\n  → type the code that the device shows now'
const session = (name: string) =>
  sandbox.readCredentials().split(`[${name}]\n`)[1]?.split('\n\n')[0]?.split('\n[')[0]
const lines = (stdout: string) =>
  stdout
    .replaceAll(/ until .*/g, '')
    .trimEnd()
    .split('\n')

describe('mfad login', () => {
  it('writes a session section that status then shows as valid', async () => {
    await sandbox.startDaemon()
    const { exitCode, stdout, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect({ exitCode, stderr }).toEqual(done)
    expect(stdout).toMatch(/^dev → \[dev-mfa\] until .+ \((?:11h 59m|12h)\)\n$/)
    const file = sandbox.readCredentials()
    expect(file.slice(0, devCredentials.length)).toBe(devCredentials)
    expect(file.slice(devCredentials.length)).toMatch(
      /^\n\[dev-mfa\]\naws_access_key_id = ASIA[A-Z0-9]{16}\naws_secret_access_key = \S+\naws_session_token = \S+\nexpiration = \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\nregion = eu-west-1\nmanager = mfad\nmfad_key = [A-Z0-9]{8}\n$/,
    )
    const { profiles } = await sandbox.status()
    expect(profiles).toMatchObject([
      { profile: 'dev', sessionProfile: 'dev-mfa', kind: 'key', state: 'valid', renews: 'by-code' },
    ])
  })

  it('prints JSON where it is asked to', async () => {
    await sandbox.startDaemon()
    const { stdout } = await sandbox.mfad('login', 'dev', sandbox.code(), '--json')
    expect(JSON.parse(stdout)).toEqual({
      renewed: [{ profile: 'dev', sessionProfile: 'dev-mfa', expiration: expect.stringMatching(/Z$/) }],
      failed: [],
      warnings: [],
    })
  })
})

describe('a profile without a region', () => {
  const advice = (name: string) =>
    `mfad: warning: ${name} has no region, and AWS tools need one for most commands\n  → set it with: aws configure set region REGION --profile ${name}\n`
  beforeEach(async () => {
    sandbox.writeConfig(`[profile dev]\nmfa_serial = ${aliceSerial}\n`)
    await sandbox.startDaemon()
  })

  it('is told so when it is logged in first, and not each time', async () => {
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).stderr).toBe(advice('dev'))
    expect((await sandbox.mfad('login', 'dev', sandbox.nextCode())).stderr).toBe('')
    const { stdout } = await sandbox.mfad('doctor', '--offline', '--json')
    expect(JSON.parse(stdout).findings).toContainEqual(
      expect.objectContaining({ code: 'profile.no-region', severity: 'note' }),
    )
  })

  it.each([
    ['a variable of the shell', () => undefined, { AWS_DEFAULT_REGION: 'eu-west-1' }],
    [
      'the session profile in the config file',
      () =>
        sandbox.writeConfig(
          `[profile dev]\nmfa_serial = ${aliceSerial}\n[profile dev-mfa]\nregion = us-east-1\n`,
        ),
      {},
    ],
  ])('is not told so where %s has one', async (_what, set, environment) => {
    set()
    await sandbox.status()
    expect((await sandbox.mfadWith({ environment }, 'login', 'dev', sandbox.code())).stderr).toBe('')
    const { stdout } = await sandbox.mfadWith({ environment }, 'doctor', '--offline', '--json')
    expect(stdout).not.toContain('profile.no-region')
  })
})

describe('the code', () => {
  it.each([['12345'], ['1234567'], ['12 45'], ['１２３４５６']])('%j is refused as no code', async (code) => {
    await sandbox.startDaemon()
    await refuse(['login', 'dev', '-'], 2, malformed, { input: `${code}\n` })
    if (/^[\d ]+$/.test(code)) await refuse(['login', 'dev', code], 2, malformed)
  })

  it('may be written with a space in the middle, or come from standard input', async () => {
    await sandbox.startDaemon()
    const code = sandbox.code()
    const spaced = `${code.slice(0, 3)} ${code.slice(3)}`
    expect(await sandbox.mfad('login', 'dev', spaced)).toMatchObject(done)
    const input = `${sandbox.nextCode()}\nand more that nobody reads\n`
    expect(await sandbox.mfadWith({ input }, 'login', 'dev', '-')).toMatchObject(done)
  })

  it('is missing where standard input is empty', async () => {
    await sandbox.startDaemon()
    await refuse(
      ['login', 'dev', '-'],
      2,
      'mfad: standard input holds no code\n  → pipe a command that prints one: ykman oath accounts code -s aws | mfad login dev -',
    )
  })

  it('is a profile where one has such a name', async () => {
    sandbox.writeCredentials(`[123456]\n${aliceKeys}`)
    sandbox.writeConfig(`[profile 123456]\nmfa_serial = ${aliceSerial}\nregion = eu-west-1\n`)
    await sandbox.startDaemon()
    const { stdout, ...rest } = await sandbox.mfad('login', '123456', sandbox.code())
    expect(rest).toEqual(done)
    expect(lines(stdout)).toEqual(['123456 → [123456-mfa]'])
  })

  it('comes last, and is not repeated in the refusal when it does not', async () => {
    await sandbox.startDaemon()
    const says = 'mfad: there is one code, and it comes last\n  → mfad login PROFILE CODE'
    await refuse(['login', sandbox.code(), 'dev'], 2, says)
    await refuse(['login', 'dev', sandbox.code(), sandbox.code()], 2, says)
  })

  it('alone is enough where there is one profile', async () => {
    await sandbox.startDaemon()
    expect(await sandbox.mfad('login', sandbox.code())).toMatchObject(done)
  })

  it('is diagnosed honestly when AWS rejects it', async () => {
    await sandbox.startDaemon()
    const wrong = [sandbox.code(), sandbox.nextCode()].includes('000000') ? '111111' : '000000'
    const before = sandbox.readCredentials()
    const { exitCode, stdout, stderr } = await sandbox.mfad('login', 'dev', wrong)
    expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' })
    expect(stderr).toMatch(
      /^mfad: AWS rejected the code for dev \(arn:aws:iam::111122223333:mfa\/alice\): .+\n {2}→ wait \d+ s for the next one, then: mfad login dev.*\n$/,
    )
    expect(sandbox.readCredentials()).toBe(before)
    const [dev] = (await sandbox.status()).profiles
    expect(dev).toMatchObject({ state: 'inactive', lastError: { code: 'sts.token-code-rejected' } })
    expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject(done)
    expect((await sandbox.status()).profiles[0]).not.toHaveProperty('lastError')
  })

  it('is refused before AWS sees it again, with the seconds to wait', async () => {
    await sandbox.startDaemon()
    const code = sandbox.code()
    expect(await sandbox.mfad('login', 'dev', code)).toMatchObject(done)
    const before = sandbox.readCredentials()
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', code)
    expect(exitCode).toBe(5)
    expect(stderr).toMatch(
      /^mfad: AWS accepted this code \d+ s ago, and takes each code once\n {2}→ wait (?:[1-9]|[12]\d|30) s for the next one.*\n$/,
    )
    expect(sandbox.codesSent()).toHaveLength(1)
    expect(sandbox.readCredentials()).toBe(before)
  })

  it('that was rejected is not sent a second time either', async () => {
    await sandbox.startDaemon()
    const wrong = [sandbox.code(), sandbox.nextCode()].includes('000000') ? '111111' : '000000'
    await sandbox.mfad('login', 'dev', wrong)
    expect(await sandbox.mfad('login', 'dev', wrong)).toMatchObject({ exitCode: 5 })
    expect(sandbox.codesSent()).toHaveLength(1)
  })

  it('may be used again when it was lost on the way', async () => {
    await sandbox.startDaemon()
    sandbox.sts.setFault({ kind: 'reset' }, 1)
    const code = sandbox.code()
    expect(await sandbox.mfad('login', 'dev', code)).toMatchObject({ exitCode: 6 })
    expect(await sandbox.mfad('login', 'dev', code)).toMatchObject(done)
  })

  it('is asked for in words where there is no terminal', async () => {
    await sandbox.startDaemon()
    await refuse(['login', 'dev'], 2, `mfad: dev needs a code from ${aliceSerial}\n  → mfad login dev CODE`)
  })
})

describe('at a terminal', () => {
  it('asks for the code, and again after a wrong one', async () => {
    await sandbox.startDaemon()
    const terminal = openTerminal(sandbox.environment, 'login', 'dev')
    await terminal.typeAfter('MFA code: ', 'what?\r')
    await terminal.typeAfter('MFA code: ', `${sandbox.code()}\r`)
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(terminal.shown()).toContain(`dev needs a code from ${aliceSerial}`)
    expect(terminal.shown()).toContain('mfad: a token code is six digits')
    expect(terminal.shown()).toContain('dev → [dev-mfa] until ')
    expect(sandbox.codesSent()).toHaveLength(1)
  })

  it('gives up after the third wrong code', async () => {
    await sandbox.startDaemon()
    const terminal = openTerminal(sandbox.environment, 'login', 'dev')
    for (const _ of [1, 2, 3]) await terminal.typeAfter('MFA code: ', '12345\r')
    expect(await terminal.ended()).toEqual({ exitCode: 2, isSane: true })
  })

  it.each([
    ['Ctrl-C', '\u0003'],
    ['Ctrl-D', '\u0004'],
  ])('%s ends the question with exit code 130 and leaves the terminal as it was', async (_name, key) => {
    await sandbox.startDaemon()
    const terminal = openTerminal(sandbox.environment, 'login', 'dev')
    await terminal.typeAfter('MFA code: ', key)
    expect(await terminal.ended()).toEqual({ exitCode: 130, isSane: true })
    expect(terminal.shown()).toMatch(/MFA code: .*\r\nmfad: interrupted\r\n$/s)
  })

  it('asks for one code per device where the profiles have several', async () => {
    sandbox.writeCredentials(`${devCredentials}[ops]\n${keyLines(bob)}`)
    sandbox.writeConfig(`${devConfig}[profile ops]\nmfa_serial = ${bobSerial}\n`)
    await sandbox.startDaemon()
    const terminal = openTerminal(sandbox.environment, 'login', 'dev-mfa', 'ops')
    const question = 'MFA code (an empty line: not this device): '
    await terminal.typeAfter(question, `${sandbox.code()}\r`)
    await terminal.typeAfter('dev → [dev-mfa]', '')
    await terminal.typeAfter(question, `${sandbox.code(bobSerial)}\r`)
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(terminal.shown()).toContain('ops → [ops-mfa]')
  })
})

describe('several profiles', () => {
  const twoProfiles = () => {
    sandbox.writeCredentials(`${devCredentials}[staging]\n${aliceKeys}[other]\n${aliceKeys}`)
    sandbox.writeConfig(
      `${devConfig}[profile staging]\nmfa_serial = ${aliceSerial}\nregion = us-east-2\n[profile other]\nmfa_serial = ${aliceSerial}\n`,
    )
  }

  it('are activated by one code, each with its own region', async () => {
    twoProfiles()
    await sandbox.startDaemon()
    const { stdout, ...rest } = await sandbox.mfad('login', 'dev', 'staging', sandbox.code())
    expect(rest).toEqual(done)
    expect(lines(stdout)).toEqual(['dev → [dev-mfa]', 'staging → [staging-mfa]'])
    expect(sandbox.codesSent()).toHaveLength(1)
    expect(session('dev-mfa')).toContain('region = eu-west-1')
    expect(session('staging-mfa')).toContain('region = us-east-2')
    expect(session('dev-mfa')?.split('\n')[2]).toBe(session('staging-mfa')?.split('\n')[2])
    expect(session('other-mfa')).toBeUndefined()
  })

  it('are all activated by --all', async () => {
    twoProfiles()
    await sandbox.startDaemon()
    const { stdout } = await sandbox.mfad('login', '--all', sandbox.code())
    expect(lines(stdout)).toEqual(['dev → [dev-mfa]', 'staging → [staging-mfa]', 'other → [other-mfa]'])
  })

  it('cannot be named beside --all', async () => {
    twoProfiles()
    await sandbox.startDaemon()
    await refuse(
      ['login', '--all', 'dev', sandbox.code()],
      2,
      'mfad: --all takes no profile names\n  → look at: mfad login --help',
    )
  })

  it('need no code beside a live session on the same device', async () => {
    twoProfiles()
    await sandbox.startDaemon()
    await sandbox.mfad('login', 'dev', sandbox.code())
    const { stdout, ...rest } = await sandbox.mfad('login', 'staging')
    expect(rest).toEqual(done)
    expect(lines(stdout)).toEqual(['staging → [staging-mfa]'])
    expect(sandbox.codesSent()).toHaveLength(1)
    expect(session('staging-mfa')?.split('\n')[0]).toBe(session('dev-mfa')?.split('\n')[0])
  })

  it('that are active are renewed by the code of another, and none that is not', async () => {
    twoProfiles()
    await sandbox.startDaemon()
    await sandbox.mfad('login', 'dev', sandbox.code())
    const old = session('dev-mfa')
    const { stdout } = await sandbox.mfad('login', 'staging', sandbox.nextCode())
    expect(lines(stdout)).toEqual(['staging → [staging-mfa]', 'dev → [dev-mfa]'])
    expect(session('dev-mfa')).not.toBe(old)
    expect(session('other-mfa')).toBeUndefined()
  })

  it('on two devices are a usage error without a terminal', async () => {
    sandbox.writeCredentials(`${devCredentials}[ops]\n${keyLines(bob)}`)
    sandbox.writeConfig(`${devConfig}[profile ops]\nmfa_serial = ${bobSerial}\n`)
    await sandbox.startDaemon()
    const says =
      'mfad: dev and ops have different devices, and a code belongs to one\n  → log them in device by device: mfad login dev, then: mfad login ops'
    await refuse(['login', 'dev', 'ops', sandbox.code()], 2, says)
    await refuse(['login', '--all', sandbox.code()], 2, says)
    await refuse(
      ['login', sandbox.code()],
      2,
      'mfad: no profile was named, and none is active yet\n  → choose one of dev, ops: mfad login dev',
    )
  })

  it('with two keys of one user share a session, as GetCallerIdentity tells', async () => {
    sandbox.writeCredentials(`${devCredentials}[second]\n${keyLines(aliceSecondKey)}`)
    sandbox.writeConfig(`${devConfig}[profile second]\nmfa_serial = ${aliceSerial}\n`)
    await sandbox.startDaemon()
    const { stdout } = await sandbox.mfad('login', 'dev', 'second', sandbox.code())
    expect(lines(stdout)).toEqual(['dev → [dev-mfa]', 'second → [second-mfa]'])
    expect(sandbox.sts.calls.map(({ action }) => action)).toEqual([
      'GetCallerIdentity',
      'GetCallerIdentity',
      'GetSessionToken',
    ])
  })

  it('with keys of two users do not share one, though they name one device', async () => {
    sandbox.writeCredentials(`${devCredentials}[bobs]\n${keyLines(bob)}`)
    sandbox.writeConfig(`${devConfig}[profile bobs]\nmfa_serial = ${aliceSerial}\n`)
    await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', 'bobs', sandbox.code())
    expect(exitCode).toBe(4)
    expect(stderr).toMatch(/^mfad: dev and bobs name one device, but .+\n {2}→ log them in one by one: /)
    expect(sandbox.codesSent()).toEqual([])
    expect(sandbox.readCredentials()).not.toContain('-mfa')
  })

  it('whose users AWS does not tell apart are not mixed up', async () => {
    sandbox.writeCredentials(`${devCredentials}[second]\n${keyLines(aliceSecondKey)}`)
    sandbox.writeConfig(`${devConfig}[profile second]\nmfa_serial = ${aliceSerial}\n`)
    sandbox.sts.setActive(aliceSecondKey.accessKeyId, false)
    await sandbox.startDaemon()
    expect(await sandbox.mfad('login', 'dev', 'second', sandbox.code())).toMatchObject({ exitCode: 4 })
    expect(sandbox.codesSent()).toEqual([])
    const [, second] = (await sandbox.status()).profiles
    expect(second?.lastError).toMatchObject({ code: 'sts.key-rejected' })
  })
})

describe('the duration', () => {
  const asked = () => sandbox.codesSent().at(-1)?.durationSeconds

  it("is 12 h, unless the settings, the profile's duration_seconds or --duration say otherwise", async () => {
    await sandbox.startDaemon()
    await sandbox.mfad('login', 'dev', sandbox.code())
    expect(asked()).toBe(43_200)
    sandbox.writeSettings('[mfad]\nduration = 4h\n')
    await sandbox.mfad('login', 'dev', sandbox.nextCode())
    expect(asked()).toBe(14_400)
  })

  it('is the shortest among the profiles that share the session', async () => {
    sandbox.writeCredentials(`${devCredentials}[staging]\n${aliceKeys}`)
    sandbox.writeConfig(
      `${devConfig}duration_seconds = 7200\n[profile staging]\nmfa_serial = ${aliceSerial}\nduration_seconds = 3600\n`,
    )
    await sandbox.startDaemon()
    await sandbox.mfad('login', 'dev', 'staging', sandbox.code())
    expect(asked()).toBe(3600)
    await sandbox.mfad('login', 'dev', '--duration', '1h30m', sandbox.nextCode())
    expect(asked()).toBe(5400)
  })

  it.each([
    ['14m', 'a session lasts between 15 minutes and 36 hours\n  → give a duration such as: --duration 8h'],
    ['37h', 'a session lasts between 15 minutes and 36 hours\n  → give a duration such as: --duration 8h'],
    ['8 hours', '"8 hours" is no duration\n  → write it like 8h, 90m or 1h30m'],
  ])('of %j is refused', async (duration, says) => {
    await sandbox.startDaemon()
    await refuse(['login', 'dev', '--duration', duration, sandbox.code()], 2, `mfad: ${says}`)
  })

  it('that the profile states wrongly is refused with the command that mends it', async () => {
    sandbox.writeConfig(`${devConfig}duration_seconds = 1\n`)
    await sandbox.startDaemon()
    await refuse(
      ['login', 'dev', sandbox.code()],
      4,
      'mfad: duration_seconds of dev is not a number from 900 to 129600, as STS takes them for a session\n  → change it with: aws configure set duration_seconds 43200 --profile dev',
    )
  })
})

describe('the environment of the command line', () => {
  it('names the profile with AWS_PROFILE, which may be a session profile', async () => {
    sandbox.writeCredentials(`[default]\n${aliceKeys}${devCredentials}`)
    await sandbox.startDaemon()
    const environment = { AWS_PROFILE: 'dev-mfa' }
    const { stdout } = await sandbox.mfadWith({ environment }, 'login', sandbox.code())
    expect(lines(stdout)).toEqual(['dev → [dev-mfa]'])
    expect(await sandbox.mfadWith({ environment }, 'logout')).toMatchObject({
      stdout: 'dev: [dev-mfa] is removed\n',
    })
  })

  it('must mean the same files as the daemon', async () => {
    await sandbox.startDaemon()
    const other = join(sandbox.home, 'other')
    writeFileSync(other, devCredentials)
    const says = `mfad: the daemon uses ${sandbox.credentialsFile}, but this command line means ${other}\n  → `
    const { exitCode, stderr } = await sandbox.mfadWith(
      { environment: { AWS_SHARED_CREDENTIALS_FILE: other } },
      'login',
      'dev',
      sandbox.code(),
    )
    expect({ exitCode, stderr: stderr.slice(0, says.length) }).toEqual({ exitCode: 4, stderr: says })
    expect(stderr).toContain('AWS_SHARED_CREDENTIALS_FILE')
    expect(readFileSync(other, 'utf8')).toBe(devCredentials)
    expect(sandbox.codesSent()).toEqual([])
  })
})

describe('another device', () => {
  it('can be named by --serial-number where mfa_serial is missing', async () => {
    sandbox.writeConfig('[profile dev]\nregion = eu-west-1\n')
    await sandbox.startDaemon()
    expect(await sandbox.mfad('login', 'dev', '--serial-number', aliceSerial, sandbox.code())).toMatchObject(
      done,
    )
  })

  it.each(['x\ny_________', '', '$(touch x)_______'])('%j is refused as no serial number', async (serial) => {
    await sandbox.startDaemon()
    const { exitCode } = await sandbox.mfad('login', 'dev', '--serial-number', serial, sandbox.code())
    expect(exitCode).toBe(2)
    expect(sandbox.codesSent()).toEqual([])
  })
})

describe('mfad logout', () => {
  it('gives the original bytes back, and is content when there is nothing left to do', async () => {
    const original = `# mine\n${devCredentials}\n; the end, without a line end`
    sandbox.writeCredentials(original)
    await sandbox.startDaemon()
    await sandbox.mfad('login', 'dev', sandbox.code())
    expect(await sandbox.mfad('logout', 'dev')).toEqual({
      ...done,
      stdout: 'dev: [dev-mfa] is removed\n',
    })
    expect(sandbox.readCredentials()).toBe(original)
    expect((await sandbox.status()).profiles[0]?.state).toBe('inactive')
    expect(await sandbox.mfad('logout', 'dev')).toEqual({
      ...done,
      stdout: 'dev has no session; nothing to do\n',
    })
    expect(sandbox.readCredentials()).toBe(original)
  })

  it("leaves the user's own lines in the section where they are", async () => {
    await sandbox.startDaemon()
    await sandbox.mfad('login', 'dev', sandbox.code())
    sandbox.writeCredentials(
      `${sandbox.readCredentials()}# my note\noutput = json\n\n[later]\nregion = eu-west-1\n`,
    )
    await sandbox.mfad('logout', 'dev')
    expect(sandbox.readCredentials()).toBe(
      `${devCredentials}\n[dev-mfa]\n# my note\noutput = json\n\n[later]\nregion = eu-west-1\n`,
    )
  })

  it('ends a session whose profile is gone', async () => {
    await sandbox.startDaemon()
    await sandbox.mfad('login', 'dev', sandbox.code())
    const orphan = sandbox.readCredentials().slice(devCredentials.length)
    sandbox.writeCredentials(`[else]\n${aliceKeys}${orphan}`)
    sandbox.writeConfig('# no profile any more\n')
    const { profiles } = await sandbox.status()
    expect(profiles.find(({ profile }) => profile === 'dev')).toMatchObject({
      reason: 'profile dev is gone, its session is still there',
    })
    expect(await sandbox.mfad('logout', 'dev')).toMatchObject(done)
    expect(sandbox.readCredentials()).toBe(`[else]\n${aliceKeys}`)
  })

  it('needs a name', async () => {
    await sandbox.startDaemon()
    await refuse(
      ['logout'],
      2,
      'mfad: no profile was named, and none is active\n  → see all with: mfad status',
    )
  })
})

describe('the reminder of a session', () => {
  it('comes to the desktop at the instant when it expires', async () => {
    sandbox.writeSettings('[mfad]\nreminders = 0s\n')
    sandbox.sts.setSessionSeconds(1)
    await sandbox.startDaemon()
    expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject(done)
    await until('a notification is shown', () => sandbox.notifications().length > 0)
    const [shown] = sandbox.notifications()
    expect(shown?.[0]).toMatch(/^mfad: dev expired at \d\d:\d\d$/)
    expect(shown).toContain('Run: mfad login dev')
    expect((await sandbox.status()).profiles[0]?.state).toBe('expired')
  })
})

it('renews the others when one section on the device cannot be written, and says which', async () => {
  const config = `${devConfig}[profile staging]\nmfa_serial = ${aliceSerial}\n`
  sandbox.writeCredentials(`${devCredentials}[staging]\n${aliceKeys}`)
  sandbox.writeConfig(config)
  await sandbox.startDaemon()
  expect((await sandbox.mfad('login', 'dev', 'staging', sandbox.code())).exitCode).toBe(0)
  const file = sandbox.readCredentials()
  sandbox.writeCredentials(file.replace(/(\[staging-mfa\][^[]*expiration = \S+\n)/, '$1    a note of mine\n'))
  const next = sandbox.sts.tokenCode(aliceSerial, new Date(Date.now() + 30_000))
  const { exitCode, stdout, stderr } = await sandbox.mfad('login', 'dev', next)
  expect({ exitCode, renewed: stdout.match(/\[\S+\]/g) }).toEqual({ exitCode: 0, renewed: ['[dev-mfa]'] })
  expect(stderr).toMatch(/^mfad: .*staging-mfa.*\n {2}→ /)
  expect(sandbox.readCredentials()).toContain('    a note of mine\n')
})
