// Long polling, with a clock that only the test moves.
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Status } from '../../../src/core/wire.ts'
import { createStatusPolls, type StatusPolls } from '../../../src/daemon/socket/status-polls.ts'

let state: 'valid' | 'expired'
let secondsLeft: number
let changesAt: Date | undefined
let polls: StatusPolls
let reads: number

const read = (): Omit<Status, 'revision'> => {
  reads += 1
  // As the agent does it: to answer, it looks, and says so.
  polls.changed()
  return {
    version: '0',
    daemon: null,
    files: { credentials: '', config: '', settings: '', socket: '' },
    warnings: [],
    profiles: [
      { profile: 'dev', sessionProfile: 'dev-mfa', kind: 'key', state, secondsLeft, renews: 'by-code' },
    ],
  }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
  state = 'valid'
  secondsLeft = 100
  changesAt = undefined
  reads = 0
  polls = createStatusPolls({ read, changesAt: () => changesAt, now: () => new Date() })
})
afterEach(() => vi.useRealTimers())

const never = () => new AbortController().signal
const revision = async () => (await polls.answer(new URLSearchParams(), never())).revision ?? ''

function poll(after: string, wait = 60, gone = never()) {
  let answer: Status | undefined
  const answered = polls.answer(new URLSearchParams({ after, wait: String(wait) }), gone).then((status) => {
    answer = status
  })
  return { answered, answer: () => answer }
}

describe('a status that is waited for', () => {
  it('is answered as soon as it is another one, and not for the time that passes', async () => {
    const before = await revision()
    const waiting = [poll(before), poll(before)]
    secondsLeft = 90
    polls.changed()
    await nextTurn()
    expect(waiting.map(({ answer }) => answer())).toEqual([undefined, undefined])
    state = 'expired'
    polls.changed()
    await Promise.all(waiting.map(({ answered }) => answered))
    expect(waiting[0]?.answer()?.profiles[0]?.state).toBe('expired')
    expect(waiting[0]?.answer()?.revision).not.toBe(before)
    expect(vi.getTimerCount()).toBe(0)
  })

  it('has the same revision as long as it is the same, and another one of a daemon that was started later', async () => {
    const before = await revision()
    secondsLeft = 90
    expect(await revision()).toBe(before)
    expect(encodeURIComponent(before)).toBe(before)
    vi.setSystemTime(Date.now() + 1)
    const later = createStatusPolls({ read, changesAt: () => undefined, now: () => new Date() })
    expect((await later.answer(new URLSearchParams(), never())).revision).not.toBe(before)
  })

  it('is answered at once after another revision, and without one', async () => {
    await poll('').answered
    await poll('0123').answered
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is answered as it is when the time is up', async () => {
    const before = await revision()
    const waiting = poll(before, 30)
    await vi.advanceTimersByTimeAsync(29_000)
    expect(waiting.answer()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1_000)
    await waiting.answered
    expect(waiting.answer()?.revision).toBe(before)
  })

  it('is looked at again at the instant at which it changes by time alone', async () => {
    changesAt = new Date(Date.now() + 10_000)
    const waiting = poll(await revision())
    await vi.advanceTimersByTimeAsync(9_900)
    const before = reads
    state = 'expired'
    changesAt = undefined
    await vi.advanceTimersByTimeAsync(200)
    await waiting.answered
    expect([reads - before, waiting.answer()?.profiles[0]?.state]).toEqual([1, 'expired'])
  })

  it('costs nothing while nobody waits, and no timer is left of a client that has gone', async () => {
    const before = await revision()
    const gone = new AbortController()
    changesAt = new Date(Date.now() + 10_000)
    poll(before, 60, gone.signal)
    await nextTurn()
    expect(vi.getTimerCount()).toBe(2)
    gone.abort()
    expect(vi.getTimerCount()).toBe(0)
    const readBefore = reads
    polls.changed()
    await nextTurn()
    expect(reads).toBe(readBefore)
  })

  it('is answered when the daemon ends', async () => {
    const waiting = poll(await revision())
    await nextTurn()
    polls.close()
    await waiting.answered
    expect(vi.getTimerCount()).toBe(0)
  })

  it('is waited for by 16 at most, and for 300 s at most', async () => {
    const before = await revision()
    for (let count = 0; count < 16; count++) poll(before)
    await expect(poll(before).answered).rejects.toMatchObject({ code: 'daemon.too-many-waiters' })
    for (const wait of [-1, 301, 1.5])
      await expect(poll(before, wait).answered).rejects.toMatchObject({ code: 'usage.bad-request' })
    await expect(polls.answer(new URLSearchParams('x=1'), never())).rejects.toMatchObject({
      code: 'usage.bad-request',
    })
    polls.close()
  })
})
