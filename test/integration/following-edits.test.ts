// The real daemon reacts to edits without being asked: it keeps the region of a session in step with the config file.
import { spawn } from 'node:child_process'
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { withoutRegionAdvice } from '../support/region-advice.ts'
import {
  aliceSerial,
  devConfig,
  devCredentials,
  openSandbox,
  type RunningDaemon,
  type Sandbox,
} from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const limitMs = 1000

let sandbox: Sandbox
let directory: string
let config: string

beforeEach(async () => {
  sandbox = await openSandbox()
  directory = join(sandbox.home, '.aws')
  config = join(directory, 'config')
  sandbox.writeCredentials(devCredentials)
  sandbox.writeConfig(devConfig)
})
afterEach(() => sandbox.close())

const loggedIn = (...options: string[]) => loggedInWith({}, ...options)

async function loggedInWith(
  environment: Record<string, string>,
  ...options: string[]
): Promise<RunningDaemon> {
  const daemon = await sandbox.startDaemon(environment)
  const { exitCode, stderr } = await sandbox.mfad('login', 'dev', sandbox.code(), ...options)
  expect({ exitCode, stderr: withoutRegionAdvice(stderr) }).toEqual({ exitCode: 0, stderr: '' })
  return daemon
}

const configWith = (region: string) => devConfig.replace('eu-west-1', region)

const writtenRegion = () => /^region = (.+)$/m.exec(sandbox.readCredentials())?.[1]

async function expectRegion(region: string): Promise<void> {
  await until(`the section has ${region}`, () => writtenRegion() === region, limitMs)
}

function replace(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}

const ways: Record<string, (text: string) => void> = {
  'in place': (text) => writeFileSync(config, text),
  'by rename': (text) => replace(config, text),
  'by removing and creating it': (text) => {
    unlinkSync(config)
    writeFileSync(config, text, { mode: 0o600 })
  },
  'by moving the old one aside': (text) => {
    renameSync(config, `${config}~`)
    writeFileSync(config, text, { mode: 0o600 })
  },
}

describe('the daemon, without being asked', () => {
  it('follows the config file, whichever way it is saved, again and again', async () => {
    await loggedIn()
    for (const round of [1, 2, 3]) {
      for (const [index, save] of Object.values(ways).entries()) {
        save(configWith(`eu-test-${round}${index}`))
        await expectRegion(`eu-test-${round}${index}`)
      }
    }
  })

  it('follows a config file whose directory was missing at the start, and is removed and made again', async () => {
    const later = join(sandbox.home, 'later')
    config = join(later, 'config')
    sandbox.writeSettings(`[mfad]\nconfig_file = ${config}\n`)
    await loggedIn('--serial-number', aliceSerial)
    for (const round of [1, 2, 3]) {
      mkdirSync(later)
      writeFileSync(config, configWith(`eu-test-${round}`))
      await expectRegion(`eu-test-${round}`)
      replace(config, configWith('eu-north-1'))
      await expectRegion('eu-north-1')
      rmSync(later, { recursive: true })
      await until('the region is gone', () => writtenRegion() === undefined, limitMs)
    }
  })

  it('follows when both files are removed and created within milliseconds', async () => {
    await loggedIn()
    for (const round of [1, 2, 3]) {
      const credentials = sandbox.readCredentials()
      unlinkSync(config)
      unlinkSync(sandbox.credentialsFile)
      sandbox.writeCredentials(credentials)
      writeFileSync(config, configWith(`eu-test-${round}`))
      await expectRegion(`eu-test-${round}`)
    }
  })

  it('follows its settings file, also where there was none, and the file that it names', async () => {
    await loggedIn()
    const other = join(sandbox.home, 'elsewhere/config')
    mkdirSync(join(sandbox.home, 'elsewhere'))
    writeFileSync(other, configWith('eu-north-1'), { mode: 0o600 })
    sandbox.writeSettings(`[mfad]\nconfig_file = ${other}\n`)
    await expectRegion('eu-north-1')
    replace(other, configWith('eu-south-1'))
    await expectRegion('eu-south-1')
  })

  it('follows its settings file, whichever way it is saved, and whatever becomes of its directory', async () => {
    const directory = join(sandbox.home, '.config/mfad')
    const settings = join(directory, 'config.ini')
    const regions = ['eu-north-1', 'eu-south-1']
    const nameOf = (region: string) => join(sandbox.home, region)
    const naming = (region: string) => `[mfad]\nconfig_file = ${nameOf(region)}\n`
    for (const region of regions) writeFileSync(nameOf(region), configWith(region), { mode: 0o600 })
    sandbox.writeSettings(naming('eu-south-1'))
    await loggedIn()
    const saves: ((text: string) => void)[] = [
      (text) => writeFileSync(settings, text),
      (text) => replace(settings, text),
      (text) => {
        for (let time = 0; time < 5; time++) replace(settings, time === 4 ? text : `${text}# ${time}\n`)
      },
      (text) => {
        unlinkSync(settings)
        writeFileSync(settings, text)
      },
      (text) => {
        rmSync(directory, { recursive: true })
        mkdirSync(directory)
        writeFileSync(settings, text)
      },
      (text) => {
        renameSync(directory, `${directory}-old`)
        mkdirSync(`${directory}-new`)
        writeFileSync(join(`${directory}-new`, 'config.ini'), text)
        renameSync(`${directory}-new`, directory)
      },
      (text) => writeFileSync(settings, text),
    ]
    for (const [index, save] of saves.entries()) {
      const region = regions[index % 2] ?? ''
      save(naming(region))
      await expectRegion(region)
    }
  })
})

