// Reminders that are answered, put off, or overtaken by events: the agent on real files, with a desktop that a test plays.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StsFailure } from '../../src/core/login/sts-failure.ts'
import { type OnScreen, World } from '../support/world.ts'

const wrongCode: StsFailure = {
  kind: 'answered',
  name: 'AccessDenied',
  message: 'MultiFactorAuthentication failed with invalid MFA one time pass code.',
  httpStatus: 403,
}

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.close())

const onScreen = (index = 0): OnScreen => {
  const found = world.screen.at(index)
  if (found === undefined) throw new Error('nothing is on the screen')
  return found
}
const withdrawn = () => world.screen.map(({ isWithdrawn }) => isWithdrawn)
const expiration = (profile = 'dev') =>
  world.agent
    .status()
    .profiles.find((each) => each.profile === profile)
    ?.expiration?.slice(11, 19)

describe('a reminder', () => {
  it('names the profile and the instant', async () => {
    await world.login(['dev'])
    await world.pass(50 * 60)
    expect(onScreen().request).toEqual({
      notification: { title: 'mfad: dev is valid until 09:00', body: 'Run: mfad login dev', isUrgent: false },
      question: expect.any(Function),
      kind: 'expiring',
      profiles: ['dev'],
      expiration: new Date('2026-11-23T09:00:00Z'),
      canAnswer: true,
    })
  })

  it('asks for a code with what is so then, and the device', async () => {
    await world.login(['dev'])
    await world.pass(50 * 60)
    const { question } = onScreen().request
    const device = 'Code of arn:aws:iam::111122223333:mfa/alice'
    expect(question()).toBe(`dev is valid until 09:00\n${device}`)
    await world.pass(9 * 60)
    expect(question()).toBe(`dev is valid until 09:00:00\n${device}`)
    await world.pass(2 * 60)
    expect(question()).toBe(`dev expired at 09:00\n${device}`)
  })

  it('states the expiration on the clock of AWS, as the file does', async () => {
    world.offsetSeconds = 120
    await world.login(['dev'])
    await world.pass(50 * 60)
    expect(onScreen().request.expiration).toEqual(new Date('2026-11-23T09:02:00Z'))
  })

  it('of a profile that has lost its device takes no code', async () => {
    await world.login(['dev'])
    world.writeConfig('')
    await world.pass(50 * 60)
    expect(onScreen().request.canAnswer).toBe(false)
  })
})

describe('a code that is given to a reminder', () => {
  beforeEach(async () => {
    world.writeProfiles({ dev: 'alice', staging: 'alice' })
    await world.login(['dev', 'staging'])
    await world.pass(50 * 60)
  })

  it('renews the whole device, and the reminder is done with', async () => {
    expect(await onScreen().respond.tokenCode(' 424 242\n')).toEqual({ kind: 'done' })
    onScreen().end('answered')
    expect(world.stsCalls.at(-1)?.tokenCode).toBe('424242')
    expect([expiration('dev'), expiration('staging')]).toEqual(['20:50:00', '20:50:00'])
    await world.pass(3600)
    expect(world.shown).toHaveLength(1)
  })

  it('is asked for again with the reason when it is wrong', async () => {
    world.stsFailures.push(wrongCode)
    await world.pass(7)
    expect(await onScreen().respond.tokenCode('111111')).toEqual({
      kind: 'again',
      reason:
        'AWS rejected the code for dev (arn:aws:iam::111122223333:mfa/alice): it is wrong or was already used; the next code comes in 23 s',
    })
    expect(await onScreen().respond.tokenCode('424242')).toEqual({ kind: 'done' })
  })

  it('is asked for again when it was used before, with the seconds to wait', async () => {
    world.stsFailures.push(wrongCode)
    await onScreen().respond.tokenCode('111111')
    await world.pass(10)
    expect(await onScreen().respond.tokenCode('111111')).toEqual({
      kind: 'again',
      reason: 'AWS refused this code 10 s ago; the next code comes in 20 s',
    })
    expect(world.stsCalls.filter(({ tokenCode }) => tokenCode === '111111')).toHaveLength(1)
  })

  it.each(['', 'abcdef', '12345', '1234567', '$(reboot)'])(
    'is asked for again when it is %j',
    async (code) => {
      expect(await onScreen().respond.tokenCode(code)).toEqual({
        kind: 'again',
        reason: 'a token code is six digits',
      })
      expect(world.stsCalls).toHaveLength(1)
    },
  )

  it('is asked for five times at most', async () => {
    world.stsFailures.push(...Array(9).fill(wrongCode))
    for (const code of ['1', '2', '3', '4']) {
      expect(await onScreen().respond.tokenCode(code.repeat(6))).toMatchObject({ kind: 'again' })
    }
    expect(await onScreen().respond.tokenCode('555555')).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('wait some minutes, then: mfad login dev'),
    })
  })

  it('that another one does not mend ends with the reason', async () => {
    world.stsFailures.push({ kind: 'unreachable', name: '', message: '' })
    expect(await onScreen().respond.tokenCode('424242')).toEqual({
      kind: 'failed',
      message:
        'STS at sts.us-east-1.amazonaws.com cannot be reached\ncheck the network, then: mfad login dev',
    })
  })

  it('after the session was renewed otherwise is not used', async () => {
    await world.login(['dev'])
    expect(await onScreen().respond.tokenCode('424242')).toEqual({ kind: 'done' })
    expect(world.stsCalls.map(({ tokenCode }) => tokenCode)).not.toContain('424242')
  })

  it('never appears in the log', async () => {
    world.stsFailures.push(wrongCode)
    await onScreen().respond.tokenCode('111111')
    await onScreen().respond.tokenCode('424242')
    expect(world.logged.join('\n')).not.toMatch(/111111|424242/)
  })
})

