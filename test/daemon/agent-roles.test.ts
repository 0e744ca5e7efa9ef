// Roles: the agent on real files. Fake are only the clock, the desktop and STS.
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StsFailure } from '../../src/core/login/sts-failure.ts'
import type { ProfileStatus } from '../../src/core/wire.ts'
import { until } from '../support/until.ts'
import { World } from '../support/world.ts'

const arn = (name: string) => `arn:aws:iam::444455556666:role/${name}`
const role = (name: string, source: string, more = '') =>
  `\n[profile ${name}]\nrole_arn = ${arn(name)}\nsource_profile = ${source}\n${more}`
const denied: StsFailure = { kind: 'answered', name: 'AccessDenied', message: '', httpStatus: 403 }
const throttled: StsFailure = { kind: 'answered', name: 'Throttling', message: '', httpStatus: 400 }

let world: World
beforeEach(() => {
  world = new World()
  world.addToConfig(role('admin', 'dev') + role('audit', 'admin-mfa'))
})
afterEach(() => world.close())

const logIn = (profiles: string[], more: object = { tokenCode: world.nextCode() }) =>
  world.agent.login({ profiles, ...more })
const statusOf = (profile: string): Partial<ProfileStatus> =>
  world.agent.status().profiles.find((each) => each.profile === profile) ?? {}
