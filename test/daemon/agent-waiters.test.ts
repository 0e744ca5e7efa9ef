// Programs that wait for a session. The agent is on real files; fake are only the clock, the desktop and STS.
import { renameSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { errorBody } from '../../src/core/errors.ts'
import type { WaitRequest } from '../../src/core/wire.ts'
import { printed, World } from '../support/world.ts'

let world: World
beforeEach(() => {
  world = new World()
})
afterEach(() => world.close())

type Waiting = { outcome(): unknown; ended: Promise<unknown> }

/** A program that waits for a session; its outcome is the answer, or the code of the error. */
function wait(request: Partial<WaitRequest> = {}, gone = new AbortController().signal): Waiting {
  let outcome: unknown = 'waiting'
  const ended = world.agent
    .wait({ profile: 'dev', leastSeconds: 0, waitSeconds: 3600, program: 'make', ...request }, gone)
    .then(
      ({ expiration }) => {
        outcome = expiration
      },
      (error) => {
        outcome = errorBody(error).code
      },
    )
  return { outcome: () => outcome, ended }
}

/** Lets what was begun come to a rest: nothing here waits for more than the disk. */
const settle = async () => {
  for (let turn = 0; turn < 100; turn++) await world.settle()
}
const last = () => world.screen.at(-1)

describe('a program that waits', () => {
  it('has the reminder on the screen at once, also for a profile that never had a session', async () => {
    const waiting = wait()
    await settle()
    expect([waiting.outcome(), world.titles()]).toEqual([
      'waiting',
      ['08:00:00 mfad: make is waiting for dev'],
    ])
    expect(last()?.request.notification.body).toBe('dev has no session\nRun: mfad login dev')
    expect(last()?.request.question()).toBe(
      'make is waiting for dev\nCode of arn:aws:iam::111122223333:mfa/alice',
    )
    expect(await last()?.respond.tokenCode(world.nextCode())).toEqual({ kind: 'done' })
    await waiting.ended
    expect(waiting.outcome()).toBe('2026-11-23T20:00:00Z')
    await settle()
    expect(last()?.isWithdrawn).toBe(true)
  })

  it('ends at once where there is time enough', async () => {
    await world.login(['dev'])
    const waiting = wait({ leastSeconds: 3000 })
    await waiting.ended
    expect([waiting.outcome(), world.titles()]).toEqual(['2026-11-23T09:00:00Z', []])
  })

  it('is told of in quiet hours too', async () => {
    world.writeSettings('[mfad]\nquiet_hours = 00:00-23:59\n')
    await world.look()
    wait()
    await settle()
    expect(world.titles()).toHaveLength(1)
  })

  it('is one of several: they share one reminder, and one code ends all their waits', async () => {
    world.writeProfiles({ dev: 'alice', staging: 'alice', prod: 'bob' })
    await world.look()
    const waits = [wait(), wait({ program: 'claude' }), wait({ profile: 'staging' })]
    await settle()
    expect(world.titles()).toHaveLength(1)
    await last()?.respond.tokenCode(world.nextCode())
    await Promise.all(waits.map(({ ended }) => ended))
    expect(waits.map(({ outcome }) => outcome())).toEqual(Array(3).fill('2026-11-23T20:00:00Z'))
    expect(world.stsCalls).toHaveLength(1)
  })

  it('has a reminder of its own for another device', async () => {
    world.writeProfiles({ dev: 'alice', prod: 'bob' })
    await world.look()
    wait()
    wait({ profile: 'prod', program: 'terraform' })
    await settle()
    expect(world.titles()).toEqual([
      '08:00:00 mfad: make is waiting for dev',
      '08:00:00 mfad: terraform is waiting for prod',
    ])
  })

  it('ends with a login from anywhere, also with one of another profile on the device', async () => {
    world.writeProfiles({ dev: 'alice', staging: 'alice' })
    await world.look()
    const waits = [wait(), wait({ profile: 'staging' })]
    await settle()
    await world.login(['dev'])
    await Promise.all(waits.map(({ ended }) => ended))
    expect(waits.map(({ outcome }) => outcome())).toEqual(['2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z'])
    expect(world.stsCalls).toHaveLength(1)
    expect(world.screen.every(({ isWithdrawn }) => isWithdrawn)).toBe(true)
  })

  it('needs nobody where a command gives the code', async () => {
    world.addToConfig('mfa_process = otp\n')
    await world.look()
    const waiting = wait()
    await waiting.ended
    expect([waiting.outcome(), world.titles()]).toEqual(['2026-11-23T20:00:00Z', []])
  })

  it('is asked for where that command fails', async () => {
    world.runCommand = () => printed('no code today')
    world.addToConfig('mfa_process = otp\n')
    await world.look()
    const waiting = wait()
    await settle()
    expect([waiting.outcome(), world.titles()]).toEqual([
      'waiting',
      ['08:00:00 mfad: make is waiting for dev'],
    ])
  })

  it('ends, and every other one with it, where no reminder can be shown', async () => {
    world.desktopError = new Error('no desktop')
    const waits = [wait(), wait()]
    await Promise.all(waits.map(({ ended }) => ended))
    expect(waits.map(({ outcome }) => outcome())).toEqual(['session.cannot-ask', 'session.cannot-ask'])
    world.desktopError = undefined
    const late = wait()
    await settle()
    last()?.fail(new Error('the service has gone'))
    await late.ended
    expect(late.outcome()).toBe('session.cannot-ask')
  })

  it('ends at once where notifications are off, unless a notify_command tells of it', async () => {
    world.writeSettings('[mfad]\nnotify = none\n')
    await world.look()
    const silent = wait()
    await silent.ended
    expect(silent.outcome()).toBe('session.cannot-ask')
    world.writeSettings('[mfad]\nnotify = none\nnotify_command = tell\n')
    await world.look()
    const told = wait()
    await settle()
    expect([told.outcome(), world.titles()]).toEqual(['waiting', ['08:00:00 mfad: make is waiting for dev']])
  })

  it('is put off with "Snooze", and so are those who come before the snooze is over', async () => {
    const waiting = wait()
    await settle()
    last()?.respond.snooze()
    last()?.end('snoozed')
    await settle()
    const early = wait()
    await settle()
    expect([waiting.outcome(), early.outcome()]).toEqual(['session.put-off', 'session.put-off'])
    expect(world.titles()).toHaveLength(1)
    await world.pass(31 * 60)
    const late = wait()
    await settle()
    expect([late.outcome(), world.titles().length]).toEqual(['waiting', 2])
  })

  it('goes on to wait when the reminder is closed, and does not bring a second one', async () => {
    const waiting = wait()
    await settle()
    last()?.end('dismissed')
    const second = wait()
    await settle()
    expect([waiting.outcome(), second.outcome(), world.titles().length]).toEqual(['waiting', 'waiting', 1])
    await world.login(['dev'])
    await Promise.all([waiting.ended, second.ended])
    expect([waiting.outcome(), second.outcome()]).toEqual(['2026-11-23T09:00:00Z', '2026-11-23T09:00:00Z'])
  })

  it('does not count any more when it is gone: the reminder goes, unless somebody else waits or types', async () => {
    const gone = new AbortController()
    wait({}, gone.signal)
    const other = new AbortController()
    wait({}, other.signal)
    await settle()
    gone.abort()
    await settle()
    expect(last()?.isWithdrawn).toBe(false)
    other.abort()
    await settle()
    expect(last()?.isWithdrawn).toBe(true)

    const third = new AbortController()
    wait({}, third.signal)
    await settle()
    last()?.respond.asking()
    third.abort()
    await settle()
    expect(last()?.isWithdrawn).toBe(false)
    expect(await last()?.respond.tokenCode(world.nextCode())).toEqual({ kind: 'done' })
    expect(world.readCredentials()).toContain('[dev-mfa]')
  })

  it('is told when its profile is logged out, or gone; not when the file is away for a moment', async () => {
    await world.login(['dev'])
    await world.pass(3600)
    const loggedOut = wait()
    await settle()
    await world.agent.logout({ profile: 'dev' })
    await loggedOut.ended
    expect(loggedOut.outcome()).toBe('session.logged-out')

    const waiting = wait()
    await settle()
    const aside = `${world.credentialsFile}.aside`
    const config = world.readConfig()
    renameSync(world.credentialsFile, aside)
    world.writeConfig('')
    await world.pass(1)
    renameSync(aside, world.credentialsFile)
    world.writeConfig(config)
    await world.pass(5)
    expect(waiting.outcome()).toBe('waiting')
    world.writeConfig('')
    world.writeCredentials('')
    await world.pass(30)
    expect(waiting.outcome()).toBe('profile.not-found')
  })

  it('does not wait for ever for a session that is longer than any: the new one is too short', async () => {
    const waiting = wait({ leastSeconds: 7200 })
    await settle()
    await world.login(['dev'])
    await waiting.ended
    expect(waiting.outcome()).toBe('session.too-short')
  })

  it('is refused where no code would help', async () => {
    world.writeConfig('[profile dev]\nregion = eu-west-1\n[profile web]\nsso_session = corp\n')
    world.iamDevices = []
    await world.look()
    const waits = [wait(), wait({ profile: 'web' }), wait({ profile: 'nobody' })]
    await Promise.all(waits.map(({ ended }) => ended))
    expect(waits.map(({ outcome }) => outcome())).toEqual([
      'device.none',
      'profile.other-sign-in',
      'profile.not-found',
    ])
  })

  it('has its code taken also for a profile whose device only AWS names', async () => {
    world.writeConfig('[profile dev]\nregion = eu-west-1\n')
    await world.look()
    const waiting = wait()
    await settle()
    expect(last()?.request.question()).toBe('make is waiting for dev\nMFA code')
    expect(await last()?.respond.tokenCode(world.nextCode())).toEqual({ kind: 'done' })
    await waiting.ended
    expect(waiting.outcome()).toBe('2026-11-23T20:00:00Z')
  })

  it('is one of 32 at most', async () => {
    const waits = Array.from({ length: 33 }, () => wait())
    await settle()
    expect(waits.map(({ outcome }) => outcome()).filter((outcome) => outcome !== 'waiting')).toEqual([
      'daemon.too-many-waiters',
    ])
  })

  it('ends when the daemon does', async () => {
    const waiting = wait()
    await settle()
    await world.agent.close()
    await waiting.ended
    expect(waiting.outcome()).toBe('daemon.stopping')
    expect(last()?.isWithdrawn).toBe(true)
    world.restart()
  })

  it('is named as it may be shown, and cut', async () => {
    wait({ program: `\u001b[31m${'x'.repeat(60)}` })
    await settle()
    expect(world.titles()).toEqual([`08:00:00 mfad: \\u{1b}[31m${'x'.repeat(21)}… is waiting for dev`])
  })
})
