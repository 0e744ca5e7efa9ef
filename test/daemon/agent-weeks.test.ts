// The agent through random weeks: logins, answers, sleeps, set clocks, a desktop and a network that come and go, edits and
// restarts. What must hold is said in terms of what people see, what AWS sees, and what stands in the file.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StsFailure } from '../../src/core/login/sts-failure.ts'
import { failed, type OnScreen, printed, World } from '../support/world.ts'

const unreachable: StsFailure = { kind: 'unreachable', name: '', message: '' }
const wrongCode: StsFailure = {
  kind: 'answered',
  name: 'AccessDenied',
  message: 'MultiFactorAuthentication failed with invalid MFA one time pass code.',
  httpStatus: 403,
}
const userOf: Record<string, string> = { dev: 'alice', staging: 'alice', prod: 'bob', robot: 'carol' }
const names = Object.keys(userOf)
/** Ten minutes before the expiration, and at it. */
const leads = 2

const event = fc.record({
  hours: fc.double({ min: 0, max: 14, noNaN: true }),
  what: fc.constantFrom(
    'login',
    'login',
    'login',
    'answer',
    'answer',
    'snooze button',
    'snooze',
    'dismiss',
    'logout',
    'sleep',
    'clock back',
    'clock forward',
    'restart',
    'network fails',
    'wrong code',
    'desktop fails',
    'command fails',
    'edit',
  ),
  profile: fc.constantFrom(...names),
  size: fc.nat({ max: 40 }),
})

describe('weeks of an agent', () => {
  // Eleven seconds of work: on a busy machine a few times that.
  it('repeat no reminder, send AWS no code twice, run nothing at night, and leave nothing stale on the screen', {
    timeout: 180_000,
  }, async () => {
    let reminders = 0
    let renewals = 0
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 20, maxLength: 60 }),
        fc.boolean(),
        async (events, hasQuietHours) => {
          const world = new World()
          try {
            world.writeProfiles(userOf)
            world.addToConfig('mfa_process = otp robot\n')
            if (hasQuietHours) world.writeSettings('[mfad]\nquiet_hours = 22:00-08:00\n')
            const observer = observe(world, hasQuietHours)
            for (const profile of ['dev', 'prod', 'robot']) await world.login([profile])
            for (const { hours, what, profile, size } of events) {
              await world.leap(5 + hours * 3600)
              observer.check()
              observer.checkScreen()
              await happen(world, what, profile, size, observer)
              await world.settle()
              observer.check()
            }
            reminders += world.shown.length
            renewals += world.commandsRun.length
          } finally {
            await world.close()
          }
        },
      ),
      { numRuns: 80 },
    )
    expect(reminders).toBeGreaterThan(500)
    expect(renewals).toBeGreaterThan(200)
  })
})

async function happen(
  world: World,
  what: string,
  profile: string,
  size: number,
  observer: ReturnType<typeof observe>,
): Promise<void> {
  const open = world.screen.filter((entry) => !entry.isWithdrawn && !observer.isEnded(entry))
  const last = open.at(-1)
  switch (what) {
    case 'login':
      await world.login([profile], [900, 3600, 43_200][size % 3]).catch(() => undefined)
      return
    case 'answer': {
      const outcome = await last?.respond.tokenCode(world.nextCode())
      if (last !== undefined && outcome?.kind !== 'again') observer.end(last, 'answered')
      return
    }
    case 'snooze button':
      if (last === undefined) return
      observer.forgive(last.request.profiles)
      last.respond.snooze()
      observer.end(last, 'snoozed')
      return
    case 'snooze':
      observer.forgive(names)
      world.agent.snooze({ seconds: size * 600 })
      return
    case 'dismiss':
      if (last !== undefined) observer.end(last, 'dismissed')
      return
    case 'logout':
      await world.agent.logout({ profile })
      return
    case 'sleep':
      world.nowMs += size * 3600_000
      return world.look()
    case 'clock back':
    case 'clock forward': {
      const ms = (what === 'clock back' ? -1 : 1) * size * 600_000
      world.nowMs += ms
      world.clockSetMs += ms
      // What was said by a clock that was ahead comes once more at its time.
      if (what === 'clock back') for (let lead = 0; lead < leads; lead++) observer.forgive(names)
      return world.look()
    }
    case 'restart':
      await world.agent.close()
      observer.restart()
      world.restart()
      return
    case 'network fails':
      world.stsFailures.push(...Array<StsFailure>(size).fill(unreachable))
      return
    case 'wrong code':
      world.stsFailures.push(wrongCode)
      return
    case 'desktop fails':
      world.desktopError = size % 2 === 0 ? undefined : new Error('no service')
      return
    case 'command fails':
      world.runCommand = size % 2 === 0 ? () => printed(world.nextCode()) : () => failed('no key')
      return
    default:
      world.writeCredentials(`${world.readCredentials()}# edited\n`)
      return world.look()
  }
}