describe('a reminder of two devices', () => {
  beforeEach(async () => {
    world.writeProfiles({ dev: 'alice', prod: 'bob' })
    await world.login(['dev'])
    await world.login(['prod'])
    await world.pass(50 * 60)
  })

  it('takes the code of one, and then asks for that of the other', async () => {
    expect(await onScreen().respond.tokenCode('111111')).toEqual({
      kind: 'again',
      reason: 'dev is renewed; now the code of arn:aws:iam::111122223333:mfa/bob for prod',
    })
    expect(await onScreen().respond.tokenCode('222222')).toEqual({ kind: 'done' })
    expect(world.stsCalls.slice(-2).map(({ serialNumber }) => serialNumber.slice(-5))).toEqual([
      'alice',
      'a/bob',
    ])
  })

  it('does not give the code of one to the other when the first was renewed meanwhile', async () => {
    onScreen().respond.asking()
    await world.login(['dev'])
    expect(withdrawn()).toEqual([false])
    expect(await onScreen().respond.tokenCode('111111')).toEqual({
      kind: 'again',
      reason: 'that device was renewed meanwhile; now the code of arn:aws:iam::111122223333:mfa/bob for prod',
    })
    expect(world.stsCalls.map(({ tokenCode }) => tokenCode)).not.toContain('111111')
    expect(await onScreen().respond.tokenCode('222222')).toEqual({ kind: 'done' })
  })

  it('asks for the second code with a dialog that no longer lists what the first has renewed', async () => {
    onScreen().respond.asking()
    const { question } = onScreen().request
    expect(question()).toContain('dev and prod are valid until 09:00')
    await onScreen().respond.tokenCode('111111')
    expect(question()).toBe('prod is valid until 09:00\nCode of arn:aws:iam::111122223333:mfa/bob')
  })

  it('gives way to one of the other device when the first is renewed elsewhere', async () => {
    await world.login(['dev'])
    await world.settle()
    expect(withdrawn()).toEqual([true, false])
    expect(world.titles()).toEqual([
      '08:50:00 mfad: dev and prod are valid until 09:00',
      '08:50:00 mfad: prod is valid until 09:00',
    ])
    await world.pass(1200)
    expect(world.titles().slice(2)).toEqual(['09:00:00 mfad: prod expired at 09:00'])
  })

  it('leaves the other to its next lead time where it had been dismissed', async () => {
    onScreen().end('dismissed')
    await world.settle()
    await world.login(['dev'])
    await world.pass(60)
    expect(world.shown).toHaveLength(1)
  })

  it('is withdrawn when both are renewed, also while a dialog is open', async () => {
    onScreen().respond.asking()
    await world.login(['prod'])
    await world.login(['dev'])
    expect(withdrawn()).toEqual([true])
  })
})

describe('an open reminder is withdrawn', () => {
  beforeEach(async () => {
    await world.login(['dev'])
    await world.pass(50 * 60)
    expect(withdrawn()).toEqual([false])
  })

  it('when the session is renewed on the command line', async () => {
    await world.login(['dev'])
    expect(withdrawn()).toEqual([true])
  })

  it('when the user logs out', async () => {
    await world.agent.logout({ profile: 'dev' })
    await world.pass(3)
    expect(withdrawn()).toEqual([true])
  })

  it('when another program puts a session into the file', async () => {
    const renewed = world
      .readCredentials()
      .replaceAll(/ASIA\w+/g, 'ASIAOTHER00000000000')
      .replace(/mfad_key = \w+/, 'mfad_key = 00000000')
      .replace(/expiration = \S+/, 'expiration = 2026-11-23T20:00:00Z')
    world.writeCredentials(renewed)
    await world.look()
    expect(withdrawn()).toEqual([true])
  })

  it('when its profile is snoozed on the command line, and comes again afterwards', async () => {
    world.agent.snooze({ profile: 'dev', seconds: 240 })
    expect(withdrawn()).toEqual([true])
    await world.pass(300)
    expect(world.titles()).toEqual([
      '08:50:00 mfad: dev is valid until 09:00',
      '08:54:00 mfad: dev is valid until 09:00',
    ])
  })

  it('when the time has come that it names, which another one tells', async () => {
    await world.pass(600)
    expect(withdrawn()).toEqual([true, false])
    expect(world.titles()).toEqual([
      '08:50:00 mfad: dev is valid until 09:00',
      '09:00:00 mfad: dev expired at 09:00',
    ])
  })

  it('when that time has come, also where nothing more is to be said', async () => {
    world.writeSettings('[mfad]\nreminders = 10m\n')
    await world.pass(598)
    expect(withdrawn()).toEqual([false])
    await world.pass(2)
    expect(withdrawn()).toEqual([true])
  })

  it('when that time has come, and not while its dialog is open', async () => {
    world.writeSettings('[mfad]\nreminders = 10m\n')
    onScreen().respond.asking()
    await world.pass(900)
    expect(withdrawn()).toEqual([false])
  })

  it('when it tells of an expiration and the clock is set back, and comes again at its time', async () => {
    await world.pass(600)
    const setBackMs = 120_000
    world.nowMs -= setBackMs
    world.clockSetMs -= setBackMs
    await world.look()
    expect(withdrawn()).toEqual([true, true])
    await world.pass(120)
    expect(world.titles().slice(1)).toEqual([
      '09:00:00 mfad: dev expired at 09:00',
      '09:00:00 mfad: dev expired at 09:00',
    ])
  })

  it('when the daemon stops', async () => {
    await world.agent.close()
    expect(withdrawn()).toEqual([true])
  })

  it('and not while an editor saves the file, once and again, nor because minutes pass', async () => {
    const text = world.readCredentials()
    for (let time = 0; time < 2; time++) {
      world.writeCredentials('# gone\n')
      await world.pass(1)
      expect(world.agent.status().profiles[0]?.state).not.toBe('expiring')
      world.writeCredentials(text)
      await world.pass(120)
    }
    expect(withdrawn()).toEqual([false])
  })
})

