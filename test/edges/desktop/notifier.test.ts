// A notify-send of ours, found on PATH and run by node-notifier through the real /bin/sh, writes down its words.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Notification } from '../../../src/core/plan/reminder-text.ts'
import {
  createNotifier,
  linuxOptions,
  macOptions,
  macReplyOptions,
} from '../../../src/edges/desktop/notifier.ts'
import { until } from '../../support/until.ts'

let home: string

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'mfad-notifier-'))
  mkdirSync(join(home, 'bin'))
  mkdirSync(join(home, 'empty'))
  process.chdir(join(home, 'empty'))
})
const startedIn = process.cwd()
afterEach(() => {
  process.chdir(startedIn)
  rmSync(home, { recursive: true, force: true })
})

function install(script: string): void {
  writeFileSync(join(home, 'bin/notify-send'), `#!/bin/sh\n${script}\n`)
  chmodSync(join(home, 'bin/notify-send'), 0o755)
}

/** Writes each word of each call, with a NUL after it. */
const record = () => `printf '%s\\0' "$@" >> '${join(home, 'words')}'`

const words = () =>
  existsSync(join(home, 'words')) ? readFileSync(join(home, 'words'), 'utf8').split('\0').slice(0, -1) : []

/** Only what is on this test's own path counts as installed: the machine may have a real notify-send. */
const environment = () => ({ PATH: join(home, 'bin'), DISPLAY: ':7' })
const never = () => new AbortController().signal
const show = (notification: Notification, limitMs?: number, withdraw = never()) =>
  createNotifier('linux', limitMs).show(notification, environment(), withdraw)

const plain = { title: 'mfad: dev expires in 10m', body: 'Run: mfad login dev', isUrgent: false }

describe('a notification through notify-send', () => {
  it('says what is to be said, for a minute', async () => {
    install(record())
    expect(await show(plain)).toBe('notify-send')
    expect(words()).toEqual([
      'mfad: dev expires in 10m',
      'Run: mfad login dev',
      '--urgency',
      'normal',
      '--expire-time',
      '60000',
      '--app-name',
      'mfad',
      '--icon',
      'dialog-password',
    ])
  })

  it('stays until it is dismissed when it is urgent', async () => {
    install(record())
    await show({ ...plain, isUrgent: true })
    expect(words().slice(2, 6)).toEqual(['--urgency', 'critical', '--expire-time', '0'])
  })

  // What comes between the text and a shell; the words are what a program that runs as itself receives.
  it.each([
    ['a command substitution', '$(touch x)', '?(touch x)', '?(touch x)'],
    ['a substitution of the old kind', '`touch x`', '?touch x?', '?touch x?'],
    ['a variable', `$HOME $` + `{HOME}`, '?HOME ?{HOME}', '?HOME ?{HOME}'],
    ['double quotes', '"; touch x; "', '?; touch x; ?', '?; touch x; ?'],
    ['single quotes', "'; touch x; '", "'; touch x; '", "'; touch x; '"],
    [
      'operators',
      '; touch x & touch x | touch x',
      '; touch x & touch x | touch x',
      '; touch x &amp; touch x | touch x',
    ],
    ['redirections', '> x < y', '> x < y', '&gt; x &lt; y'],
    ['markup', '<b>bold</b> &amp;', '<b>bold</b> &amp;', '&lt;b&gt;bold&lt;/b&gt; &amp;amp;'],
    ['line breaks', 'a\ntouch x\r\nb', 'a touch x  b', 'a → touch x → b'],
    ['a NUL and an escape sequence', 'a\0b\x1b[31mc\x9b', 'a b [31mc ', 'a b [31mc '],
    ['an option', '--help', ' --help', ' --help'],
    ['the end of options', '--', ' --', ' --'],
    ['a short option', '-v', ' -v', ' -v'],
    ['percent signs', '%s %n %b', '%s %n %b', '%s %n %b'],
    ['a backslash at the end', 'a\\', 'a?', 'a?'],
    ['backslashes before quotes', '\\"; touch x; \\"', '??; touch x; ??', '??; touch x; ??'],
    ['history expansion', '!! !touch', '?? ?touch', '?? ?touch'],
    ['wildcards, a tilde and a comment', '* ~ # ?', '* ~ # ?', '* ~ # ?'],
    ['other scripts', 'Ünï — 日本 🔑 ‮', 'Ünï — 日本 🔑 ‮', 'Ünï — 日本 🔑 ‮'],
  ])('passes %s on as one harmless word', async (_, text, title, body) => {
    install(record())
    await show({ title: text, body: text, isUrgent: false })
    expect(words().slice(0, 3)).toEqual([title, body, '--urgency'])
    expect(readdirSync('.')).toEqual([])
  })

  it('is shown on the desktop of the environment given, of which this process keeps nothing', async () => {
    install(`printf '%s' "$DISPLAY $AWS_PROFILE" > '${join(home, 'seen')}'`)
    const before = { ...process.env }
    process.env.AWS_PROFILE = 'prod'
    await show(plain)
    expect(readFileSync(join(home, 'seen'), 'utf8')).toBe(':7 ')
    expect(process.env).toEqual({ ...before, AWS_PROFILE: 'prod' })
    delete process.env.AWS_PROFILE
  })

  it('cuts 10,000 characters, without splitting one', async () => {
    install(record())
    await show({ title: '🔑'.repeat(10_000), body: '<'.repeat(10_000), isUrgent: false })
    expect(words().slice(0, 3)).toEqual([`${'🔑'.repeat(999)}…`, `${'&lt;'.repeat(999)}…`, '--urgency'])
  })

  it('says each time that notify-send is missing, and finds it once it is there', async () => {
    for (let time = 0; time < 2; time++)
      await expect(show(plain)).rejects.toThrow(/^notify-send is not installed \(libnotify-bin\)$/)
    install(record())
    expect(await show(plain)).toBe('notify-send')
    rmSync(join(home, 'bin/notify-send'))
    await expect(show(plain)).rejects.toThrow('is not installed')
  })

  it('does not take a directory or a file that cannot be run for notify-send', async () => {
    mkdirSync(join(home, 'bin/notify-send'))
    await expect(show(plain)).rejects.toThrow('is not installed')
    rmSync(join(home, 'bin/notify-send'), { recursive: true })
    writeFileSync(join(home, 'bin/notify-send'), '', { mode: 0o644 })
    await expect(show(plain)).rejects.toThrow('is not installed')
  })

  it('passes on what a failing notify-send says, and not the command', async () => {
    install('echo "Error creating proxy: no such service" >&2; exit 1')
    await expect(show(plain)).rejects.toThrow(/^Error creating proxy: no such service$/)
  })

  it('has words of its own for one that fails in silence', async () => {
    install('exit 3')
    await expect(show(plain)).rejects.toThrow(/^the notification could not be shown$/)
  })

  it('takes a notification for shown where notify-send only grumbles', async () => {
    install(`echo 'GLib-WARNING **: something' >&2; ${record()}`)
    expect(await show(plain)).toBe('notify-send')
    expect(words()[0]).toBe(plain.title)
  })

  it('says so when there is nothing to say', async () => {
    install(record())
    await expect(show({ title: '', body: '', isUrgent: false })).rejects.toThrow('Message is required')
  })

  it('gives up on one that hangs, and leaves no process behind', async () => {
    install(`echo $$ > '${join(home, 'pid')}'; exec /bin/sleep 60`)
    await expect(show(plain, 300)).rejects.toThrow(/^the notification service did not answer within 0.3 s$/)
    const pid = Number(readFileSync(join(home, 'pid'), 'utf8'))
    await until('the process is gone', () => !isRunning(pid))
    await until('its shell is gone', () => childrenOfThisProcess().length === 0)
  })
})

