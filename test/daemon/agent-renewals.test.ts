// Devices with an mfa_process: the agent on real files. Fake are only the clock, the desktop, STS and the command.
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { AppError } from '../../src/core/errors.ts'
import type { StsFailure } from '../../src/core/login/sts-failure.ts'
import { failed, printed, World } from '../support/world.ts'

const unreachable: StsFailure = { kind: 'unreachable', name: '', message: '' }
const throttled: StsFailure = { kind: 'answered', name: 'Throttling', message: '', httpStatus: 400 }
const keyDeleted: StsFailure = {
  kind: 'answered',
  name: 'InvalidClientTokenId',
  message: '',
  httpStatus: 403,
}
const wrongCode: StsFailure = {
  kind: 'answered',
  name: 'AccessDenied',
  message: 'MultiFactorAuthentication failed with invalid MFA one time pass code.',
  httpStatus: 403,
}
const always = (failure: StsFailure) => Array.from({ length: 1000 }, () => failure)

let world: World
beforeEach(() => {
  world = new World()
  world.addToConfig('mfa_process = otp dev\n')
})
afterEach(() => world.close())

const expiration = (profile = 'dev') =>
  world.agent
    .status()
    .profiles.find((each) => each.profile === profile)
    ?.expiration?.slice(11, 19)
const lastError = () => world.agent.status().profiles[0]?.lastError

describe('a device with an mfa_process', () => {
  it('is renewed a quarter of an hour before the expiration, again and again, and nobody is told', async () => {
    await world.login(['dev'])
    await world.pass(30 * 3600)
    expect(world.commandsRun).toEqual(['08:45:00 otp dev', '20:30:00 otp dev', '08:15:00 otp dev'])
    expect(world.shown).toEqual([])
    expect(world.agent.status().profiles[0]).toMatchObject({ state: 'valid', renews: 'by-itself' })
  })

  it('is renewed in the second half of a short session', async () => {
    await world.login(['dev'], 1200)
    await world.pass(3600)
    expect(world.commandsRun).toEqual(['08:10:00 otp dev'])
  })

  it('is renewed earlier where the first reminder would be', async () => {
    world.writeSettings('[mfad]\nreminders = 25m, 0m\n')
    await world.login(['dev'])
    await world.pass(3600)
    expect(world.commandsRun).toEqual(['08:30:00 otp dev'])
  })

  it('is renewed as a whole by one code', async () => {
    world.writeProfiles({ dev: 'alice', staging: 'alice', ops: 'alice' })
    world.addToConfig('mfa_process = otp ops\n')
    await world.login(['dev', 'staging', 'ops'])
    await world.pass(3600)
    expect(world.commandsRun).toEqual(['08:45:00 otp ops'])
    expect(['dev', 'staging', 'ops'].map(expiration)).toEqual(['20:45:00', '20:45:00', '20:45:00'])
    expect(world.agent.status().profiles.map(({ renews }) => renews)).toEqual(Array(3).fill('by-itself'))
  })

  it('is one also for two access keys of one user, once AWS has said so', async () => {
    world.writeProfiles({ dev: 'alice', staging: 'alicetwo' })
    world.writeConfig(`${world.readConfig().replaceAll('alicetwo', 'alice')}mfa_process = otp staging\n`)
    await world.login(['dev', 'staging'])
    world.stsFailures.push(...Array(7).fill(unreachable))
    await world.pass(3600)
    expect(world.shown).toEqual([])
    expect(['dev', 'staging'].map(expiration)).toEqual(['20:56:11', '20:56:11'])
  })

  it('may inherit it from its source profile, named itself or by its session', async () => {
    for (const source of ['base', 'base-mfa']) {
      world.writeProfiles({ base: 'bob', dev: 'alice' })
      world.addToConfig(`source_profile = ${source}\n`)
      world.addToConfig('[profile other]\nmfa_process = wrong\n')
      world.addToConfig(`[profile base2]\n`)
      const config = world
        .readConfig()
        .replace('[profile base]\n', '[profile base]\nmfa_process = otp base\n')
      world.writeConfig(config)
      expect(world.agent.status().profiles.find(({ profile }) => profile === 'dev')?.renews).toBe('by-itself')
    }
    await world.agent.login({ profiles: ['dev'] })
    expect(world.commandsRun).toEqual(['08:00:00 otp base'])
    expect(world.stsCalls[0]?.serialNumber).toBe('arn:aws:iam::111122223333:mfa/alice')
  })

  it('runs no command while nobody has logged in, nor for being looked at', async () => {
    await world.pass(3600)
    for (let time = 0; time < 20; time++) world.agent.status()
    await world.login(['dev'])
    for (let time = 0; time < 20; time++) world.agent.status()
    await world.look()
    await world.agent.logout({ profile: 'dev' })
    await world.pass(2 * 3600)
    expect(world.commandsRun).toEqual([])
  })

  it('is renewed at the start of a daemon, also when the session has long expired', async () => {
    await world.login(['dev'])
    world.nowMs += 30 * 86_400_000
    world.restart()
    await world.settle()
    expect(world.commandsRun).toEqual(['08:00:00 otp dev'])
    expect(world.shown).toEqual([])
    expect(expiration()).toBe('20:00:00')
  })

  it('is not renewed in quiet hours, but when they end, and nobody is told', async () => {
    world.writeSettings('[mfad]\nquiet_hours = 08:30-14:00\n')
    await world.login(['dev'])
    await world.pass(8 * 3600)
    expect(world.commandsRun).toEqual(['14:00:00 otp dev'])
    expect(world.shown).toEqual([])
  })

  it('does not fill the place of a session that somebody else puts back', async () => {
    await world.login(['dev'])
    const before = world.readCredentials()
    await world.pass(45 * 60)
    for (let time = 0; time < 20; time++) {
      world.writeCredentials(`${before}${'#'.repeat(time)}\n`)
      await world.pass(15)
    }
    expect(world.commandsRun).toEqual(['08:45:00 otp dev', '08:50:00 otp dev'])
  })

  it('is left alone for five minutes even where STS gives sessions of seconds', async () => {
    world.lifeSeconds = 2
    await world.login(['dev'])
    await world.pass(1800)
    expect(world.commandsRun.length).toBeLessThan(8)
  })
})

