// Which device a session hangs on: the agent on real files.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.close())

const phone = 'arn:aws:iam::111122223333:mfa/phone'
const alice = 'arn:aws:iam::111122223333:mfa/alice'
const logIn = (more: object = {}) =>
  world.agent.login({ profiles: ['dev'], tokenCode: world.nextCode(), durationSeconds: 3600, ...more })
const devicesAsked = () => world.stsCalls.map(({ serialNumber }) => serialNumber)

it('a device that was chosen for a session is that of the status, the reminder and the next login', async () => {
  await logIn({ serialNumber: phone })
  expect(world.readCredentials()).toMatch(new RegExp(`\\nmfad_serial = ${phone}\\n$`))
  expect(world.agent.status().profiles[0]?.serialNumber).toBe(phone)
  await world.pass(3000)
  expect(world.screen.at(-1)?.request.question()).toContain('mfa/phone')
  await world.screen.at(-1)?.respond.tokenCode(world.nextCode())
  world.restart()
  await logIn()
  expect(devicesAsked()).toEqual([phone, phone, phone])
  expect(world.readCredentials()).toContain(`mfad_serial = ${phone}`)
})

it('is that of the profile again when that one is chosen, and after a logout', async () => {
  await logIn({ serialNumber: phone })
  await logIn({ serialNumber: alice })
  expect(world.readCredentials()).not.toContain('mfad_serial')
  await logIn({ serialNumber: phone })
  await world.agent.logout({ profile: 'dev' })
  expect(world.readCredentials()).not.toContain('mfad_serial')
  await logIn()
  expect(devicesAsked()).toEqual([phone, alice, phone, alice])
})

it('a profile without mfa_serial keeps the device that it was logged in with', async () => {
  world.writeConfig('[profile other]\nregion = eu-west-1\n')
  await logIn({ serialNumber: phone })
  await logIn()
  expect(devicesAsked()).toEqual([phone, phone])
})

it('the region of a section follows its profile, and the device stays', async () => {
  await logIn({ serialNumber: phone })
  world.addToConfig('region = eu-west-1\n')
  await world.look()
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(world.readCredentials()).toContain('region = eu-west-1')
  expect(world.readCredentials()).toContain(`mfad_serial = ${phone}`)
})
