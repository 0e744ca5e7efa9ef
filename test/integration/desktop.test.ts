// The real daemon, the real notify-send and a real notification daemon, on a desktop of its own for each test. Sessions
// live 20 s.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { obstacle, openTestDesktop, type TestDesktop } from '../support/desktop.ts'
import { withoutRegionAdvice } from '../support/region-advice.ts'
import {
  aliceKeys,
  aliceSerial,
  devConfig,
  devCredentials,
  openSandbox,
  type Sandbox,
} from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const mayBeMissing = !process.env.CI

describe.skipIf(obstacle !== undefined && mayBeMissing)(
  `reminders on a real desktop${obstacle === undefined ? '' : ` (not here: ${obstacle})`}`,
  () => {
    beforeAll(() => {
      if (obstacle !== undefined) throw new Error(obstacle)
    })

    it.concurrent('come once before the expiration and once at it, which stays', async () => {
      await onDesktop(async (sandbox, desktop) => {
        sandbox.writeSettings('[mfad]\nreminders = 8s, 0s\n')
        const daemon = await sandbox.startDaemon(desktop.environment)
        expect(desktop.picture('empty')).toBe(1)
        const { issuedAt, expiration } = await login(sandbox, 'dev')

        await until('the first reminder', () => desktop.displayed() === 1, 15_000)
        expect(desktop.picture('expiring')).toBeGreaterThan(2)
        await until(
          'the second reminder in its place',
          () => daemon.log().split('"reminder shown"').length === 3,
          12_000,
        )
        expect(desktop.displayed()).toBe(1)
        expect(desktop.picture('expired')).toBeGreaterThan(2)
        await until('there was time for a third', () => Date.now() > expiration + 3000)

        const shown = desktop.history()
        const time = timeOf(expiration)
        expect(shown.map(({ at: _, ...rest }) => rest)).toEqual([
          {
            summary: `mfad: dev is valid until ${time.slice(0, 8)}`,
            body: 'Run: mfad login dev',
            staysSeconds: 60,
          },
          {
            summary: `mfad: dev expired at ${time.slice(0, 5)}`,
            body: 'Run: mfad login dev',
            staysSeconds: 0,
          },
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
            summary: `mfad: dev, 100%/d@x+y, staging-with-a-rather-long-name and 2 more expired at ${timeOf(expiration).slice(0, 5)}`,
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

describe('a notify-send that hangs', () => {
  it.each(['with', 'without'])('does not keep the daemon from ending, %s buttons', async (buttons) => {
    const sandbox = await openSandbox()
    try {
      const install = (name: string, script: string) =>
        writeFileSync(join(sandbox.home, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
      const pids = join(sandbox.home, 'pids')
      install('notify-send', `echo $$ >> '${pids}'; exec sleep 100`)
      install('busctl', `echo 'as 2 "body" "${buttons === 'with' ? 'actions' : 'icon-static'}"'`)
      sandbox.writeCredentials(devCredentials)
      sandbox.writeConfig(devConfig)
      sandbox.writeSettings('[mfad]\nreminders = 0s\n')
      sandbox.sts.setSessionSeconds(1)
      const daemon = await sandbox.startDaemon()
      await login(sandbox, 'dev')
      const test = sandbox.mfad('notify-test', '--json')
      await until('both hang', () => existsSync(pids) && readFileSync(pids, 'utf8').split('\n').length > 2)
      const before = Date.now()
      expect((await daemon.stop()).exitCode).toBe(0)
      expect(Date.now() - before).toBeLessThan(4000)
      expect(readFileSync(pids, 'utf8').trim().split('\n').filter(isRunning)).toEqual([])
      await test
    } finally {
      await sandbox.close()
    }
  })
})

function isRunning(pid: string): boolean {
  return existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
}

async function onDesktop(use: (sandbox: Sandbox, desktop: TestDesktop) => Promise<void>): Promise<void> {
  const sandbox = await openSandbox()
  try {
    rmSync(join(sandbox.home, 'bin/notify-send'))
    sandbox.writeCredentials(devCredentials)
    sandbox.writeConfig(devConfig)
    sandbox.sts.setSessionSeconds(20)
    const desktop = await openTestDesktop()
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
  expect({ exitCode, stderr: withoutRegionAdvice(stderr) }).toEqual({ exitCode: 0, stderr: '' })
  const expiration = /^expiration = (.+)$/m.exec(sandbox.readCredentials())?.[1]
  return { issuedAt: Date.now(), expiration: Date.parse(expiration ?? '') }
}

/** `14:05:30`: the sandbox is in UTC. */
function timeOf(ms: number): string {
  return new Date(ms).toISOString().slice(11, 19)
}

function secondsBetween(from: number, to: number | undefined): number {
  return ((to ?? Number.NaN) - from) / 1000
}

async function notifyTest(sandbox: Sandbox) {
  const { stdout } = await sandbox.mfad('notify-test', '--json')
  return JSON.parse(stdout) as { shown: boolean; error?: { code: string; message: string } }
}
