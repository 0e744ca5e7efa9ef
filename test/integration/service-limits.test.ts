// What the service limits, in the systemd of an ordinary user: root's would accept lines with which nobody else's service starts.
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { startEmbeddedSts } from '../../src/demo/sts/embedded-sts.ts'
import { alice, aliceSerial, devConfig, devCredentials, run } from '../support/sandbox.ts'
import { factsOf } from '../support/service-story.ts'
import { systemdObstacle } from '../support/systemd-session.ts'

const user = '4242'
const obstacle = systemdObstacle(user)

test.skipIf(obstacle !== undefined && !process.env.CI)(
  `the service of an ordinary user runs with the limits that its unit names${obstacle === undefined ? '' : ` (not here: ${obstacle})`}`,
  async ({ onTestFinished }) => {
    if (obstacle !== undefined) throw new Error(obstacle)
    const home = mkdtempSync(join(tmpdir(), 'mfad-limits-'))
    const sts = await startEmbeddedSts({ users: [alice] })
    onTestFinished(async () => {
      await sts.close()
      rmSync(home, { recursive: true, force: true })
    })
    chmodSync(home, 0o755)
    mkdirSync(join(home, '.aws'), { mode: 0o700 })
    writeFileSync(join(home, '.aws/credentials'), devCredentials, { mode: 0o600 })
    writeFileSync(join(home, '.aws/config'), devConfig, { mode: 0o600 })
    const page = readFileSync('docs/security.md', 'utf8')
    const dropIn = join(home, 'drop-in.conf')
    writeFileSync(
      dropIn,
      /```ini\n(\[Service\]\n.*?)```/s.exec(page)?.[1] ?? expect.fail('no drop-in in the page'),
    )
    const environment = {
      PATH: process.env.PATH,
      NODE: process.execPath,
      MFAD: resolve('dist/mfad.cjs'),
      AWS_ENDPOINT_URL_STS: sts.endpoint,
      AS_USER: user,
      DROP_IN: dropIn,
    }
    const argv = [home, resolve('test/support/ordinary-user-story.sh'), sts.tokenCode(aliceSerial)]
    const story = await run(spawn('test/support/systemd-user.sh', argv, { env: environment, stdio: 'pipe' }))
    expect(story.exitCode, story.stderr + story.stdout).toBe(0)
    const facts = factsOf(story.stdout)
    expect(facts).toMatchObject({
      uid: user,
      NoNewPrivs: '1',
      Seccomp: '2',
      memory: `${2 ** 30} 0`,
      login: '1',
      helper: 'NoNewPrivs: 1',
      loosened: '0',
    })
    expect(Number(facts.exposure)).toBeLessThanOrEqual(6.5)
  },
  60_000,
)
