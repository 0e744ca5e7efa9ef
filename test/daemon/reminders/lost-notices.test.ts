// The notices of sessions that are gone from the file: a few, once, and not in quiet hours.
import { expect, it } from 'vitest'
import { createLostNotices } from '../../../src/daemon/reminders/lost-notices.ts'
import type { Desktop, ReminderRequest } from '../../../src/edges/desktop/reminder.ts'

const at = (time: string) => new Date(`2026-11-23T${time}Z`)
const night = { quietHours: { from: 22 * 60, to: 23 * 60 }, utcOffset: () => 0 }
const gone = { code: 'session.lost', message: 'gone', hint: 'mfad login' } as never
const sessionOf = (profile: string) => ({ profile, expiration: at('23:30:00') }) as never

function start(isSilent = () => false) {
  const shown: ReminderRequest[] = []
  let withdraw: AbortSignal | undefined
  const warned: unknown[] = []
  const desktop = {
    async remind(request: ReminderRequest, _respond: unknown, signal: AbortSignal) {
      shown.push(request)
      withdraw = signal
      if (request.profiles[0] === 'broken') throw new Error('no screen')
      return { way: 'test', ended: Promise.resolve('dismissed') }
    },
  } as unknown as Desktop
  const nothing = () => undefined
  const log = {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (fields: unknown) => warned.push(fields),
  }
  const notices = createLostNotices({ desktop, log, isSilent })
  return { notices, shown, warned, isWithdrawn: () => withdraw?.aborted }
}
const names = (shown: readonly ReminderRequest[]) => shown.map(({ profiles }) => profiles[0])

it('are shown once, three of those that come at once, and can neither be answered nor withdrawn', () => {
  const { notices, shown, isWithdrawn } = start()
  expect(notices.look(night, at('12:00:00'))).toBeUndefined()
  for (const name of ['a', 'b', 'c', 'd']) notices.add(sessionOf(name), gone)
  expect(notices.look(night, at('12:00:00'))).toBeUndefined()
  notices.look(night, at('12:00:01'))
  expect(names(shown)).toEqual(['a', 'b', 'c'])
  expect(shown[0]).toMatchObject({ kind: 'expired', canAnswer: false, expiration: at('23:30:00') })
  notices.add(sessionOf('e'), gone)
  notices.look(night, at('12:00:02'))
  expect(names(shown)).toEqual(['a', 'b', 'c', 'e'])
  expect(isWithdrawn()).toBe(false)
  notices.close()
  expect(isWithdrawn()).toBe(true)
})

it('wait for the end of the quiet hours', () => {
  const { notices, shown } = start()
  notices.add(sessionOf('a'), gone)
  expect(notices.look(night, at('22:30:00'))).toEqual(at('23:00:00'))
  expect(shown).toEqual([])
  expect(notices.look(night, at('23:00:00'))).toBeUndefined()
  expect(names(shown)).toEqual(['a'])
})

it('are dropped where nothing may be shown', () => {
  let isSilent = true
  const { notices, shown } = start(() => isSilent)
  notices.add(sessionOf('a'), gone)
  notices.look(night, at('12:00:00'))
  isSilent = false
  notices.look(night, at('12:00:01'))
  expect(shown).toEqual([])
})

it('that cannot be shown are in the log', async () => {
  const { notices, warned } = start()
  notices.add(sessionOf('broken'), gone)
  notices.look(night, at('12:00:00'))
  await new Promise((resolve) => setImmediate(resolve))
  expect(warned).toEqual([{ profile: 'broken', problem: 'no screen' }])
})
