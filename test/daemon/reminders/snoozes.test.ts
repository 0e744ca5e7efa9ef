import { expect, it } from 'vitest'
import { currentSnoozes, snooze } from '../../../src/daemon/reminders/snoozes.ts'
import { keysOf, profilesOf, sessionOf } from '../../support/profiles.ts'
import { thrownBy } from '../../support/thrown.ts'

const now = new Date('2026-11-23T10:00:00Z')
const later = (seconds: number) => new Date(now.getTime() + seconds * 1000)
const profiles = profilesOf(
  ['dev', 'staging', 'idle'].map((name) => `[${name}]\n${keysOf('AKIAIOSFODNN7EXAMPLE')}`).join('') +
    ['dev-mfa', 'staging-mfa'].map((name) => sessionOf(name, '2026-11-23T12:00:00Z')).join(''),
)
const snoozed = (entries: [string, Date][] = []) => ({ snoozedUntil: new Map(entries) })

it('holds all active profiles back, or the one that is named', () => {
  const all = snoozed()
  expect(snooze(all, profiles, { seconds: 90 }, now)).toEqual({
    snoozed: [
      { profile: 'dev', until: '2026-11-23T10:01:30Z' },
      { profile: 'staging', until: '2026-11-23T10:01:30Z' },
    ],
  })
  expect([...all.snoozedUntil]).toEqual([
    ['dev', later(90)],
    ['staging', later(90)],
  ])
  const one = snoozed()
  snooze(one, profiles, { profile: 'dev-mfa', seconds: 1 }, now)
  expect([...one.snoozedUntil]).toEqual([['dev', later(1)]])
})

it('ends with 0 seconds, and by itself', () => {
  const both = snoozed([
    ['dev', later(60)],
    ['staging', later(60)],
  ])
  snooze(both, profiles, { profile: 'dev', seconds: 0 }, now)
  expect([...both.snoozedUntil.keys()]).toEqual(['staging'])
  expect(currentSnoozes(both.snoozedUntil, later(59)).size).toBe(1)
  expect(currentSnoozes(both.snoozedUntil, later(60)).size).toBe(0)
  expect(both.snoozedUntil.size).toBe(0)
})

it('holds nothing back where there is no session', () => {
  expect(thrownBy(() => snooze(snoozed(), profiles, { profile: 'idle', seconds: 60 }, now))).toEqual({
    code: 'profile.not-active',
    message: 'idle has no session, so there is nothing to be reminded of',
    hint: 'log in with: mfad login idle',
  })
})
