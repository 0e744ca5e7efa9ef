// Reminders with programs of ours in the place of the desktop's. How they look and feel with the real ones is in
// test/integration/desktop-answers.test.ts.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDesktop } from '../../../src/edges/desktop/desktop.ts'
import type {
  CodeOutcome,
  DesktopSettings,
  ReminderRequest,
  Respond,
} from '../../../src/edges/desktop/reminder.ts'
import { createFakePrograms, type FakePrograms } from '../../support/fake-programs.ts'
import { until } from '../../support/until.ts'

let programs: FakePrograms
let settings: DesktopSettings
let logged: string[]
let codes: string[]
let snoozes: number
let outcomes: CodeOutcome[]
let closing: (() => Promise<void>)[]

/** Stays until `pressed-TITLE` or `pressed` says which button; SIGINT takes it off the screen. */
const notifySend = `
case "$*" in *--action*) ;; *) exit 0;; esac
for word; do case "$word" in --) title=; break;; esac; done
trap 'echo INT >> "$here/signals"; exit 0' INT
# Of two that wait one takes it.
while [ ! -s "$here/pressed" ] || ! /bin/mv "$here/pressed" "$here/pressed.$$" 2> /dev/null; do /bin/sleep 0.02; done
key=$(/bin/cat "$here/pressed.$$"); echo 17; echo "$key"`
const withActions = `echo 'as 3 "actions" "body" "body-markup"'`
/** Gives the lines of \`typed\`, one a call; without one it stays open. */
const zenity = `
echo start >> "$here/dialogs"
while [ ! -s "$here/typed" ]; do /bin/sleep 0.02; done
/usr/bin/head -n 1 "$here/typed"; /bin/sed -i 1d "$here/typed"; echo end >> "$here/dialogs"`

beforeEach(() => {
  programs = createFakePrograms()
  settings = { notify: 'desktop', prompt: 'auto', notifyCommand: undefined }
  logged = []
  codes = []
  snoozes = 0
  outcomes = []
  closing = []
  programs.install('notify-send', notifySend)
  programs.install('busctl', withActions)
  programs.install('zenity', zenity)
})
afterEach(async () => {
  for (const close of closing) await close()
  programs.close()
})

const dev: ReminderRequest = {
  notification: { title: 'mfad: dev expires in 10m', body: 'Run: mfad login dev', isUrgent: false },
  question: () => 'dev expires in 10m, at 14:00\nCode of arn:aws:iam::111122223333:mfa/alice',
  kind: 'expiring',
  profiles: ['dev'],
  expiration: new Date('2026-11-23T14:00:00.700Z'),
  canAnswer: true,
}

const respond: Respond = {
  asking: () => undefined,
  async tokenCode(code) {
    codes.push(code)
    return outcomes.shift() ?? { kind: 'done' }
  },
  snooze() {
    snoozes += 1
  },
}

function desktop(environment: Record<string, string> = {}) {
  const note = (facts: object, message: string) => void logged.push(`${message} ${JSON.stringify(facts)}`)
  const made = createDesktop({
    platform: 'linux',
    environment: { PATH: programs.path, DISPLAY: ':7', ...environment },
    settings: () => settings,
    log: { debug: () => undefined, info: note, warn: note, error: note },
  })
  closing.push(made.close)
  return made
}

const never = () => new AbortController().signal
const remind = (request: Partial<ReminderRequest> = {}, withdraw = never()) =>
  desktop().remind({ ...dev, ...request }, respond, withdraw)
const press = (key: string) => programs.put('pressed', key)

