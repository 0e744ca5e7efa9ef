import { parse as parseIni } from 'ini'
import { describe, expect, it } from 'vitest'
import { isSessionDuration } from '../../../src/core/profiles/aws-values.ts'
import { defaultSettings, type Settings } from '../../../src/core/settings/default-settings.ts'
import { readSettings } from '../../../src/core/settings/settings.ts'
import { parse } from '../../support/profiles.ts'

const path = '/home/me/.config/mfad/config.ini'
const readAll = (text: string) => readSettings(parseIni(text), parse(text), path)
const read = (text: string) => {
  const { settings, problem } = readAll(text)
  expect(problem).toBeUndefined()
  return settings
}
const problem = (text: string) => {
  const found = readAll(text).problem
  expect(found?.code).toBe('settings.invalid')
  return found?.message
}
const warnings = (text: string) =>
  read(text).warnings.map(({ line, message, hint }) => ({ line, message, hint }))

describe('the settings', () => {
  it.each(['', '\n', '[mfad]\n', '# [mfad]\n', '; nothing\n\n[mfad]\n# duration = 1h\n'])(
    'of %j are the defaults of the manual',
    (text) => {
      expect(read(text)).toEqual({
        durationSeconds: 43_200,
        reminderLeadSeconds: [600, 0],
        hide: [],
        suffix: '-mfa',
        longTermSuffix: '-long-term',
        notify: 'desktop',
        prompt: 'auto',
        logLevel: 'info',
        warnings: [],
      })
    },
  )

  it.each<[string, Partial<Settings>]>([
    ['duration = 15m', { durationSeconds: 900 }],
    ['duration = 36h', { durationSeconds: 129_600 }],
    ['duration = 1h30m', { durationSeconds: 5400 }],
    ['duration=8h', { durationSeconds: 28_800 }],
    ['after_write_command = tmux refresh-client -S', { afterWriteCommand: 'tmux refresh-client -S' }],
    ['hide = legacy-*, old,,x', { hide: ['legacy-*', 'old', 'x'] }],
    ['hide =', {}],
    ['reminders = 0m', { reminderLeadSeconds: [0] }],
    ['reminders = 0s, 30m,10m', { reminderLeadSeconds: [1800, 600, 0] }],
    ['reminders = 10m, 600s, 10m', { reminderLeadSeconds: [600] }],
    ['suffix = -session', { suffix: '-session' }],
    ['suffix = .mfa@x', { suffix: '.mfa@x' }],
    ['notify = none', { notify: 'none' }],
    ['notify = desktop', { notify: 'desktop' }],
    ['quiet_hours = 22:00-08:00', { quietHours: { from: 1320, to: 480 } }],
    ['prompt = auto', { prompt: 'auto' }],
    ['prompt = zenity', { prompt: 'zenity' }],
    ['prompt = kdialog', { prompt: 'kdialog' }],
    ['prompt = osascript', { prompt: 'osascript' }],
    ['prompt = none', { prompt: 'none' }],
    ['notify_command = tmux display "$MFAD_PROFILES"', { notifyCommand: 'tmux display "$MFAD_PROFILES"' }],
    [String.raw`notify_command = "say \"x\"; y # z"`, { notifyCommand: 'say "x"; y # z' }],
    ['log_level = debug', { logLevel: 'debug' }],
    ['log_level = info', { logLevel: 'info' }],
    ['log_level = warn', { logLevel: 'warn' }],
    ['log_level = error', { logLevel: 'error' }],
    ['credentials_file = ~/aws/credentials', { credentialsFile: '~/aws/credentials' }],
    ['credentials_file = /etc/aws dir/c', { credentialsFile: '/etc/aws dir/c' }],
    ['config_file = /etc/aws/config', { configFile: '/etc/aws/config' }],
    [
      'https_proxy = http://ann:p%40ss@proxy.example.com:3128',
      { httpsProxy: 'http://ann:p%40ss@proxy.example.com:3128' },
    ],
    ['https_proxy = proxy:3128', { httpsProxy: 'proxy:3128' }],
    ['no_proxy = example.com, .internal', { noProxy: 'example.com, .internal' }],
    ['ca_bundle = ~/corp.pem', { caBundle: '~/corp.pem' }],
    ['socket = /run/mfad.sock', { socket: '/run/mfad.sock' }],
  ])('take %s', (line, expected) => {
    expect(read(`[mfad]\n${line}\n`)).toEqual({ ...defaultSettings, ...expected })
    expect(read(`[mfad]\r\n${line}\r\n`)).toEqual({ ...defaultSettings, ...expected })
  })

  it('take all keys at once', () => {
    expect(read('[mfad]\nduration = 1h\nsuffix = -x\nnotify = none\n')).toMatchObject({
      durationSeconds: 3600,
      suffix: '-x',
      notify: 'none',
    })
  })

  it.each([
    'quiet_hours',
    'notify_command',
    'https_proxy',
    'no_proxy',
    'ca_bundle',
    'credentials_file',
    'config_file',
    'socket',
  ])('take an empty %s for its default, which is none', (key) => {
    expect(read(`[mfad]\n${key} =\n`)).toEqual(defaultSettings)
    expect(read(`[mfad]\n${key} = ""\n`)).toEqual(defaultSettings)
  })

  it.each(['duration', 'reminders', 'suffix', 'notify', 'prompt', 'log_level'])(
    'never ignore an empty %s without a word: nothing else would be meant by it',
    (key) => {
      expect(problem(`[mfad]\n${key} =\n`)).toContain(`line 2 of ${path}: ${key} must `)
      expect(problem(`[mfad]\n${key} = ""\n`)).toContain(`line 2 of ${path}: ${key} must `)
    },
  )
})

