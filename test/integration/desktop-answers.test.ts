// Reminders that are answered, on a real desktop of its own for each test: the real daemon, notify-send, dunst and zenity,
// whose buttons are pressed and whose field is typed into. Sessions live 20 s and are reminded of after eleven.
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import type { StsUser } from '../../src/demo/sts/embedded-sts.ts'
import { createDesktop } from '../../src/edges/desktop/desktop.ts'
import type { Respond } from '../../src/edges/desktop/reminder.ts'
import { obstacle, openTestDesktop, type TestDesktop } from '../support/desktop.ts'
import { withoutRegionAdvice } from '../support/region-advice.ts'
import {
  alice,
  aliceKeys,
  aliceSerial,
  bob,
  bobSerial,
  devConfig,
  devCredentials,
  keyLines,
  openSandbox,
  type Sandbox,
} from '../support/sandbox.ts'
import { until } from '../support/until.ts'

const mayBeMissing = !process.env.CI
const longSeconds = 3600

describe.skipIf(obstacle !== undefined && mayBeMissing)(
  `reminders that are answered on a real desktop${obstacle === undefined ? '' : ` (not here: ${obstacle})`}`,
  () => {
    beforeAll(() => {
      if (obstacle !== undefined) throw new Error(obstacle)
    })

    it.concurrent('"Enter code" and a code renew the section', async () => {
      await onDesktop(async (sandbox, desktop) => {
        const daemon = await sandbox.startDaemon(desktop.environment)
        const first = await loginAndBeReminded(sandbox, desktop)
        desktop.picture('1-reminder')
        desktop.press('Enter code')
        await until('the dialog', () => desktop.dialogs().length === 1)
        expect(desktop.displayed()).toBe(0)
        expect(desktop.dialogs()[0]).toMatch(
          new RegExp(`^mfad: dev is valid until \\d\\d:\\d\\d:\\d\\d\nCode of ${aliceSerial}$`),
        )

        const code = sandbox.nextCode()
        await desktop.answer('dev', `${code.slice(0, 3)} ${code.slice(3)}`, '2-dialog')
        await until('the section is renewed', () => sessionKey(sandbox) !== first)
        expect((await sandbox.status()).profiles).toMatchObject([{ profile: 'dev', state: 'valid' }])
        await until('the reminder has ended', () => /"how":"answered"/.test(daemon.log()))
        expect([desktop.dialogs(), desktop.displayed()]).toEqual([[], 0])
      })
    })

    it.concurrent('a click on the notification itself asks for the code; Escape leaves it at that', async () => {
      await onDesktop(async (sandbox, desktop) => {
        const daemon = await sandbox.startDaemon(desktop.environment)
        const first = await loginAndBeReminded(sandbox, desktop)
        desktop.click()
        await desktop.opened('dev')
        desktop.key('Escape')
        await until('the reminder has ended', () => /"how":"dismissed"/.test(daemon.log()))
        expect([desktop.dialogs(), sessionKey(sandbox)]).toEqual([[], first])
        await until('the next reminder', () => desktop.displayed() === 1, 20_000)
        expect(desktop.history().map(({ summary }) => summary)).toEqual([
          expect.stringMatching(/^mfad: dev is valid until \d\d:\d\d:\d\d$/),
          expect.stringMatching(/^mfad: dev expired at \d\d:\d\d$/),
        ])
      })
    })

    it.concurrent('"Snooze" puts the reminder off', async () => {
      await onDesktop(async (sandbox, desktop) => {
        await sandbox.startDaemon(desktop.environment)
        await loginAndBeReminded(sandbox, desktop)
        const expiration = Date.parse(/^expiration = (.+)$/m.exec(sandbox.readCredentials())?.[1] ?? '')
        desktop.press('Snooze')
        const until60 = await until(
          'the snooze',
          async () => (await sandbox.status()).profiles[0]?.snoozedUntil,
        )
        expect(Date.parse(until60) - Date.now()).toBeGreaterThan(50_000)
        await until('there was time for the next reminder', () => Date.now() > expiration + 2000, 25_000)
        expect(desktop.displayed()).toBe(0)
        expect(desktop.history()).toHaveLength(1)
      })
    })

    it.concurrent('what is no code, a wrong one and a used one are asked for again, with the reason', async () => {
      await onDesktop(async (sandbox, desktop) => {
        await sandbox.startDaemon(desktop.environment)
        const used = sandbox.code()
        const first = await loginAndBeReminded(sandbox, desktop, used)
        desktop.press('Enter code')
        await desktop.answer('mfad: dev is valid', '12 34')
        await desktop.answer('mfad: a code has six digits', used, '3-no-code')
        expect(sandbox.codesSent()).toHaveLength(1)
        await desktop.answer('AWS accepted this code', wrongCode(sandbox), '4-used-code')
        await desktop.answer('AWS rejected the code', sandbox.nextCode(), '5-wrong-code')
        await until('the section is renewed', () => sessionKey(sandbox) !== first)
        expect(desktop.said).toEqual([
          expect.stringMatching(/^mfad: dev is valid until \d\d:\d\d:\d\d\n/),
          expect.stringMatching(/^mfad: a code has six digits\n\ndev is valid until /),
          expect.stringMatching(
            /^mfad: AWS accepted this code \d+ s ago, and takes each code once;\sthe\snext\scode\scomes\sin\s\d+\ss\n\ndev /,
          ),
          expect.stringMatching(/^mfad: AWS rejected the code for dev/),
        ])
      })
    })

    it.concurrent('of two devices the second is asked for by a dialog that names only what waits for it', async () => {
      await onDesktop(
        async (sandbox, desktop) => {
          sandbox.writeCredentials(`[dev]\n${aliceKeys}\n[prod]\n${keyLines(bob)}`)
          sandbox.writeConfig(
            `[profile dev]\nmfa_serial = ${aliceSerial}\n[profile prod]\nmfa_serial = ${bobSerial}\n`,
          )
          await sandbox.startDaemon(desktop.environment)
          await login(sandbox, sandbox.code(), 'dev')
          await loginAndBeReminded(sandbox, desktop, sandbox.code(bobSerial), 'prod')
          desktop.picture('16-two-devices')
          desktop.press('Enter code')
          await desktop.answer('mfad: dev', sandbox.nextCode(), '17-first-device')
          await desktop.answer('dev is renewed', sandbox.nextCode(bobSerial), '18-second-device')
          await until('both are renewed', async () =>
            (await sandbox.status()).profiles.every(({ state }) => state === 'valid'),
          )
          expect(desktop.said[0]).toMatch(/^mfad: dev(?: and| is valid until \S+,) prod /)
          expect(desktop.said[0]).toContain('The codes of these devices, one after the other:')
          expect(desktop.said[1]?.split('\n\n')[1]).toMatch(
            new RegExp(`^prod is valid until \\S+\nCode of ${bobSerial}$`),
          )
        },
        [alice, bob],
      )
    })

    it.concurrent('a name with everything that a name may hold is shown as it is', async () => {
      const name = '_a_b__c%s%n@x+y:z/--help.'
      await onDesktop(async (sandbox, desktop) => {
        sandbox.writeCredentials(`[${name}]\n${aliceKeys}`)
        sandbox.writeConfig(`[profile ${name}]\nmfa_serial = ${aliceSerial}\n`)
        await sandbox.startDaemon(desktop.environment)
        const first = await loginAndBeReminded(sandbox, desktop, sandbox.code(), name)
        desktop.picture('6-name')
        desktop.press('Enter code')
        await desktop.answer(name.replaceAll('_', '__'), sandbox.nextCode(), '7-name-dialog')
        await until('the section is renewed', () => sessionKey(sandbox) !== first)
        const [{ summary, body } = {}] = desktop.history()
        expect(summary).toMatch(/^mfad: _a_b__c%s%n@x\+y:z\/--help\. is valid until \d\d:\d\d:\d\d$/)
        expect(body).toBe(`Run: mfad login ${name}`)
      })
    })

    it.concurrent('a login from elsewhere takes the dialog away', async () => {
      await onDesktop(async (sandbox, desktop) => {
        const daemon = await sandbox.startDaemon(desktop.environment)
        await loginAndBeReminded(sandbox, desktop)
        desktop.press('Enter code')
        await desktop.opened('dev')
        expect(await sandbox.mfad('login', 'dev', sandbox.nextCode())).toMatchObject({ exitCode: 0 })
        await until('the dialog is gone', () => desktop.dialogs().length === 0)
        await until('the reminder has ended', () => /"how":"withdrawn"/.test(daemon.log()))
        expect(desktop.picture('8-withdrawn')).toBe(1)
      })
    })

    it.concurrent('a login from elsewhere takes the notification away, and so does the end of the daemon', async () => {
      await onDesktop(async (sandbox, desktop) => {
        const daemon = await sandbox.startDaemon(desktop.environment)
        await loginAndBeReminded(sandbox, desktop)
        sandbox.sts.setSessionSeconds(20)
        expect(await sandbox.mfad('login', 'dev', sandbox.nextCode())).toMatchObject({ exitCode: 0 })
        await until('the notification is gone', () => desktop.displayed() === 0)
        await until('the reminder of the new session', () => desktop.displayed() === 1, 25_000)
        await daemon.stop()
        await until('the notification is gone', () => desktop.displayed() === 0)
      })
    })

    it.concurrent('without a dialog program there is no "Enter code"; without buttons the text stands alone', async () => {
      await onDesktop(async (sandbox, desktop) => {
        const PATH = onlyPrograms(sandbox, ['notify-send', 'busctl', 'dbus-send'])
        let daemon = await sandbox.startDaemon({ ...desktop.environment, PATH })
        expect(await notifyTest(sandbox, '0s')).toEqual({
          shown: true,
          way: 'notify-send with buttons',
          buttons: true,
          noDialog: 'neither zenity nor kdialog is installed (apt-get install zenity)',
        })
        await until('the reminder', () => desktop.displayed() === 1)
        desktop.press('Snooze')
        await until('it was pressed', () => desktop.displayed() === 0)
        expect(desktop.buttons()).toEqual(['Snooze'])
        await daemon.stop()

        installProgram(sandbox, 'busctl', `echo 'as 2 "body" "body-markup"'`)
        daemon = await sandbox.startDaemon({ ...desktop.environment, PATH })
        await loginAndBeReminded(sandbox, desktop)
        desktop.picture('9-plain')
        await until('it is told', () => /"way":"notify-send"/.test(daemon.log()))
        expect(await notifyTest(sandbox, '20s')).toMatchObject({ buttons: false, answer: 'none' })
      })
    })

    it.concurrent('notify_command is told by variables, also where there is no desktop', async () => {
      await onDesktop(async (sandbox, desktop) => {
        const seen = join(sandbox.home, 'seen')
        const command = `printf '%s|' \\"$MFAD_PROFILES\\" \\"$MFAD_KIND\\" \\"$MFAD_EXPIRATION\\" \\"$MFAD_INSIDE\\" \\"$AWS_ENDPOINT_URL_STS\\" > '${seen}'`
        sandbox.writeSettings(`[mfad]\nreminders = 9s, 0s\nnotify_command = "${command}"\n`)
        const daemon = await sandbox.startDaemon({
          DISPLAY: '',
          DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent',
        })
        await login(sandbox)
        const expiration = /^expiration = (.+)$/m.exec(sandbox.readCredentials())?.[1]
        await until('the command', () => existsSync(seen) && readFileSync(seen, 'utf8').endsWith('|'), 25_000)
        expect(readFileSync(seen, 'utf8')).toBe(`dev|expiring|${expiration}|1||`)
        await until('it is told', () => /"way":"notify_command"/.test(daemon.log()))
        expect((await sandbox.status()).warnings).toEqual([])
        expect(desktop.displayed()).toBe(0)

        sandbox.writeSettings('[mfad]\nnotify_command = exit 3\nnotify = none\n')
        const { shown, error } = await notifyTest(sandbox, '0s')
        expect(shown).toBe(false)
        expect(error?.message).toMatch('notify_command failed with exit code 3')
        expect((await sandbox.status()).warnings.map(({ code }) => code)).toContain('notifier.command-failed')
      })
    })

    it.concurrent('notify-test says what came back', async () => {
      await onDesktop(async (sandbox, desktop) => {
        await sandbox.startDaemon(desktop.environment)
        const coded = sandbox.mfad('notify-test', '--wait', '30s')
        await until('the reminder', () => desktop.displayed() === 1)
        desktop.picture('10-test')
        desktop.press('Enter code')
        await desktop.answer('Any six digits', '000000', '11-test-dialog')
        expect(await coded).toEqual({
          exitCode: 0,
          stderr: 'showing a reminder: press its buttons within 30 s (Ctrl-C ends the wait)\n',
          stdout:
            'shown by notify-send with buttons; if you do not see it, look at the do-not-disturb settings\n' +
            'codes are asked for by zenity\nthe answer came back: "Enter code", and a code\n',
        })
        const snoozed = sandbox.mfad('notify-test', '--wait', '30s')
        await until('the reminder', () => desktop.displayed() === 1)
        desktop.press('Snooze')
        expect((await snoozed).stdout).toMatch('the answer came back: "Snooze"')
        const ignored = sandbox.mfad('notify-test', '--wait', '2s')
        await until('the reminder', () => desktop.displayed() === 1)
        expect((await ignored).stdout).toMatch('no answer within 2 s')
        expect(desktop.displayed()).toBe(0)
      })
    })

    // No such name can have a session; the desktop must not rely on it.
    it.concurrent('hostile text is text: nothing of it is run, or read as an option or markup', async () => {
      const sandbox = await openSandbox()
      const desktop = withMemory(await openTestDesktop())
      const name = `--help $(touch pwned) \`touch pwned\` '"; touch pwned; <b>x</b> &amp; %s _x_ \\n \u202e\x1b[31m${'x'.repeat(10_000)}`
      const codes: string[] = []
      const respond: Respond = {
        asking: () => undefined,
        tokenCode: async (code) => {
          codes.push(code)
          return codes.length === 1 ? { kind: 'again', reason: name } : { kind: 'failed', message: name }
        },
        snooze: () => undefined,
      }
      try {
        const { remind, close } = createDesktop({
          platform: 'linux',
          environment: {
            ...process.env,
            ...sandbox.environment,
            PATH: process.env.PATH,
            ...desktop.environment,
          },
          settings: () => ({ notify: 'desktop', prompt: 'auto', notifyCommand: undefined }),
          log: { debug: fail, info: fail, warn: fail, error: fail },
        })
        const { way, ended } = await remind(
          {
            notification: { title: `mfad: ${name}`, body: name, isUrgent: true },
            question: () => name,
            kind: 'expired',
            profiles: [name],
            expiration: new Date(),
            canAnswer: true,
          },
          respond,
          new AbortController().signal,
        )
        expect(way).toBe('notify-send with buttons')
        desktop.picture('12-hostile')
        desktop.click()
        await desktop.answer('mfad: --help', '111111', '13-hostile-dialog')
        await desktop.answer('mfad: --help', '222222', '14-hostile-reason')
        expect([await ended, codes]).toEqual(['answered', ['111111', '222222']])
        await until('the failure is told', () => desktop.displayed() === 1)
        desktop.picture('15-hostile-failure')
        const [reminder, failure] = desktop.history()
        expect(reminder?.summary).toMatch(
          /^mfad: --help \$\(touch pwned\) `touch pwned` '"; touch pwned; <b>x<\/b> &amp; %s _x_ \\n \\u\{202e\}\\u\{1b\}\[31mx{100,}…$/,
        )
        expect(failure?.summary).toBe('mfad: the login failed')
        expect(
          spawnSync('find', [sandbox.home, process.cwd(), '/tmp', '-maxdepth', '1', '-name', 'pwned'], {
            encoding: 'utf8',
          }).stdout,
        ).toBe('')
        await close()
      } finally {
        await desktop.close()
        await sandbox.close()
      }
    })
  },
)

