import { describe, expect, it } from 'vitest'
import { answerReason, pendingDevices, snoozeEnd } from '../../../src/core/plan/reminder-answer.ts'
import { activeSession } from '../../support/sessions.ts'

const at = (time: string) => new Date(`2026-11-23T${time}Z`)

describe('a snooze', () => {
  it.each([
    ['ends half way to the expiration', ['10:00:00'], '09:50:00', '09:55:00'],
    ['ends half way to the first of several', ['11:00:00', '10:00:00'], '09:50:00', '09:55:00'],
    ['ends after half an hour at most', ['12:00:00'], '09:50:00', '10:20:00'],
    ['ends after half an hour at most, to the second', ['10:59:58'], '10:00:00', '10:29:59'],
    ['lasts a minute at least', ['09:50:40'], '09:50:00', '09:51:00'],
    ['lasts a minute at least, to the second', ['09:52:02'], '09:50:00', '09:51:01'],
    ['lasts half an hour where all have expired', ['10:00:00', '09:00:00'], '10:00:00', '10:30:00'],
    ['does not count what has expired', ['09:00:00', '10:20:00'], '10:00:00', '10:10:00'],
  ])('%s', (_, expirations, now, end) => {
    const sessions = expirations.map((time, index) => activeSession(`p${index}`, at(time)))
    expect(snoozeEnd(sessions, at(now))).toEqual(at(end))
  })
})

it('asks for a code for each device whose sessions stand as they were, where a code can renew them', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => activeSession(name, at('10:00:00')))
  if (a === undefined || b === undefined || c === undefined) throw new Error('no sessions')
  const { serialNumber: _, ...codeless } = activeSession('d', at('10:00:00'))
  const sameDevice = { ...activeSession('e', at('10:00:00')), device: a.device }
  const reminded = [a, b, c, codeless, sameDevice]
  expect(pendingDevices(reminded, [a, { ...b, accessKeyId: 'ASIANEW' }, codeless, sameDevice])).toEqual([
    [a, sameDevice],
  ])
})

it('says when the next code comes, but not where the code itself was no code', () => {
  const said = (code: 'sts.token-code-rejected' | 'usage.malformed-token-code') =>
    answerReason({ code, message: 'no', hint: '' }, at('10:00:12'))
  expect(said('sts.token-code-rejected')).toBe('no; the next code comes in 18 s')
  expect(said('usage.malformed-token-code')).toBe('no')
})
