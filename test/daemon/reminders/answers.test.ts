// Codes that are given to a reminder: one after the other, for each of its devices.
import { expect, it } from 'vitest'
import { AppError } from '../../../src/core/errors.ts'
import type { ActiveSession } from '../../../src/core/plan/active-sessions.ts'
import { createAnswer } from '../../../src/daemon/reminders/answers.ts'
import { activeSession, serialOf } from '../../support/sessions.ts'

const now = new Date('2026-11-23T10:00:12Z')
const a = activeSession('a', new Date('2026-11-23T11:00:00Z'))
const alsoA = { ...activeSession('x', a.expiration), device: a.device, serialNumber: serialOf('a') }
const b = activeSession('b', a.expiration)

function start(reminded: ActiveSession[]) {
  const world = { sessions: reminded, requests: [] as unknown[], failure: undefined as unknown }
  const renew = (profiles: readonly string[]) => {
    world.sessions = world.sessions.map((each) =>
      profiles.includes(each.profile) ? { ...each, accessKeyId: 'ASIANEW' } : each,
    )
  }
  const nothing = () => undefined
  const answer = createAnswer(
    {
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
      now: () => now,
      sessions: () => world.sessions,
      async logIn(request) {
        world.requests.push(request)
        if (world.failure !== undefined) throw world.failure
        renew(request.profiles)
      },
    },
    reminded,
  )
  return { world, answer, renew }
}

it('a code renews all profiles of its device, and the next device is asked for by its name', async () => {
  const { world, answer } = start([a, alsoA, b])
  expect(await answer(' 123 456 ')).toEqual({
    kind: 'again',
    reason: `a and x are renewed; now the code of ${serialOf('b')} for b`,
  })
  expect(await answer('654321')).toEqual({ kind: 'done' })
  expect(await answer('111111')).toEqual({ kind: 'done' })
  expect(world.requests).toEqual([
    { profiles: ['a', 'x'], tokenCode: '123456' },
    { profiles: ['b'], tokenCode: '654321' },
  ])
})

it('one profile is renewed, not several', async () => {
  const { answer } = start([a, b])
  expect(await answer('123456')).toMatchObject({ reason: expect.stringMatching(/^a is renewed; now/) })
})

it('a code for a device that was renewed meanwhile is sent nowhere', async () => {
  const { world, answer, renew } = start([a, b])
  renew(['a'])
  expect(await answer('123456')).toEqual({
    kind: 'again',
    reason: `that device was renewed meanwhile; now the code of ${serialOf('b')} for b`,
  })
  expect(world.requests).toEqual([])
  await answer('123456')
  expect(world.requests).toEqual([{ profiles: ['b'], tokenCode: '123456' }])
})

it('after a wrong code another one is asked for, five times at most', async () => {
  const { world, answer } = start([a])
  world.failure = new AppError('sts.token-code-rejected', 'AWS rejected the code', 'wait')
  for (let wrong = 1; wrong < 5; wrong++)
    expect(await answer('123456')).toEqual({
      kind: 'again',
      reason: 'AWS rejected the code; the next code comes in 18 s',
    })
  expect(await answer('123456')).toEqual({
    kind: 'failed',
    message: 'AWS rejected the code\nwait some minutes, then: mfad login a',
  })
})

it('what no other code can help is said with its next step', async () => {
  const { world, answer } = start([a])
  world.failure = new AppError('network.unreachable', 'no way to AWS', 'check the network')
  expect(await answer('123456')).toEqual({ kind: 'failed', message: 'no way to AWS\ncheck the network' })
})
