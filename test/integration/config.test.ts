// `mfad config` with the real program, and a daemon that follows it.
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openDevSandbox, type Sandbox } from '../support/sandbox.ts'
import { until } from '../support/until.ts'

let sandbox: Sandbox
let file: string
beforeEach(async () => {
  sandbox = await openDevSandbox()
  file = join(sandbox.home, '.config/mfad/config.ini')
  rmSync(dirname(file), { recursive: true, force: true })
})
afterEach(() => sandbox.close())

const config = (...args: string[]) => sandbox.mfad('config', ...args)

it('makes the file and its directory for the user alone, and the daemon follows', async () => {
  await sandbox.startDaemon()
  expect(await sandbox.mfad('login', 'dev', sandbox.code())).toMatchObject({ exitCode: 0 })
  expect(await config('set', 'reminders', '35h')).toEqual({
    exitCode: 0,
    stdout: `reminders = 35h (${file}:2; default 10m, 0m)\n`,
    stderr: '',
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(statSync(dirname(file)).mode & 0o777).toBe(0o700)
  await until('the daemon has it', async () => (await sandbox.status()).profiles[0]?.state === 'expiring')
  expect(await config('unset', 'reminders')).toMatchObject({ stdout: 'reminders = 10m, 0m (default)\n' })
  expect(readFileSync(file, 'utf8')).toBe('[mfad]\n')
  expect(await config('get', 'reminders')).toMatchObject({ exitCode: 0, stdout: '10m, 0m\n' })
})

it('names what has the daemon take another socket', async () => {
  const { process: daemon } = await sandbox.startDaemon()
  const { stderr } = await config('set', 'socket', join(sandbox.home, 'run/other.sock'))
  expect(stderr).toBe(
    `mfad: the daemon takes another socket after: kill ${daemon.pid}, then: mfad daemon --detach\n`,
  )
})

it('writes nothing that could not be used', async () => {
  for (const [args, message, hint] of [
    [
      ['set', 'duration', '99h'],
      'duration must be between 15m and 36h, such as 12h',
      'try again with: mfad config set duration VALUE',
    ],
    [['set', 'duratoin', '8h'], 'there is no setting duratoin', 'did you mean duration?'],
    [['get', 'duratoin'], 'there is no setting duratoin', 'did you mean duration?'],
  ] as const)
    expect(await config(...args)).toEqual({
      exitCode: 4,
      stdout: '',
      stderr: `mfad: ${message}\n  → ${hint}\n`,
    })
  expect(existsSync(file)).toBe(false)
})

it('keeps a link, the mode, and every other byte', async () => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const dotfiles = join(sandbox.home, 'dotfiles.ini')
  symlinkSync(dotfiles, file)
  writeFileSync(dotfiles, '; mine\n[mfad]\nduration=7h\n', { mode: 0o640 })
  chmodSync(dotfiles, 0o640)
  expect(await config('set', 'notify', 'none')).toMatchObject({ exitCode: 0 })
  expect(readFileSync(dotfiles, 'utf8')).toBe('; mine\n[mfad]\nduration=7h\nnotify = none\n')
  expect(readFileSync(file, 'utf8')).toBe(readFileSync(dotfiles, 'utf8'))
  expect(statSync(dotfiles).mode & 0o777).toBe(0o640)
})

it('lists where each comes from, as text and as JSON, and what is wrong', async () => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, '[mfad]\nduration = 7h\nprompt = zenti\ndurations = 1h\n', { mode: 0o600 })
  const { exitCode, stdout, stderr } = await config()
  expect(exitCode).toBe(4)
  expect(stdout).toMatch(new RegExp(`^duration +7h +${file}:2; default 12h$`, 'm'))
  expect(stdout).toMatch(/^suffix +-mfa +default$/m)
  expect(stderr).toContain(`mfad: line 3 of ${file}: prompt must be auto, zenity`)
  expect(stderr).toContain('did you mean duration?')
  await config('set', 'prompt', 'zenity')
  const { settings } = JSON.parse((await config('list', '--json')).stdout)
  expect(settings).toContainEqual({
    key: 'duration',
    value: '7h',
    default: '12h',
    source: 'file',
    line: 2,
    file,
  })
})

it('edit opens the editor, and says what is wrong afterwards', async () => {
  const edit = (editor: string) =>
    sandbox.mfadWith({ environment: { EDITOR: editor, VISUAL: '' } }, 'config', 'edit')
  const script = join(sandbox.home, "my editor's")
  writeFileSync(script, '#!/bin/sh\necho "duration = $1" >> "$2"\n', { mode: 0o755 })
  const quoted = `'${script.replace("'", "'\\''")}'`
  expect(await edit(`${quoted} 8h`)).toEqual({ exitCode: 0, stdout: `${file} can be used\n`, stderr: '' })
  expect(readFileSync(file, 'utf8')).toBe('[mfad]\nduration = 8h\n')
  expect(await edit(`${quoted} 99h`)).toMatchObject({ exitCode: 4, stdout: '' })
  expect(await edit('false')).toMatchObject({ exitCode: 4 })
  rmSync(file)
  expect(await edit('false')).toMatchObject({ exitCode: 2, stdout: '' })
})

it('is refused while others can write the file', async () => {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  writeFileSync(file, '[mfad]\n')
  chmodSync(file, 0o666)
  expect(await config('set', 'duration', '8h')).toMatchObject({ exitCode: 7 })
  expect(readFileSync(file, 'utf8')).toBe('[mfad]\n')
})
