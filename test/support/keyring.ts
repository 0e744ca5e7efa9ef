// A Secret Service of the test's own: a bus, and a gnome-keyring that is unlocked, or stays locked. Nothing of the developer's
// keyring: its files are in the test's home.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { isInstalled } from '../../src/edges/programs/installed-program.ts'
import { until } from './until.ts'

const needed = ['dbus-daemon', 'dbus-send', 'gnome-keyring-daemon', 'secret-tool']
const missing = needed.filter((program) => !isInstalled(program, process.env.PATH))

/** Of a `describe` that needs a Secret Service: skipped where the programs are not there, and a failure in CI. */
export const withKeyring = describe.skipIf(missing.length > 0 && !process.env.CI)
export const notHere = missing.length === 0 ? '' : ` (not here: not installed: ${missing.join(', ')})`

export type SecretService = {
  /** For programs that are to find it. */
  environment: Record<string, string>
  /** Ends the keyring, not the bus, and starts it again without its password. */
  lock(): Promise<void>
  unlock(): Promise<void>
  /** The items of mfad, by name, with their secrets. */
  items(): Promise<Record<string, string>>
  close(): Promise<void>
}

/** `home` must have a `run` directory. */
export async function startSecretService(home: string): Promise<SecretService> {
  mkdirSync(join(home, 'data'), { recursive: true, mode: 0o700 })
  const environment: Record<string, string> = {
    HOME: home,
    PATH: process.env.PATH ?? '',
    XDG_RUNTIME_DIR: join(home, 'run'),
    XDG_DATA_HOME: join(home, 'data'),
    DBUS_SESSION_BUS_ADDRESS: `unix:path=${join(home, 'bus')}`,
  }
  const bus = spawn(
    'dbus-daemon',
    ['--session', '--nofork', '--nopidfile', `--address=${environment.DBUS_SESSION_BUS_ADDRESS}`],
    { env: environment, stdio: 'ignore' },
  )
  await until('the bus answers', async () => (await ask(environment, busCall('ListNames'))).exitCode === 0)
  let keyring: ChildProcess | undefined
  const start = async (password: string | undefined) => {
    await stop()
    const how = password === undefined ? '--start' : '--unlock'
    keyring = spawn('gnome-keyring-daemon', ['--foreground', how, '--components=secrets'], {
      env: environment,
      stdio: ['pipe', 'ignore', 'ignore'],
    })
    keyring.stdin?.end(password ?? '')
    await until('the keyring is on the bus', async () => {
      const { stdout } = await ask(environment, busCall('ListNames'))
      return stdout.includes('org.freedesktop.secrets')
    })
  }
  const stop = async () => {
    const running = keyring
    keyring = undefined
    if (running === undefined || running.exitCode !== null) return
    const ended = new Promise((resolve) => running.once('exit', resolve))
    running.kill('SIGTERM')
    await ended
  }
  const unlock = () => start('a password of the test')
  await unlock()
  return {
    environment,
    lock: () => start(undefined),
    unlock,
    async items() {
      const { stdout, stderr } = await ask(environment, ['secret-tool', 'search', '--all', 'service', 'mfad'])
      const secrets = [...stdout.matchAll(/^secret = (.*)$/gm)].map(([, secret = '']) => secret)
      const names = [...(stdout + stderr).matchAll(/^attribute\.username = (.*)$/gm)].map(
        ([, name = '']) => name,
      )
      return Object.fromEntries(names.map((name, index) => [name, secrets[index] ?? '']))
    },
    async close() {
      await stop()
      const ended = new Promise((resolve) => bus.once('exit', resolve))
      bus.kill('SIGTERM')
      await ended
    },
  }
}

function busCall(method: string): string[] {
  return [
    'dbus-send',
    '--session',
    '--print-reply',
    '--dest=org.freedesktop.DBus',
    '/',
    `org.freedesktop.DBus.${method}`,
  ]
}

function ask(
  env: Record<string, string>,
  [program = '', ...args]: string[],
): Promise<{ exitCode: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [stdout, stderr] = ['', '']
    child.stdout.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr.on('data', (chunk) => {
      stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ exitCode, stdout, stderr }))
  })
}
