// A container, or a machine that is reached by ssh: a hint that names the service there leads nowhere.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { daemonArgv } from '../../src/core/service/daemon-argv.ts'
import { commandLine } from '../../src/core/service/systemd-unit.ts'
import type { Status } from '../../src/core/wire.ts'
import { devCredentials, openDevSandbox, type RunningDaemon, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openDevSandbox()
})
afterEach(() => sandbox.close())

const again = ({ process }: RunningDaemon) => `kill ${process.pid}, then: mfad daemon --detach`

it('restart names what starts the daemon here', async () => {
  expect(await sandbox.mfad('restart')).toMatchObject({
    exitCode: 3,
    stderr: expect.stringContaining('is not installed\n  → mfad daemon --detach\n'),
  })
  const daemon = await sandbox.startDaemon()
  expect((await sandbox.mfad('restart')).stderr).toContain(`is not installed\n  → ${again(daemon)}\n`)
})

it('uninstall says that the daemon runs on, and not that nothing renews its sessions', async () => {
  const daemon = await sandbox.startDaemon()
  await sandbox.mfad('login', 'dev', sandbox.code())
  const { exitCode, stdout, stderr } = await sandbox.mfad('uninstall')
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr: `a daemon that was started by hand is running\n  → to end it, too: kill ${daemon.process.pid}\n`,
  })
  expect(stdout).toContain('is not installed')
})

it('uninstall --logout still removes the sessions', async () => {
  await sandbox.startDaemon()
  await sandbox.mfad('login', 'dev', sandbox.code())
  expect((await sandbox.mfad('uninstall', '--logout')).stdout).toContain('removed [dev-mfa]')
  expect(sandbox.readCredentials()).toBe(devCredentials)
})

it('a daemon with other files or endpoints is to be ended and started again', async () => {
  const daemon = await sandbox.startDaemon({ MFAD_BACKGROUND: 'detached' })
  const { stdout } = await sandbox.mfad('status', '--json')
  expect((JSON.parse(stdout) as Status).warnings).toMatchObject([
    { hint: `unless that is meant: unset AWS_ENDPOINT_URL_STS, then: ${again(daemon)}` },
    { hint: `unless that is meant: unset AWS_ENDPOINT_URL_IAM, then: ${again(daemon)}` },
  ])
  const environment = { AWS_CONFIG_FILE: join(sandbox.home, 'other') }
  const { stderr } = await sandbox.mfadWith({ environment }, 'login', 'dev')
  expect(stderr).toContain(
    `to have the daemon use this one: ${again(daemon)}; to use the daemon's here: export AWS_CONFIG_FILE=${join(sandbox.home, '.aws/config')}\n`,
  )
})

it.each([
  ['that could run', process.execPath],
  ['whose program has moved', '/opt/former/node'],
])(
  'a service that is installed (in a home that a container shares), %s, is not to be restarted',
  async (_what, node) => {
    const units = join(sandbox.home, '.config/systemd/user')
    mkdirSync(units, { recursive: true })
    const command = commandLine(daemonArgv(node, resolve('dist/mfad.cjs')))
    writeFileSync(join(units, 'mfad.service'), `[Service]\nExecStart=${command}\n`)
    expect((await sandbox.mfad('login', 'dev')).stderr).toContain('→ start it with: mfad daemon --detach\n')
    expect((await sandbox.mfad('start')).stderr).toContain('did you mean: mfad daemon --detach?')
    const daemon = await sandbox.startDaemon()
    const environment = { AWS_CONFIG_FILE: join(sandbox.home, 'other') }
    const { stderr } = await sandbox.mfadWith({ environment }, 'login', 'dev')
    expect(stderr).toContain(`to have the daemon use this one: ${again(daemon)};`)
  },
)
