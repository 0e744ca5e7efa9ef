// What can steer a key, a code or a command is refused when somebody else could have written it: before a code is used, and
// with `status` as the place that says so.

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest'
import { authorityFile } from '../support/aws-network.ts'
import { requireProgram } from '../support/clients.ts'
import { devConfig, devCredentials, openSandbox, type Sandbox } from '../support/sandbox.ts'

const bob = 65534

let sandbox: Sandbox
let config: string
let settings: string

beforeEach(async () => {
  sandbox = await openSandbox()
  config = join(sandbox.home, '.aws/config')
  settings = join(sandbox.home, '.config/mfad/config.ini')
  sandbox.writeCredentials(devCredentials)
  sandbox.writeConfig(devConfig)
})
afterEach(() => sandbox.close())

function requireRoot(context: TestContext): void {
  if (process.getuid?.() !== 0) context.skip('only root can give a file away')
}

/** The login is refused with these words, `status` warns in the same ones, and no code was sent. */
async function expectRefused(message: string, hint: string, file: string): Promise<void> {
  const { exitCode, stdout, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
  expect([exitCode, stdout, stderr]).toEqual([7, '', `mfad: ${message}\n  → ${hint}\n`])
  expect(sandbox.codesSent()).toEqual([])
  expect(sandbox.readCredentials()).toBe(devCredentials)
  const { warnings } = await sandbox.status()
  expect(warnings.map(({ message, hint, file }) => [message, hint, file])).toEqual([[message, hint, file]])
}

it('sends no code to the endpoint that another user has put into a config file of mode 0666', async () => {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(request.url ?? '')
    response.end()
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as { port: number }
  await sandbox.startDaemon({ AWS_ENDPOINT_URL_STS: undefined })
  chmodSync(config, 0o666)
  sandbox.writeConfig(`${devConfig}endpoint_url = http://127.0.0.1:${port}\n`)
  await expectRefused(`${config} can be changed by other users`, `chmod go-w ${config}`, config)
  expect(requests).toEqual([])
  await new Promise((resolve) => server.close(resolve))
})

it.each([
  ['in the profile', (bundle: string) => sandbox.writeConfig(`${devConfig}ca_bundle = ${bundle}\n`), {}],
  ['in the settings', (bundle: string) => sandbox.writeSettings(`[mfad]\nca_bundle = ${bundle}\n`), {}],
  ['in AWS_CA_BUNDLE', () => undefined, { AWS_CA_BUNDLE: true }],
  ['in NODE_EXTRA_CA_CERTS', () => undefined, { NODE_EXTRA_CA_CERTS: true }],
])(
  'sends no code while another user can write the certificates that are named %s',
  async (_where, name, variables) => {
    const bundle = join(sandbox.home, 'ca.pem')
    copyFileSync(authorityFile, bundle)
    chmodSync(bundle, 0o666)
    name(bundle)
    await sandbox.startDaemon(Object.fromEntries(Object.keys(variables).map((each) => [each, bundle])))
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect([exitCode, sandbox.codesSent()]).toEqual([7, []])
    expect(stderr).toContain(
      `are not trusted: ${bundle} can be changed by other users\n  → chmod go-w ${bundle}\n`,
    )
    chmodSync(bundle, 0o644)
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(0)
  },
)

it('shows the password of a proxy that others can read, by the command that mends it', async () => {
  sandbox.writeSettings(
    '[mfad]\nhttps_proxy = http://me:hunter2@proxy.example.com:3128\nno_proxy = 127.0.0.1\n',
  )
  await sandbox.startDaemon()
  const { warnings } = await sandbox.status()
  expect(warnings).toMatchObject([{ code: 'settings.readable-by-others', hint: `chmod go-rwx ${settings}` }])
  const { stdout, stderr } = await sandbox.mfad('doctor', '--offline')
  expect(stdout + stderr).toContain(`chmod go-rwx ${settings}`)
  expect(stdout + stderr).not.toContain('hunter2')
  chmodSync(settings, 0o600)
  expect((await sandbox.status()).warnings).toEqual([])
})

describe('the settings file', () => {
  const ran = () => join(sandbox.home, 'ran')
  beforeEach(() => sandbox.writeSettings(`[mfad]\nnotify = none\nnotify_command = touch "${ran()}"\n`))

  it('of mode 0666 is refused, and its notify_command does not run', async () => {
    chmodSync(settings, 0o666)
    const daemon = await sandbox.startDaemon()
    await expectRefused(`${settings} can be changed by other users`, `chmod go-w ${settings}`, settings)
    await sandbox.mfad('notify-test')
    expect(existsSync(ran())).toBe(false)
    chmodSync(settings, 0o600)
    await sandbox.mfad('notify-test')
    expect([existsSync(ran()), daemon.log().includes('its notify_command is not run')]).toEqual([true, true])
    expect((await sandbox.mfad('login', 'dev', sandbox.code())).exitCode).toBe(0)
  })

  it('of somebody else is refused', async (context) => {
    requireRoot(context)
    await sandbox.startDaemon()
    chownSync(settings, bob, bob)
    // Root is told so by a rule of its own; for others the rule of trust holds, see test/edges/files/disk/trust.test.ts.
    const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code())
    expect({ exitCode, stderr }).toEqual({
      exitCode: expect.toSatisfy((code) => code !== 0),
      stderr: expect.stringContaining(`${settings} belongs to another user`),
    })
    expect(sandbox.codesSent()).toEqual([])
  })

  it('in a directory that others can write is refused', async () => {
    chmodSync(dirname(settings), 0o777)
    await sandbox.startDaemon()
    await expectRefused(
      `${dirname(settings)} can be changed by other users`,
      `chmod go-w ${dirname(settings)}`,
      settings,
    )
  })
})

