// The agent on real files. Fake are only the clock, the desktop and STS.
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.close())

describe('reminders', () => {
  it('come ten minutes before the expiration and at it, to the second, and no more', async () => {
    await world.login(['dev'])
    await world.pass(3 * 3600)
    expect(world.shown).toEqual([
      { at: '08:50:00', title: 'mfad: dev is valid until 09:00', urgent: false },
      { at: '09:00:00', title: 'mfad: dev expired at 09:00', urgent: true },
    ])
  })

  it('are looked forward to at exactly their instants, one after the other', async () => {
    expect(world.wishedAt).toBeUndefined()
    await world.login(['dev'])
    expect(world.wishedAt).toEqual(new Date('2026-11-23T08:50:00Z'))
    await world.pass(50 * 60)
    expect(world.wishedAt).toEqual(new Date('2026-11-23T09:00:00Z'))
    await world.pass(10 * 60)
    expect(world.wishedAt).toBeUndefined()
  })

  it('are one after a sleep over all of them', async () => {
    await world.login(['dev'])
    await world.sleep(9 * 3600)
    await world.pass(3600)
    expect(world.titles()).toEqual(['17:00:00 mfad: dev expired at 09:00'])
  })

  it('are one, of the time left, after a sleep over the first', async () => {
    await world.login(['dev'])
    await world.sleep(55 * 60)
    await world.pass(3600)
    expect(world.titles()).toEqual([
      '08:55:00 mfad: dev is valid until 09:00',
      '09:00:00 mfad: dev expired at 09:00',
    ])
  })

  it('of five profiles on one device are one', async () => {
    world.writeProfiles({ dev: 'alice', staging: 'alice', ops: 'alice', logs: 'alice', data: 'alice' })
    await world.login(['dev', 'staging', 'ops', 'logs', 'data'])
    await world.pass(2 * 3600)
    expect(world.titles()).toEqual([
      '08:50:00 mfad: dev, staging, ops and 2 more are valid until 09:00',
      '09:00:00 mfad: dev, staging, ops and 2 more expired at 09:00',
    ])
  })

  it('of two devices that were used within a minute are one before the expiration', async () => {
    world.writeProfiles({ dev: 'alice', prod: 'bob' })
    await world.login(['dev'])
    await world.pass(40)
    await world.login(['prod'])
    await world.pass(50 * 60)
    expect(world.titles()).toEqual(['08:50:00 mfad: dev and prod are valid until 09:00'])
  })

  it('of two devices that were used an hour apart come an hour apart', async () => {
    world.writeProfiles({ dev: 'alice', prod: 'bob' })
    await world.login(['dev'])
    await world.pass(30 * 60)
    await world.login(['prod'])
    await world.pass(2 * 3600)
    expect(world.titles()).toEqual([
      '08:50:00 mfad: dev is valid until 09:00',
      '09:00:00 mfad: dev expired at 09:00',
      '09:20:00 mfad: prod is valid until 09:30',
      '09:30:00 mfad: prod expired at 09:30',
    ])
  })

  it('come once, however often the agent looks or is asked', async () => {
    await world.login(['dev'])
    await world.sleep(52 * 60)
    for (let time = 0; time < 500; time++) {
      world.agent.look()
      world.agent.status()
    }
    await world.look()
    expect(world.titles()).toEqual(['08:52:00 mfad: dev is valid until 09:00'])
  })

  it('leave out a lead time longer than half the life of the session', async () => {
    await world.login(['dev'], 900)
    await world.pass(3600)
    expect(world.titles()).toEqual(['08:15:00 mfad: dev expired at 08:15'])
  })

  it('follow the settings as soon as those change', async () => {
    await world.login(['dev'])
    world.writeSettings('[mfad]\nreminders = 20m, 5m\n')
    await world.pass(2 * 3600)
    expect(world.titles()).toEqual([
      '08:40:00 mfad: dev is valid until 09:00',
      '08:55:00 mfad: dev is valid until 09:00',
    ])
  })

  it('are not shown with notify = none', async () => {
    world.writeSettings('[mfad]\nnotify = none\n')
    await world.login(['dev'])
    await world.pass(2 * 3600)
    expect(world.shown).toEqual([])
  })

  describe('where the desktop shows nothing', () => {
    const warnings = () => world.agent.status().warnings.map(({ code, message }) => `${code}: ${message}`)

    it('leave a warning in the status, and are tried again ever more seldom', async () => {
      await world.login(['dev'])
      world.desktopError = new Error('notify-send is not installed (libnotify-bin)')
      await world.pass(55 * 60)
      expect(warnings()).toEqual([
        'notifier.unavailable: notifications cannot be shown: notify-send is not installed (libnotify-bin)',
      ])
      expect(world.titles()).toEqual([
        '08:50:00 mfad: dev is valid until 09:00',
        '08:51:00 mfad: dev is valid until 09:00',
        '08:53:00 mfad: dev is valid until 09:00',
      ])
    })

    it('are tried four times an hour in the end', async () => {
      await world.login(['dev'])
      world.desktopError = new Error('no service')
      await world.pass(3 * 3600)
      expect(
        world
          .titles()
          .slice(-4)
          .map((title) => title.slice(0, 5)),
      ).toEqual(['10:05', '10:20', '10:35', '10:50'])
    })

    it('come once the notification service is up, also when it comes after the daemon', async () => {
      await world.login(['dev'])
      await world.sleep(2 * 3600)
      world.shown.length = 0
      world.desktopError = new Error('no service')
      world.restart()
      await world.look()
      world.desktopError = undefined
      await world.pass(600)
      expect(world.titles()).toEqual([
        '10:00:00 mfad: dev expired at 09:00',
        '10:01:00 mfad: dev expired at 09:00',
      ])
    })

    it('of others are not held back by the pause when the clock is set back', async () => {
      world.writeProfiles({ dev: 'alice', prod: 'bob' })
      await world.login(['dev'])
      world.desktopError = new Error('no service')
      await world.pass(50 * 60)
      world.desktopError = undefined
      world.nowMs -= 3600_000
      world.clockSetMs -= 3600_000
      await world.login(['prod'], 1200)
      await world.pass(1800)
      expect(world.titles().slice(1)).toEqual([
        '08:00:00 mfad: prod is valid until 08:10',
        '08:10:00 mfad: prod expired at 08:10',
      ])
    })

    it('of others come at their time, and once one is shown all that wait are', async () => {
      world.writeProfiles({ dev: 'alice', prod: 'bob' })
      await world.login(['dev'])
      await world.pass(20 * 60)
      await world.login(['prod'])
      world.desktopError = new Error('no service')
      await world.pass(46 * 60)
      world.desktopError = undefined
      await world.pass(5 * 60)
      expect(world.titles().slice(-3)).toEqual([
        '09:05:00 mfad: dev expired at 09:00',
        '09:10:00 mfad: prod is valid until 09:20',
        '09:10:00 mfad: dev expired at 09:00',
      ])
      expect(warnings()).toEqual([])
    })

    it('are tried again when it says so late', async () => {
      await world.login(['dev'])
      await world.pass(50 * 60)
      world.screen.at(-1)?.fail(new Error('no service'))
      await world.look()
      expect(warnings()).toEqual(['notifier.unavailable: notifications cannot be shown: no service'])
      await world.pass(60)
      expect(world.titles()).toEqual([
        '08:50:00 mfad: dev is valid until 09:00',
        '08:51:00 mfad: dev is valid until 09:00',
      ])
      expect(warnings()).toEqual([])
    })

    it('come again, and the warning goes, once it shows them', async () => {
      await world.login(['dev'])
      world.desktopError = new Error('no service')
      await world.pass(55 * 60)
      world.desktopError = undefined
      await world.pass(10 * 60)
      expect(world.titles().slice(-2)).toEqual([
        '08:57:00 mfad: dev is valid until 09:00',
        '09:00:00 mfad: dev expired at 09:00',
      ])
      expect(warnings()).toEqual([])
    })
  })

  it('keep to a clock that differs by seconds only, for as long as nobody sets ours', async () => {
    world.offsetSeconds = 20
    await world.login(['dev'])
    await world.pass(2 * 3600)
    expect(world.titles()).toEqual([
      '08:50:00 mfad: dev is valid until 09:00',
      '09:00:00 mfad: dev expired at 09:00',
    ])
    expect(world.shown).toHaveLength(2)
  })

  describe('the clock of one endpoint', () => {
    const sixDays = 6 * 86_400
    const left = (name: string) =>
      world.agent.status().profiles.find(({ profile }) => profile === name)?.secondsLeft

    it('does not make the sessions of others expired or valid', async () => {
      world.writeProfiles({ dev: 'alice', local: 'bob' })
      await world.login(['dev'])
      world.stsHost = 'sts.elsewhere.example'
      for (const offset of [sixDays, -sixDays]) {
        world.offsetSeconds = offset
        await world.login(['local'])
        expect([left('dev'), left('local')]).toEqual([3600, 3600])
      }
    })

    it('says nothing where the answer is refused', async () => {
      await world.login(['dev'])
      const answered = { kind: 'answered', name: 'AccessDenied', message: 'no', httpStatus: 403 } as const
      world.stsFailures.push({ ...answered, host: world.stsHost, clockOffsetSeconds: sixDays })
      await expect(world.login(['dev'])).rejects.toMatchObject({ code: 'sts.access-denied' })
      expect(left('dev')).toBe(3600)
    })

    it('on this computer is ours', async () => {
      world.stsHost = '127.0.0.1:4566'
      world.offsetSeconds = sixDays
      await world.login(['dev'])
      expect(world.agent.status()).not.toHaveProperty('clockOffsetSeconds')
    })
  })

  describe('after our clock was wrong and has been set right', () => {
    it.each([3600, -3600])('come at the right time: %i s', async (offset) => {
      world.offsetSeconds = offset
      await world.login(['dev'], 7200)
      const expiration = world.nowMs + (7200 + offset) * 1000
      world.offsetSeconds = 0
      world.nowMs += offset * 1000
      world.clockSetMs += offset * 1000
      await world.look()
      expect(world.agent.status()).not.toHaveProperty('clockOffsetSeconds')
      expect(world.agent.status().profiles[0]?.secondsLeft).toBe((expiration - world.nowMs) / 1000)
      await world.pass(2 * 3600)
      expect(world.shown.at(-1)?.at).toBe(new Date(expiration).toISOString().slice(11, 19))
    })
  })

  describe('after the session has gone', () => {
    it('are those of the new one when the user has logged in again', async () => {
      await world.login(['dev'])
      await world.pass(55 * 60)
      await world.login(['dev'])
      await world.pass(2 * 3600)
      expect(world.titles()).toEqual([
        '08:50:00 mfad: dev is valid until 09:00',
        '09:45:00 mfad: dev is valid until 09:55',
        '09:55:00 mfad: dev expired at 09:55',
      ])
    })

    it('are none when the user has logged out', async () => {
      await world.login(['dev'])
      await world.agent.logout({ profile: 'dev' })
      expect(world.wishedAt).toBeUndefined()
      await world.pass(2 * 3600)
      expect(world.shown).toEqual([])
    })

    it('are none but that it is gone when another program has removed the section', async () => {
      const before = world.readCredentials()
      await world.login(['dev'])
      await world.pass(60)
      world.writeCredentials(`${before}\n[other]\n`)
      await world.pass(2 * 3600)
      expect(world.titles()).toEqual([expect.stringContaining('mfad: the session of dev is gone')])
    })

    it('are none but that it is gone when another program has put its own keys into the section', async () => {
      await world.login(['dev'])
      world.writeCredentials(world.readCredentials().replaceAll(/ASIA\w+/g, 'ASIAFOREIGN000000000'))
      await world.pass(2 * 3600)
      expect(world.titles()).toEqual([expect.stringContaining('mfad: the session of dev is gone')])
    })

    it('are none when the profile itself is gone', async () => {
      await world.login(['dev'])
      world.writeCredentials(world.readCredentials().slice(world.readCredentials().indexOf('[dev-mfa]')))
      writeFileSync(join(world.home, '.aws/config'), '')
      await world.pass(2 * 3600)
      expect(world.shown).toEqual([])
    })
  })

  describe('while the file is being saved', () => {
    it('are not repeated when it is gone for a moment', async () => {
      await world.login(['dev'])
      await world.pass(55 * 60)
      renameSync(world.credentialsFile, `${world.credentialsFile}~`)
      await world.pass(1)
      renameSync(`${world.credentialsFile}~`, world.credentialsFile)
      await world.pass(60)
      expect(world.titles()).toEqual(['08:50:00 mfad: dev is valid until 09:00'])
    })

    it('leave out the same lead time after that', async () => {
      await world.login(['dev'], 900)
      await world.pass(60)
      renameSync(world.credentialsFile, `${world.credentialsFile}~`)
      await world.pass(1)
      renameSync(`${world.credentialsFile}~`, world.credentialsFile)
      await world.pass(3600)
      expect(world.titles()).toEqual(['08:15:00 mfad: dev expired at 08:15'])
    })

    it('come although it is empty at that instant', async () => {
      await world.login(['dev'])
      await world.pass(50 * 60 - 1)
      const text = world.readCredentials()
      world.writeCredentials('')
      await world.look()
      expect(world.wishedAt).toEqual(new Date(world.nowMs + 500))
      await world.pass(0.2)
      world.writeCredentials(text)
      await world.pass(60)
      expect(world.titles()).toEqual(['08:50:00 mfad: dev is valid until 09:00'])
    })
  })

  describe('of a snoozed profile', () => {
    it('wait for the end of the snooze', async () => {
      await world.login(['dev'])
      await world.pass(49 * 60)
      world.agent.snooze({ profile: 'dev', seconds: 300 })
      await world.pass(2 * 3600)
      expect(world.titles()).toEqual([
        '08:54:00 mfad: dev is valid until 09:00',
        '09:00:00 mfad: dev expired at 09:00',
      ])
    })

    it('are one when the session has expired during the snooze', async () => {
      await world.login(['dev'])
      world.agent.snooze({ seconds: 7200 })
      await world.pass(4 * 3600)
      expect(world.titles()).toEqual(['10:00:00 mfad: dev expired at 09:00'])
    })

    it('come for the others', async () => {
      world.writeProfiles({ dev: 'alice', prod: 'bob' })
      await world.login(['dev'])
      await world.login(['prod'])
      world.agent.snooze({ profile: 'dev', seconds: 7200 })
      await world.pass(4 * 3600)
      expect(world.titles()).toEqual([
        '08:50:00 mfad: prod is valid until 09:00',
        '09:00:00 mfad: prod expired at 09:00',
        '10:00:00 mfad: dev expired at 09:00',
      ])
    })

    it('come at once when the snooze is taken back, and after a login', async () => {
      await world.login(['dev'])
      world.agent.snooze({ seconds: 7200 })
      await world.pass(52 * 60)
      world.agent.snooze({ seconds: 0 })
      await world.pass(60)
      expect(world.titles()).toEqual(['08:52:00 mfad: dev is valid until 09:00'])
      world.agent.snooze({ seconds: 7200 })
      await world.login(['dev'])
      await world.pass(3600)
      expect(world.titles().slice(1)).toEqual([
        '09:43:00 mfad: dev is valid until 09:53',
        '09:53:00 mfad: dev expired at 09:53',
      ])
    })
  })

  describe.each([3600, -3600, 90])('where STS’s clock is %d s ahead of ours', (offsetSeconds) => {
    beforeEach(() => {
      world.offsetSeconds = offsetSeconds
    })

    it('come when STS ends the session', async () => {
      await world.login(['dev'])
      expect(world.wishedAt).toEqual(new Date('2026-11-23T08:50:00Z'))
      await world.pass(2 * 3600)
      expect(world.titles()).toEqual([
        '08:50:00 mfad: dev is valid until 09:00',
        '09:00:00 mfad: dev expired at 09:00',
      ])
    })

    it('are snoozed for as long as the user said', async () => {
      await world.login(['dev'])
      await world.pass(49 * 60)
      world.agent.snooze({ profile: 'dev', seconds: 300 })
      await world.pass(2 * 3600)
      expect(world.titles()).toEqual([
        '08:54:00 mfad: dev is valid until 09:00',
        '09:00:00 mfad: dev expired at 09:00',
      ])
    })
  })

  describe('after a restart', () => {
    it('are at most one that was shown before', async () => {
      await world.login(['dev'])
      await world.pass(55 * 60)
      world.restart()
      await world.pass(2 * 3600)
      expect(world.titles()).toEqual([
        '08:50:00 mfad: dev is valid until 09:00',
        '08:55:00 mfad: dev is valid until 09:00',
        '09:00:00 mfad: dev expired at 09:00',
      ])
    })

    it('are one for a session that has expired meanwhile', async () => {
      await world.login(['dev'])
      await world.pass(55 * 60)
      world.nowMs += 12 * 3600_000
      world.restart()
      await world.pass(3600)
      expect(world.titles().slice(1)).toEqual(['20:55:00 mfad: dev expired at 09:00'])
    })
  })

  describe('when the clock is set', () => {
    it('back by minutes, are not repeated, and the rest come by the new clock', async () => {
      await world.login(['dev'])
      await world.pass(51 * 60)
      world.nowMs -= 5 * 60_000
      await world.pass(3 * 3600)
      expect(world.titles()).toEqual([
        '08:50:00 mfad: dev is valid until 09:00',
        '09:00:00 mfad: dev expired at 09:00',
      ])
    })

    it('forward and back again, come at their times although they had come too early', async () => {
      await world.login(['dev'])
      await world.sleep(24 * 3600)
      await world.sleep(-24 * 3600)
      await world.pass(3 * 3600)
      expect(world.titles()).toEqual([
        '08:00:00 mfad: dev expired on Mon at 09:00',
        '08:50:00 mfad: dev is valid until 09:00',
        '09:00:00 mfad: dev expired at 09:00',
      ])
    })

    it('back, are snoozed for as long as the user said', async () => {
      await world.login(['dev'])
      const set = (hours: number) => {
        world.nowMs += hours * 3600_000
        world.clockSetMs += hours * 3600_000
      }
      set(24)
      world.agent.snooze({ profile: 'dev', seconds: 55 * 60 })
      set(-24)
      await world.look()
      expect(world.agent.status().profiles[0]?.snoozedUntil).toBe('2026-11-23T08:55:00Z')
      set(24)
      await world.look()
      set(-24)
      world.agent.snooze({ profile: 'dev', seconds: 50 * 60 })
      await world.look()
      expect(world.agent.status().profiles[0]?.snoozedUntil).toBe('2026-11-23T08:50:00Z')
    })
  })
})