describe('when the command fails', () => {
  beforeEach(async () => {
    world.runCommand = () => failed('touch: no key is plugged in\nno key 123456', 3)
    await world.login(['dev'])
    await world.pass(2 * 3600)
  })

  it('it is not run again, and reminders come as for any other device, with the reason', () => {
    expect(world.commandsRun).toEqual(['08:45:00 otp dev'])
    expect(world.titles()).toEqual([
      '08:50:00 mfad: dev is valid until 09:00',
      '09:00:00 mfad: dev expired at 09:00',
    ])
    expect(world.screen.map(({ request }) => request.notification.body)).toEqual(
      Array(2).fill('mfa_process of dev failed (exit status 3): no key ******\nRun: mfad login dev'),
    )
    expect(world.screen.every(({ request }) => request.canAnswer)).toBe(true)
  })

  it('status says why', () => {
    expect(lastError()).toEqual({
      code: 'device.mfa-process-failed',
      message: 'mfa_process of dev failed (exit status 3): no key ******',
      hint: 'run it by hand to see why, or give the code yourself: mfad login dev CODE',
    })
  })

  it('it is tried again with the next session', async () => {
    world.runCommand = () => printed(world.nextCode())
    await world.login(['dev'])
    await world.pass(3600)
    expect(world.commandsRun).toEqual(['08:45:00 otp dev', '10:45:00 otp dev'])
    expect(lastError()).toBeUndefined()
  })

  it('it is tried again at once when somebody has mended it', async () => {
    world.runCommand = () => printed(world.nextCode())
    world.writeConfig(world.readConfig().replace('otp dev', 'otp --mended'))
    await world.pass(30)
    expect(world.commandsRun.slice(1)).toEqual(['10:00:30 otp --mended'])
    expect(world.screen.map(({ isWithdrawn }) => isWithdrawn)).toEqual([true, true])
  })
})

describe('when the command is not run, since others could write the file that names it', () => {
  const shown = () => world.agent.status().profiles[0]
  beforeEach(async () => {
    world.unsafeFile = new AppError('file.writable-by-others', 'others can write it', 'chmod go-w it')
    await world.login(['dev'])
    await world.pass(46 * 60)
    expect(shown()).toMatchObject({ renews: 'by-code', lastError: { code: 'device.mfa-process-refused' } })
  })

  it('it is run at once when its file is touched, as chmod does', async () => {
    world.unsafeFile = undefined
    chmodSync(join(world.home, '.aws/config'), 0o640)
    await world.pass(1)
    expect(world.commandsRun).toEqual(['08:46:01 otp dev'])
    expect(shown()).toMatchObject({ state: 'valid', renews: 'by-itself' })
    expect(shown()).not.toHaveProperty('lastError')
  })

  it('it is looked at again every five minutes, with one line in the log and the reminders of any device', async () => {
    await world.pass(30 * 60)
    expect(world.titles()).toEqual([
      '08:50:00 mfad: dev is valid until 09:00',
      '09:00:00 mfad: dev expired at 09:00',
    ])
    expect(world.logged.filter((line) => line.startsWith('warn a renewal failed'))).toHaveLength(1)
    world.unsafeFile = undefined
    await world.pass(5 * 60)
    expect(world.commandsRun).toHaveLength(1)
  })
})