it('refuses a config file that an access control list lets another user write', async (context) => {
  requireProgram(context, 'setfacl')
  execFileSync('setfacl', ['-m', `u:${bob}:rw`, config])
  await sandbox.startDaemon()
  await expectRefused(
    `${config} can be changed by uid ${bob}, as its access control list says`,
    `setfacl -x u:${bob} ${config}`,
    config,
  )
})

it('refuses a config file behind a link that passes through another user’s directory', async (context) => {
  requireRoot(context)
  const theirs = join(sandbox.home, 'theirs')
  mkdirSync(theirs)
  renameSync(config, `${config}.own`)
  symlinkSync(`${config}.own`, join(theirs, 'config'))
  symlinkSync(join(theirs, 'config'), config)
  chownSync(theirs, bob, bob)
  await sandbox.startDaemon()
  await expectRefused(
    `${theirs} belongs to another user or group`,
    `let the link ${config} lead to a file of your own; what is on its way: namei -l ${config}`,
    config,
  )
})

it('says what is wrong without a daemon, too', async () => {
  chmodSync(config, 0o666)
  const { exitCode, stdout } = await sandbox.mfad('status', '--json')
  expect([exitCode, JSON.parse(stdout).warnings]).toMatchObject([
    0,
    [{ code: 'file.writable-by-others', file: config }],
  ])
})

describe('credentials that are a link into a read-only store', () => {
  /** What a package manager has built; to an ordinary user it is root's. */
  async function startWithStore(context: TestContext): Promise<{ store: string; asBob: object }> {
    requireRoot(context)
    const store = join(sandbox.home, 'store')
    mkdirSync(store)
    writeFileSync(join(store, 'x-credentials'), devCredentials)
    execFileSync('chown', ['-R', `${bob}:${bob}`, sandbox.home])
    execFileSync('chown', ['-R', '0:0', store])
    chmodSync(join(store, 'x-credentials'), 0o444)
    return { store, asBob: { uid: bob, gid: bob } }
  }
  const login = (asBob: object) => sandbox.mfadWith(asBob, 'login', 'dev', sandbox.code())

  it('are to be copied to the place of the link: what the link leads to is not the user’s to change', async (context) => {
    const { store, asBob } = await startWithStore(context)
    const file = sandbox.credentialsFile
    execFileSync('ln', ['-sf', join(store, 'x-credentials'), file])
    await sandbox.startDaemon({}, asBob)
    const { exitCode, stderr } = await login(asBob)
    const hint = `cp ${file} ${file}.new && chmod 600 ${file}.new && mv ${file}.new ${file}`
    expect([exitCode, stderr]).toEqual([
      7,
      `mfad: ${file} is a link to what cannot be written: ${store}/x-credentials is read-only or belongs to another user\n  → put a file of your own in its place: ${hint}\n`,
    ])
    expect(sandbox.codesSent()).toEqual([])
    execFileSync('sh', ['-c', hint], asBob)
    expect(await login(asBob)).toMatchObject({ exitCode: 0, stderr: '' })
  })

  it('are so with their directory, where that is the link', async (context) => {
    const { store, asBob } = await startWithStore(context)
    const directory = dirname(sandbox.credentialsFile)
    execFileSync('sh', [
      '-c',
      `cp ${config} ${store}/config && chmod 444 ${store}/config && rm -r ${directory}`,
    ])
    execFileSync('mv', [join(store, 'x-credentials'), join(store, 'credentials')])
    symlinkSync(store, directory)
    await sandbox.startDaemon({}, asBob)
    const { exitCode, stderr } = await login(asBob)
    expect(exitCode).toBe(7)
    const [, hint = ''] = /→ put a directory of your own in its place: (.*)\n/.exec(stderr) ?? []
    execFileSync('sh', ['-c', hint], asBob)
    expect(await login(asBob)).toMatchObject({ exitCode: 0, stderr: '' })
  })
})
