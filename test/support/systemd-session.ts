// A real `systemd --user`, private to a test, with our service runner beside it.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { build } from 'esbuild'
import type { DriverRequest } from './service-driver.ts'

const launcher = 'test/support/systemd-user.sh'

export type SystemdSession = {
  home: string
  /** Resolves with the driver's answer, rejects with the error it met. */
  send(request: DriverRequest): Promise<unknown>
  close(): Promise<void>
}

/** Why no such session can be had on this machine, or undefined. */
export function systemdObstacle(user = '0'): string | undefined {
  if (process.platform !== 'linux') return 'this is not Linux'
  if (process.getuid?.() !== 0) return 'it needs root, for a mount namespace'
  const home = mkdtempSync(join(tmpdir(), 'mfad-systemd-probe-'))
  const env = { ...process.env, AS_USER: user }
  const probe = spawnSync(launcher, [home, 'true'], { encoding: 'utf8', timeout: 40_000, env })
  rmSync(home, { recursive: true, force: true })
  return probe.status === 0 ? undefined : `${launcher}: ${probe.stderr.trim() || probe.error || probe.signal}`
}

export async function startSystemdSession(home: string): Promise<SystemdSession> {
  const driver = join(home, 'driver.mjs')
  await build({
    entryPoints: ['test/support/service-driver.ts'],
    outfile: driver,
    bundle: true,
    platform: 'node',
    format: 'esm',
  })
  const child = spawn(launcher, [home, process.execPath, driver], { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'exit')
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    home,
    send: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`)
      const answer = await answers.next()
      if (answer.done) throw new Error(`the session in ${home} has ended; see its systemd.log`)
      const { value, error } = JSON.parse(answer.value)
      if (error !== undefined) throw Object.assign(new Error(error.cause), error)
      return value
    },
    close: async () => {
      child.stdin.end()
      await ended
    },
  }
}