describe('a bad value', () => {
  it.each([
    ['duration = 14m59s', 'duration must be between 15m and 36h, such as 12h'],
    ['duration = 36h1s', 'duration must be between 15m and 36h, such as 12h'],
    ['duration = 12', 'duration must be between 15m and 36h, such as 12h'],
    ['duration = -1h', 'duration must be between 15m and 36h, such as 12h'],
    ['reminders = 10m,', 'reminders must be at most ten durations, such as 10m, 0m'],
    ['reminders = soon', 'reminders must be at most ten durations, such as 10m, 0m'],
    [`reminders = ${'1m, '.repeat(10)}1m`, 'reminders must be at most ten durations, such as 10m, 0m'],
    ['suffix = my mfa', 'suffix must be letters, digits or _ . / % @ : + -'],
    ['suffix = ]', 'suffix must be letters, digits or _ . / % @ : + -'],
    ['notify = yes', 'notify must be desktop or none'],
    ['notify = true', 'notify must be desktop or none'],
    ['quiet_hours = 22:00', 'quiet_hours must be two times of a day, such as 22:00-08:00'],
    ['quiet_hours = 8:00-8:00', 'quiet_hours must be two times of a day, such as 22:00-08:00'],
    ['prompt = gtk', 'prompt must be auto, zenity, kdialog, osascript or none'],
    [`notify_command = ${'x'.repeat(4097)}`, 'notify_command must be a command of at most 4096 characters'],
    ['log_level = trace', 'log_level must be debug, info, warn or error'],
    ['log_level = INFO', 'log_level must be debug, info, warn or error'],
    ['credentials_file = credentials', 'credentials_file must be an absolute path, or begin with ~/'],
    ['credentials_file = ~alice/x', 'credentials_file must be an absolute path, or begin with ~/'],
    ['config_file = ./config', 'config_file must be an absolute path, or begin with ~/'],
    ['config_file = ~', 'config_file must be an absolute path, or begin with ~/'],
    [
      'https_proxy = socks5://ann:hunter2@proxy:1080',
      'https_proxy must be the address of an http or https proxy, such as http://proxy.example.com:3128',
    ],
    ['ca_bundle = corp.pem', 'ca_bundle must be an absolute path, or begin with ~/'],
    ['socket = mfad.sock', 'socket must be an absolute path, or begin with ~/'],
    [`socket = /${'a'.repeat(4096)}`, 'socket must be an absolute path, or begin with ~/'],
  ])('is refused with its line: %s', (line, words) => {
    expect(problem(`# settings\n[mfad]\n${line}\n`)).toBe(`line 3 of ${path}: ${words}`)
  })

  it('of the suffix says why it cannot be empty', () => {
    expect(problem('[mfad]\nsuffix =\n')).toBe(
      `line 2 of ${path}: suffix must not be empty: a session needs a section of its own`,
    )
  })

  it('leaves the settings of the other lines', () => {
    expect(readAll('[mfad]\nduration = 1\nsocket = /s\nnotify = none\n').settings).toEqual({
      ...defaultSettings,
      socket: '/s',
      notify: 'none',
    })
  })

  it('is the first that is told', () => {
    expect(problem('[mfad]\nsuffix = -x\nnotify = 1\nduration = 1\n')).toContain('line 3 of')
  })

  it('comes with the file to edit; what the key may hold is in the message', () => {
    const found = readAll('[mfad]\nnotify = 1\n').problem
    expect(found?.message).toBe(`line 2 of ${path}: notify must be desktop or none`)
    expect(found?.hint).toBe(`edit ${path}`)
  })
})

