// `mfad status --watch` and plain `mfad` at a real terminal, with a real daemon.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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
import { openTerminal, type Terminal } from '../support/terminal.ts'
import { until } from '../support/until.ts'

const enter = '\u001b[?1049h\u001b[?25l'
const leave = '\u001b[?25h\u001b[?1049l'
const clearing = new RegExp(`${'\u001b'}\\[(?:0m|K|J)`, 'g')
const [sighup, sigint, sigterm, sigcont] = [1, 2, 15, 18] as const

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openSandbox([alice, bob])
  sandbox.writeCredentials(`${devCredentials}[ops]\n${keyLines(bob)}`)
  sandbox.writeConfig(`${devConfig}[profile ops]\nmfa_serial = ${bobSerial}\n`)
})
afterEach(() => sandbox.close())

const watch = () => openTerminal(sandbox.environment, 'status', '--watch')
/** The lines of the last picture. */
const lastPicture = (terminal: Terminal) =>
  (terminal.shown().split('\u001b[H').at(-1) ?? '')
    .split('\u001b[?')[0]
    ?.replaceAll(clearing, '')
    .split(/\r*\n/) ?? []
const shows = (terminal: Terminal, text: string) =>
  until(`${text} is shown; so far: ${lastPicture(terminal).join('|')}`, () =>
    lastPicture(terminal).join('\n').includes(text),
  )