describe('a reminder with buttons', () => {
  it('offers the code and a snooze, and both by words that cannot be options', async () => {
    expect(await remind()).toMatchObject({
      way: 'notify-send with buttons',
      hasButtons: true,
      dialog: 'zenity',
    })
    expect(programs.calls('notify-send')).toEqual([
      [
        '--app-name=mfad',
        '--icon=dialog-password',
        '--urgency=normal',
        '--expire-time=60000',
        '--action=default=Enter code',
        '--action=code=Enter code',
        '--action=snooze=Snooze',
        '--',
        'mfad: dev expires in 10m',
        'Run: mfad login dev',
      ],
    ])
  })

  it('stays until it is answered when it is urgent', async () => {
    await remind({ notification: { ...dev.notification, isUrgent: true } })
    expect(programs.calls('notify-send')[0]).toEqual(
      expect.arrayContaining(['--urgency=critical', '--expire-time=0']),
    )
  })

  it.each(['code', 'default'])('asks for the code when %s is pressed, and gives it on', async (key) => {
    const { ended } = await remind()
    press(key)
    programs.put('typed', ' 123 456 \n')
    expect([await ended, codes]).toEqual(['answered', ['123456']])
    expect(programs.calls('zenity')).toEqual([
      [
        '--entry',
        '--title=mfad',
        '--text=mfad: dev expires in 10m, at 14:00\nCode of arn:aws:iam::111122223333:mfa/alice',
        '--ok-label=Log in',
      ],
    ])
  })

  it('never has the code in the words or the environment of any program, or in the log', async () => {
    const { ended } = await remind()
    press('code')
    outcomes = [{ kind: 'again', reason: 'wrong' }]
    programs.put('typed', '135790\n246802\n')
    await ended
    const seen = ['notify-send', 'zenity', 'busctl'].flatMap((name) => [
      ...programs.calls(name).flat(),
      ...programs.environments(name).flatMap((environment) => Object.values(environment)),
    ])
    expect([...seen, ...logged].filter((text) => /135790|246802/.test(text))).toEqual([])
    expect(codes).toEqual(['135790', '246802'])
  })

  it('asks again with the reason, first of all when it is no code: that one goes nowhere', async () => {
    const { ended } = await remind()
    press('code')
    outcomes = [{ kind: 'again', reason: 'this code was already used: wait 12 s' }]
    programs.put('typed', '12345\n1234567\nabcdef\n111111\n222222\n')
    expect(await ended).toBe('answered')
    expect(codes).toEqual(['111111', '222222'])
    const texts = programs.calls('zenity').map((words) => words[2]?.split('\n')[0])
    expect(texts).toEqual([
      '--text=mfad: dev expires in 10m, at 14:00',
      ...Array(3).fill('--text=mfad: a code has six digits'),
      '--text=mfad: this code was already used: wait 12 s',
    ])
  })

  it('tells why a login failed for good', async () => {
    const { ended } = await remind()
    press('code')
    outcomes = [{ kind: 'failed', message: 'AWS cannot be reached\nlook later' }]
    programs.put('typed', '111111\n')
    programs.install('notify-send')
    expect(await ended).toBe('answered')
    expect(programs.calls('notify-send')[1]?.slice(0, 2)).toEqual([
      'mfad: the login failed',
      'AWS cannot be reached → look later',
    ])
  })

  it('stops asking a dialog that answers nonsense by itself, and gives the command to run', async () => {
    programs.install('zenity', 'echo nonsense; /bin/date +%s.%N >> "$here/asked"')
    const { ended } = await remind()
    press('code')
    programs.install('notify-send')
    expect(await ended).toBe('dismissed')
    const asked = programs.read('asked').trim().split('\n').map(Number)
    expect(asked).toHaveLength(10)
    // Nine pauses of 300 ms: on a busy machine a program may be late, but not the ten of them together.
    expect((asked.at(-1) ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(2.2)
    expect(programs.calls('notify-send')[1]?.slice(0, 2)).toEqual([
      'mfad: the login failed',
      'gave up after 10 answers: a code has six digits → Run: mfad login dev',
    ])
    expect(codes).toEqual([])
  })

  it('is dismissed with the notification, or with the dialog', async () => {
    programs.install('notify-send', '/bin/sleep 1; echo 17')
    expect(await (await remind()).ended).toBe('dismissed')
    programs.install('notify-send', notifySend)
    programs.install('zenity', 'echo 123456; exit 1')
    const { ended } = await remind()
    press('code')
    expect([await ended, codes]).toEqual(['dismissed', []])
  })

  it('is snoozed by its button', async () => {
    const { ended } = await remind()
    press('snooze')
    expect([await ended, snoozes, programs.calls('zenity')]).toEqual(['snoozed', 1, []])
  })

  it('says so where the dialog cannot be opened, with the command to run', async () => {
    programs.install('zenity', 'echo "(zenity:1): Gtk-WARNING **: cannot open display: :7" >&2; exit 1')
    const { ended } = await remind()
    press('code')
    programs.install('notify-send')
    expect(await ended).toBe('dismissed')
    expect(programs.calls('notify-send')[1]?.[1]).toBe(
      'zenity could not ask for the code: (zenity:1): Gtk-WARNING **: cannot open display: :7 → Run: mfad login dev',
    )
  })

  it('opens one dialog at a time, and says which one is to be answered first', async () => {
    const { remind: show } = desktop()
    const first = await show(dev, respond, never())
    press('code')
    await until('the first dialog', () => programs.read('dialogs') === 'start\n')
    const second = await show({ ...dev, profiles: ['ops'] }, respond, never())
    press('code')
    await until('the second was pressed', () => programs.read('pressed') === '')
    await until('it is told', () => programs.calls('notify-send').length === 3)
    expect(programs.calls('notify-send')[2]?.slice(0, 2)).toEqual([
      'mfad: another dialog is open',
      'answer it first: dev expires in 10m, at 14:00',
    ])
    expect(programs.read('dialogs')).toBe('start\n')
    programs.put('typed', '111111\n222222\n')
    await Promise.all([first.ended, second.ended])
    expect(programs.read('dialogs')).toBe('start\nend\nstart\nend\n')
    expect(codes).toEqual(['111111', '222222'])
  })
})

describe('a reminder that is withdrawn', () => {
  it('leaves the screen', async () => {
    const withdrawal = new AbortController()
    const { ended } = await remind({}, withdrawal.signal)
    withdrawal.abort()
    expect([await ended, programs.read('signals')]).toEqual(['withdrawn', 'INT\n'])
  })

  it('ends a program that will not end, and what it has started', async () => {
    programs.install(
      'zenity',
      `trap '' TERM\n/bin/sleep 60 &\necho $$ $! > "$here/pids"\nwhile :; do /bin/sleep 1; done`,
    )
    const withdrawal = new AbortController()
    const { ended } = await remind({}, withdrawal.signal)
    press('code')
    await until('the dialog', () => programs.read('pids') !== '')
    withdrawal.abort()
    expect(await ended).toBe('withdrawn')
    const pids = programs.read('pids').trim().split(' ').map(Number)
    await until('both are gone', () => !pids.some(isRunning))
  })

  it('gives way to a later one about the same profiles, and to no other', async () => {
    const { remind: show } = desktop()
    const both = await show({ ...dev, profiles: ['dev', 'ops'] }, respond, never())
    const first = await show(dev, respond, never())
    const second = await show({ ...dev, kind: 'expired' }, respond, never())
    expect(await first.ended).toBe('withdrawn')
    expect(programs.read('signals')).toBe('INT\n')
    press('snooze')
    press('snooze')
    expect(await Promise.race([both.ended, second.ended])).toBe('snoozed')
  })

  it('is not shown at all while the desktop is still asked what it can do, nor waited for', async () => {
    programs.install('busctl', 'echo > "$here/asked"; exec /bin/sleep 2')
    const withdrawal = new AbortController()
    const before = Date.now()
    const shown = remind({}, withdrawal.signal)
    await until('it is asked', () => programs.read('asked') !== '')
    withdrawal.abort()
    expect(await (await shown).ended).toBe('withdrawn')
    expect(Date.now() - before).toBeLessThan(1500)
    expect(programs.calls('notify-send')).toEqual([])
  })

  it('is not so by one about no profile, which gives way to such a one only', async () => {
    const { remind: show } = desktop()
    const real = await show(dev, respond, never())
    const test = await show({ ...dev, profiles: [] }, respond, never())
    await show({ ...dev, profiles: ['ops'] }, respond, never())
    expect(programs.read('signals')).toBe('')
    await show({ ...dev, profiles: [] }, respond, never())
    expect(await test.ended).toBe('withdrawn')
    expect(await Promise.race([real.ended, 'still there'])).toBe('still there')
  })

  it('is not replaced while its dialog is open', async () => {
    const { remind: show } = desktop()
    const first = await show(dev, respond, never())
    press('code')
    await until('the dialog', () => programs.read('dialogs') !== '')
    await show(dev, respond, never())
    programs.put('typed', '111111\n')
    expect(await first.ended).toBe('answered')
  })

  it('is so when the daemon ends, which waits for it', async () => {
    const made = desktop()
    const { ended } = await made.remind(dev, respond, never())
    await made.close()
    expect([programs.read('signals'), await ended]).toEqual(['INT\n', 'withdrawn'])
  })
})

describe('a daemon that ends while a program of the desktop hangs', () => {
  const hang = 'echo $$ >> "$here/pids"; exec /bin/sleep 60'
  const hanging = () => programs.read('pids').trim().split('\n').map(Number)
  const closesSoon = async (made: { close(): Promise<void> }) => {
    const before = Date.now()
    await made.close()
    expect(Date.now() - before).toBeLessThan(2000)
    await until('no program is left', () => !hanging().some(isRunning))
  }

  it('does not wait for a notify-send without buttons', async () => {
    programs.install('busctl', 'exit 1')
    programs.install('notify-send', hang)
    const made = desktop()
    const shown = made.remind(dev, respond, never())
    await until('it hangs', () => programs.read('pids') !== '')
    await closesSoon(made)
    expect(await (await shown).ended).toBe('withdrawn')
  })

  it('does not wait for one with buttons', async () => {
    programs.install('notify-send', hang)
    const made = desktop()
    const shown = await made.remind(dev, respond, never())
    await closesSoon(made)
    expect(await shown.ended).toBe('withdrawn')
  })

  it('does not wait for the word that a login failed', async () => {
    outcomes = [{ kind: 'failed', message: 'AWS cannot be reached' }]
    programs.put('typed', '111111\n')
    const made = desktop()
    await made.remind(dev, respond, never())
    press('code')
    programs.install('notify-send', hang)
    await until('it hangs', () => programs.read('pids') !== '')
    await closesSoon(made)
  })

  it.each(['systemctl', 'busctl', 'zenity'])('does not wait for %s', async (program) => {
    programs.install(program, hang)
    const made = desktop()
    void made.remind(dev, respond, never())
    press('code')
    await until('it hangs', () => programs.read('pids') !== '')
    await closesSoon(made)
  })

  it('does not wait for notify_command', async () => {
    settings = { ...settings, notify: 'none', notifyCommand: `here='${programs.directory}'\n${hang}` }
    const made = desktop()
    void made.remind(dev, respond, never())
    await until('it hangs', () => programs.read('pids') !== '')
    await closesSoon(made)
  })
})

describe('where something is missing', () => {
  const plain = { way: 'notify-send', hasButtons: false }
  const words = () => programs.calls('notify-send').at(-1)?.slice(0, 2)

  it('the code is not offered: without a dialog program, with prompt = none, without a screen, without a device', async () => {
    const actions = () =>
      programs
        .calls('notify-send')
        .at(-1)
        ?.filter((word) => word.startsWith('--action'))
    await desktop({ DISPLAY: '' }).remind(dev, respond, never())
    expect(actions()).toEqual(['--action=snooze=Snooze'])
    await remind({ canAnswer: false })
    expect(actions()).toEqual(['--action=snooze=Snooze'])
    settings = { ...settings, prompt: 'none' }
    await remind()
    expect(actions()).toEqual(['--action=snooze=Snooze'])
    settings = { ...settings, prompt: 'kdialog' }
    await remind()
    expect(actions()).toEqual(['--action=snooze=Snooze'])
    programs.remove('zenity')
    settings = { ...settings, prompt: 'auto' }
    expect((await remind()).dialog).toBeUndefined()
    expect(actions()).toEqual(['--action=snooze=Snooze'])
  })

  it.each<[string, Partial<DesktopSettings>, string | undefined, string]>([
    ['is turned off', { prompt: 'none' }, undefined, 'prompt = none in the settings'],
    [
      'is another system’s',
      { prompt: 'osascript' },
      undefined,
      'prompt = osascript in the settings, which is for macOS',
    ],
    [
      'is not the one that was chosen',
      { prompt: 'kdialog' },
      undefined,
      'kdialog is not installed (apt-get install kdialog), and prompt = kdialog in the settings',
    ],
    ['is not installed', {}, 'zenity', 'neither zenity nor kdialog is installed (apt-get install zenity)'],
  ])('it is told why there is no button for a code: the dialog %s', async (_, more, removed, reason) => {
    settings = { ...settings, ...more }
    if (removed !== undefined) programs.remove(removed)
    expect((await remind()).noDialog).toBe(reason)
  })

  it('it is told why there is no button for a code: there is no display', async () => {
    const { noDialog } = await desktop({ DISPLAY: '' }).remind(dev, respond, never())
    expect(noDialog).toBe('the daemon has no display (neither DISPLAY nor WAYLAND_DISPLAY is set)')
  })

  it.each([
    ['a service without buttons', `echo 'as 1 "body"'`],
    ['a service that does not answer', 'exit 1'],
  ])('%s gets a plain notification', async (_, busctl) => {
    programs.install('busctl', busctl)
    programs.install('notify-send')
    const { ended, ...how } = await remind()
    expect([how, await ended, words()]).toEqual([
      { ...plain, dialog: 'zenity' },
      'no-answer-possible',
      ['mfad: dev expires in 10m', 'Run: mfad login dev'],
    ])
  })

  it('a notify-send that knows no buttons shows a plain one', async () => {
    programs.install(
      'notify-send',
      'case "$*" in *--action*) echo "Unknown option --action=default=Enter code" >&2; exit 1;; esac',
    )
    expect(await remind()).toMatchObject(plain)
    expect(words()).toEqual(['mfad: dev expires in 10m', 'Run: mfad login dev'])
  })

  it('one that fails late shows a plain one, too', async () => {
    programs.install('notify-send', 'case "$*" in *--action*) /bin/sleep 0.6; exit 1;; esac')
    expect(await (await remind()).ended).toBe('no-answer-possible')
    expect(words()).toEqual(['mfad: dev expires in 10m', 'Run: mfad login dev'])
  })

  it.each([
    ['gdbus', `echo "(['actions', 'body'],)"`],
    ['dbus-send', `printf 'method return\\n array [\\n string "actions"\\n string "body"\\n ]\\n'`],
  ])('%s is asked where busctl is not there', async (program, script) => {
    programs.remove('busctl')
    programs.install(program, script)
    expect(await remind()).toMatchObject({ hasButtons: true })
    expect(programs.calls(program)).toHaveLength(1)
    programs.install(program, 'exit 1')
    programs.install('notify-send')
    expect(await remind()).toMatchObject(plain)
  })

  it('the next program is asked where the first gets no answer', async () => {
    programs.install('busctl', 'exit 1')
    programs.install('dbus-send', `echo 'string "actions"'`)
    expect(await remind()).toMatchObject({ hasButtons: true })
  })

  it('buttons are tried where nobody can be asked', async () => {
    programs.remove('busctl')
    expect(await remind()).toMatchObject({ hasButtons: true })
  })

  it('it is an error where nothing can be shown', async () => {
    programs.remove('notify-send')
    await expect(remind()).rejects.toThrow('notify-send is not installed (libnotify-bin)')
    programs.install('notify-send', 'echo "Could not connect: No such file" >&2; exit 1')
    await expect(remind()).rejects.toThrow('Could not connect: No such file')
  })

  it('kdialog asks where it is set, or on KDE', async () => {
    programs.install('kdialog', 'echo 111111')
    expect((await desktop({ XDG_CURRENT_DESKTOP: 'GNOME' }).remind(dev, respond, never())).dialog).toBe(
      'zenity',
    )
    expect((await desktop({ XDG_CURRENT_DESKTOP: 'KDE' }).remind(dev, respond, never())).dialog).toBe(
      'kdialog',
    )
    settings = { ...settings, prompt: 'kdialog' }
    const { ended } = await remind()
    press('code')
    press('code')
    press('code')
    await until('a code', () => codes.length > 0)
    expect(programs.calls('kdialog')[0]).toEqual([
      '--title',
      'mfad',
      '--inputbox',
      '<qt>mfad: dev expires in 10m, at 14:00<br/>Code of arn:aws:iam::111122223333:mfa/alice</qt>',
    ])
    void ended
  })
})

describe('the environment of the programs', () => {
  it('is the desktop’s as systemd knows it, with nothing of AWS, of Node, or of how the daemon was started', async () => {
    programs.install(
      'systemctl',
      `printf '%s\\n' 'DISPLAY=:42' "XAUTHORITY=\\$'/run/user/1000/a b'" 'AWS_PROFILE=prod' 'LD_PRELOAD=/x.so'`,
    )
    const { ended } = await desktop({
      DISPLAY: ':7',
      WAYLAND_DISPLAY: 'old',
      AWS_PROFILE: 'prod',
      AWS_SECRET_ACCESS_KEY: 'secret',
      NODE_OPTIONS: '--inspect',
      LISTEN_FDS: '1',
      LISTEN_PID: '1',
      NOTIFY_SOCKET: '/x',
      MFAD_SOCKET: '/y',
      LANG: 'de_DE.UTF-8',
    }).remind(dev, respond, never())
    press('code')
    programs.put('typed', '111111\n')
    await ended
    for (const name of ['notify-send', 'busctl', 'zenity']) {
      const [{ PWD: _, SHLVL: __, OLDPWD: ___, _: ____, ...environment } = {}] = programs.environments(name)
      expect(environment).toEqual({
        PATH: programs.path,
        DISPLAY: ':42',
        XAUTHORITY: '/run/user/1000/a b',
        LANG: 'de_DE.UTF-8',
      })
    }
    expect(programs.calls('systemctl')).toEqual(Array(2).fill(['--user', 'show-environment']))
  })

  it('is our own where systemd has none', async () => {
    programs.install('systemctl', 'echo DISPLAY=:42; exit 1')
    await remind()
    expect(programs.environments('notify-send')[0]?.DISPLAY).toBe(':7')
  })
})

describe('notify_command', () => {
  const command = (script: string) => {
    settings = { ...settings, notifyCommand: `here='${programs.directory}'\n${script}` }
  }
  const tell = `printf '%s|' "$MFAD_PROFILES" "$MFAD_KIND" "$MFAD_EXPIRATION" "$MFAD_INSIDE" "$AWS_PROFILE" > "$here/told"`

  it('is told by variables, beside the notification', async () => {
    command(tell)
    const made = desktop({ AWS_PROFILE: 'prod' })
    expect((await made.remind({ ...dev, profiles: ['dev', 'ops'] }, respond, never())).way).toBe(
      'notify-send with buttons and notify_command',
    )
    await until('it was told', () => programs.read('told').endsWith('|'))
    expect(programs.read('told')).toBe('dev ops|expiring|2026-11-23T14:00:00Z|1||')
  })

  it('gets no name that a careless command could trip over', async () => {
    command(tell)
    settings = { ...settings, notify: 'none' }
    await remind({ profiles: ['$(touch x)', 'a b', '-rf', "';touch x;'", 'dev\ntouch x', '`x`', 'ok'] })
    expect(programs.read('told')).toMatch(/^ok\|/)
  })

  it('gets whole names only, and no more than 32 KiB of them', async () => {
    command(tell)
    settings = { ...settings, notify: 'none' }
    const profiles = Array.from({ length: 40_000 }, (_, index) => `profile-${index}`)
    await remind({ profiles })
    const told = programs.read('told').split('|')[0] ?? ''
    expect(told.length).toBeGreaterThan(32_000)
    expect(told.length).toBeLessThanOrEqual(32 * 1024)
    expect(told.split(' ').filter((name, index) => name !== profiles[index])).toEqual([])
  })

  it('goes alone with notify = none', async () => {
    command(tell)
    settings = { ...settings, notify: 'none' }
    expect(await remind()).toMatchObject({ way: 'notify_command', hasButtons: false })
    expect(programs.calls('notify-send')).toEqual([])
  })

  it('is enough where the desktop shows nothing', async () => {
    command('exit 0')
    programs.remove('notify-send')
    expect(await remind()).toMatchObject({ way: 'notify_command' })
    expect(logged).toEqual([
      'only notify_command told of a reminder {"problem":"notify-send is not installed (libnotify-bin)"}',
    ])
  })

  it('that was started has told, however it ends, and is not run again', async () => {
    command('exit 1')
    programs.install('notify-send', 'case "$*" in *--action*) /bin/sleep 0.6;; esac; exit 1')
    expect(await (await remind()).ended).toBe('no-answer-possible')
    programs.remove('notify-send')
    expect(await remind()).toMatchObject({ way: 'notify_command' })
    settings = { ...settings, notify: 'none' }
    expect(await remind()).toMatchObject({ way: 'notify_command' })
  })

  it('that cannot be started tells nothing', async () => {
    command(`: ${'x'.repeat(4 * 1024 * 1024)}`)
    programs.remove('notify-send')
    await expect(remind()).rejects.toThrow('notify-send is not installed')
    settings = { ...settings, notify: 'none' }
    await expect(remind()).rejects.toThrow('notify_command could not be started')
  })

  it.each([
    ['no-such-program', 'a command in it was not found in PATH '],
    ['/no/such/program', 'a file in it does not exist (exit status 127)'],
    ['/dev/null', 'a file in it cannot be run (exit status 126)'],
  ])('that runs %s is told with the reason', async (script, reason) => {
    const made = desktop()
    settings = { ...settings, notify: 'none', notifyCommand: script }
    await made.remind(dev, respond, never())
    expect(made.warnings()[0]?.message).toContain(`notify_command failed: ${reason}`)
  })

  it('that fails is a warning without what it printed, until it works again', async () => {
    const made = desktop()
    command('echo "secret" >&2; exit 3')
    await made.remind(dev, respond, never())
    await until('it failed', () => made.warnings().length > 0)
    expect(made.warnings()).toMatchObject([
      { code: 'notifier.command-failed', message: 'notify_command failed with exit code 3' },
    ])
    expect(logged).toEqual(['notify_command failed {"problem":"notify_command failed with exit code 3"}'])
    command('exit 0')
    await made.remind(dev, respond, never())
    await until('it worked', () => made.warnings().length === 0)
    command('kill -TERM $$')
    await made.remind(dev, respond, never())
    await until('it failed', () => made.warnings()[0]?.message === 'notify_command was ended by SIGTERM')
    settings = { ...settings, notifyCommand: undefined }
    expect(made.warnings()).toEqual([])
  })
})

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

// node-notifier's program runs on no Linux, as it does on no Apple silicon without Rosetta: what follows is the fallback.
describe('on macOS without node-notifier’s program', () => {
  const mac = (isIntel = true) =>
    createDesktop({
      platform: 'darwin',
      isIntel,
      environment: { PATH: programs.path, AWS_PROFILE: 'prod' },
      settings: () => settings,
      log: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    })

  it('osascript asks for the code, and again with the reason', async () => {
    programs.install(
      'osascript',
      `printf 'Log In\\n'; /usr/bin/head -n 1 "$here/typed"; /bin/sed -i 1d "$here/typed"`,
    )
    programs.put('typed', '111111\n222 222\n')
    outcomes = [{ kind: 'again', reason: 'wait 12 s' }]
    const { way, ended, dialog } = await mac().remind(dev, respond, never())
    expect([way, dialog, await ended, codes]).toEqual([
      'osascript (for a notification to type into: brew install vjeantet/tap/alerter)',
      'osascript',
      'answered',
      ['111111', '222222'],
    ])
    expect(programs.calls('osascript').map((words) => words.at(-1))).toEqual([
      'mfad: dev expires in 10m, at 14:00\nCode of arn:aws:iam::111122223333:mfa/alice',
      'mfad: wait 12 s\n\ndev expires in 10m, at 14:00\nCode of arn:aws:iam::111122223333:mfa/alice',
    ])
    expect(programs.environments('osascript')[0]?.AWS_PROFILE).toBeUndefined()
  })

  it('it is snoozed, dismissed and withdrawn', async () => {
    programs.install('osascript', `printf 'Snooze\\n\\n'`)
    expect([await (await mac().remind(dev, respond, never())).ended, snoozes]).toEqual(['snoozed', 1])
    programs.install('osascript', 'echo "execution error: User canceled. (-128)" >&2; exit 1')
    expect(await (await mac().remind(dev, respond, never())).ended).toBe('dismissed')
    programs.install('osascript', 'echo "execution error: No user interaction allowed. (-1713)" >&2; exit 1')
    await expect(mac().remind(dev, respond, never())).rejects.toThrow('No user interaction allowed')
    programs.install('osascript', `echo $$ > "$here/pids"; exec /bin/sleep 60`)
    const withdrawal = new AbortController()
    const { ended } = await mac().remind(dev, respond, withdrawal.signal)
    await until('the dialog', () => programs.read('pids') !== '')
    withdrawal.abort()
    expect(await ended).toBe('withdrawn')
    await until('it is gone', () => !isRunning(Number(programs.read('pids'))))
  })

  it('it opens one dialog at a time', async () => {
    programs.install('osascript', zenity.replace('/usr/bin/head', `printf 'Log In\\n'; /usr/bin/head`))
    const { remind: show } = mac()
    const first = await show(dev, respond, never())
    const second = await show({ ...dev, profiles: ['ops'] }, respond, never())
    await until('the first dialog', () => programs.read('dialogs') !== '')
    programs.put('typed', '111111\n222222\n')
    expect([await first.ended, await second.ended, codes]).toEqual([
      'answered',
      'answered',
      ['111111', '222222'],
    ])
    expect(programs.read('dialogs')).toBe('start\nend\nstart\nend\n')
  })

  it('alerter takes the code in its notification, and osascript asks again', async () => {
    programs.install('alerter', `echo '{"activationType":"replied","activationValue":"111111"}'`)
    programs.install('osascript', `printf 'Log In\\n222222\\n'`)
    outcomes = [{ kind: 'again', reason: 'wait 12 s' }]
    const { way, ended } = await mac(false).remind(dev, respond, never())
    expect([way, await ended, codes]).toEqual(['alerter', 'answered', ['111111', '222222']])
    expect(programs.calls('alerter')[0]?.slice(0, 2)).toEqual(['--title', 'mfad: dev expires in 10m'])
  })

  it('terminal-notifier 3 takes the code, and its notification is removed when it is withdrawn', async () => {
    programs.install(
      'terminal-notifier',
      `case $1 in -version) echo terminal-notifier 3.1.0.;; -remove) ;; *) echo $$ >> "$here/pids"; exec /bin/sleep 60;; esac`,
    )
    const withdrawal = new AbortController()
    const { way, ended } = await mac(false).remind(dev, respond, withdrawal.signal)
    await until('it is shown', () => programs.read('pids') !== '')
    withdrawal.abort()
    expect([way, await ended]).toEqual(['terminal-notifier', 'withdrawn'])
    await until('it is removed', () => programs.calls('terminal-notifier').length === 3)
    const [, shown, removed] = programs.calls('terminal-notifier')
    expect(removed).toEqual(['-remove', shown?.[shown.indexOf('-group') + 1]])
  })

  it('terminal-notifier 2, which has no field, and a failing alerter leave it to osascript', async () => {
    programs.install('alerter', 'exit 1')
    programs.install('terminal-notifier', 'echo terminal-notifier 2.0.0.')
    programs.install('osascript', `printf 'Log In\\n111111\\n'`)
    const { dialog, ended } = await mac(false).remind(dev, respond, never())
    expect([dialog, await ended, codes]).toEqual(['osascript', 'answered', ['111111']])
    expect(programs.calls('terminal-notifier')).toEqual([['-version']])
  })

  it('Apple silicon starts no Intel program', async () => {
    programs.install('osascript', 'exit 1')
    settings = { ...settings, prompt: 'none' }
    await expect(mac(false).remind(dev, respond, never())).rejects.toThrow(
      'osascript could not show the notification',
    )
  })

  it('a notification is all there is with prompt = none', async () => {
    programs.install('osascript')
    settings = { ...settings, prompt: 'none' }
    const { way, ended, noDialog } = await mac().remind(dev, respond, never())
    expect([way, noDialog, await ended]).toEqual([
      'osascript',
      'prompt = none in the settings',
      'no-answer-possible',
    ])
    expect(programs.calls('osascript')[0]?.slice(-2)).toEqual([
      'mfad: dev expires in 10m',
      'Run: mfad login dev',
    ])
    programs.install('osascript', 'exit 1')
    await expect(mac().remind(dev, respond, never())).rejects.toThrow('You need Mac OS X')
  })
})
