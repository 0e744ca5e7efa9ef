// A program without a terminal waits for a session, and a person answers on a real desktop: the real daemon and command line,
// notify-send, dunst, zenity and xdotool.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { obstacle, openTestDesktop } from '../support/desktop.ts'
import { scriptPath } from '../support/program.ts'
import { alice, devConfig, devCredentials, openSandbox, run, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox([alice])
  sandbox.writeCredentials(devCredentials)
  sandbox.writeConfig(devConfig)
  symlinkSync(scriptPath, join(sandbox.home, 'bin/mfad'))
})
afterEach(() => sandbox.close())

/** A program with no terminal: in a session of its own, with nothing to read from. */
function start(script: string): ChildProcess {
  // Of its own: a second one of this name must not be written over the first before its shell has read it.
  const path = join(mkdtempSync(join(sandbox.home, 'script-')), 'deploy.sh')
  writeFileSync(path, `${script}\n`)
  const options: SpawnOptions = {
    env: sandbox.environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  }
  return spawn('sh', [path], options)
}

describe.skipIf(obstacle !== undefined && !process.env.CI)(
  `a program that waits for a person${obstacle === undefined ? '' : ` (not here: ${obstacle})`}`,
  () => {
    beforeAll(() => {
      if (obstacle !== undefined) throw new Error(obstacle)
    })

    it('is named on the desktop at once, in quiet hours too, and goes on when the code is typed', async () => {
      rmSync(join(sandbox.home, 'bin/notify-send'))
      sandbox.writeSettings('[mfad]\nquiet_hours = 00:00-23:59\n')
      const desktop = await openTestDesktop()
      try {
        await sandbox.startDaemon(desktop.environment)
        const ended = run(start('mfad require dev --wait && mfad env dev | grep -c AWS_SESSION_TOKEN'))
        const other = run(start('mfad require dev --wait 5m; echo $?'))
        await until('the reminder', () => desktop.displayed() === 1)
        desktop.picture('waiting-1-reminder')
        desktop.press('Enter code')
        await desktop.opened('waiting for dev')
        await until('the dialog is drawn', () => desktop.picture('waiting-2-dialog') > 10)
        const [said = ''] = desktop.dialogs()
        desktop.type(sandbox.code())
        expect(await ended).toMatchObject({ stdout: '1\n' })
        expect((await other).stdout).toBe('0\n')
        expect((await ended).stderr).toMatch(
          /mfad: dev has no session; waiting up to 1h for: mfad login dev\n/,
        )
        expect(said).toBe('mfad: deploy.sh is waiting for dev\nCode of arn:aws:iam::111122223333:mfa/alice')
        await until('nothing is on the screen', () => desktop.displayed() === 0)
        expect(desktop.history().map(({ summary, body }) => [summary, body])).toEqual([
          ['mfad: deploy.sh is waiting for dev', expect.stringContaining('dev has no session\n')],
        ])
      } finally {
        await desktop.close()
      }
    })
  },
)

describe('a program that waits', () => {
  it('is told at once where nothing can be shown, and ends with 8', async () => {
    rmSync(join(sandbox.home, 'bin/notify-send'))
    mkdirSync(join(sandbox.home, 'empty'))
    await sandbox.startDaemon({ PATH: join(sandbox.home, 'empty') })
    const { exitCode, stderr } = await sandbox.mfad('require', 'dev', '--wait')
    expect(exitCode).toBe(8)
    expect(stderr).toContain(
      'mfad: dev needs a code, and no reminder can be shown: notify-send is not installed (libnotify-bin)\n  → log in with: mfad login dev\n',
    )
  })

  it('is told at once that notifications are off', async () => {
    sandbox.writeSettings('[mfad]\nnotify = none\n')
    await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('credential-process', 'dev', '--wait')
    expect(exitCode).toBe(8)
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^mfad: dev needs a code, and no reminder can be shown: notifications are off: notify = none in \S+; log in with: mfad login dev$/,
    )
  })

  it('is told by notify_command, and gives up when its time is over', async () => {
    const told = join(sandbox.home, 'told')
    sandbox.writeSettings(`[mfad]\nnotify = none\nnotify_command = "echo \\"$MFAD_PROFILES\\" >> ${told}"\n`)
    await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('require', 'dev', '--wait', '2s')
    expect(exitCode).toBe(8)
    expect(stderr).toContain('mfad: nobody gave a code for dev within 2s\n  → log in with: mfad login dev\n')
    expect(existsSync(told)).toBe(true)
  })

  it('goes on with a login in another terminal', async () => {
    sandbox.writeSettings('[mfad]\nnotify = none\nnotify_command = true\n')
    const daemon = await sandbox.startDaemon()
    const required = sandbox.mfad('require', 'dev', '--wait')
    await until('it waits', () => daemon.log().includes('a program waits'))
    await sandbox.mfad('login', 'dev', sandbox.code())
    expect((await required).exitCode).toBe(0)
  })

  it('is forgotten when it is killed', async () => {
    sandbox.writeSettings('[mfad]\nnotify = none\nnotify_command = true\n')
    const daemon = await sandbox.startDaemon()
    const child = start('exec mfad require dev --wait')
    await until('it waits', () => daemon.log().includes('a program waits'))
    child.kill('SIGKILL')
    await until('the daemon knows', () => daemon.log().includes('a wait ended'))
  })

  it('says that the daemon is not running, since nobody could ask', async () => {
    const { exitCode, stderr } = await sandbox.mfad('require', 'dev', '--wait')
    expect([exitCode, stderr.includes('mfad: the daemon is not running\n  → start it with: ')]).toEqual([
      3,
      true,
    ])
  })

  it.each([
    ['--wait=soon', '"soon" is no duration'],
    ['--wait=25h', '--wait takes 1s to 1d'],
    ['--min=x', '"x" is no duration'],
  ])('is told that %s is no duration', async (option, message) => {
    const { exitCode, stderr } = await sandbox.mfad('require', 'dev', option)
    expect([exitCode, stderr.split('\n')[0]]).toEqual([2, `mfad: ${message}`])
  })
})