type RememberingDesktop = Omit<TestDesktop, 'answer'> & {
  /** What each dialog said, in order. */
  said: string[]
  /** Waits for a dialog that says so. */
  opened(text: string): Promise<void>
  answer(text: string, keys: string, picture?: string): Promise<void>
}

function withMemory(desktop: TestDesktop): RememberingDesktop {
  const said: string[] = []
  return {
    ...desktop,
    said,
    opened: desktop.opened,
    async answer(text, keys, picture) {
      await desktop.opened(text)
      said.push(desktop.dialogs()[0] ?? '')
      if (picture !== undefined) desktop.picture(picture)
      const before = desktop.dialogIds()
      desktop.type(keys)
      await until('the dialog has ended', () => !desktop.dialogIds().some((id) => before.includes(id)))
    },
  }
}

async function onDesktop(
  use: (sandbox: Sandbox, desktop: RememberingDesktop) => Promise<void>,
  users: StsUser[] = [alice],
): Promise<void> {
  const sandbox = await openSandbox(users)
  try {
    rmSync(join(sandbox.home, 'bin/notify-send'))
    sandbox.writeCredentials(devCredentials)
    sandbox.writeConfig(devConfig)
    sandbox.writeSettings('[mfad]\nreminders = 9s, 0s\nlog_level = debug\n')
    sandbox.sts.setSessionSeconds(20)
    const desktop = await openTestDesktop()
    try {
      await use(sandbox, withMemory(desktop))
    } finally {
      await desktop.close()
    }
  } finally {
    await sandbox.close()
  }
}

