// An upgrade of mfad under a real systemd, and a Node that goes away: what the service does, and what is said.
import { copyFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openServiceStory } from '../support/service-story.ts'
import { systemdObstacle } from '../support/systemd-session.ts'

const obstacle = systemdObstacle()

test.skipIf(obstacle !== undefined && !process.env.CI)(
  `an upgrade and the loss of Node under a real systemd${obstacle === undefined ? '' : ` (not here: ${obstacle})`}`,
  async ({ onTestFinished }) => {
    if (obstacle !== undefined) throw new Error(obstacle)
    const { play, result } = openServiceStory()
    const installed = mkdtempSync(join(tmpdir(), 'mfad-upgrade-'))
    onTestFinished(() => rmSync(installed, { recursive: true, force: true }))
    for (const part of ['dist', 'systemd', 'launchd', 'package.json'])
      cpSync(part, join(installed, part), { recursive: true })
    cpSync('node_modules/node-notifier', join(installed, 'node_modules/node-notifier'), { recursive: true })
    const formerNode = join(installed, 'node')
    copyFileSync(process.execPath, formerNode)
    const printed = await play('upgrade-story', { FORMER_NODE: formerNode, PACKAGE: installed })

    expect(printed.trim().split('\n')).toEqual([
      'first="version": "0.1.0"',
      'upgraded="version": "0.2.0"',
      // Once, since it was killed, and not again and again.
      'tries=1',
      'again="version": "0.2.0"',
      'trace=',
    ])
    expect(result('older.txt')).toContain(
      'the daemon has version 0.1.0, this is 0.2.0\n  → restart it: mfad restart',
    )
    for (const name of ['lost-login', 'lost-restart', 'lost-doctor']) {
      expect(result(`${name}.txt`), name).toContain(formerNode)
      expect(result(`${name}.txt`), name).toContain('mfad install')
    }
    expect(result('lost-status.txt')).toContain('mfad: the daemon is not running')
  },
)
