// What `mfad doctor` says of the service under a real systemd.
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Finding } from '../../src/core/doctor/finding.ts'
import { startEmbeddedSts } from '../../src/demo/sts/embedded-sts.ts'
import { alice, devConfig } from '../support/sandbox.ts'
import { openServiceStory } from '../support/service-story.ts'
import { systemdObstacle } from '../support/systemd-session.ts'

const obstacle = systemdObstacle()

test.skipIf(obstacle !== undefined && !process.env.CI)(
  `a service that runs, is disabled, has stopped, has lost its Node, has failed, or is gone${obstacle === undefined ? '' : ` (not here: ${obstacle})`}`,
  async ({ onTestFinished }) => {
    if (obstacle !== undefined) throw new Error(obstacle)
    const sts = await startEmbeddedSts({ users: [alice] })
    onTestFinished(() => sts.close())
    const { home, play, result } = openServiceStory(`${devConfig}endpoint_url = ${sts.endpoint}\n`)
    await play('doctor-story', {})

    const said = (name: string) => {
      const { findings } = JSON.parse(result(`${name}.json`)) as {
        findings: Finding[]
      }
      return findings
        .filter(({ code }) => !code.startsWith('notifier.'))
        .map(({ severity, code, fact }) => `${severity} ${code}: ${fact}`)
    }
    const node = join(home, 'node')
    expect(said('running')).toEqual([])
    expect(said('disabled')).toEqual([
      'warning daemon.not-enabled: the service is installed, but does not start by itself',
    ])
    expect(said('gone while it runs')).toEqual([
      `problem daemon.not-running: the service cannot start the daemon: ${node} is not there any more`,
    ])
    expect(said('stopped')).toEqual([
      'problem daemon.not-running: the daemon is not running',
      'problem daemon.service-failed: the service is inactive (success)',
      'warning daemon.not-enabled: the service is installed, but does not start by itself',
    ])
    expect(said('gone')).toEqual([
      `problem daemon.not-running: the daemon is not running, and its service cannot start it: ${node} is not there any more`,
      'problem daemon.service-failed: the service is inactive (success)',
      'warning daemon.not-enabled: the service is installed, but does not start by itself',
    ])
    expect(said('failed')).toEqual([
      expect.stringMatching(/^problem settings\.invalid: line 2 of /),
      'problem daemon.not-running: the daemon is not running',
      'problem daemon.service-failed: the service is failed (exit-code, exit status 4)',
      'warning daemon.not-enabled: the service is installed, but does not start by itself',
    ])
    expect(said('removed')).toEqual([
      'problem daemon.not-running: the daemon is not running',
      'note daemon.not-installed: no service is installed, and systemd could run one',
    ])
  },
)