describe('a notification that is withdrawn', () => {
  it('is not waited for any longer, and leaves no process behind', async () => {
    install(`echo $$ > '${join(home, 'pid')}'; exec /bin/sleep 60`)
    const withdrawal = new AbortController()
    const shown = show(plain, 10_000, withdrawal.signal)
    await until('it hangs', () => existsSync(join(home, 'pid')))
    withdrawal.abort()
    await expect(shown).rejects.toThrow(/^the notification was withdrawn$/)
    const pid = Number(readFileSync(join(home, 'pid'), 'utf8'))
    await until('the process is gone', () => !isRunning(pid))
    await until('its shell is gone', () => childrenOfThisProcess().length === 0)
  })

  it('beforehand is not shown at all', async () => {
    install(record())
    await expect(show(plain, 10_000, AbortSignal.abort())).rejects.toThrow('was withdrawn')
    expect(words()).toEqual([])
  })
})

describe('the options', () => {
  it('on macOS are text for terminal-notifier, which closes at once', () => {
    expect(macOptions(plain)).toEqual({
      title: 'mfad: dev expires in 10m',
      message: 'Run: mfad login dev',
      wait: false,
      timeout: false,
    })
  })

  it('on macOS keep what no shell and no markup reads', () => {
    const { title, message } = macOptions({
      title: '$(x) "<b>"',
      body: `${'x'.repeat(2000)}`,
      isUrgent: true,
    })
    expect([title, String(message).length]).toEqual(['$(x) "<b>"', 1000])
  })

  it('on macOS have a field for the code, an hour long', () => {
    expect(macReplyOptions(plain)).toEqual({
      title: 'mfad: dev expires in 10m',
      message: 'Run: mfad login dev',
      reply: 'six digits, or: snooze',
      wait: true,
      timeout: 3600,
    })
  })

  it('on Linux leave no missing notify-send in the library’s memory', () => {
    expect(linuxOptions(plain).suppressOsdCheck).toBe(true)
  })
})

function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

/** The commands of the shells that this process has started and not yet ended. */
function childrenOfThisProcess(): string[] {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8')
  const commandOf = (pid: string) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    } catch {
      return ''
    }
  }
  return children
    .split(' ')
    .filter(Boolean)
    .map(commandOf)
    .filter((command) => command.includes('notify-send'))
}