describe('mfad status --watch', () => {
  it('follows what happens, and Ctrl-C leaves the terminal as it was', async () => {
    await sandbox.startDaemon()
    const terminal = watch()
    await shows(terminal, 'press q to quit')
    expect(lastPicture(terminal)[1]).toMatch(/^dev +inactive$/)
    await sandbox.mfad('login', 'dev', sandbox.code())
    await shows(terminal, 'dev      dev-mfa  valid     ██████████ 1')
    await terminal.typeAfter('dev-mfa', '\u0003')
    expect(await terminal.ended()).toEqual({ exitCode: 130, isSane: true })
    const shown = terminal.shown()
    expect(shown.indexOf(enter)).toBe(0)
    expect(shown.split(enter)).toHaveLength(2)
    expect(shown.slice(shown.indexOf(leave) + leave.length).replace('^C', '')).toBe('')
  })

  it.each([
    ['SIGTERM', sigterm, 143],
    ['SIGHUP', sighup, 129],
    ['SIGINT', sigint, 130],
  ])('leaves the terminal as it was at %s', async (_, signal, exitCode) => {
    await sandbox.startDaemon()
    const terminal = watch()
    await shows(terminal, 'press q to quit')
    terminal.signal(signal)
    expect(await terminal.ended()).toEqual({ exitCode, isSane: true })
    expect(terminal.shown().endsWith(leave)).toBe(true)
  })

  it('fits the terminal, and follows its size at once', async () => {
    await sandbox.startDaemon({ AWS_ENDPOINT_URL_IAM: undefined })
    await sandbox.mfad('login', 'dev', sandbox.code())
    const terminal = watch()
    await shows(terminal, 'press q to quit')
    terminal.resize(20, 3)
    await until('the picture is small', () => lastPicture(terminal).length === 3)
    expect(lastPicture(terminal)[0]).toBe('PROFILE  LEFT     E…')
    expect(lastPicture(terminal)[1]).toMatch(/^dev {6}1[12]h.* .…$|^dev {6}12h {6}.…$/)
    expect(lastPicture(terminal)[2]).toMatch(/^… \d+ more lines$/)
    terminal.resize(100, 30)
    await shows(terminal, 'press q to quit')
    terminal.signal(sigterm)
    expect(await terminal.ended()).toEqual({ exitCode: 143, isSane: true })
  })

  it('ends with q, and only then', async () => {
    await sandbox.startDaemon()
    const terminal = watch()
    await terminal.typeAfter('press q to quit', 'xQ')
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(terminal.shown().endsWith(leave)).toBe(true)
  })

  it('gives the terminal back when it is put aside with Ctrl-Z, and comes back', async () => {
    await sandbox.startDaemon()
    const terminal = watch()
    await terminal.typeAfter('press q to quit', '\u001a')
    await until('it has left', () => terminal.shown().includes(leave))
    const before = terminal.shown().length
    await until('it has come back', () => {
      // Between leaving the screen and stopping there is a moment in which this would be lost.
      terminal.signal(sigcont)
      return terminal.shown().slice(before).includes(enter)
    })
    terminal.signal(sigterm)
    expect(await terminal.ended()).toEqual({ exitCode: 143, isSane: true })
    expect(terminal.shown().endsWith(leave)).toBe(true)
  })

  it('goes on when the daemon stops and starts again', async () => {
    const daemon = await sandbox.startDaemon()
    const terminal = watch()
    await shows(terminal, 'press q to quit')
    expect(lastPicture(terminal).join()).not.toContain('not running')
    await daemon.stop()
    await shows(terminal, 'mfad: the daemon is not running; this is what the files say')
    await sandbox.startDaemon()
    await until('it is quiet again', () => !lastPicture(terminal).join().includes('not running'))
    terminal.signal(sigterm)
    expect(await terminal.ended()).toEqual({ exitCode: 143, isSane: true })
  })

  it('says what is wrong in its place, and goes on', async () => {
    await sandbox.startDaemon()
    const terminal = openTerminal(
      { ...sandbox.environment, AWS_CONFIG_FILE: '/elsewhere' },
      'status',
      '--watch',
    )
    await until('the reason is shown', () =>
      lastPicture(terminal).join(' ').includes('but this command line means /elsewhere'),
    )
    terminal.signal(sigterm)
    expect(await terminal.ended()).toEqual({ exitCode: 143, isSane: true })
  })

  it('ends at once at Ctrl-C also while the daemon does not answer', async () => {
    const daemon = await sandbox.startDaemon()
    const terminal = watch()
    await shows(terminal, 'press q to quit')
    daemon.process.kill('SIGSTOP')
    try {
      // By now it waits for an answer.
      await new Promise((resolve) => setTimeout(resolve, 1500))
      const before = Date.now()
      await terminal.typeAfter('press q to quit', '\u0003')
      expect(await terminal.ended()).toEqual({ exitCode: 130, isSane: true })
      expect(Date.now() - before).toBeLessThan(1500)
    } finally {
      daemon.process.kill('SIGCONT')
    }
  })

  it('prints the status once where there is no terminal', async () => {
    await sandbox.startDaemon()
    const once = await sandbox.mfad('status')
    expect(await sandbox.mfad('status', '--watch')).toEqual(once)
    expect(once.stdout).toContain('dev')
  })

  it('does not go with --json', async () => {
    expect((await sandbox.mfad('status', '--watch', '--json')).exitCode).toBe(2)
  })
})