const asked = () => world.roleCalls.map(({ roleArn }) => roleArn.replace(/.*\//, ''))
const accessKeyOf = (section: string) =>
  new RegExp(`\\[${section}\\]\\naws_access_key_id = (\\w+)`).exec(world.readCredentials())?.[1]
const refused = (login: Promise<unknown>) =>
  login.then(
    () => undefined,
    (error) => error,
  )

describe('a login of a role', () => {
  it('needs one code, and makes its source and every role between active', async () => {
    const { renewed, failed } = await logIn(['audit'])
    expect(renewed.map(({ sessionProfile }) => sessionProfile)).toEqual(['dev-mfa', 'admin-mfa', 'audit-mfa'])
    expect(failed).toEqual([])
    expect(world.stsCalls).toHaveLength(1)
    expect(world.roleCalls).toMatchObject([
      { roleArn: arn('admin'), accessKeyId: accessKeyOf('dev-mfa'), roleSessionName: 'mfad-admin' },
      { roleArn: arn('audit'), accessKeyId: accessKeyOf('admin-mfa'), roleSessionName: 'mfad-audit' },
    ])
    for (const name of ['admin', 'audit'])
      expect(statusOf(name)).toMatchObject({ state: 'valid', renews: 'by-itself' })
    expect(statusOf('dev')).toMatchObject({ state: 'valid', renews: 'by-code' })
  })

  it('is not written into a file of another account that comes while AWS answers', async () => {
    await logIn(['dev'])
    let isSwapped = false
    world.whileStsAnswers = () => {
      // As the watcher does: the daemon knows the new file before AWS has answered.
      if (!isSwapped) world.writeCredentials(world.readCredentials().replace('AKIAALICE', 'AKIABOBBB'))
      isSwapped = true
      world.agent.look()
    }
    const { renewed, failed } = await logIn(['admin'], {})
    expect(renewed).toEqual([])
    expect(failed).toMatchObject([{ profile: 'admin', error: { code: 'profile.keys-changed' } }])
    expect(world.readCredentials()).not.toContain('[admin-mfa]')
  })

  it('needs none while its source has a live session', async () => {
    await logIn(['dev'])
    const { renewed } = await logIn(['audit'], {})
    expect(renewed.map(({ profile }) => profile)).toEqual(['admin', 'audit'])
    expect(world.stsCalls).toHaveLength(1)
  })

  it('names the role, and not its source, where a code is missing', async () => {
    const error = await refused(logIn(['admin'], {}))
    expect(error).toMatchObject({
      code: 'usage.token-code-needed',
      message: 'admin needs a code from arn:aws:iam::111122223333:mfa/alice',
      hint: 'mfad login admin CODE',
    })
  })

  it('takes the device that only the role names, and keeps it with the session of its source', async () => {
    const phone = 'arn:aws:iam::111122223333:mfa/phone'
    world.writeConfig(role('admin', 'dev', `mfa_serial = ${phone}\n`))
    await logIn(['admin'])
    expect(world.stsCalls).toMatchObject([{ serialNumber: phone }])
    expect(world.readCredentials()).toMatch(new RegExp(`\\[dev-mfa\\][^[]*mfad_serial = ${phone}`))
    expect(world.readCredentials()).not.toMatch(/\[admin-mfa\][^[]*mfad_serial/)
  })

  it('asks for an hour at most, for less where duration_seconds says so, and for what else the profile says', async () => {
    world.addToConfig(
      role('long', 'dev', 'duration_seconds = 43200\n') +
        role('short', 'dev', 'duration_seconds = 900\nexternal_id = x-1\nrole_session_name = alice\n'),
    )
    await logIn(['long', 'short'])
    expect(world.roleCalls).toMatchObject([
      { durationSeconds: 3600, externalId: undefined, roleSessionName: 'mfad-long' },
      { durationSeconds: 900, externalId: 'x-1', roleSessionName: 'alice' },
    ])
  })

  it('with a code renews every active role behind the device, and none that is not active', async () => {
    world.addToConfig(role('idle', 'dev'))
    await logIn(['audit'])
    await world.agent.logout({ profile: 'admin' })
    world.roleCalls.length = 0
    await logIn(['dev'])
    // Between dev and audit stands admin, which is active again: nothing else leads to audit.
    expect(asked()).toEqual(['admin', 'audit'])
    expect(accessKeyOf('idle-mfa')).toBeUndefined()
  })

  it('says of a role that AWS refuses what can be the cause, and stops only what is behind it', async () => {
    world.addToConfig(role('deploy', 'dev'))
    world.roleFailures.set(arn('admin'), denied)
    const { renewed, failed } = await logIn(['deploy', 'audit'])
    expect(renewed.map(({ profile }) => profile)).toEqual(['dev', 'deploy'])
    expect(failed).toMatchObject([
      { profile: 'admin', error: { code: 'sts.role-denied' } },
      { profile: 'audit', error: { code: 'sts.source-missing' } },
    ])
    expect(statusOf('admin').lastError?.message).toContain(`AWS does not let dev assume ${arn('admin')}`)
    expect(statusOf('dev').lastError).toBeUndefined()
  })

  it('does not bring back a role that is logged out while AWS answers', async () => {
    await logIn(['admin'])
    world.whileStsAnswers = async () => {
      world.whileStsAnswers = undefined
      await world.agent.logout({ profile: 'admin' })
    }
    await logIn(['dev'])
    expect(statusOf('admin').state).toBe('inactive')
  })

  it('answers without the roles that take long, and writes them when they come', async () => {
    await logIn(['dev'])
    await world.agent.close()
    world.mostRolesMs = 50
    world.restart()
    let answer: () => void = () => undefined
    world.whileStsAnswers = () =>
      new Promise((resolve) => {
        answer = resolve
      })
    expect(await logIn(['admin'], {})).toMatchObject({ renewed: [], failed: [], pending: ['admin'] })
    expect(statusOf('admin').state).toBe('inactive')
    answer()
    await until('it is written', () => statusOf('admin').state === 'valid', 5000)
  })

  it('refuses a section that is not ours before a code is used', async () => {
    world.writeCredentials(`${world.readCredentials()}\n[admin-mfa]\nmanager = awsume\n`)
    const error = await refused(logIn(['admin']))
    expect(error).toMatchObject({ code: 'profile.session-not-ours' })
    expect(world.stsCalls).toEqual([])
  })

  it('of many roles asks for eight at a time, and writes them in a few replacements', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `r${index}`)
    world.addToConfig(names.map((name) => role(name, 'dev')).join(''))
    let atOnce = 0
    let most = 0
    world.whileStsAnswers = async () => {
      atOnce += 1
      most = Math.max(most, atOnce)
      await new Promise((resolve) => setTimeout(resolve, 20))
      atOnce -= 1
    }
    const { renewed } = await logIn(names)
    expect(renewed).toHaveLength(41)
    expect(most).toBe(8)
    expect(world.replacements).toBeLessThan(8)
  })
})

describe('a role with keys of its own', () => {
  beforeEach(() => {
    world.addToConfig(
      `\n[profile own]\nrole_arn = ${arn('own')}\nsource_profile = own\nmfa_serial = arn:aws:iam::111122223333:mfa/bob\n`,
    )
    world.writeCredentials(
      `${world.readCredentials()}\n[own]\naws_access_key_id = AKIABOBXXXXXXXXXXXXX\naws_secret_access_key = secret\n`,
    )
  })

  it('gets the session of the role only, and needs no code for the next one', async () => {
    const { renewed } = await logIn(['own'])
    expect(renewed.map(({ sessionProfile }) => sessionProfile)).toEqual(['own-mfa'])
    expect(accessKeyOf('own-mfa')).not.toBe(world.roleCalls[0]?.accessKeyId)
    expect(statusOf('own')).toMatchObject({ state: 'valid', renews: 'by-itself' })
    await world.pass(3 * 3600)
    expect(statusOf('own').state).toBe('valid')
    expect(world.stsCalls).toHaveLength(1)
    expect(world.titles()).toEqual([])
  })

  it('needs a code after a restart: that session stood in no file', async () => {
    await logIn(['own'])
    await world.agent.close()
    world.restart()
    expect(statusOf('own')).toMatchObject({ state: 'valid', renews: 'by-code' })
    expect(await refused(logIn(['own'], {}))).toMatchObject({ code: 'usage.token-code-needed' })
    await world.pass(3600)
    expect(world.titles()[0]).toContain('own')
  })

  it('needs a code after a logout', async () => {
    await logIn(['own'])
    await world.agent.logout({ profile: 'own' })
    expect(await refused(logIn(['own'], {}))).toMatchObject({ code: 'usage.token-code-needed' })
  })

  it('serves roles that are assumed with those keys', async () => {
    world.addToConfig(role('behind', 'own'))
    const { renewed } = await logIn(['behind'])
    expect(renewed.map(({ profile }) => profile)).toEqual(['behind'])
    expect(await logIn(['own'], {})).toMatchObject({ renewed: [{ profile: 'own' }] })
    const [first, second] = world.roleCalls
    expect(second?.accessKeyId).toBe(first?.accessKeyId)
  })

  it('does not use that session for other keys', async () => {
    await logIn(['own'])
    world.writeCredentials(world.readCredentials().replace('AKIABOBXXXXXXXXXXXXX', 'AKIABOBYYYYYYYYYYYYY'))
    expect(await refused(logIn(['own'], {}))).toMatchObject({ code: 'usage.token-code-needed' })
  })
})

describe('the renewal of roles', () => {
  it('keeps them valid without a code or a reminder while the session of their source lives', async () => {
    await logIn(['audit'], { tokenCode: world.nextCode(), durationSeconds: 36 * 3600 })
    for (let hour = 0; hour < 12; hour++) {
      await world.pass(3600)
      expect([statusOf('admin').state, statusOf('audit').state]).toEqual(['valid', 'valid'])
    }
    expect(world.stsCalls).toHaveLength(1)
    expect(world.titles()).toEqual([])
    // Not before half of an hour, and with a third of it left at the latest.
    expect(world.roleCalls.length).toBeGreaterThanOrEqual(2 * 17)
    expect(world.roleCalls.length).toBeLessThanOrEqual(2 * 25)
  })

  it('lets the mfa_process of the device run as if there were no roles', async () => {
    world.writeConfig(world.readConfig().replace('[profile dev]\n', '[profile dev]\nmfa_process = otp dev\n'))
    await logIn(['admin'])
    world.roleFailures.set(arn('admin'), throttled)
    await world.pass(4000)
    expect(statusOf('admin').state).toBe('expired')
    expect(world.commandsRun).toEqual([])
    world.roleFailures.clear()
    await world.pass(12 * 3600)
    expect(world.commandsRun).toEqual(['19:45:00 otp dev'])
    expect([statusOf('dev').state, statusOf('admin').state]).toEqual(['valid', 'valid'])
    expect(world.titles()).toEqual([])
  })

  it('goes on after a restart', async () => {
    await logIn(['admin'])
    await world.agent.close()
    world.restart()
    await world.pass(3600)
    expect(statusOf('admin')).toMatchObject({ state: 'valid', renews: 'by-itself' })
  })

  it('reminds of the device alone, and of roles where nothing renews them any more', async () => {
    await logIn(['admin'], { tokenCode: world.nextCode(), durationSeconds: 3600 })
    await world.pass(3500)
    expect(world.screen.map(({ request }) => request.profiles)).toEqual([['dev']])
    await world.agent.logout({ profile: 'dev' })
    expect(statusOf('admin').renews).toBe('by-code')
    await world.pass(3600)
    expect(world.screen.at(-1)?.request.profiles).toEqual(['admin'])
  })

  it('tells once of a role that AWS refuses for good, and lets the others be', async () => {
    world.addToConfig(role('deploy', 'dev') + role('other', 'dev'))
    await logIn(['deploy', 'admin', 'other'], { tokenCode: world.nextCode(), durationSeconds: 36 * 3600 })
    world.roleFailures.set(arn('admin'), denied)
    await world.pass(6 * 3600)
    expect(world.screen.map(({ request }) => request.notification.title)).toEqual([
      'mfad: admin cannot be renewed',
    ])
    expect(statusOf('admin')).toMatchObject({ state: 'expired', renews: 'by-code' })
    expect(statusOf('admin').lastError?.code).toBe('sts.role-denied')
    expect([statusOf('deploy').state, statusOf('other').state]).toEqual(['valid', 'valid'])
    expect(asked().filter((name) => name === 'admin')).toHaveLength(2)
  })

  it('tries again, ever more seldom, what may pass, and tells nobody', async () => {
    await logIn(['admin'], { tokenCode: world.nextCode(), durationSeconds: 36 * 3600 })
    world.roleFailures.set(arn('admin'), throttled)
    await world.pass(3600)
    const tries = world.roleCalls.length - 1
    expect(tries).toBeGreaterThan(4)
    expect(tries).toBeLessThan(14)
    world.roleFailures.clear()
    await world.pass(300)
    expect(statusOf('admin').state).toBe('valid')
    expect(statusOf('admin').lastError).toBeUndefined()
    expect(world.titles()).toEqual([])
  })

  it('asks nobody while another user could have written where to ask, and goes on when that is over', async () => {
    await logIn(['admin'], { tokenCode: world.nextCode(), durationSeconds: 36 * 3600 })
    const config = join(world.home, '.aws/config')
    chmodSync(config, 0o666)
    await world.pass(3500)
    expect(world.roleCalls).toHaveLength(1)
    chmodSync(config, 0o600)
    await world.pass(300)
    expect(world.roleCalls).toHaveLength(2)
    expect(statusOf('admin')).toMatchObject({ state: 'valid', renews: 'by-itself' })
  })

  it('begins anew where the profile was mended', async () => {
    await logIn(['admin'], { tokenCode: world.nextCode(), durationSeconds: 36 * 3600 })
    world.roleFailures.set(arn('admin'), denied)
    await world.pass(2700)
    expect(statusOf('admin').lastError?.code).toBe('sts.role-denied')
    world.writeConfig(world.readConfig().replace(arn('admin'), arn('admin2')))
    await world.pass(60)
    expect(asked().at(-1)).toBe('admin2')
    expect(statusOf('admin')).toMatchObject({ state: 'valid', renews: 'by-itself' })
  })

  it('renews a role whose source is not active without writing that source', async () => {
    await logIn(['audit'], { tokenCode: world.nextCode(), durationSeconds: 36 * 3600 })
    await world.agent.logout({ profile: 'admin' })
    await world.pass(3600)
    expect(statusOf('audit').state).toBe('valid')
    expect(statusOf('admin').state).toBe('inactive')
  })
})

describe('a role section that another program drops', () => {
  const withoutRole = (text: string) => text.replace(/\n\[admin-mfa\][^[]*/, '')
  /** Longer than a restored section takes. */
  const lookAround = async () => {
    for (let time = 0; time < 4; time++) {
      await world.pass(1)
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
  }

  it('is put back', async () => {
    await logIn(['admin'])
    const written = world.readCredentials()
    world.writeCredentials(withoutRole(written))
    await lookAround()
    expect(world.readCredentials()).toBe(written)
  })

  it('is not put back where the key of its root is another one', async () => {
    await logIn(['admin'])
    const other = withoutRole(world.readCredentials()).replace('AKIAALICEXXXXXXXXXXX', 'AKIACAROLXXXXXXXXXXX')
    world.writeCredentials(other)
    await lookAround()
    expect(world.readCredentials()).toBe(other)
  })
})