describe('a renewal that was given up', () => {
  const shown = () => world.agent.status().profiles[0]

  it('is in the status for as long as it is so, whatever becomes of the files', async () => {
    world.runCommand = () => failed('no key is plugged in')
    await world.login(['dev'])
    await world.pass(46 * 60)
    world.addToConfig('\n# a remark\n')
    await world.pass(60)
    expect(shown()).toMatchObject({ renews: 'by-code', lastError: { code: 'device.mfa-process-failed' } })
    expect(world.commandsRun).toHaveLength(1)
  })

  it('for its codes is in the status also after a minute', async () => {
    await world.login(['dev'])
    world.stsFailures.push(...always(wrongCode))
    await world.pass(3600)
    expect(shown()).toMatchObject({ renews: 'by-code', lastError: { code: 'sts.token-code-rejected' } })
  })

  it('because the command failed is tried again when files change, every five minutes at most', async () => {
    world.runCommand = () => failed('no key is plugged in')
    await world.login(['dev'])
    await world.pass(45 * 60)
    for (let time = 0; time < 20; time++) {
      world.addToConfig('\n# a remark\n')
      await world.pass(30)
    }
    expect(world.commandsRun.map((line) => line.slice(0, 8))).toEqual(['08:45:00', '08:50:00', '08:55:00'])
  })
})

describe('when the network is away', () => {
  it('it is tried with the next code, then ever more seldom, and every 5 min in the end', async () => {
    await world.login(['dev'])
    world.stsFailures.push(...always(unreachable))
    await world.pass(75 * 60)
    const times = world.commandsRun.map((line) => line.slice(0, 8))
    expect(times.slice(0, 10)).toEqual([
      '08:45:00',
      '08:45:31',
      '08:46:01',
      '08:46:31',
      '08:47:11',
      '08:48:31',
      '08:51:11',
      '08:56:11',
      '09:01:11',
      '09:06:11',
    ])
  })

  it('people are told only when the session has really run out, and once', async () => {
    await world.login(['dev'])
    world.stsFailures.push(...always(unreachable))
    await world.pass(10 * 3600)
    expect(world.titles()).toEqual(['09:00:00 mfad: dev expired at 09:00'])
    expect(world.screen[0]?.request.notification.body).toBe(
      'STS at sts.us-east-1.amazonaws.com cannot be reached\nRun: mfad login dev',
    )
  })

  it('they are not told at all where it comes back in time', async () => {
    await world.login(['dev'])
    world.stsFailures.push(...Array(5).fill(unreachable))
    await world.pass(3600)
    expect(world.shown).toEqual([])
    expect(expiration()).toBe('20:48:31')
  })

  it('what they were told is withdrawn when it comes back later', async () => {
    await world.login(['dev'])
    world.stsFailures.push(...Array(9).fill(unreachable))
    await world.pass(3600)
    expect(world.screen.map(({ isWithdrawn }) => isWithdrawn)).toEqual([false])
    await world.pass(600)
    expect(world.screen.map(({ isWithdrawn }) => isWithdrawn)).toEqual([true])
    expect(expiration()).toBe('21:06:11')
  })

  it('a computer that wakes up has a minute to find it', async () => {
    await world.login(['dev'])
    world.stsFailures.push(unreachable, unreachable)
    await world.sleep(9 * 3600)
    await world.pass(600)
    expect(world.shown).toEqual([])
    expect(world.commandsRun.map((line) => line.slice(0, 8))).toEqual(['17:00:00', '17:00:31', '17:01:01'])
  })

  it('a computer that finds none after a minute says once that the session is over', async () => {
    await world.login(['dev'])
    world.stsFailures.push(...always(unreachable))
    await world.sleep(9 * 3600)
    await world.pass(3600)
    expect(world.titles()).toEqual(['17:01:15 mfad: dev expired at 09:00'])
  })

  it('and was so before a long sleep, the wake-up begins anew', async () => {
    await world.login(['dev'])
    world.stsFailures.push(...Array(4).fill(unreachable))
    await world.pass(45 * 60 + 20)
    await world.sleep(9 * 3600)
    await world.pass(600)
    expect(world.shown).toEqual([])
    expect(world.commandsRun).toHaveLength(5)
  })

  it('a clock that is set back does not make the pause longer', async () => {
    await world.login(['dev'], 7200)
    world.stsFailures.push(...Array(8).fill(unreachable))
    await world.pass(2 * 3600 - 10)
    const tried = world.commandsRun.length
    world.nowMs -= 600_000
    world.clockSetMs -= 600_000
    await world.look()
    expect(world.commandsRun.length).toBe(tried + 1)
  })

  it('throttling is the same', async () => {
    await world.login(['dev'])
    world.stsFailures.push(throttled, throttled)
    await world.pass(3600)
    expect(world.commandsRun.map((line) => line.slice(0, 8))).toEqual(['08:45:00', '08:45:31', '08:46:01'])
    expect(world.shown).toEqual([])
  })

  it('the log has one line of it, not one for each attempt', async () => {
    await world.login(['dev'])
    world.stsFailures.push(...always(unreachable))
    await world.pass(3600)
    const levels = world.logged
      .filter((line) => line.includes('a renewal failed'))
      .map((line) => line.slice(0, 5))
    expect(levels.filter((level) => level === 'warn ')).toHaveLength(1)
    expect(levels.length).toBeGreaterThan(5)
  })
})

