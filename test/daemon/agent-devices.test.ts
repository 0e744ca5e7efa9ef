// Which device a session hangs on: the agent on real files.
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
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

it('AWS is asked nothing while another user could have written where to ask', async () => {
  world.writeConfig('[profile other]\nregion = eu-west-1\n')
  chmodSync(join(world.home, '.aws/config'), 0o666)
  const refused = { code: 'file.writable-by-others' }
  await expect(world.agent.identity({ profile: 'dev' })).rejects.toMatchObject(refused)
  await expect(world.agent.devices({ profile: 'dev' })).rejects.toMatchObject(refused)
  await expect(logIn()).rejects.toMatchObject(refused)
  await expect(logIn({ serialNumber: 'phone' })).rejects.toMatchObject(refused)
  expect([world.iamCalls, world.stsCalls]).toEqual([[], []])
  chmodSync(join(world.home, '.aws/config'), 0o600)
  expect(await world.agent.identity({ profile: 'dev' })).toMatchObject({ profile: 'dev' })
  expect(await world.agent.devices({ profile: 'dev' })).toMatchObject({ serialNumbers: [alice] })
})

describe('a device that no profile names', () => {
  const alone = () => world.writeConfig('[profile dev]\nregion = eu-west-1\n')

  it('is asked for once for each access key, and kept with the session', async () => {
    world.writeProfiles({ dev: 'alice', staging: 'alice', ops: 'bob' })
    alone()
    await world.agent.login({ profiles: ['dev', 'staging'], tokenCode: world.nextCode() })
    expect(world.iamCalls).toEqual(['AKIAALICEXXXXXXXXXXX'])
    expect(devicesAsked()).toEqual([alice])
    expect(world.readCredentials().match(/mfad_serial = .*/g)).toEqual(
      Array(2).fill(`mfad_serial = ${alice}`),
    )
    expect(world.agent.status().profiles.map(({ serialNumber }) => serialNumber)).toEqual([
      alice,
      alice,
      undefined,
    ])
  })

  it('is not asked for where the login will be refused anyway, or needs no code', async () => {
    alone()
    world.writeCredentials(`${world.readCredentials()}[dev-mfa]\naws_access_key_id = ASIAFOREIGNFOREIGN00\n`)
    await expect(logIn()).rejects.toMatchObject({ code: 'profile.session-not-ours' })
    await expect(logIn({ profiles: ['nobody'] })).rejects.toMatchObject({ code: 'profile.not-found' })
    expect(world.iamCalls).toEqual([])
  })

  it('costs no code where IAM does not give it', async () => {
    alone()
    world.iamFailures.push({ kind: 'timeout', name: '', message: '' })
    await expect(logIn()).rejects.toMatchObject({ code: 'network.timeout' })
    world.iamDevices = ['one_device_1', 'one_device_2']
    await expect(logIn()).rejects.toMatchObject({ code: 'device.choice-needed' })
    expect(world.stsCalls).toEqual([])
    expect(world.agent.status().profiles[0]).not.toHaveProperty('lastError')
  })

  it('is that of the root of a role, for the list of devices as well', async () => {
    alone()
    world.addToConfig(
      '[profile admin]\nrole_arn = arn:aws:iam::111122223333:role/admin\nsource_profile = dev\n',
    )
    world.iamDevices = [phone, 'arn:aws:iam::111122223333:u2f/user/alice/key-1']
    expect(await world.agent.devices({ profile: 'admin' })).toEqual({
      profile: 'admin',
      serialNumbers: [phone],
      securityKeys: ['arn:aws:iam::111122223333:u2f/user/alice/key-1'],
    })
    await logIn({ profiles: ['admin'], durationSeconds: 900 })
    expect(devicesAsked()).toEqual([phone])
    expect(world.roleCalls).toHaveLength(1)
  })

  it('is asked for again by a profile that has been logged out', async () => {
    alone()
    await logIn()
    await logIn()
    await world.agent.logout({ profile: 'dev' })
    await logIn()
    expect(world.iamCalls).toHaveLength(2)
  })

  it('is not asked for by a session that ends', async () => {
    alone()
    await logIn()
    await world.pass(8000)
    expect(world.iamCalls).toHaveLength(1)
  })
})

describe('a device that is saved', () => {
  it('is the mfa_serial of every profile that was named, and of no other', async () => {
    world.writeProfiles({ dev: 'alice', staging: 'alice', other: 'alice' })
    world.writeConfig(`[profile other]\nmfa_serial = ${alice}\n`)
    await world.agent.login({ profiles: ['other'], tokenCode: world.nextCode() })
    await world.agent.login({ profiles: ['dev', 'staging'], tokenCode: world.nextCode(), save: true })
    expect(world.readConfig()).toBe(
      `[profile other]\nmfa_serial = ${alice}\n\n[profile dev]\nmfa_serial = ${alice}\n\n[profile staging]\nmfa_serial = ${alice}\n`,
    )
    expect(world.readCredentials()).not.toContain('mfad_serial')
  })

  it('that cannot be written after the code is used stays with the session, and it is said', async () => {
    world.writeConfig('[profile dev]\nregion = eu-west-1\n')
    world.whileStsAnswers = () => world.writeConfig('x = 1\n[profile dev]\nregion = eu-west-1\n')
    const { renewed, saved, warnings } = await logIn({ save: true })
    expect(renewed).toHaveLength(1)
    expect(saved).toBeUndefined()
    expect(warnings).toMatchObject([
      {
        code: 'file.rejected-by-aws',
        message: expect.stringMatching(/^the device of dev was not saved: /),
        hint: expect.stringMatching(
          new RegExp(`; then: aws configure set mfa_serial ${alice} --profile dev$`),
        ),
      },
    ])
    expect(world.readCredentials()).toContain(`mfad_serial = ${alice}`)
    expect(world.readConfig()).not.toContain('mfa_serial')
  })
})