describe('what is not known', () => {
  it.each([
    ['durations', 'did you mean duration?'],
    ['duraton', 'did you mean duration?'],
    ['quiet-hours', 'did you mean quiet_hours?'],
    ['sufix', 'did you mean suffix?'],
  ])('costs no login: the key %s is a warning with its line and the nearest name', (key, hint) => {
    expect(warnings(`[mfad]\nnotify = none\n${key} = x\n`)).toEqual([
      { line: 3, message: `there is no setting ${key}, so this line does nothing`, hint },
    ])
    expect(read(`[mfad]\n${key} = x\nnotify = none\n`).notify).toBe('none')
  })

  it.each(['__proto__', 'constructor', 'toString', 'color[]'])(
    'is named with all that there are: %s',
    (key) => {
      expect(warnings(`[mfad]\n${key} = x\n`)).toEqual([
        {
          line: 2,
          message: `there is no setting ${key.toLowerCase()}, so this line does nothing`,
          hint: expect.stringMatching(/^the settings are duration, reminders, .+, socket$/),
        },
      ])
    },
  )

  it.each(['[other]', '[mfad.sub]', '[Mfad]', '["mfad"]', '[ mfad ]', '[__proto__]'])(
    'counts for nothing: the section %s',
    (header) => {
      const text = `[mfad]\nduration = 1h\n${header}\nsuffix = -x\n`
      expect(warnings(text)).toEqual([
        {
          line: 3,
          message: `the settings in ${header} do nothing: mfad reads [mfad] only`,
          hint: 'move them below [mfad], or remove the section',
        },
      ])
      expect(read(text)).toMatchObject({ durationSeconds: 3600, suffix: '-mfa' })
    },
  )

  it('is not repeated at length, nor with its control characters', () => {
    const [{ message } = expect.fail('no warning')] = warnings(`[mfad]\n${'k'.repeat(1000)}\u001b[2J = x\n`)
    expect(message).not.toContain('k'.repeat(41))
    expect(warnings('[mfad]\na\u001bb = x\n')[0]?.message).toContain('a\\u{1b}b')
  })
})

describe('a file that is broken', () => {
  it.each([
    ['a key before the section', 'duration = 1h\n[mfad]\n', 1],
    ['a key that stands twice', '[mfad]\nduration = 1h\nduration = 2h\n', 3],
    ['a section that stands twice', '[mfad]\nduration = 1h\n[mfad]\nsuffix = -x\n', 3],
    ['a line without an equals sign', '[mfad]\nduration\n', 2],
    ['a byte order mark', '\ufeff[mfad]\nduration = 1h\n', 1],
  ])('is refused with its line: %s', (_, text, line) => {
    expect(problem(text)).toContain(`line ${line} of ${path}: `)
  })
})

describe('a value that ini and other readers read differently', () => {
  const half = (line: string) => problem(`[mfad]\n${line}\n`)

  it.each([
    ['credentials_file = /a;b', 'credentials_file'],
    ['credentials_file = /a#b', 'credentials_file'],
    ['notify_command = tmux display "#{x}"; y', 'notify_command'],
    ['duration = 1h\n  2h', 'duration'],
    ['duration = soon ; an hour', 'duration'],
    [String.raw`credentials_file = /a\;b`, 'credentials_file'],
  ])('is not used by half, and is to be quoted: %j', (line, key) => {
    expect(half(line)).toBe(
      `line 2 of ${path}: put the whole value of ${key} in quotes: it holds a character with a meaning of its own`,
    )
  })

  it.each([
    ['duration = 1h ; an hour', 'duration'],
    ['duration = 1h # an hour', 'duration'],
    ['reminders = 10m ; note', 'reminders'],
    ['notify = "none" ; really', 'notify'],
  ])('needs no quotes where a comment was meant: %s', (line, key) => {
    expect(half(line)).toBe(
      `line 2 of ${path}: what follows the value of ${key} is no comment: a comment needs a line of its own`,
    )
  })

  it.each(['notify_command = beep ; flash', 'credentials_file = /a # mine'])('may be either: %s', (line) => {
    expect(half(line)).toMatch(
      /a comment needs a line of its own; if it is part of the value, put .+ in quotes$/,
    )
  })

  it.each(['suffix: -x', 'SUFFIX = -x'])('is not taken for unset: %s', (line) => {
    expect(half(line)).toBe(
      `line 2 of ${path}: suffix cannot be read: write [mfad] alone on its line, and the key in lower case`,
    )
  })

  it.each([
    ['credentials_file = "/a;b#c"', { credentialsFile: '/a;b#c' }],
    ["credentials_file = '/a;b'", { credentialsFile: '/a;b' }],
    ['suffix = "-x"', { suffix: '-x' }],
  ])('is used whole when it is quoted: %s', (line, expected) => {
    expect(read(`[mfad]\n${line}\n`)).toMatchObject(expected)
  })

  it('is checked after the quotes are gone', () => {
    expect(half('credentials_file = "/a\\nb"')).toContain('must be an absolute path')
    expect(half('credentials_file = "/a\\u0000b"')).toContain('must be an absolute path')
  })
})

describe('the duration of a session', () => {
  it.each([
    [899, false],
    [900, true],
    [129_600, true],
    [129_601, false],
    [undefined, false],
    [Number.NaN, false],
  ])('%s s can be asked for: %s', (seconds, expected) => {
    expect(isSessionDuration(seconds)).toBe(expected)
  })
})
