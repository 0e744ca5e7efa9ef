import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { defaultSettings } from '../../src/core/settings/default-settings.ts'
import { settingsStamp } from '../../src/edges/files/disk/stamp.ts'
import { readPlainSettings } from '../../src/edges/plain-settings-file.ts'
import { loadSettings, readSettingsFile } from '../../src/edges/settings-file.ts'
import { thrownBy } from '../support/thrown.ts'

let directory: string
let path: string

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'mfad-settings-'))
  path = join(directory, 'config.ini')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('the settings file', () => {
  it('need not be there, nor its directory', () => {
    expect(loadSettings(path)).toEqual(defaultSettings)
    expect(loadSettings(join(directory, 'none', 'config.ini'))).toEqual(defaultSettings)
  })

  it('may be empty', () => {
    writeFileSync(path, '')
    expect(loadSettings(path)).toEqual(defaultSettings)
  })

  it.each(['https_proxy = http://me:hunter2@proxy:3128', 'https_proxy = http://proxy:3128', 'notify = none'])(
    'says the same where it is plain to read: %s',
    (line) => {
      writeFileSync(path, `[mfad]\n${line}\n`, { mode: 0o644 })
      // Who can read a password is not plain to see.
      expect(readPlainSettings(path)).toEqual(line.includes('@') ? undefined : readSettingsFile(path))
    },
  )

  it('is warned of where others can read the password of a proxy in it, and not otherwise', () => {
    writeFileSync(path, '[mfad]\nhttps_proxy = http://me:hunter2@proxy:3128\n', { mode: 0o644 })
    expect(loadSettings(path).warnings).toEqual([
      {
        code: 'settings.readable-by-others',
        message: `${path} can be read by other users (mode 0644), and holds the password of a proxy`,
        hint: `chmod go-rwx ${path}`,
        file: path,
      },
    ])
    const stamp = settingsStamp(path)
    chmodSync(path, 0o600)
    expect(settingsStamp(path)).not.toBe(stamp)
    expect(loadSettings(path).warnings).toEqual([])
    for (const address of ['http://proxy:3128', 'http://me@proxy:3128', 'proxy:3128']) {
      writeFileSync(path, `[mfad]\nhttps_proxy = ${address}\n`)
      chmodSync(path, 0o644)
      expect(loadSettings(path).warnings).toEqual([])
    }
  })

  it('is read as it stands', () => {
    writeFileSync(path, '# mine\n[mfad]\nduration = 8h\ncredentials_file = "/a;b"\n')
    expect(loadSettings(path)).toEqual({
      ...defaultSettings,
      durationSeconds: 28_800,
      credentialsFile: '/a;b',
    })
  })

  it.each([
    ['a bad value', '[mfad]\nduration = 1s\n', 2],
    ['a byte order mark', '\ufeff[mfad]\n', 1],
    ['bytes that are no UTF-8', Buffer.from('[mfad]\nsuffix = \xff\n', 'latin1'), 2],
  ])('with %s is refused with its path and line', (_, bytes, line) => {
    writeFileSync(path, bytes)
    const { code, message } = thrownBy(() => loadSettings(path))
    expect(code).toBe('settings.invalid')
    expect(message).toContain(`line ${line} of ${path}: `)
  })

  it('cannot be a directory', () => {
    mkdirSync(path)
    expect(thrownBy(() => loadSettings(path))).toEqual({
      code: 'settings.unreadable',
      message: `the settings file ${path} cannot be read: it is not a regular file`,
      hint: `look at it with: ls -l ${path}`,
    })
  })

  it('cannot be a FIFO, for which nobody waits', () => {
    execFileSync('mkfifo', [path])
    expect(thrownBy(() => loadSettings(path)).message).toContain('it is not a regular file')
  })

  it('cannot have a file for its directory', () => {
    writeFileSync(path, '')
    expect(thrownBy(() => loadSettings(join(path, 'config.ini'))).message).toContain(
      'a part of its path is no directory',
    )
  })

  it('cannot be larger than 1 MiB', () => {
    writeFileSync(path, `#${'x'.repeat(1024 * 1024 - 1)}`)
    expect(loadSettings(path)).toEqual(defaultSettings)
    writeFileSync(path, `#${'x'.repeat(1024 * 1024)}`)
    expect(thrownBy(() => loadSettings(path)).code).toBe('settings.unreadable')
  })
})

describe('the stamp of the settings file', () => {
  it('stays while nothing changes, and changes with the file', () => {
    expect(settingsStamp(path)).toBe('ENOENT')
    writeFileSync(path, '[mfad]\nduration = 1h\n')
    const before = settingsStamp(path)
    expect(before).not.toBe('ENOENT')
    expect(settingsStamp(path)).toBe(before)
    rmSync(path)
    writeFileSync(path, '[mfad]\nduration = 2h\n')
    expect(settingsStamp(path)).not.toBe(before)
  })
})

it('refuses, and does not fail at, what the ini package fails at', () => {
  writeFileSync(path, 'a = null\n[a.b]\nc = 1\n')
  expect(() => loadSettings(path)).toThrow(expect.objectContaining({ code: 'settings.invalid' }))
})

it('has a stamp also where it cannot be looked at', () => {
  symlinkSync('config.ini', path)
  expect(settingsStamp(path)).toBe('ELOOP')
})
