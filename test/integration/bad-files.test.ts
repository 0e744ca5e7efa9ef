// Files that mfad must not write to, or must write to with care. Every refusal comes before a code is used.
import { execFileSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { expectRefusal } from '../support/refusal.ts'
import {
  aliceKeys,
  aliceSerial,
  devConfig,
  devCredentials,
  openDevSandbox,
  type Sandbox,
} from '../support/sandbox.ts'

let sandbox: Sandbox

beforeEach(async () => {
  sandbox = await openDevSandbox()
})
afterEach(() => sandbox.close())

const refuse = (args: string[], exitCode: number, says: string) =>
  expectRefusal(sandbox, args, { exitCode, says })
const logIn = (...args: string[]) => sandbox.mfad('login', 'dev', sandbox.code(), ...args)
const credentials = () => sandbox.credentialsFile
const stateOf = async (name: string) =>
  (await sandbox.status()).profiles.find(({ profile }) => profile === name)?.state

describe('no files yet', () => {
  it('says how to begin, with and without a daemon', async () => {
    rmSync(join(sandbox.home, '.aws'), { recursive: true })
    const beginning = 'no profiles yet\n  → mfad setup\n'
    expect(await sandbox.mfad('status')).toMatchObject({ exitCode: 0, stdout: beginning })
    await sandbox.startDaemon({ AWS_ENDPOINT_URL_STS: undefined, AWS_ENDPOINT_URL_IAM: undefined })
    expect(await sandbox.mfad('status')).toEqual({ exitCode: 0, stdout: beginning, stderr: '' })
    await refuse(
      ['login', 'dev', sandbox.code()],
      4,
      'mfad: there is no profile dev\n  → list the profiles with: mfad status',
    )
    await refuse(
      ['login', sandbox.code()],
      4,
      'mfad: no profile was named, and none is active yet\n  → look at what is there with: mfad status',
    )
  })

  it('creates the credentials file, private, for keys that stand in the config file', async () => {
    rmSync(sandbox.credentialsFile)
    sandbox.writeConfig(`${devConfig}${aliceKeys}`)
    await sandbox.startDaemon()
    expect(await logIn()).toMatchObject({ exitCode: 0, stderr: '' })
    expect(sandbox.readCredentials()).toMatch(/^\[dev-mfa\]\naws_access_key_id = ASIA/)
    expect(execFileSync('stat', ['-c', '%a', sandbox.credentialsFile], { encoding: 'utf8' })).toBe('600\n')
  })

  it('writes into an empty credentials file without a line end before the section', async () => {
    sandbox.writeCredentials('')
    sandbox.writeConfig(`${devConfig}${aliceKeys}`)
    await sandbox.startDaemon()
    expect(await logIn()).toMatchObject({ exitCode: 0, stderr: '' })
    expect(sandbox.readCredentials()).toMatch(/^\[dev-mfa\]\n/)
  })
})

describe('a credentials file that cannot be read', () => {
  it('is a warning in status and a refusal in login when a directory stands there', async () => {
    rmSync(sandbox.credentialsFile)
    mkdirSync(sandbox.credentialsFile)
    await sandbox.startDaemon()
    const fact = `${sandbox.credentialsFile} is not a regular file`
    const hint = `move it away; what it is: ls -ld ${sandbox.credentialsFile}`
    const { warnings } = await sandbox.status()
    expect(warnings).toEqual([
      { code: 'file.not-a-file', message: fact, hint, file: sandbox.credentialsFile },
    ])
    await refuse(['login', 'dev', sandbox.code()], 7, `mfad: ${fact}\n  → ${hint}`)
    await refuse(['logout', 'dev'], 7, `mfad: ${fact}\n  → ${hint}`)
  })

  it('does not hang the daemon or the command line when it is a FIFO', async () => {
    rmSync(sandbox.credentialsFile)
    execFileSync('mkfifo', [sandbox.credentialsFile])
    const withoutDaemon = await sandbox.mfad('status')
    expect(withoutDaemon.exitCode).toBe(0)
    expect(withoutDaemon.stdout).toContain(`${sandbox.credentialsFile} is not a regular file`)
    await sandbox.startDaemon()
    await refuse(
      ['login', 'dev', sandbox.code()],
      7,
      `mfad: ${sandbox.credentialsFile} is not a regular file\n  → move it away; what it is: ls -ld ${sandbox.credentialsFile}`,
    )
  })
})

describe('a credentials file that AWS tools reject', () => {
  const broken: [what: string, text: string | Uint8Array, line: number, message: string, hint: string][] = [
    [
      'a section that stands twice',
      `${devCredentials}[other]\n[dev]\nregion = eu-west-1\n`,
      5,
      'section [dev] stands twice, first in line 1',
      'merge the two sections, or remove one',
    ],
    [
      'a key that stands twice',
      `${devCredentials}region = eu-west-1\nregion = eu-west-2\n`,
      5,
      'region stands twice in its section, first in line 4',
      'remove one of the two lines',
    ],
    [
      'a byte order mark',
      `\ufeff${devCredentials}`,
      1,
      'the file starts with a byte order mark',
      'save it as UTF-8 without a byte order mark',
    ],
    [
      'bytes that are not UTF-8',
      Buffer.concat([Buffer.from(devCredentials), Buffer.from('# caf\xe9\n', 'latin1')]),
      4,
      'the file is not valid UTF-8',
      'save it as UTF-8, without a byte order mark',
    ],
    [
      'a key before any section',
      `region = eu-west-1\n${devCredentials}`,
      1,
      'something stands before the first section',
      'put a [section] line above it, or make it a comment with #',
    ],
  ]
  it.each(broken)('is refused for %s, with the line', async (_what, text, line, message, hint) => {
    sandbox.writeCredentials(text)
    await sandbox.startDaemon()
    await refuse(
      ['login', 'dev', sandbox.code()],
      7,
      `mfad: AWS tools reject ${sandbox.credentialsFile}, so mfad does not write to it: line ${line}: ${message}\n  → ${hint}`,
    )
    const { warnings } = await sandbox.status()
    expect(warnings).toContainEqual(
      expect.objectContaining({ message, hint, line, file: sandbox.credentialsFile }),
    )
  })
})

describe('every other file that AWS tools reject', () => {
  const separator = 'the line is neither a section nor a "key = value"'
  const complete = 'complete it, or make it a comment with #'
  const first = 'something stands before the first section'
  const above = 'put a [section] line above it, or make it a comment with #'
  const broken: [text: string | Uint8Array, line: number, message: string, hint: string][] = [
    [`${devCredentials}aws_session_token\n`, 4, separator, complete],
    [`${devCredentials}[dev-mfa\n`, 4, separator, complete],
    [`${devCredentials}[]\n`, 4, separator, complete],
    [`${devCredentials}<<<<<<< HEAD\n`, 4, separator, complete],
    [`${devCredentials}= x\n`, 4, 'the line has no key before its separator', complete],
    [`${devCredentials}s3 =\n  path\n`, 5, 'an indented line in a nested block has no "="', complete],
    [
      `[DEFAULT]\ns3 =\n  path\n${devCredentials}`,
      2,
      'an indented line in a nested block has no "="',
      complete,
    ],
    [`  region = x\n${devCredentials}`, 1, first, above],
    [`\n# mine\nkeys\n${devCredentials}`, 3, first, above],
    ['{"dev": {}}\n', 1, first, above],
    [
      `${devCredentials}Region = x\nREGION = y\n`,
      5,
      'region stands twice in its section, first in line 4',
      'remove one of the two lines',
    ],
    [
      `${devCredentials}[dev-mfa]\n[dev-mfa]\n`,
      5,
      'section [dev-mfa] stands twice, first in line 4',
      'merge the two sections, or remove one',
    ],
    [
      Buffer.from(`\ufeff${devCredentials}`, 'utf16le'),
      1,
      'the file is not valid UTF-8',
      'save it as UTF-8, without a byte order mark',
    ],
  ]

  it('is refused with the line, the next step and exit code 7, adopting or not', async () => {
    await sandbox.startDaemon()
    for (const [text, line, message, hint] of broken) {
      sandbox.writeCredentials(text)
      const says = `mfad: AWS tools reject ${credentials()}, so mfad does not write to it: line ${line}: ${message}\n  → ${hint}`
      await refuse(['login', 'dev', sandbox.code()], 7, says)
      await refuse(['login', 'dev', sandbox.code(), '--adopt'], 7, says)
    }
  })
})

describe('a file with CRLF line ends', () => {
  it('gets a section with CRLF, and keeps every other byte', async () => {
    const before = `# mine\r\n${devCredentials}`.replaceAll(/\r?\n/g, '\r\n')
    sandbox.writeCredentials(before)
    await sandbox.startDaemon()
    expect(await logIn()).toMatchObject({ exitCode: 0, stderr: '' })
    const after = sandbox.readCredentials()
    expect(after.slice(0, before.length)).toBe(before)
    expect(after.slice(before.length)).toMatch(/^\r\n\[dev-mfa\]\r\n(?:[a-z_]+ = \S+\r\n){7}$/)
    expect(await sandbox.mfad('logout', 'dev')).toMatchObject({ exitCode: 0 })
    expect(sandbox.readCredentials()).toBe(before)
  })
})

describe('a session section that is not ours', () => {
  const foreign = `${devCredentials}\n[dev-mfa]\naws_access_key_id = ASIAFOREIGNFOREIGN00\naws_secret_access_key = foreign\naws_session_token = foreign\n# keep me\n`
  const refusal = () =>
    `mfad: [dev-mfa] holds session credentials that mfad did not write: line 5 of ${sandbox.credentialsFile}\n  → let mfad take it over with: mfad login dev --adopt`

  it('is left alone, unless it is adopted', async () => {
    sandbox.writeCredentials(foreign)
    await sandbox.startDaemon()
    expect(await stateOf('dev')).toBe('unmanaged')
    await refuse(['login', 'dev', sandbox.code()], 4, refusal())
    await refuse(
      ['login', '--all', sandbox.code()],
      4,
      'mfad: no profile has both an access key and an mfa_serial\n  → look at what is there with: mfad status',
    )
    await refuse(
      ['logout', 'dev'],
      4,
      `mfad: [dev-mfa] holds session credentials that mfad did not write: line 5 of ${sandbox.credentialsFile}\n  → look at that section; mfad does not change what it did not write`,
    )
    expect(await logIn('--adopt')).toMatchObject({ exitCode: 0, stderr: '' })
    const after = sandbox.readCredentials()
    expect(after).toMatch(/\n\[dev-mfa\]\naws_access_key_id = ASIA[A-Z0-9]{16}\n/)
    expect(after).not.toContain('FOREIGN')
    expect(after).toContain('manager = mfad\n')
    expect(after).toContain('# keep me\n')
    expect(await stateOf('dev')).toBe('valid')
  })

  it('is never adopted when it holds long-term keys', async () => {
    sandbox.writeCredentials(
      `${devCredentials}\n[dev-mfa]\naws_access_key_id = AKIAI44QH8DHBEXAMPLE\nregion = eu-west-1\n`,
    )
    await sandbox.startDaemon()
    const says = `mfad: [dev-mfa] is not mfad's, and it has an access key of its own: line 5 of ${sandbox.credentialsFile}\n  → mfad will not replace it: rename that section, or choose another suffix in mfad's settings`
    await refuse(['login', 'dev', sandbox.code()], 4, says)
    await refuse(['login', 'dev', sandbox.code(), '--adopt'], 4, says)
  })

  it('has room for a session where settings alone stand in it, which stay', async () => {
    const before = `${devCredentials}\n[dev-mfa]\n# mine\nregion = us-west-2\n`
    sandbox.writeCredentials(before)
    await sandbox.startDaemon()
    expect(await logIn()).toMatchObject({ exitCode: 0, stderr: '' })
    expect(sandbox.readCredentials()).toContain('# mine\nregion = us-west-2\n')
    expect(await sandbox.mfad('logout', 'dev')).toMatchObject({ exitCode: 0 })
    expect(sandbox.readCredentials()).toBe(before)
  })

  it('is refused whoever wrote it, with the line', async () => {
    await sandbox.startDaemon()
    const adopt = 'let mfad take it over with: mfad login dev --adopt'
    const keep = "mfad will not replace it: rename that section, or choose another suffix in mfad's settings"
    const ours = (id: string, mark: string) =>
      `aws_access_key_id = ${id}\naws_secret_access_key = a\naws_session_token = b\nexpiration = 2026-11-22T09:00:00Z\nmanager = mfad\nmfad_key = ${mark}\n`
    const foreign: [lines: string, fact: string, hint: string][] = [
      ['', "[dev-mfa] is not mfad's", adopt],
      ['# reserved\n', "[dev-mfa] is not mfad's", adopt],
      ['region = eu-west-1\nsource_profile = x\n', "[dev-mfa] is not mfad's", adopt],
      ['credential_process = op read x\n', "[dev-mfa] is not mfad's", adopt],
      ['aws_session_token = b\n', "[dev-mfa] is not mfad's", adopt],
      [
        'aws_access_key_id = ASIAFOREIGNFOREIGN00\naws_secret_access_key = a\naws_session_token = b\nmanager = awsume\n',
        '[dev-mfa] holds session credentials that mfad did not write',
        adopt,
      ],
      [
        ours('ASIAOTHERTOOLOTHERTO', 'OPASDFGH'),
        '[dev-mfa] was written by mfad, but another program has changed its keys since',
        adopt,
      ],
      [
        ours('ASIAQWERTYUIOPASDFGH', ''),
        '[dev-mfa] was written by mfad, but another program has changed its keys since',
        adopt,
      ],
      [aliceKeys, "[dev-mfa] is not mfad's, and it has an access key of its own", keep],
      [
        'aws_access_key_id = AKIAI44QH8DHBEXAMPLE\n',
        "[dev-mfa] is not mfad's, and it has an access key of its own",
        keep,
      ],
      ['aws_secret_access_key = a\n', "[dev-mfa] is not mfad's, and it has an access key of its own", keep],
    ]
    for (const [lines, fact, hint] of foreign) {
      sandbox.writeCredentials(`${devCredentials}\n[dev-mfa]\n${lines}`)
      const says = `mfad: ${fact}: line 5 of ${credentials()}\n  → ${hint}`
      await refuse(['login', 'dev', sandbox.code()], 4, says)
      if (hint === keep) await refuse(['login', 'dev', sandbox.code(), '--adopt'], 4, says)
    }
  })

  it('keeps every line of the user when it is adopted, and when it is logged out', async () => {
    const before = `# top\n${devCredentials}
[dev-mfa]  # from the other tool
# first
output = json
aws_access_key_id=ASIAFOREIGNFOREIGN00
aws_secret_access_key: foreign
; between
s3 =
  addressing_style = path
aws_session_token = foreign
aws_security_token = foreign
assumed_role = False

# last
[other]
region = x`.replaceAll('\n', '\r\n')
    sandbox.writeCredentials(before)
    await sandbox.startDaemon()
    expect(await logIn('--adopt')).toMatchObject({ exitCode: 0, stderr: '' })
    const usersLines = (text: string) =>
      text
        .split(/(?<=\n)/)
        .filter(
          (line) =>
            !/^(?:aws_se|aws_access_key_id ?= ?ASIA|expiration|region = eu|manager|mfad_key)/i.test(line),
        )
    const keysOfDev = devCredentials.split('\n')[1] as string
    expect(sandbox.readCredentials()).toContain(keysOfDev)
    expect(usersLines(sandbox.readCredentials())).toEqual(usersLines(before))
    expect(sandbox.readCredentials()).not.toMatch(/foreign|[^\r]\n/)
    expect(await sandbox.mfad('logout', 'dev')).toMatchObject({ exitCode: 0, stderr: '' })
    expect(usersLines(sandbox.readCredentials())).toEqual(usersLines(before))
    expect(sandbox.readCredentials()).not.toMatch(/^(?:manager|mfad_key|expiration|aws_session_token)/m)
  })

  it('is what ours becomes once another program has replaced its keys', async () => {
    await sandbox.startDaemon()
    expect(await logIn()).toMatchObject({ exitCode: 0 })
    const replaced = sandbox.readCredentials().replace(/ASIA[A-Z0-9]{16}/, 'ASIAREPLACEDREPLACED')
    sandbox.writeCredentials(replaced)
    const [dev] = (await sandbox.status()).profiles
    expect(dev).toMatchObject({
      state: 'unmanaged',
      reason: '[dev-mfa] was written by mfad, but another program has changed its keys since (line 5)',
    })
    await refuse(
      ['login', 'dev', sandbox.nextCode()],
      4,
      `mfad: [dev-mfa] was written by mfad, but another program has changed its keys since: line 5 of ${sandbox.credentialsFile}\n  → let mfad take it over with: mfad login dev --adopt`,
    )
  })
})

describe('a profile that cannot be logged in', () => {
  it('is not there: the nearest name is offered', async () => {
    await sandbox.startDaemon()
    await refuse(
      ['login', 'dve', sandbox.code()],
      4,
      'mfad: there is no profile dve\n  → did you mean dev? all profiles: mfad status',
    )
  })

  const hopeless: [what: string, credentials: string, config: string, says: string][] = [
    [
      'has no keys',
      '[dev]\nregion = eu-west-1\n',
      devConfig,
      'mfad: profile dev has no access key\n  → add one with: aws configure --profile dev',
    ],
    [
      'has a FIDO security key',
      devCredentials,
      '[profile dev]\nmfa_serial = arn:aws:iam::111122223333:u2f/user/alice/key-ABCDEFGH\n',
      'mfad: the device of dev is a FIDO security key, which AWS does not accept for GetSessionToken\n  → register an authenticator app (TOTP) for this user as well and use its ARN as mfa_serial',
    ],
    [
      'holds session credentials itself',
      '[dev]\naws_access_key_id = ASIAFOREIGNFOREIGN00\naws_secret_access_key = a\naws_session_token = b\n',
      devConfig,
      'mfad: dev holds session credentials, and STS issues sessions only for long-term keys',
    ],
  ]
  it.each(hopeless)('%s', async (_what, credentials, config, says) => {
    sandbox.writeCredentials(credentials)
    sandbox.writeConfig(config)
    await sandbox.startDaemon()
    const before = sandbox.readCredentials()
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect({ exitCode, stderr: stderr.slice(0, says.length) }).toEqual({ exitCode: 4, stderr: says })
    expect(sandbox.codesSent()).toEqual([])
    expect(sandbox.readCredentials()).toBe(before)
  })

  it('would be shadowed by what AWS tools look at before our section', async () => {
    await sandbox.startDaemon()
    const config = join(sandbox.home, '.aws/config')
    const refused = (key: string, line: number, file: string) =>
      refuse(
        ['login', 'dev', sandbox.code()],
        4,
        `mfad: AWS tools would not use [dev-mfa]: ${key} in line ${line} of ${file} comes first\n  → remove ${key} there, or choose another suffix in mfad's settings`,
      )
    const shadows = [
      'role_arn = arn:aws:iam::111122223333:role/admin',
      'web_identity_token_file = /run/token',
      'sso_session = work',
      'sso_start_url = https://work.awsapps.com/start',
      'sso_account_id = 111122223333',
      'credential_source = Environment',
    ]
    for (const shadow of shadows) {
      // Without the comment each file would be the beginning of the one before, and half a second would be waited for more.
      sandbox.writeCredentials(`# whole\n${devCredentials}`)
      sandbox.writeConfig(`# whole\n${devConfig}\n[profile dev-mfa]\noutput = json\n${shadow}\n`)
      await refused(shadow.split(' ')[0] as string, 8, config)
      sandbox.writeConfig(devConfig)
      sandbox.writeCredentials(`${devCredentials}[dev-mfa]\n${shadow}\n`)
      await refused(shadow.split(' ')[0] as string, 5, credentials())
    }
  })
})

describe('who else may touch the files', () => {
  const nobody = 65534
  const directory = () => join(sandbox.home, '.aws')
  const writable: [what: string, change: () => void, path: () => string][] = [
    ['everyone can write the file', () => chmodSync(credentials(), 0o606), credentials],
    ['everyone can write the directory', () => chmodSync(directory(), 0o703), directory],
    [
      'a foreign group can write the file',
      () => {
        chownSync(credentials(), process.getuid?.() ?? 0, nobody)
        chmodSync(credentials(), 0o660)
      },
      credentials,
    ],
  ]
  it.each(writable)('refuses when %s', async (_what, change, path) => {
    await sandbox.startDaemon()
    change()
    await refuse(
      ['login', 'dev', sandbox.code()],
      7,
      `mfad: ${path()} can be changed by other users\n  → chmod go-w ${path()}`,
    )
  })

  it("writes when only the user's own group can write too", async () => {
    chmodSync(credentials(), 0o660)
    chmodSync(directory(), 0o770)
    await sandbox.startDaemon()
    expect(await logIn()).toMatchObject({ exitCode: 0 })
  })

  it('warns of a file that others can read, in the answer to login and in status', async () => {
    chmodSync(credentials(), 0o644)
    await sandbox.startDaemon()
    const fact = `${credentials()} can be read by other users (mode 0644)`
    const hint = `chmod go-rwx ${credentials()}`
    expect(await logIn()).toMatchObject({ exitCode: 0, stderr: `mfad: warning: ${fact}\n  → ${hint}\n` })
    expect((await sandbox.status()).warnings).toEqual([
      { code: 'file.readable-by-others', message: fact, hint, file: credentials() },
    ])
    expect(execFileSync('stat', ['-c', '%a', credentials()], { encoding: 'utf8' })).toBe('644\n')
  })

  it('says so when the user may not read the file, or not write it, and writes it where it stands in a closed directory', async (context) => {
    if (process.getuid?.() !== 0) return context.skip('only root can become another user')
    execFileSync('chown', ['-R', `${nobody}:${nobody}`, sandbox.home])
    const asNobody = { uid: nobody, gid: nobody }
    await sandbox.startDaemon({}, asNobody)
    const logInAsNobody = () => sandbox.mfadWith(asNobody, 'login', 'dev', sandbox.code())
    chmodSync(credentials(), 0)
    expect(await logInAsNobody()).toEqual({
      exitCode: 7,
      stdout: '',
      stderr: `mfad: ${credentials()} cannot be read\n  → chmod u+rX ${directory()} ${credentials()}\n`,
    })
    chmodSync(credentials(), 0o400)
    chmodSync(directory(), 0o500)
    expect(await logInAsNobody()).toEqual({
      exitCode: 7,
      stdout: '',
      stderr: `mfad: ${credentials()} cannot be written: its directory is not writable\n  → chmod u+wx ${directory()}\n`,
    })
    expect(sandbox.codesSent()).toEqual([])
    expect(readFileSync(credentials(), 'utf8')).toBe(devCredentials)
    // Where only the directory is closed, the file is written where it stands.
    chmodSync(credentials(), 0o600)
    const { ino } = statSync(credentials())
    expect(await logInAsNobody()).toMatchObject({ exitCode: 0, stderr: '' })
    expect([statSync(credentials()).ino, readdirSync(directory())]).toEqual([ino, ['config', 'credentials']])
    expect(readFileSync(credentials(), 'utf8')).toContain('[dev-mfa]')
    chmodSync(directory(), 0o700)
  })
})

describe('the names of profiles', () => {
  const hostile = ['a b', '$(x)', 'qu"ote', '\u001b[31mred', '-x', '`x`', 'ünïcode']
  const profilesOf = (names: string[]) => {
    sandbox.writeCredentials(devCredentials + names.map((name) => `[${name}]\n${aliceKeys}`).join(''))
    sandbox.writeConfig(
      devConfig + names.map((name) => `[profile ${name}]\nmfa_serial = ${aliceSerial}\n`).join(''),
    )
  }

  it('are listed and harmless, however hostile', async () => {
    profilesOf(hostile)
    await sandbox.startDaemon()
    const { profiles } = await sandbox.status()
    const listed = profiles.map(({ profile, state }) => [profile, state])
    expect(listed).toEqual([['dev', 'inactive'], ...hostile.map((name) => [name, 'unmanaged'])])
    const { stdout } = await sandbox.mfad('status')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it is what this is about
    expect(stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
    expect(stdout).toContain('\\u{1b}[31mred')
    expect(await logIn()).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it.each([...hostile, '__proto__'])('%j is refused before a code is used', async (name) => {
    profilesOf([name])
    await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('login', '--', name, sandbox.code())
    expect(exitCode).toBe(4)
    expect(stderr).toMatch(
      /^mfad: the name ".+" cannot be read by every AWS tool\n {2}→ rename the profile; .+\n$/,
    )
    expect(sandbox.codesSent()).toEqual([])
  })

  it('__proto__ hides the other profiles from the JavaScript SDK, so that none is written', async () => {
    profilesOf(['__proto__'])
    await sandbox.startDaemon()
    await refuse(
      ['login', 'dev', sandbox.code()],
      4,
      `mfad: AWS tools disagree about aws_access_key_id of dev: line 2 of ${credentials()}\n  → write it as "key = value" at the start of a line, without quotes, comment or second copy`,
    )
  })

  it('DEFAULT lends its keys to our section too, which is found out before a code is used', async () => {
    sandbox.writeCredentials(`[DEFAULT]\nregion = us-east-1\n${devCredentials}region = eu-west-1\n`)
    sandbox.writeConfig(`${devConfig}[profile dev-mfa]\nregion = ap-south-1\n`)
    await sandbox.startDaemon()
    const before = sandbox.readCredentials()
    const { exitCode, stderr } = await logIn()
    expect({ exitCode, stderr: stderr.split('\n')[0] }).toEqual({
      exitCode: 7,
      stderr:
        'mfad: AWS tools would not all read [dev-mfa] as written, because of line 1: the AWS CLI adds the keys of [DEFAULT] to every profile, the AWS SDKs do not',
    })
    expect(sandbox.codesSent()).toEqual([])
    expect(sandbox.readCredentials()).toBe(before)
  })
})

describe('the region of a session', () => {
  it("is the config file's where that gives the session profile one", async () => {
    const own = `${devConfig}\n[profile dev-mfa]\nregion = ap-south-1\n`
    sandbox.writeConfig(own)
    await sandbox.startDaemon()
    expect(await logIn()).toMatchObject({ exitCode: 0 })
    expect(sandbox.readCredentials()).not.toContain('region')
  })
})
