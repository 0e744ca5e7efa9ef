// The real daemon, the real notify-send and a real notification daemon, on a desktop of its own for each test. Sessions
// live 20 s. Set MFAD_TEST_PICTURES to a directory to keep the pictures of the screen.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { accessSync, constants, copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir, uptime } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  aliceKeys,
  aliceSerial,
  devConfig,
  devCredentials,
  openSandbox,
  type Sandbox,
} from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const launcher = 'test/support/desktop.sh'
const needed = [
  'Xvfb',
  'dunst',
  'dunstctl',
  'dbus-run-session',
  'dbus-send',
  'notify-send',
  'import',
  'xdotool',
]
const missing = needed.filter((program) => !isInstalled(program))
const obstacle = missing.length === 0 ? undefined : `not installed: ${missing.join(', ')}`
const mayBeMissing = !process.env.CI

type Shown = { summary: string; body: string; staysSeconds: number; at: number }

type Desktop = {
  environment: Record<string, string>
  /** How many notifications are on the screen. */
  displayed(): number
  /** Takes a picture, and answers how many colours are in it: one when the screen is empty. */
  picture(name: string): number
  /** Everything shown so far, oldest first. Takes it off the screen. */
  history(): Shown[]
  close(): Promise<void>
}

describe.skipIf(obstacle !== undefined && mayBeMissing)(
  `reminders on a real desktop${obstacle === undefined ? '' : ` (not here: ${obstacle})`}`,
  () => {
    beforeAll(() => {
      if (obstacle !== undefined) throw new Error(obstacle)
    })

    it.concurrent('come once before the expiration and once at it, which stays', async () => {
      await onDesktop(async (sandbox, desktop) => {
        sandbox.writeSettings('[mfad]\nreminders = 8s, 0s\n')
        await sandbox.startDaemon(desktop.environment)
        expect(desktop.picture('empty')).toBe(1)
        const { issuedAt, expiration } = await login(sandbox, 'dev')

        await until('the first reminder', () => desktop.displayed() === 1, 15_000)
        expect(desktop.picture('expiring')).toBeGreaterThan(2)
        await until('the second reminder', () => desktop.displayed() === 2, 12_000)
        expect(desktop.picture('expired')).toBeGreaterThan(2)
        await until('there was time for a third', () => Date.now() > expiration + 3000)

        const shown = desktop.history()
        expect(shown.map(({ at: _, ...rest }) => rest)).toEqual([
          { summary: 'mfad: dev expires in 8s', body: 'Run: mfad login dev', staysSeconds: 60 },
          { summary: 'mfad: dev has expired', body: 'Run: mfad login dev', staysSeconds: 0 },
        ])
        const [first, second] = shown.map(({ at }) => at)
        expect(secondsBetween(issuedAt, first)).toBeGreaterThan(11)
        expect(secondsBetween(issuedAt, first)).toBeLessThan(13)
        expect(Math.abs(secondsBetween(expiration, second))).toBeLessThan(1)
      })
    })

    it.concurrent('come only at the expiration of a session shorter than twice the default lead time', async () => {
      await onDesktop(async (sandbox, desktop) => {
        const names = ['dev', '100%/d@x+y', 'staging-with-a-rather-long-name', 'ops', 'logs']
        sandbox.writeCredentials(names.map((name) => `[${name}]\n${aliceKeys}`).join('\n'))
        sandbox.writeConfig(
          names.map((name) => `[profile ${name}]\nmfa_serial = ${aliceSerial}\n`).join('\n'),
        )
        await sandbox.startDaemon(desktop.environment)
        const { expiration } = await login(sandbox, '--all')

        await until('the reminder', () => desktop.displayed() > 0, 25_000)
        expect(desktop.picture('several')).toBeGreaterThan(2)
        await until('there was time for another', () => Date.now() > expiration + 3000)

        const shown = desktop.history()
        expect(shown.map(({ at: _, ...rest }) => rest)).toEqual([
          {
            summary: 'mfad: dev, 100%/d@x+y, staging-with-a-rather-long-name and 2 more have expired',
            body: 'Run: mfad login dev',
            staysSeconds: 0,
          },
        ])
        expect(Math.abs(secondsBetween(expiration, shown[0]?.at))).toBeLessThan(1)
      })
    })

    it.concurrent('are a warning in the status where the notification service cannot be reached', async () => {
      await onDesktop(async (sandbox, desktop) => {
        sandbox.writeSettings('[mfad]\nreminders = 8s, 0s\n')
        await sandbox.startDaemon({
          ...desktop.environment,
          DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
        })
        const { shown, error } = await notifyTest(sandbox)
        expect({ shown, code: error?.code }).toEqual({ shown: false, code: 'notifier.unavailable' })
        expect(error?.message).toMatch(/^notifications cannot be shown: .*Could not connect/)
        const { warnings } = await sandbox.status()
        expect(warnings).toMatchObject([{ code: 'notifier.unavailable', message: error?.message }])
        expect(desktop.displayed()).toBe(0)
      })
    })
  },
)