describe('two devices that expire a second apart', () => {
  it('are both told of, before it and at it', async () => {
    world.writeProfiles({ dev: 'alice', prod: 'bob' })
    world.writeSettings('[mfad]\nreminders = 20s, 0s\n')
    await world.login(['dev'])
    await world.pass(1)
    await world.login(['prod'])
    await world.pass(7200)
    expect(world.titles()).toEqual([
      '08:59:40 mfad: dev is valid until 09:00:00, prod until 09:00:01',
      '09:00:00 mfad: dev and prod expired at 09:00',
    ])
  })
})

describe('a reminder that is snoozed', () => {
  it('ten minutes before the expiration comes back after five', async () => {
    await world.login(['dev'])
    await world.pass(50 * 60)
    onScreen().respond.snooze()
    onScreen().end('snoozed')
    expect(world.agent.status().profiles[0]?.snoozedUntil).toBe('2026-11-23T08:55:00Z')
    await world.pass(30 * 60)
    expect(world.titles()).toEqual([
      '08:50:00 mfad: dev is valid until 09:00',
      '08:55:00 mfad: dev is valid until 09:00',
      '09:00:00 mfad: dev expired at 09:00',
    ])
  })

  it('after the expiration comes back after half an hour, as often as it is snoozed', async () => {
    await world.login(['dev'])
    await world.pass(3600)
    onScreen(-1).respond.snooze()
    await world.pass(1800)
    onScreen(-1).respond.snooze()
    await world.pass(7200)
    expect(world.titles().slice(1)).toEqual([
      '09:00:00 mfad: dev expired at 09:00',
      '09:30:00 mfad: dev expired at 09:00',
      '10:00:00 mfad: dev expired at 09:00',
    ])
  })

  it('does not come back once the user has logged in', async () => {
    await world.login(['dev'])
    await world.pass(50 * 60)
    onScreen().respond.snooze()
    await world.login(['dev'], 43_200)
    await world.pass(3600)
    expect(world.shown).toHaveLength(1)
    expect(world.agent.status().profiles[0]).not.toHaveProperty('snoozedUntil')
  })

  it('a moment before the expiration leaves a minute', async () => {
    world.writeSettings('[mfad]\nreminders = 20s\n')
    await world.login(['dev'])
    await world.pass(3600 - 20)
    onScreen().respond.snooze()
    await world.pass(120)
    expect(world.titles()).toEqual([
      '08:59:40 mfad: dev is valid until 09:00:00',
      '09:00:40 mfad: dev expired at 09:00',
    ])
  })
})

describe('a reminder that was dismissed', () => {
  it('is not shown again, and leaves nothing to withdraw', async () => {
    await world.login(['dev'])
    await world.pass(50 * 60)
    onScreen().end('dismissed')
    await world.settle()
    await world.login(['dev'])
    expect(withdrawn()).toEqual([false])
  })
})

describe('quiet hours', () => {
  it('hold what comes in the night for one notice in the morning', async () => {
    world.writeSettings('[mfad]\nquiet_hours = 22:00-08:00\n')
    await world.pass(7 * 3600)
    await world.login(['dev'], 43_200)
    await world.pass(24 * 3600)
    expect(world.titles()).toEqual(['08:00:00 mfad: dev expired at 03:00'])
  })

  it('are those of the clock on the wall', async () => {
    world.utcOffset = () => 180
    world.writeSettings('[mfad]\nquiet_hours = 11:30-13:00\n')
    await world.login(['dev'])
    await world.pass(3 * 3600)
    expect(world.titles()).toEqual(['10:00:00 mfad: dev expired at 12:00'])
  })
})
