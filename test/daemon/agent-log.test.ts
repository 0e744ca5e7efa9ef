// What the log says at level info: a line for everything that happens, and none while nothing does.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.close())

/** The lines since it was asked last. */
const newLines = () =>
  world.logged
    .splice(0)
    .filter((line) => !line.startsWith('debug '))
    .map((line) => line.replace(/ \{.*$/, ''))

const role = '\n[profile admin]\nrole_arn = arn:aws:iam::444455556666:role/admin\nsource_profile = dev\n'

it('a login is one line, and the hours after it are none', async () => {
  await world.login(['dev'], 12 * 3600)
  expect(newLines()).toEqual(['info logged in'])
  await world.pass(11 * 3600)
  expect(newLines()).toEqual([])
})

it('each reminder is one line, whatever becomes of it', async () => {
  await world.login(['dev'], 12 * 3600)
  newLines()
  await world.pass(11 * 3600 + 3000 + 60)
  expect(newLines()).toEqual(['info reminder shown'])
  await world.pass(3600)
  expect(newLines()).toEqual(['info reminder shown'])
  await world.pass(24 * 3600)
  expect(newLines()).toEqual([])
})

it('each renewal is one line', async () => {
  world.addToConfig('mfa_process = otp dev\n')
  await world.login(['dev'], 12 * 3600)
  newLines()
  await world.pass(12 * 3600)
  expect(newLines()).toEqual(['info renewed by itself'])
  await world.pass(12 * 3600)
  expect(newLines()).toEqual(['info renewed by itself'])
})

it('each renewal of a role is one line', async () => {
  world.addToConfig(role)
  await world.login(['admin'], 12 * 3600)
  expect(newLines()).toEqual(['info logged in'])
  await world.pass(3600)
  expect(newLines()).toEqual(['info roles renewed by themselves'])
})

it('a code that AWS refuses is one line', async () => {
  world.stsFailures.push({
    kind: 'answered',
    name: 'AccessDenied',
    message: 'MultiFactorAuthentication failed with invalid MFA one time pass code.',
    httpStatus: 403,
  })
  await expect(world.login(['dev'], 12 * 3600)).rejects.toThrow('rejected the code')
  expect(newLines()).toEqual(['warn a call to STS failed'])
})

it('a session that another program removes is one line', async () => {
  const before = world.readCredentials()
  await world.login(['dev'], 12 * 3600)
  await world.pass(120)
  newLines()
  world.writeCredentials(before)
  await world.pass(12 * 3600)
  expect(newLines()).toEqual(['warn a live session is gone from the file'])
})
