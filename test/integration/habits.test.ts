// What people type who know `aws` and `git`, with a real daemon.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { devCredentials, openDevSandbox, type Sandbox } from '../support/sandbox.ts'

let sandbox: Sandbox
beforeEach(async () => {
  sandbox = await openDevSandbox()
  await sandbox.startDaemon()
})
afterEach(() => sandbox.close())

const failure = (message: string, hint: string, exitCode = 2) => ({
  exitCode,
  stdout: '',
  stderr: `mfad: ${message}\n  → ${hint}\n`,
})

it('a profile alone is most likely to be logged in, by whichever of its names', async () => {
  expect(await sandbox.mfad('dev')).toEqual(
    failure('there is no command "dev"', 'did you mean: mfad login dev?'),
  )
  expect(await sandbox.mfad('dev-mfa')).toMatchObject({
    stderr: expect.stringContaining('did you mean: mfad login dev-mfa?'),
  })
})

it('--profile dev and -p dev mean dev', async () => {
  expect(await sandbox.mfad('login', '--profile', 'dev', sandbox.code())).toMatchObject({ exitCode: 0 })
  expect(await sandbox.mfad('status', '-p', 'dev-mfa')).toMatchObject({ exitCode: 0 })
  expect(await sandbox.mfad('snooze', '--profile=dev', '2h')).toMatchObject({ exitCode: 0 })
  expect(await sandbox.mfad('logout', '-pdev')).toMatchObject({
    exitCode: 0,
    stdout: 'dev: [dev-mfa] is removed\n',
  })
})

it('mfad status dev has exit code 8 unless dev has a live session, 4 where there is no dev', async () => {
  const before = await sandbox.mfad('status', 'dev')
  expect(before.exitCode).toBe(8)
  expect(before.stdout).toContain('→ mfad login dev')
  await sandbox.mfad('login', 'dev', sandbox.code())
  expect(await sandbox.mfad('status', 'dev', 'dev-mfa')).toMatchObject({ exitCode: 0, stderr: '' })
  const { stdout } = await sandbox.mfad('status', 'dev', '--json')
  expect(JSON.parse(stdout).profiles).toMatchObject([{ profile: 'dev', state: 'valid' }])
  expect(await sandbox.mfad('status', 'dve')).toEqual(
    failure('there is no profile dve', 'did you mean: mfad status dev?', 4),
  )
})

it('mfad status --format line is what a bar shows', async () => {
  expect(await sandbox.mfad('status', '--format', 'line')).toMatchObject({ stdout: 'no AWS session\n' })
  await sandbox.mfad('login', 'dev', sandbox.code())
  expect((await sandbox.mfad('status', '--format', 'line')).stdout).toMatch(/^dev 1[12]h\d+m\n$/)
  expect(JSON.parse((await sandbox.mfad('status', '--format', 'waybar')).stdout)).toMatchObject({
    class: 'valid',
  })
})

it('mfad snooze takes its words in either order', async () => {
  await sandbox.mfad('login', 'dev', sandbox.code())
  const answer = await sandbox.mfad('snooze', '2h', 'dev')
  expect(answer).toMatchObject({ exitCode: 0, stderr: '' })
  expect(answer.stdout).toMatch(/^dev: no reminders until /)
  expect(await sandbox.mfad('snooze', '2h', 'nope')).toMatchObject({ exitCode: 2 })
})

it('mfad logout without a name says what is active, and --all ends all', async () => {
  expect(await sandbox.mfad('logout')).toEqual(
    failure('no profile was named, and none is active', 'see all with: mfad status'),
  )
  await sandbox.mfad('login', 'dev', sandbox.code())
  expect(await sandbox.mfad('logout')).toEqual(
    failure('no profile was named; active is dev', 'end it with: mfad logout dev'),
  )
  expect(await sandbox.mfad('logout', '--all', 'dev')).toMatchObject({ exitCode: 2 })
  const { stdout } = await sandbox.mfad('logout', '--all', '--json')
  expect(JSON.parse(stdout)).toMatchObject([{ profile: 'dev', removed: true }])
  expect(await sandbox.mfad('logout', '--all')).toMatchObject({
    exitCode: 0,
    stdout: 'no profile is active; nothing to do\n',
  })
  expect(sandbox.readCredentials()).toBe(devCredentials)
})
