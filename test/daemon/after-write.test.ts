// `after_write_command` of an agent on real files; the command itself is a stand-in.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import type { CommandResult } from '../../src/core/login/command-result.ts'
import { until } from '../support/until.ts'
import { failed, printed, World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World()
  world.writeProfiles({ dev: 'alice', staging: 'alice', ops: 'bob' })
  world.writeSettings('[mfad]\nafter_write_command = refresh\n')
  world.runCommand = () => printed('')
  world.restart()
})
afterEach(() => world.close())

const told = () => world.commandVariables.map((variables) => variables?.MFAD_PROFILES)
const warnings = () => world.agent.status().warnings.map(({ code, message }) => `${code} ${message}`)

it('runs once for a write, with all of its profiles, and again when one is logged out', async () => {
  await world.login(['dev', 'staging'])
  expect(told()).toEqual(['dev staging'])
  expect(world.commandsRun).toEqual(['08:00:00 refresh'])
  await world.agent.logout({ profile: 'staging' })
  expect(told()).toEqual(['dev staging', 'staging'])
  await world.pass(300)
  await world.agent.logout({ profile: 'staging' })
  expect(told()).toHaveLength(2)
})

it('runs for what was put in again, and not for what others write', async () => {
  const before = world.readCredentials()
  await world.login(['dev'])
  world.writeCredentials(`${before}# edited\n`)
  await world.look()
  await until('it was put in again and told', () => told().length === 2)
  expect(world.readCredentials()).toContain('[dev-mfa]')
  world.writeCredentials(`# mine\n${world.readCredentials()}`)
  await world.pass(5)
  expect(told()).toEqual(['dev', 'dev'])
})

it('is one at a time: what is written meanwhile is told to one more', async () => {
  const ends: ((result: CommandResult) => void)[] = []
  world.runCommand = () => new Promise((resolve) => ends.push(resolve))
  await world.login(['dev'])
  await world.login(['ops'])
  await world.agent.logout({ profile: 'dev' })
  expect(told()).toEqual(['dev'])
  ends[0]?.(printed(''))
  await until('the next one runs', () => ends.length === 2)
  expect(told()).toEqual(['dev', 'ops dev'])
  ends[1]?.(printed(''))
  await world.settle()
  expect(told()).toHaveLength(2)
})

it('that fails is logged and a warning until the next run, and fails no login', async () => {
  world.runCommand = () => failed('secret', 3)
  const answer = await world.agent.login({ profiles: ['dev'], tokenCode: world.nextCode() })
  expect(answer).toMatchObject({
    renewed: [{ profile: 'dev' }],
    failed: [],
    warnings: [{ code: 'profile.no-region' }],
  })
  await world.settle()
  expect(warnings()).toEqual(['settings.after-write-failed after_write_command failed with exit code 3'])
  expect(world.logged.join('\n')).toContain('after_write_command failed with exit code 3')
  expect(world.logged.join('\n')).not.toContain('secret')
  world.runCommand = () => printed('')
  await world.login(['ops'])
  await world.settle()
  expect(warnings()).toEqual([])
})

it('is not run while somebody else could write the settings', async () => {
  world.unsafeFile = new AppError('file.writable-by-others', 'others can write to it', 'chmod')
  await world.login(['dev'])
  await world.settle()
  expect(world.commandsRun).toEqual([])
  expect(warnings()).toContain(
    'settings.after-write-failed after_write_command was not run: others can write to it',
  )
})

it('is ended with the daemon, and nothing is started any more', async () => {
  world.runCommand = () => new Promise(() => undefined)
  await world.login(['dev'])
  await world.login(['ops'])
  await world.agent.close()
  expect(world.commandSignals[0]?.aborted).toBe(true)
  expect(told()).toEqual(['dev'])
})

it('tells nothing where it was set only after the write', async () => {
  world.writeSettings('')
  await world.login(['dev'])
  world.writeSettings('[mfad]\nafter_write_command = refresh\n')
  await world.pass(60)
  expect(told()).toEqual([])
})