it('a program that writes beside the files without a pause does not keep the daemon busy', async () => {
  const { process: daemon } = await loggedIn()
  const args = ['if=/dev/zero', `of=${join(directory, 'log')}`, 'bs=1', 'status=none']
  const before = cpuMs(daemon.pid)
  const startedAt = performance.now()
  const writer = spawn('dd', args)
  const ended = new Promise((resolve) => writer.on('close', resolve))
  try {
    await new Promise((resolve) => setTimeout(resolve, 500))
    replace(config, configWith('eu-north-1'))
    await until('the section has the region', () => writtenRegion() === 'eu-north-1', 3 * limitMs)
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(cpuMs(daemon.pid) - before).toBeLessThan((performance.now() - startedAt) / 3)
    expect(writer.exitCode).toBeNull()
  } finally {
    writer.kill()
    await ended
  }
  // Afterwards it is prompt again.
  await new Promise((resolve) => setTimeout(resolve, 1500))
  replace(config, configWith('eu-south-1'))
  await expectRegion('eu-south-1')
}, 20_000)

describe('where watching is impossible, the daemon', () => {
  let stub: string
  beforeEach(() => {
    stub = mkdtempSync(join(tmpdir(), 'mfad-no-watch-'))
    const code =
      "require('node:fs').watch = () => { throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }) }\n"
    writeFileSync(join(stub, 'no-watch.cjs'), code)
  })
  afterEach(() => rmSync(stub, { recursive: true, force: true }))

  it('still shows an edit in the next status, says so once, and sits still', async () => {
    const daemon = await sandbox.startDaemon({
      NODE_OPTIONS: `--require ${join(stub, 'no-watch.cjs')}`,
      MFAD_HARDENED: '1',
    })
    const { pid } = daemon.process
    sandbox.writeCredentials(devCredentials.replace('[dev]', '[renamed]'))
    expect((await sandbox.status()).profiles.map(({ profile }) => profile)).toContain('renamed')
    await until('watching has failed', () => daemon.log().includes('watching failed'))
    const before = wakeUps(pid)
    await new Promise((resolve) => setTimeout(resolve, 1500))
    expect(wakeUps(pid) - before).toBeLessThan(10)
    const complaints = daemon
      .log()
      .split('\n')
      .filter((line) => line.includes('watching failed') && line.includes(`"directory":"${directory}"`))
    expect(complaints).toHaveLength(1)
  })
})

/** The regular tick comes every 30 s; here a hundred times as often. */
it('where watching is impossible, the daemon notices by itself at its next tick', async () => {
  const stub = join(sandbox.home, 'no-watch.cjs')
  writeFileSync(
    stub,
    `require('node:fs').watch = () => { throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }) }
    const { setInterval } = globalThis
    globalThis.setInterval = (callback, ms, ...more) => setInterval(callback, ms / 100, ...more)\n`,
  )
  await loggedInWith({ NODE_OPTIONS: `--require ${stub}`, MFAD_HARDENED: '1' })
  replace(config, configWith('eu-north-1'))
  await expectRegion('eu-north-1')
  rmSync(config)
  writeFileSync(config, configWith('eu-south-1'))
  await expectRegion('eu-south-1')
})

/** How often its main thread has gone to sleep, since its start: an idle one is woken by nothing but its tick. */
function wakeUps(pid: number | undefined): number {
  if (process.platform !== 'linux') return 0
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1])
}

/** How long all of its threads have run. */
function cpuMs(pid: number | undefined): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  )
  return nanoseconds.reduce((all, one) => all + one, 0) / 1e6
}