describe('plain mfad at a terminal', () => {
  const plain = () => openTerminal(sandbox.environment)
  const expire = (...profiles: string[]) => {
    const past = new Date(Date.now() - 3600_000).toISOString().slice(0, 19)
    const sections = profiles.map(
      (profile, index) =>
        `[${profile}-mfa]\naws_access_key_id = ASIAEXPIRED0000000${index}\naws_secret_access_key = c2VjcmV0\naws_session_token = dG9rZW4=\nexpiration = ${past}Z\nmanager = mfad\nmfad_key = 0000000${index}\n`,
    )
    sandbox.writeCredentials(`${sandbox.readCredentials()}\n${sections.join('\n')}`)
  }

  it('asks for the code that is due, logs in, and is done', async () => {
    expire('dev')
    await sandbox.startDaemon()
    const terminal = plain()
    await terminal.typeAfter('MFA code (an empty line: not now): ', `${sandbox.code()}\r`)
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(terminal.shown()).toContain(`dev needs a code from ${aliceSerial}`)
    expect(terminal.shown()).toContain('dev → [dev-mfa] until ')
  })

  it('asks for one code per device, and an empty line leaves a device for later', async () => {
    sandbox.writeCredentials(`${sandbox.readCredentials()}[staging]\n${aliceKeys}`)
    sandbox.writeConfig(
      `${devConfig}[profile ops]\nmfa_serial = ${bobSerial}\n[profile staging]\nmfa_serial = ${aliceSerial}\n`,
    )
    expire('dev', 'ops', 'staging')
    await sandbox.startDaemon()
    const terminal = plain()
    await terminal.typeAfter('not now): ', '\r')
    await terminal.typeAfter('not now): ', `${sandbox.code(bobSerial)}\r`)
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(terminal.shown().split('not now): ')).toHaveLength(3)
    expect(terminal.shown()).toContain('ops → [ops-mfa]')
    expect(sandbox.codesSent()).toHaveLength(1)
  })

  it('renews both profiles of a device with one code', async () => {
    sandbox.writeCredentials(`${devCredentials}[staging]\n${aliceKeys}`)
    sandbox.writeConfig(`${devConfig}[profile staging]\nmfa_serial = ${aliceSerial}\n`)
    expire('dev', 'staging')
    await sandbox.startDaemon()
    const terminal = plain()
    await terminal.typeAfter('not now): ', `${sandbox.code()}\r`)
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(terminal.shown().split('not now): ')).toHaveLength(2)
    expect(terminal.shown()).toContain('staging → [staging-mfa]')
  })

  it('asks for nothing when nothing is due, or when it was put off', async () => {
    await sandbox.startDaemon()
    const nothingDue = plain()
    expect(await nothingDue.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(nothingDue.shown()).not.toContain('MFA code')
    expire('dev')
    await sandbox.mfad('snooze', 'dev', '1h')
    const snoozed = plain()
    expect(await snoozed.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(snoozed.shown()).toContain('snoozed until')
    expect(snoozed.shown()).not.toContain('MFA code')
  })

  it('only says how it stands without a daemon, or without a terminal', async () => {
    expire('dev')
    const withoutDaemon = plain()
    expect(await withoutDaemon.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(withoutDaemon.shown()).toContain('the daemon is not running')
    expect(withoutDaemon.shown()).not.toContain('MFA code')
    await sandbox.startDaemon()
    const { exitCode, stdout, stderr } = await sandbox.mfad()
    expect([exitCode, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(/dev +dev-mfa +expired/)
  })

  it('asks where a command should have given the code, and did not', async () => {
    sandbox.writeConfig(`${devConfig}mfa_process = echo locked >&2; exit 1\n`)
    expire('dev')
    await sandbox.startDaemon()
    await until('the command has failed', async () => (await sandbox.status()).profiles[0]?.lastError)
    const terminal = plain()
    await terminal.typeAfter('not now): ', `${sandbox.code()}\r`)
    expect(await terminal.ended()).toEqual({ exitCode: 0, isSane: true })
    expect(terminal.shown()).toContain('mfa_process of dev failed (exit status 1): locked')
    expect(terminal.shown()).toContain('dev → [dev-mfa] until ')
  })

  it('ends at Ctrl-C as every question does', async () => {
    expire('dev')
    await sandbox.startDaemon()
    const terminal = plain()
    await terminal.typeAfter('not now): ', '\u0003')
    expect(await terminal.ended()).toEqual({ exitCode: 130, isSane: true })
  })
})

describe('mfad snooze', () => {
  it('is of seven days at most, and says so', async () => {
    await sandbox.startDaemon()
    const { exitCode, stderr } = await sandbox.mfad('snooze', 'dev', '8d')
    expect([exitCode, stderr.split('\n')[0]]).toEqual([2, 'mfad: 8d is too long: a snooze is 7 days at most'])
  })
})
