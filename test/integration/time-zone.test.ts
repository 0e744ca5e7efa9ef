// A computer that travels, in a mount namespace of its own: the daemon's clock follows the system's time zone.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buildSync } from 'esbuild'
import { afterAll, describe, expect, it } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'mfad-zone-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** A copy of /etc for this namespace only, the change of its zone, and one tick of the clock after it. */
const journey = `
const { execFileSync } = require('node:child_process')
const { createClock, localUtcOffset } = require('./clock.cjs')
const say = () => console.log(localUtcOffset(new Date('2026-11-23T12:00:00Z')))
let tick
globalThis.setInterval = (run) => { tick = run }
const clock = createClock()
clock.start(() => undefined)
say()
execFileSync('ln', ['-sfn', '/usr/share/zoneinfo/Asia/Tokyo', '/etc/localtime'])
tick()
say()
`
const namespace = `
set -e
mkdir "$1/over" && mount -t tmpfs none "$1/over" && cp -a /etc "$1/over/" && mount --bind "$1/over/etc" /etc
ln -sfn /usr/share/zoneinfo/Europe/Berlin /etc/localtime
exec env -u TZ "$2" "$1/journey.cjs"
`

function obstacle(): string | undefined {
  try {
    execFileSync('unshare', ['-m', 'test', '-e', '/usr/share/zoneinfo/Asia/Tokyo'], { stdio: 'ignore' })
    return undefined
  } catch {
    return 'needs root, unshare and the time zones'
  }
}

const reason = obstacle()

if (reason !== undefined) process.stderr.write(`test/integration/time-zone.test.ts: ${reason}\n`)

describe.skipIf(reason !== undefined && !process.env.CI)('the clock', () => {
  it('shows the time of the place where the computer is now', () => {
    buildSync({
      entryPoints: ['src/edges/clock.ts'],
      format: 'cjs',
      platform: 'node',
      outfile: join(directory, 'clock.cjs'),
    })
    writeFileSync(join(directory, 'journey.cjs'), journey)
    const output = execFileSync('unshare', ['-m', 'sh', '-c', namespace, 'sh', directory, process.execPath])
    expect(output.toString()).toBe('60\n540\n')
  })
})