async function onDesktop(use: (sandbox: Sandbox, desktop: Desktop) => Promise<void>): Promise<void> {
  const sandbox = await openSandbox()
  try {
    rmSync(join(sandbox.home, 'bin/notify-send'))
    sandbox.writeCredentials(devCredentials)
    sandbox.writeConfig(devConfig)
    sandbox.sts.setSessionSeconds(20)
    const desktop = await openDesktop()
    try {
      await use(sandbox, desktop)
    } finally {
      await desktop.close()
    }
  } finally {
    await sandbox.close()
  }
}

/** When the session was issued, and when it ends, in milliseconds. */
async function login(sandbox: Sandbox, what: string): Promise<{ issuedAt: number; expiration: number }> {
  const { exitCode, stderr } = await sandbox.mfad('login', what, sandbox.code())
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
  const expiration = /^expiration = (.+)$/m.exec(sandbox.readCredentials())?.[1]
  return { issuedAt: Date.now(), expiration: Date.parse(expiration ?? '') }
}

async function openDesktop(): Promise<Desktop> {
  const directory = mkdtempSync(join(tmpdir(), 'mfad-desktop-'))
  const child = spawn(
    launcher,
    [directory, 'sh', '-c', 'echo "$DISPLAY"; echo "$DBUS_SESSION_BUS_ADDRESS"; exec cat >/dev/null'],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  )
  const ended = new Promise((resolve) => child.once('exit', resolve))
  const [DISPLAY, DBUS_SESSION_BUS_ADDRESS] = await firstLines(child, 2)
  if (DISPLAY === undefined || DBUS_SESSION_BUS_ADDRESS === undefined) throw new Error('no desktop came up')
  const environment = { DISPLAY, DBUS_SESSION_BUS_ADDRESS }
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { env: { ...process.env, ...environment }, encoding: 'utf8' })
  return {
    environment,
    displayed: () => Number(run('dunstctl', 'count', 'displayed')),
    picture(name) {
      const file = join(directory, `${name}.png`)
      run('import', '-window', 'root', file)
      keepPicture(file, name)
      return Number(run('identify', '-format', '%k', file))
    },
    history() {
      run('dunstctl', 'close-all')
      return readHistory(run('dunstctl', 'history'))
    },
    async close() {
      child.stdin?.end()
      await ended
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** dunst's own answer: the notifications that are no longer shown, newest first, times in microseconds since the boot. */
function readHistory(json: string): Shown[] {
  const { data } = JSON.parse(json) as { data: [Record<string, { data: string | number }>[]] }
  const bootedAt = Date.now() - uptime() * 1000
  return data[0]
    .map(({ summary, body, timeout, timestamp }) => ({
      summary: String(summary?.data),
      body: String(body?.data),
      staysSeconds: Number(timeout?.data) / 1_000_000,
      at: bootedAt + Number(timestamp?.data) / 1000,
    }))
    .sort((a, b) => a.at - b.at)
}

async function firstLines(child: ChildProcess, count: number): Promise<string[]> {
  const lines: string[] = []
  if (child.stdout === null) return lines
  for await (const line of createInterface({ input: child.stdout })) if (lines.push(line) === count) break
  return lines
}

function secondsBetween(from: number, to: number | undefined): number {
  return ((to ?? Number.NaN) - from) / 1000
}

async function notifyTest(sandbox: Sandbox) {
  const { stdout } = await sandbox.mfad('notify-test', '--json')
  return JSON.parse(stdout) as { shown: boolean; error?: { code: string; message: string } }
}

function keepPicture(file: string, name: string): void {
  const pictures = process.env.MFAD_TEST_PICTURES
  if (pictures === undefined) return
  mkdirSync(pictures, { recursive: true })
  copyFileSync(file, join(pictures, `${name}.png`))
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(':').some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}
