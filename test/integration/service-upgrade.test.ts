// An upgrade of mfad under a real systemd, and a Node that goes away: what the service does, and what is said.
import { spawn } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { devConfig, devCredentials, run } from '../support/sandbox.ts'
import { systemdObstacle } from '../support/systemd-session.ts'

const obstacle = systemdObstacle()

test.skipIf(obstacle !== undefined && !process.env.CI)(
  `an upgrade and the loss of Node under a real systemd${obstacle === undefined ? '' : ` (not here: ${obstacle})`}`,
  async ({ onTestFinished }) => {
    if (obstacle !== undefined) throw new Error(obstacle)
    const [home, results, installed] = ['home', 'results', 'package'].map((name) =>
      mkdtempSync(join(tmpdir(), `mfad-upgrade-${name}-`)),
    ) as [string, string, string]
    onTestFinished(() => {
      for (const directory of [home, results, installed]) rmSync(directory, { recursive: true, force: true })
    })
    mkdirSync(join(home, '.aws'), { mode: 0o700 })
    mkdirSync(join(home, '.config'))
    writeFileSync(join(home, '.aws/credentials'), devCredentials, { mode: 0o600 })
    writeFileSync(join(home, '.aws/config'), devConfig, { mode: 0o600 })
    for (const part of ['dist', 'systemd', 'launchd', 'package.json'])
      cpSync(part, join(installed, part), { recursive: true })
    cpSync('node_modules/node-notifier', join(installed, 'node_modules/node-notifier'), { recursive: true })
    const formerNode = join(installed, 'node')
    copyFileSync(process.execPath, formerNode)
    const environment = {
      PATH: process.env.PATH,
      NODE: process.execPath,
      FORMER_NODE: formerNode,
      PACKAGE: installed,
      RESULTS: results,
    }
    const argv = [home, resolve('test/support/upgrade-story.sh')]
    const story = await run(spawn('test/support/systemd-user.sh', argv, { env: environment, stdio: 'pipe' }))
    const result = (name: string) => readFileSync(join(results, `${name}.txt`), 'utf8')

    expect(story.exitCode, `${story.stderr}${story.stdout}`).toBe(0)
    expect(story.stdout.trim().split('\n')).toEqual([
      'first="version": "0.1.0"',
      'upgraded="version": "0.2.0"',
      // Once, since it was killed, and not again and again.
      'tries=1',
      'again="version": "0.2.0"',
      'trace=',
    ])
    expect(result('older')).toContain(
      'the daemon has version 0.1.0, this is 0.2.0\n  → restart it: mfad restart',
    )
    for (const name of ['lost-login', 'lost-restart', 'lost-doctor']) {
      expect(result(name), name).toContain(formerNode)
      expect(result(name), name).toContain('mfad install')
    }
    expect(result('lost-status')).toContain('mfad: the daemon is not running')
  },
)
