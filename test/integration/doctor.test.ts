// `mfad doctor`, the real command, in homes that are broken in one way each.
import { spawnSync } from 'node:child_process'
import * as fs from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Finding } from '../../src/core/doctor/finding.ts'
import { authorityFile, startTlsFront } from '../support/aws-network.ts'
import { startNoted } from '../support/daemon-note.ts'
import { obstacle as noDesktop, openTestDesktop } from '../support/desktop.ts'
import { mountObstacle, openMountNamespace } from '../support/mount-namespace.ts'
import { alice, aliceKeys, aliceSerial, bob, openSandbox, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
/** The endpoint stands in the config file: one of a variable is worth a warning. */
const ownEndpoint = { AWS_ENDPOINT_URL_STS: undefined, AWS_ENDPOINT_URL_IAM: undefined }
const path = (...parts: string[]) => join(sandbox.home, ...parts)
const credentials = () => sandbox.credentialsFile
const config = () => path('.aws/config')
const devConfig = () =>
  `[profile dev]\nmfa_serial = ${aliceSerial}\nregion = eu-west-1\nendpoint_url = ${sandbox.sts.endpoint}\n`
const addToConfig = (text: string) => sandbox.writeConfig(`${devConfig()}${text}`)

beforeEach(async () => {
  sandbox = await openSandbox([alice, bob])
  sandbox.writeCredentials(`[dev]\n${aliceKeys}`)
  sandbox.writeConfig(devConfig())
})
afterEach(() => sandbox.close())

type Answer = { exitCode: number | null; findings: Finding[]; checks: { area: string; looked: string }[] }

const doctor = (environment: Record<string, string | undefined> = {}, ...options: string[]) =>
  doctorAs({}, environment, ...options)

async function doctorAs(
  who: Home['who'] | Record<string, never> = {},
  environment: Record<string, string | undefined>,
  ...options: string[]
): Promise<Answer> {
  const how = { environment: { ...ownEndpoint, ...environment }, ...who }
  const ended = await sandbox.mfadWith(how, 'doctor', '--json', ...options)
  expect(ended.stderr).toBe('')
  return { exitCode: ended.exitCode, ...(JSON.parse(ended.stdout) as Omit<Answer, 'exitCode'>) }
}

/** In a home without a daemon and without a desktop, which is so in each of them. */
const usual = ['daemon.not-running', 'notifier.no-desktop']
const unusual = ({ findings }: Answer) => findings.filter(({ code }) => !usual.includes(code))

type Home = {
  what: string
  make(): void
  environment?: () => Record<string, string>
  exitCode: number
  findings: (Partial<Finding> & Pick<Finding, 'code' | 'severity'>)[]
  /** Words that somebody must be able to read there. */
  says: () => string[]
  skip?: boolean
  who?: { uid: number; gid: number }
}

const roleArn = 'arn:aws:iam::111122223333:role/Admin'
const isRoot = process.getuid?.() === 0

const homes: Home[] = [
  {
    what: 'there are no AWS files',
    make() {
      fs.rmSync(credentials())
      fs.rmSync(config())
    },
    exitCode: 3,
    findings: [{ code: 'profile.no-keys', severity: 'warning', fix: 'add one with: mfad setup' }],
    says: () => ['there is no profile with an access key', 'add one with: mfad setup'],
  },
  {
    what: 'a section stands twice',
    make: () => sandbox.writeCredentials(`[dev]\n${aliceKeys}\n[dev]\nregion = eu-west-1\n`),
    exitCode: 7,
    findings: [{ code: 'file.duplicate-section', severity: 'problem', line: 5 }],
    says: () => [
      `line 5 of ${credentials()}: section [dev] stands twice, first in line 1`,
      'the AWS CLI and boto3 refuse the whole file',
      'merge the two sections, or remove one',
    ],
  },
  {
    what: 'an editor has written a byte order mark',
    make: () => sandbox.writeCredentials(`\ufeff[dev]\n${aliceKeys}`),
    exitCode: 7,
    findings: [{ code: 'file.byte-order-mark', severity: 'problem', line: 1 }],
    says: () => ['save it as UTF-8 without a byte order mark'],
  },
  {
    what: 'AWS tools read a value differently',
    make: () => sandbox.writeCredentials(`[dev]\n${aliceKeys}region = eu-west-1 # Ireland\n`),
    exitCode: 3,
    findings: [
      { code: 'file.inline-comment', severity: 'warning', line: 4 },
      { code: 'profile.disputed-value', severity: 'warning' },
    ],
    says: () => [
      'the AWS CLI reads the comment as part of the value',
      'put the comment into a line of its own',
    ],
  },
  {
    what: 'everybody can read the credentials file',
    make: () => fs.chmodSync(credentials(), 0o644),
    exitCode: 3,
    findings: [{ code: 'file.readable-by-others', severity: 'warning' }],
    says: () => ['whoever can read it can use your AWS keys', `chmod go-rwx ${credentials()}`],
  },
  {
    what: 'everybody can write to the directory',
    make: () => fs.chmodSync(path('.aws'), 0o777),
    exitCode: 7,
    findings: [{ code: 'file.writable-by-others', severity: 'problem' }],
    says: () => ['can be changed by other users', `chmod go-w ${path('.aws')}`, 'mfad logs nobody in'],
  },
  {
    what: 'the config file is somebody else’s',
    make() {
      for (const each of ['', '.aws', '.aws/credentials', 'run']) fs.chownSync(path(each), 1234, 1234)
      fs.chownSync(config(), 4321, 4321)
      fs.chmodSync(config(), 0o644)
    },
    who: { uid: 1234, gid: 1234 },
    skip: !isRoot,
    exitCode: 7,
    findings: [{ code: 'file.other-owner', severity: 'problem' }],
    says: () => [`${config()} belongs to another user or group`, 'sudo chown'],
  },
  {
    what: 'an access control list lets another user write',
    make: () => void spawnSync('setfacl', ['-m', 'u:1234:rw', config()]),
    skip: spawnSync('setfacl', ['--version']).status !== 0 && !process.env.CI,
    exitCode: 7,
    findings: [{ code: 'file.writable-by-others', severity: 'problem' }],
    says: () => [
      'can be changed by uid 1234, as its access control list says',
      `setfacl -x u:1234 ${config()}`,
    ],
  },
  {
    what: 'root looks at the home of another user',
    make: () => {
      for (const each of ['', '.aws', '.aws/credentials', '.aws/config']) fs.chownSync(path(each), 1234, 1234)
    },
    skip: !isRoot,
    exitCode: 3,
    findings: [{ code: 'daemon.foreign-home', severity: 'problem' }],
    says: () => ['this is root, but', 'run mfad as that user'],
  },
  {
    what: 'the credentials file is a link to nothing',
    make() {
      fs.rmSync(credentials())
      fs.symlinkSync(path('gone/credentials'), credentials())
    },
    exitCode: 3,
    findings: [
      { code: 'file.dangling-link', severity: 'warning' },
      { code: 'profile.no-keys', severity: 'warning' },
      { code: 'profile.no-keys', severity: 'note' },
    ],
    says: () => [`is a link to ${path('gone/credentials')}, where there is no file`, 'namei -l'],
  },
  {
    what: 'a directory stands in the place of the credentials file',
    make() {
      fs.rmSync(credentials())
      fs.mkdirSync(credentials())
    },
    exitCode: 7,
    findings: [
      { code: 'file.not-a-file', severity: 'problem' },
      { code: 'profile.no-keys', severity: 'note' },
    ],
    says: () => [credentials(), 'a regular file'],
  },
  {
    what: 'the credentials file has a second name',
    make: () => fs.linkSync(credentials(), path('backup')),
    exitCode: 3,
    findings: [{ code: 'file.hard-links', severity: 'note' }],
    says: () => ['is the same file under 2 names'],
  },
  {
    what: 'a setting has a bad value',
    make: () => sandbox.writeSettings('[mfad]\nduration = soon\n'),
    exitCode: 4,
    findings: [{ code: 'settings.invalid', severity: 'problem' }],
    says: () => [`line 2 of ${path('.config/mfad/config.ini')}`, 'a new one cannot start'],
  },
  {
    what: 'a setting is misspelt',
    make: () => sandbox.writeSettings('[mfad]\nreminder = 5m\n'),
    exitCode: 3,
    findings: [{ code: 'settings.unknown-key', severity: 'warning' }],
    says: () => ['there is no setting reminder', 'reminders'],
  },
  {
    what: 'a role has a source that does not exist',
    make: () => addToConfig(`[profile admin]\nrole_arn = ${roleArn}\nsource_profile = deu\n`),
    exitCode: 3,
    findings: [{ code: 'profile.source-missing', severity: 'warning' }],
    says: () => ['the source_profile of admin, deu, does not exist', 'did you mean dev?'],
  },
  {
    what: 'roles lead back to themselves',
    make: () =>
      addToConfig(
        `[profile one]\nrole_arn = ${roleArn}\nsource_profile = two\n[profile two]\nrole_arn = ${roleArn}\nsource_profile = one\n`,
      ),
    exitCode: 3,
    findings: [
      { code: 'profile.source-circle', severity: 'warning' },
      { code: 'profile.source-circle', severity: 'warning' },
    ],
    says: () => ['one → two → one'],
  },
  {
    what: 'profiles sign in otherwise, which is no fault',
    make: () =>
      addToConfig(
        '[profile corp]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n[profile web]\nlogin_session = x\n',
      ),
    exitCode: 3,
    findings: [
      { code: 'profile.other-sign-in', severity: 'note' },
      { code: 'profile.other-sign-in', severity: 'note' },
    ],
    says: () => ['aws sso login --profile corp', 'aws login --profile web'],
  },
  {
    what: 'another tool has written [dev-mfa]',
    make: () =>
      sandbox.writeCredentials(
        `[dev]\n${aliceKeys}[dev-mfa]\naws_access_key_id = ASIAIOSFODNN7OTHERS\naws_secret_access_key = x\naws_session_token = y\n`,
      ),
    exitCode: 3,
    findings: [{ code: 'profile.session-not-ours', severity: 'warning' }],
    says: () => [`line 4 of ${credentials()}`, 'mfad login dev --adopt'],
  },
  {
    what: 'the device is a security key',
    make: () => sandbox.writeConfig(devConfig().replace(':mfa/alice', ':u2f/user/alice/k')),
    exitCode: 3,
    findings: [{ code: 'profile.security-key', severity: 'warning' }],
    says: () => ['a FIDO security key', 'register an authenticator app'],
  },
  {
    what: 'a section of the config file lacks “profile”',
    make() {
      sandbox.writeCredentials(`[dev]\n${aliceKeys}[prod]\nregion = eu-west-1\n`)
      addToConfig(`[prod]\n${aliceKeys}`)
    },
    exitCode: 3,
    findings: [{ code: 'profile.misplaced-section', severity: 'warning' }],
    says: () => ['where AWS tools do not look for it', '[profile prod]'],
  },
  {
    what: 'a killed daemon has left its socket',
    make() {
      fs.mkdirSync(path('run/mfad'), { mode: 0o700 })
      const script = `require('node:net').createServer().listen(${JSON.stringify(path('run/mfad/mfad.sock'))}, () => process.kill(process.pid, 'SIGKILL'))`
      spawnSync(process.execPath, ['-e', script])
    },
    exitCode: 3,
    findings: [],
    says: () => ['the daemon is not running', 'mfad daemon --detach'],
  },
  {
    what: 'the service starts a Node that is gone',
    make() {
      installUnit('/gone/node')
      fs.mkdirSync(path('run/systemd'))
    },
    exitCode: 3,
    findings: [{ code: 'daemon.no-service-manager', severity: 'warning' }],
    says: () => ['/gone/node is not there any more', 'mfad install'],
  },
  {
    what: 'the service has failed too often',
    make() {
      installUnit(process.execPath)
      installScript(
        'systemctl',
        'case "$*" in *" show mfad"*) printf "ActiveState=failed\\nUnitFileState=disabled\\nNRestarts=10\\nResult=start-limit-hit\\nExecMainStatus=1\\nMainPID=0\\nNeedDaemonReload=yes\\n";; *) exit 1;; esac',
      )
      installScript(
        'journalctl',
        `echo '{"MESSAGE":"{\\\\"level\\\\":\\\\"error\\\\",\\\\"time\\\\":\\\\"T\\\\",\\\\"msg\\\\":\\\\"it broke\\\\"}"}'`,
      )
    },
    exitCode: 3,
    findings: [
      { code: 'daemon.service-failed', severity: 'problem' },
      { code: 'daemon.not-enabled', severity: 'warning' },
      { code: 'daemon.restarted', severity: 'warning' },
      { code: 'daemon.unit-changed', severity: 'warning' },
      { code: 'daemon.last-error', severity: 'note' },
    ],
    says: () => [
      'the service is failed (start-limit-hit, exit status 1)',
      'failed and was restarted 10 times',
      'the last error in the log (T): it broke',
      'mfad logs',
    ],
  },
  {
    what: 'the CA bundle is missing',
    make: () => addToConfig(`ca_bundle = ${path('gone.pem')}\n`),
    exitCode: 3,
    findings: [{ code: 'settings.bad-ca-bundle', severity: 'problem' }],
    says: () => [`the CA bundle ${path('gone.pem')}`, 'cannot be read'],
  },
  {
    what: 'the proxy is no address',
    make: () => undefined,
    environment: () => ({ HTTPS_PROXY: 'proxy.example:user:secret@' }),
    exitCode: 3,
    findings: [{ code: 'settings.bad-proxy', severity: 'problem' }],
    says: () => ['HTTPS_PROXY is not the address of an http or https proxy'],
  },
  {
    what: 'nothing listens where STS should be',
    make: () =>
      sandbox.writeConfig(devConfig().replace(/^endpoint_url.*$/m, 'endpoint_url = http://127.0.0.1:9')),
    exitCode: 3,
    findings: [{ code: 'network.refused', severity: 'problem' }],
    says: () => ['STS at 127.0.0.1:9 refused the connection'],
  },
  {
    what: 'keys in variables outrank the profile',
    make: () => undefined,
    environment: () => ({ AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7HIDDEN', AWS_PROFILE: 'dev-mfa' }),
    exitCode: 3,
    findings: [{ code: 'settings.credentials-in-shell', severity: 'warning' }],
    says: () => ['AWS_PROFILE=dev-mfa', 'unset AWS_ACCESS_KEY_ID'],
  },
  {
    what: 'the desktop has nothing to ask for a code with',
    make: () => installScript('busctl', `echo 'as 2 "body" "actions"'`),
    environment: () => ({ DISPLAY: ':99', PATH: path('bin') }),
    exitCode: 3,
    findings: [{ code: 'notifier.no-dialog', severity: 'warning' }],
    says: () => ['neither zenity nor kdialog is installed', 'apt-get install zenity'],
  },
]

function installScript(name: string, script: string) {
  fs.writeFileSync(path('bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

function installUnit(node: string) {
  fs.mkdirSync(path('.config/systemd/user'), { recursive: true })
  fs.writeFileSync(
    path('.config/systemd/user/mfad.service'),
    `[Service]\nExecStart="${node}" "--max-opt=0" "${process.cwd()}/dist/mfad.cjs" "daemon"\n`,
  )
}

describe('a home in which', () => {
  for (const home of homes)
    it.skipIf(home.skip)(`${home.what} is told`, async () => {
      home.make()
      const environment = home.environment?.() ?? {}
      const answer = await doctorAs(home.who, environment)
      expect(unusual(answer)).toEqual(home.findings.map((each) => expect.objectContaining(each)))
      expect(answer.exitCode).toBe(home.exitCode)
      const text = await sandbox.mfadWith(
        { environment: { ...ownEndpoint, ...environment }, ...home.who },
        'doctor',
      )
      expect(text.exitCode).toBe(home.exitCode)
      // Lines are filled, and paths longer than a line stand alone.
      const flat = text.stdout.replace(/\s+/g, ' ')
      for (const words of home.says()) expect(flat).toContain(words)
      expect(
        text.stdout.split('\n').filter((line) => line.length > 80 && !line.includes(sandbox.home)),
      ).toEqual([])
    })
})

describe('mfad doctor', () => {
  it('finds nothing wrong where nothing is', async () => {
    await sandbox.startDaemon(ownEndpoint)
    await sandbox.mfadWith({ environment: ownEndpoint }, 'login', 'dev', sandbox.code())
    const answer = await doctor()
    expect(answer.findings.filter(({ severity }) => severity !== 'note')).toEqual([])
    expect(answer.exitCode).toBe(0)
    expect(answer.checks.find(({ area }) => area === 'AWS')?.looked).toMatch(/^127\.0\.0\.1:\d+ answers$/)
    const { stdout } = await sandbox.mfadWith({ environment: ownEndpoint }, 'doctor')
    expect(stdout).toContain('\nnothing is wrong\n')
    expect(stdout).toContain('1 ready for a login, 1 active')
  })

  it('asks STS without a signature, and not at all with --offline', async () => {
    const seen: (string | undefined)[] = []
    const server = createServer((request, response) => {
      seen.push(request.headers.authorization)
      response.writeHead(403).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    sandbox.writeConfig(devConfig().replace(sandbox.sts.endpoint, url))
    const offline = await doctor({}, '--offline')
    expect(seen).toEqual([])
    expect(unusual(offline)).toEqual([])
    const online = await doctor()
    expect(seen).toEqual([undefined])
    expect(unusual(online).map(({ code }) => code)).toEqual(['sts.invalid-answer'])
  })

  it('names a clock that is wrong, and a certificate that is not trusted', async () => {
    const server = createServer((_, response) => {
      const date = new Date(Date.now() + 20 * 60_000).toUTCString()
      response.writeHead(403, { date, 'x-amzn-requestid': 'a-b' })
      response.end(
        '<ErrorResponse><Error><Code>MissingAuthenticationToken</Code></Error><RequestId>a-b</RequestId></ErrorResponse>',
      )
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const front = await startTlsFront(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    onTestFinished(async () => {
      await front.close()
      server.close()
    })
    sandbox.writeConfig(devConfig().replace(sandbox.sts.endpoint, `https://localhost:${front.port}`))
    const untrusted = unusual(await doctor())
    expect(untrusted).toMatchObject([{ code: 'network.certificate-not-trusted', severity: 'problem' }])
    const skewed = await doctor({ AWS_CA_BUNDLE: authorityFile })
    expect(unusual(skewed)).toMatchObject([
      {
        code: 'sts.clock-skewed',
        fact: expect.stringMatching(/clock is 20 min behind that of localhost:\d+$/),
      },
    ])
  })

  it('goes by the environment of the daemon, not by that of this shell', async () => {
    await sandbox.startDaemon({ ...ownEndpoint, HTTPS_PROXY: 'http://127.0.0.1:9' })
    sandbox.writeConfig(devConfig().replace(/^endpoint_url.*$/m, ''))
    const found = (await doctor()).findings.filter(({ severity }) => severity === 'problem')
    expect(found).toMatchObject([
      { code: 'network.proxy-unreachable', fact: expect.stringContaining('HTTPS_PROXY') },
    ])
  })

  it('prints one text at a time', async () => {
    const { exitCode, stdout } = await sandbox.mfad('doctor', '--json', '--report')
    expect({ exitCode, code: JSON.parse(stdout).error.code }).toEqual({
      exitCode: 2,
      code: 'usage.bad-arguments',
    })
  })

  it('names a second daemon, whichever of them answers', async () => {
    const socket = path('other.sock')
    const daemon = await sandbox.startDaemon({ ...ownEndpoint, MFAD_SOCKET: socket })
    const alone = await doctor()
    expect(alone.exitCode).toBe(3)
    const about = { code: 'daemon.second', severity: 'problem' }
    const toUse = `to use it here: export MFAD_SOCKET=${socket}; or end it: kill ${daemon.process.pid}`
    expect(alone.findings).toContainEqual(expect.objectContaining({ ...about, fix: toUse }))
    const other = startNoted(sandbox.home, sandbox.credentialsFile, '/other.sock')
    const both = await doctor({ MFAD_SOCKET: socket })
    await other.end()
    const toEnd = `one is enough; end that one: kill ${other.pid}`
    expect(both.findings.filter(({ code }) => code === 'daemon.second')).toMatchObject([
      { ...about, fix: toEnd },
    ])
  })

  it('names a daemon that keeps other files fresh', async () => {
    await sandbox.startDaemon(ownEndpoint)
    const answer = await doctor({ AWS_SHARED_CREDENTIALS_FILE: path('.aws/elsewhere') })
    expect(answer.findings).toContainEqual(
      expect.objectContaining({ code: 'settings.files-differ', severity: 'problem' }),
    )
    expect(answer.exitCode).toBe(4)
  })

  it('goes on with broken settings while the daemon runs', async () => {
    await sandbox.startDaemon(ownEndpoint)
    sandbox.writeSettings('[mfad]\nduration = soon\n')
    const answer = await doctor()
    expect(answer.findings.filter(({ severity }) => severity !== 'note').map(({ code }) => code)).toEqual([
      'settings.invalid',
    ])
    expect(answer.exitCode).toBe(4)
  })

  it('names a daemon of another version, whatever it says', async () => {
    const files = {
      credentials: credentials(),
      config: config(),
      settings: path('.config/mfad/config.ini'),
      socket: path('run/mfad/mfad.sock'),
    }
    const daemon = { pid: '../self', startedAt: 1, version: '0.0.9\u001b[31m' }
    const odd = { code: 'constructor', message: 'odd', hint: 'none' }
    const warnings = [{ ...odd, file: {}, line: 'x' }]
    const dev = { profile: 'dev', sessionProfile: 'dev-mfa', kind: 'key', state: 'valid', renews: 'by-code' }
    const profiles = [
      { ...dev, lastError: odd },
      { ...dev, lastError: { code: {} } },
    ]
    const server = createServer((_, response) => {
      response.writeHead(200, { 'mfad-version': '0.0.9' })
      response.end(JSON.stringify({ version: '0.0.9', daemon, files, warnings, profiles }))
    })
    fs.mkdirSync(path('run/mfad'), { mode: 0o700 })
    await new Promise<void>((resolve) => server.listen(files.socket, resolve))
    onTestFinished(() => void server.close())
    const answer = await doctor()
    const why = 'it keeps mfad from doing its work'
    expect(unusual(answer)).toMatchObject([
      { code: 'constructor', fact: 'dev: odd', why: 'its last login or renewal failed' },
      { code: 'daemon.other-version', severity: 'warning' },
      { code: 'constructor', fact: 'odd', why },
    ])
    expect(answer.exitCode).toBe(1)
    const { stdout } = await sandbox.mfadWith({ environment: ownEndpoint }, 'doctor')
    expect(stdout).toContain('the daemon has version 0.0.9?[31m, and this is 0.1.0')
    const report = await sandbox.mfadWith({ environment: ownEndpoint }, 'doctor', '--report')
    expect(report.stdout).toContain('daemon of an odd version')
  })

  const obstacle = mountObstacle()
  it.skipIf(obstacle !== undefined && !process.env.CI)(
    `names a container that mounts only the file${obstacle === undefined ? '' : ` (not here: ${obstacle})`}`,
    async () => {
      const container = await openMountNamespace()
      onTestFinished(() => container.close())
      const inside = path('inside')
      fs.writeFileSync(inside, '')
      container.run('mount', '--bind', credentials(), inside)
      const answer = unusual(await doctor())
      expect(answer).toMatchObject([
        { code: 'file.mounted-alone', severity: 'warning', fact: expect.stringContaining(inside) },
      ])
      expect(answer[0]?.fact).not.toContain('old copy')
      await sandbox.startDaemon(ownEndpoint)
      await sandbox.mfadWith({ environment: ownEndpoint }, 'login', 'dev', sandbox.code())
      await until('the former file is gone', async () => {
        const { findings } = await doctor()
        return findings.some(({ fact }) => fact.endsWith('and sees an old copy'))
      })
    },
  )
})

describe.skipIf(noDesktop !== undefined && !process.env.CI)(
  `on a real desktop${noDesktop === undefined ? '' : ` (not here: ${noDesktop})`}`,
  () => {
    it('finds its notification service, the buttons and what asks for codes', async () => {
      const desktop = await openTestDesktop()
      onTestFinished(() => desktop.close())
      const { findings, checks } = await doctor(desktop.environment)
      expect(findings.map(({ code }) => code)).toEqual(['daemon.not-running'])
      const looked = checks.find(({ area }) => area === 'reminders')?.looked
      expect(looked).toBe('a display, a service with buttons, zenity for codes')
    })
  },
)

describe('mfad doctor --report', () => {
  const hostile = [
    'acme-prod',
    'AcmeSecretClient',
    'globex',
    'correcthorsebatterystaple',
    '999988887777',
    'hunter2hunter2',
    'GAHT87654321',
    'vault.internal.example.net',
    'mallory',
  ]

  it('tells nothing of what stands in the files, however odd they are', async () => {
    sandbox.writeCredentials(
      `stray hunter2hunter2\n[acme-prod]\n${aliceKeys}[acme-prod]\nAWS_Secret: correcthorsebatterystaple\n"mallory" = hunter2hunter2 # AcmeSecretClient\n[globex]\n${aliceKeys}mfa_serial = GAHT87654321\n[globex-mfa]\naws_access_key_id = ${alice.accessKeyId}\n`,
    )
    sandbox.writeConfig(
      `[profile acme-prod]\nmfa_serial = arn:aws:iam::999988887777:mfa/mallory\nregion = vault.internal.example.net\nendpoint_url = https://vault.internal.example.net\n[profile AcmeSecretClient]\nrole_arn = arn:aws:iam::999988887777:role/mallory\nsource_profile = mallory\n[profile \u001b[31mhunter2hunter2 x]\nregion = x\n[acme-prod]\nmfa_serial = mallory\n`,
    )
    sandbox.writeSettings(
      '[mfad]\nmallory = hunter2hunter2\nhttps_proxy = http://mallory:hunter2hunter2@vault.internal.example.net:1\n',
    )
    const { stdout, stderr, exitCode } = await sandbox.mfadWith(
      { environment: ownEndpoint },
      'doctor',
      '--report',
    )
    expect({ stderr, exitCode }).toEqual({ stderr: '', exitCode: 7 })
    const leaked = [...hostile, alice.accessKeyId, sandbox.home, aliceSerial].filter((text) =>
      stdout.toLowerCase().includes(text.toLowerCase()),
    )
    expect(leaked, stdout).toEqual([])
    expect(stdout).toContain('file.duplicate-section in the credentials file, line 5')
    expect(stdout).toContain('p1: ')
    expect(stdout).toContain('profile.source-missing')
  })

  it('is what the hint after a bug names', () => {
    const broken = path('mfad.cjs')
    fs.copyFileSync('dist/mfad.cjs', broken)
    // What it loads later is missing.
    fs.copyFileSync('dist/command-status.cjs', path('command-status.cjs'))
    const { status, stderr } = spawnSync(process.execPath, [broken, 'status'], {
      encoding: 'utf8',
      env: sandbox.environment,
    })
    expect(status).toBe(1)
    expect(stderr).toMatch(/^mfad: a bug: .*\n[\s\S]*→ please report it, .*: mfad doctor --report\n$/m)
  })
})