describe('when the key was deactivated', () => {
  it('people are told once, at once and clearly, and AWS is left alone', async () => {
    await world.login(['dev'])
    world.stsFailures.push(...always(keyDeleted))
    await world.pass(5 * 3600)
    expect(world.titles()).toEqual(['08:45:00 mfad: dev cannot be renewed'])
    expect(world.screen[0]?.request).toMatchObject({
      canAnswer: false,
      notification: {
        body: 'AWS does not know the access key of dev (ending in XXXX): it was deleted, deactivated, or is of another partition than us-east-1\nenter a valid key, or the region that it belongs to, with: aws configure --profile dev',
      },
    })
    expect(world.stsCalls).toHaveLength(2)
  })

  it('while the network was away, they are told that, too', async () => {
    await world.login(['dev'])
    world.stsFailures.push(...Array(9).fill(unreachable), ...always(keyDeleted))
    await world.pass(5 * 3600)
    expect(world.titles()).toEqual([
      '09:00:00 mfad: dev expired at 09:00',
      '09:06:11 mfad: dev cannot be renewed',
    ])
  })

  it('as quiet hours began, they are told when those end', async () => {
    world.writeSettings('[mfad]\nquiet_hours = 08:46-12:00\n')
    await world.login(['dev'])
    world.stsFailures.push(...always(keyDeleted))
    world.runCommand = () => {
      world.nowMs += 90_000
      return printed(world.nextCode())
    }
    await world.pass(5 * 3600)
    expect(world.commandsRun).toEqual(['08:45:00 otp dev'])
    expect(world.titles()).toEqual(['12:00:00 mfad: dev cannot be renewed'])
  })

  it('weeks ago, nobody is told at the start of the daemon', async () => {
    await world.login(['dev'])
    world.nowMs += 30 * 86_400_000
    world.stsFailures.push(...always(keyDeleted))
    world.restart()
    await world.settle()
    await world.pass(3600)
    expect(world.shown).toEqual([])
    expect(lastError()?.code).toBe('sts.key-rejected')
  })

  it('and another is in its place, the session is renewed at once', async () => {
    await world.login(['dev'])
    world.stsFailures.push(keyDeleted)
    await world.pass(50 * 60)
    world.writeCredentials(world.readCredentials().replaceAll('AKIAALICE', 'AKIAOTHER'))
    await world.pass(60)
    expect(world.stsCalls.at(-1)?.accessKeyId).toMatch(/^AKIAOTHER/)
    expect(expiration()).toBe('20:50:30')
    expect(world.screen.map(({ isWithdrawn }) => isWithdrawn)).toEqual([true])
  })
})