/** What is seen from outside. */
function observe(world: World, hasQuietHours: boolean) {
  const ended = new Set<object>()
  let read = 0
  let commandsRead = 0
  /** By session: how often it was mentioned, and how often more it may be. */
  let mentions = new Map<string, number>()
  const forgiven = new Map<string, number>()
  /** An earlier one that mentioned the session was taken off the screen, since what it said of others was so no longer. */
  const replacesAnother = (index: number, session: string) => {
    const { credentials } = world.screen[index] ?? { credentials: '' }
    const mentionsIt = (entry: OnScreen) =>
      entry.request.profiles.some((profile) => sessionIn(entry.credentials, profile) === session)
    const earlier = world.screen.slice(0, index).findLast(mentionsIt)
    if (earlier === undefined || !earlier.isWithdrawn || ended.has(earlier)) return false
    return !isTrueOfAll(earlier, credentials)
  }
  const isNight = (time: string) => time < '08:00:00' || time >= '22:00:00'
  return {
    isEnded: (entry: object) => ended.has(entry),
    end(entry: OnScreen, how: 'answered' | 'snoozed' | 'dismissed') {
      ended.add(entry)
      entry.end(how)
    },
    /** These come once more, since somebody put them off. */
    forgive(profiles: readonly string[]) {
      for (const profile of profiles) {
        const session = sessionIn(world.readCredentials(), profile) ?? ''
        forgiven.set(session, (forgiven.get(session) ?? 0) + 1)
      }
    },
    restart() {
      mentions = new Map()
    },
    check() {
      const codes = world.stsCalls.map(({ serialNumber, tokenCode }) => `${serialNumber} ${tokenCode}`)
      expect(new Set(codes).size).toBe(codes.length)
      for (const line of world.commandsRun.slice(commandsRead))
        expect(hasQuietHours && isNight(line.slice(0, 8))).toBe(false)
      commandsRead = world.commandsRun.length
      for (const [index, { request, credentials, hasFailed }] of world.screen.entries()) {
        if (index < read) continue
        expect(hasQuietHours && isNight(world.shown[index]?.at ?? '')).toBe(false)
        for (const profile of request.profiles) {
          const session = sessionIn(credentials, profile)
          expect(session).toBeDefined()
          if (session === undefined || hasFailed || replacesAnother(index, session)) continue
          mentions.set(session, (mentions.get(session) ?? 0) + 1)
          expect(mentions.get(session)).toBeLessThanOrEqual(leads + (forgiven.get(session) ?? 0))
        }
      }
      read = world.screen.length
      expect(world.agent.status().profiles).toHaveLength(names.length)
    },
    /** Nothing stays that is no longer true of one of its profiles. */
    checkScreen() {
      const now = world.readCredentials()
      for (const entry of world.screen) {
        if (entry.isWithdrawn || entry.hasFailed || ended.has(entry)) continue
        expect(isTrueOfAll(entry, now)).toBe(true)
        if (!entry.request.notification.isUrgent)
          expect(world.now() < new Date(entry.request.expiration.getTime() + 1000)).toBe(true)
      }
    },
  }
}

function isTrueOfAll({ request, credentials }: OnScreen, now: string): boolean {
  return request.profiles.every((profile) => sessionIn(now, profile) === sessionIn(credentials, profile))
}

/** The session that stands in a file for a profile. */
function sessionIn(credentials: string, profile: string): string | undefined {
  const lines = credentials.split(`[${profile}-mfa]\n`)[1]?.split('\n')
  const id = lines?.find((line) => line.startsWith('aws_access_key_id = '))
  return id && `${id} ${profile}`
}
