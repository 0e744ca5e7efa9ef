import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { daemonArgv } from '../../src/core/service/daemon-argv.ts'
import type { Status } from '../../src/core/wire.ts'
import { startEmbeddedSts } from '../../src/demo/sts/embedded-sts.ts'
import { nodePath, scriptPath } from '../support/program.ts'
import { alice, aliceSerial, devCredentials } from '../support/sandbox.ts'
import { factsOf, openServiceStory } from '../support/service-story.ts'
import { systemdObstacle } from '../support/systemd-session.ts'

const obstacle = systemdObstacle()

test.skipIf(obstacle !== undefined && !process.env.CI)(
  `install, kill -9, login, restart and uninstall work under a real systemd${obstacle === undefined ? '' : ` (not here: ${obstacle})`}`,
  async ({ onTestFinished }) => {
    if (obstacle !== undefined) throw new Error(obstacle)
    const { home, play, result } = openServiceStory()
    const sts = await startEmbeddedSts({ users: [alice] })
    onTestFinished(() => sts.close())
    const printed = await play(
      'service-story',
      { AWS_ENDPOINT_URL_STS: sts.endpoint },
      sts.tokenCode(aliceSerial),
    )
    const facts = factsOf(printed)
    expect(facts).toMatchObject({
      kept: 'yes',
      restarted: 'yes',
      activated: 'yes',
      socket: 'kept',
      listen: '1',
      runtime: '',
      state: '"state": "valid"',
      active: 'inactive',
      trace: '',
    })
    expect(facts.flags?.trim()).toBe(daemonArgv(nodePath, scriptPath).join(' '))
    expect((JSON.parse(result('status.json')) as Status).files.credentials).toBe(
      join(home, '.aws/credentials'),
    )
    expect(result('install.txt')).toContain(join(home, '.config/systemd/user/mfad.service'))
    expect(result('install-again.txt')).toContain('is installed and running')
    expect(result('login.txt')).toContain('dev → [dev-mfa] until')
    // Each of them, whichever start it was that answered.
    const refused = result('refused.txt').split(/(?<=\}\})/)
    expect(refused).toHaveLength(3)
    for (const answer of refused) {
      expect(JSON.parse(answer).error).toMatchObject({
        code: 'daemon.not-running',
        message: expect.stringMatching(
          /^the daemon is not running, and its service cannot start it: line 2 of .*: duration must be/,
        ),
      })
    }
    expect(result('broken.txt')).toContain('duration must be')
    expect(facts).toMatchObject({ mended: '"state": "valid"', reloaded: 'yes' })
    expect(result('uninstall-keeping.txt')).toContain(
      `the sessions stay in ${join(home, '.aws/credentials')}, and nothing renews them: [dev-mfa]`,
    )
    expect(result('uninstall-keeping.txt')).not.toContain('removed [')
    expect(result('uninstall.txt')).toMatch(/^removed \[dev-mfa\]\nstopped /)
    expect(result('uninstall-again.txt')).toContain('is not installed')
    expect(readFileSync(join(home, '.aws/credentials'), 'utf8')).toBe(devCredentials)
  },
)