describe('when AWS refuses the code', () => {
  it('it is tried with the next two, each at its own time, and then left to people', async () => {
    await world.login(['dev'])
    world.stsFailures.push(...always(wrongCode))
    await world.pass(2 * 3600)
    expect(world.commandsRun.map((line) => line.slice(0, 8))).toEqual(['08:45:00', '08:45:31', '08:46:01'])
    expect(world.titles()).toEqual([
      '08:50:00 mfad: dev is valid until 09:00',
      '09:00:00 mfad: dev expired at 09:00',
    ])
    expect(world.screen[0]?.request.notification.body).toContain(
      'AWS rejected the code that mfa_process gave',
    )
  })

  it('our own clock is named where it is wrong, since codes come by it', async () => {
    await world.login(['dev'])
    world.stsFailures.push({ ...wrongCode, clockOffsetSeconds: 120 })
    await expect(world.agent.login({ profiles: ['dev'] })).rejects.toMatchObject({
      hint: expect.stringContaining("this computer's clock is 2 min behind that of AWS"),
    })
  })

  it('a command that gives the same code again and again does not reach AWS twice with it', async () => {
    await world.login(['dev'])
    world.runCommand = () => printed('424242')
    world.stsFailures.push(...always(wrongCode))
    await world.pass(3600)
    expect(world.stsCalls.filter(({ tokenCode }) => tokenCode === '424242')).toHaveLength(1)
    expect(world.commandsRun).toHaveLength(3)
  })
})

describe('a login without a code', () => {
  it('takes it from the command, also in quiet hours', async () => {
    world.writeSettings('[mfad]\nquiet_hours = 00:00-23:59\n')
    const answer = await world.agent.login({ profiles: ['dev'] })
    expect(answer.renewed).toHaveLength(1)
    expect(world.commandsRun).toEqual(['08:00:00 otp dev'])
  })

  it('runs no command where one is given, or where a session of the device still lives', async () => {
    world.writeProfiles({ dev: 'alice', staging: 'alice' })
    world.addToConfig('mfa_process = otp staging\n')
    await world.login(['dev'])
    await world.agent.login({ profiles: ['staging'] })
    expect(world.commandsRun).toEqual([])
  })

  it('runs no command where the login would be refused anyway', async () => {
    world.writeCredentials(
      `${world.readCredentials()}\n[dev-mfa]\naws_access_key_id = ASIAFOREIGN000000000\n`,
    )
    await expect(world.agent.login({ profiles: ['dev'] })).rejects.toMatchObject({
      code: 'profile.session-not-ours',
    })
    expect(world.commandsRun).toEqual([])
  })

  it.each([
    ['nothing', '', 'mfa_process of dev printed nothing'],
    ['words', 'Error: locked', 'mfa_process of dev printed no code, or more than one'],
    ['two codes', '123456 654321', 'mfa_process of dev printed no code, or more than one'],
  ])('fails where the command prints %s, and repeats none of it', async (_, output, message) => {
    world.runCommand = () => printed(output)
    await expect(world.agent.login({ profiles: ['dev'] })).rejects.toMatchObject({
      code: 'device.mfa-process-gave-no-code',
      message,
    })
  })

  it('fails where others could have written the command, which is not run then', async () => {
    world.unsafeFile = new AppError(
      'file.writable-by-others',
      '/x can be changed by other users',
      'chmod go-w /x',
    )
    await expect(world.agent.login({ profiles: ['dev'] })).rejects.toMatchObject({
      code: 'device.mfa-process-refused',
      message: 'mfa_process of dev is not run: /x can be changed by other users',
      hint: 'chmod go-w /x',
    })
    expect(world.commandsRun).toEqual([])
  })
})

describe('a command that hangs', () => {
  let answer: (output: string) => void

  beforeEach(async () => {
    world.writeProfiles({ prod: 'bob', dev: 'alice' })
    world.addToConfig('mfa_process = otp dev\n')
    await world.login(['dev'])
    world.isCommandHanging = true
    world.runCommand = () =>
      new Promise((resolve) => {
        answer = (output) => resolve(printed(output))
      })
    await world.pass(46 * 60)
    expect(world.commandsRun).toHaveLength(1)
  })

  it('holds up no other login, and none on its own device with a code', async () => {
    await world.login(['prod'])
    await world.login(['dev'], 43_200)
    expect(expiration('prod')).toBe('09:46:00')
    expect(expiration('dev')).toBe('20:46:00')
    answer(world.nextCode())
    world.isCommandHanging = false
    await world.settle()
  })

  it('is not waited for at the end', async () => {
    const closed = world.agent.close()
    expect(world.commandSignals.at(-1)?.aborted).toBe(true)
    world.isCommandHanging = false
    answer('')
    await closed
  })

  it('is run once, however often it is looked', async () => {
    for (let time = 0; time < 20; time++) await world.look()
    expect(world.commandsRun).toHaveLength(1)
    answer(world.nextCode())
    world.isCommandHanging = false
    await world.settle()
    expect(expiration('dev')).toBe('20:46:00')
  })
})