async function login(sandbox: Sandbox, code = sandbox.code(), profile = 'dev'): Promise<void> {
  const { exitCode, stderr } = await sandbox.mfad('login', profile, code)
  expect({ exitCode, stderr: withoutRegionAdvice(stderr) }).toEqual({ exitCode: 0, stderr: '' })
}

/** Answers the access key id of the session. The next session will last. */
async function loginAndBeReminded(
  sandbox: Sandbox,
  desktop: RememberingDesktop,
  code = sandbox.code(),
  profile = 'dev',
): Promise<string> {
  await login(sandbox, code, profile)
  sandbox.sts.setSessionSeconds(longSeconds)
  await until('the reminder', () => desktop.displayed() === 1, 25_000)
  return sessionKey(sandbox)
}

function sessionKey(sandbox: Sandbox): string {
  return /^aws_access_key_id = (ASIA.*)$/m.exec(sandbox.readCredentials())?.[1] ?? ''
}

/** Not the code of this, the last or the next half minute. */
function wrongCode(sandbox: Sandbox): string {
  const right = [sandbox.code(), sandbox.nextCode()]
  return ['111111', '222222', '333333'].find((code) => !right.includes(code)) ?? ''
}

/** A PATH with these only, of what is installed here. */
function onlyPrograms(sandbox: Sandbox, programs: readonly string[]): string {
  const directory = join(sandbox.home, 'programs')
  mkdirSync(directory)
  for (const program of programs) {
    const path = execFileSync('sh', ['-c', 'command -v "$0" || true', program], { encoding: 'utf8' }).trim()
    if (path !== '') symlinkSync(path, join(directory, program))
  }
  return directory
}

function installProgram(sandbox: Sandbox, name: string, script: string): void {
  const path = join(sandbox.home, 'programs', name)
  rmSync(path, { force: true })
  writeFileSync(path, `#!/bin/sh\n${script}\n`)
  chmodSync(path, 0o755)
}

async function notifyTest(sandbox: Sandbox, wait: string) {
  const { stdout } = await sandbox.mfad('notify-test', '--json', '--wait', wait)
  return JSON.parse(stdout) as {
    shown: boolean
    buttons?: boolean
    dialog?: string
    answer?: string
    error?: { code: string; message: string }
  }
}

function fail(facts: object, message: string): void {
  throw new Error(`${message}: ${JSON.stringify(facts)}`)
}
