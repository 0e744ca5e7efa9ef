// What is to be tried again, and when, of the sessions that could not be written; and when the ledger lets go of a file.

import { describe, expect, it } from 'vitest'
import {
  emptyLedger,
  forgetUnwritten,
  keepUnwritten,
  type Ledger,
  noteRestored,
  noteTried,
  noteWritten,
  type SessionWrite,
  unwrittenSession,
} from '../../../src/core/writes/ledger.ts'
import { planEdits, planWrites } from '../../../src/core/writes/plan-writes.ts'
import { documentsOf, keysOf, parse } from '../../support/profiles.ts'

const start = Date.parse('2027-01-15T08:00:00Z')
const at = (seconds: number) => new Date(start + seconds * 1000)
const accessKeyId = 'AKIAIOSFODNN7EXAMPLE'
const file = `[dev]\n${keysOf(accessKeyId)}`
const keys = {
  kind: 'files' as const,
  accessKeyId,
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
}

const writeOf = (sessionProfile: string, source?: SessionWrite['source']): SessionWrite => ({
  sessionProfile,
  values: new Map(),
  ...(source === undefined ? {} : { source }),
  adopt: false,
  isOptional: false,
})
const ofDev = (sessionProfile: string) => writeOf(sessionProfile, { profile: 'dev', keys })
const ofGone = (sessionProfile: string) => writeOf(sessionProfile, { profile: 'gone', keys })

function sessionFor(
  writes: SessionWrite[],
  seconds = 3600,
  serialNumber = 'device',
  callerKeyId = accessKeyId,
) {
  const credentials = {
    accessKeyId: 'ASIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'secret',
    sessionToken: 'token',
    expiration: at(seconds),
  }
  return { serialNumber, callerKeyId, credentials, endsAt: at(seconds), writes }
}
const kept = (writes: SessionWrite[], seconds?: number, ledger: Ledger = emptyLedger) =>
  keepUnwritten(ledger, sessionFor(writes, seconds), at(0))
const plan = (ledger: Ledger, seconds: number, text = file) =>
  planWrites(documentsOf(text), ledger, at(seconds))
const names = (sessions: readonly { writes: readonly SessionWrite[] }[]) =>
  sessions.map(({ writes }) => writes.map(({ sessionProfile }) => sessionProfile))

describe('a session that could not be written', () => {
  it('is tried again after 10 s, and 10 s after each try', () => {
    let ledger = kept([ofDev('dev-mfa')])
    expect(plan(ledger, 9.999)).toEqual({ restore: [], write: [], letGo: [], ledger, nextAt: at(10) })
    expect(plan(ledger, 10)).toEqual({ restore: [], write: ledger.unwritten, letGo: [], ledger })
    ledger = noteTried(ledger, ledger.unwritten, at(10))
    expect(plan(ledger, 19)).toMatchObject({ write: [], nextAt: at(20) })
    expect(plan(ledger, 20)).toMatchObject({ write: ledger.unwritten })
  })

  it('waits for the first of several; a try of one is no try of the others', () => {
    const ledger = keepUnwritten(kept([ofDev('dev-mfa')]), sessionFor([ofDev('admin-mfa')]), at(4))
    expect(plan(ledger, 5)).toMatchObject({ write: [], nextAt: at(10) })
    const tried = noteTried(ledger, ledger.unwritten.slice(0, 1), at(12))
    expect(names(plan(tried, 14).write)).toEqual([['admin-mfa']])
    expect(plan(tried, 14).nextAt).toEqual(at(22))
  })

  it('is given up in its last minute', () => {
    const ledger = kept([ofDev('dev-mfa')], 3600)
    expect(plan(ledger, 3539).ledger).toBe(ledger)
    expect(plan(ledger, 3540)).toEqual({ restore: [], write: [], letGo: [], ledger: emptyLedger })
  })

  it('is let go where its keys are gone, also some of its sections only', () => {
    const ledger = kept([ofDev('dev-mfa'), ofGone('gone-mfa'), writeOf('nobody-mfa')])
    const planned = plan(ledger, 10)
    expect(planned.letGo).toEqual(['gone-mfa', 'nobody-mfa'])
    expect(names(planned.write)).toEqual([['dev-mfa']])
    expect(planned.ledger).toEqual({ ...ledger, unwritten: planned.write })
    expect(plan(ledger, 10, `[other]\n${keysOf(accessKeyId)}`)).toMatchObject({
      write: [],
      letGo: ['dev-mfa', 'gone-mfa', 'nobody-mfa'],
      ledger: emptyLedger,
    })
  })

  it('makes way for a later one, and for a logout, section by section', () => {
    const first = kept([ofDev('dev-mfa'), ofDev('admin-mfa')])
    const second = kept([ofDev('dev-mfa')], 7200, first)
    expect(names(second.unwritten)).toEqual([['admin-mfa'], ['dev-mfa']])
    expect(names(forgetUnwritten(second, ['admin-mfa']).unwritten)).toEqual([['dev-mfa']])
  })

  it('is found by its device and the key that asked for it, the latest of several, while it is worth writing', () => {
    const ledger = keepUnwritten(kept([ofDev('dev-mfa')]), sessionFor([ofDev('admin-mfa')], 7200), at(0))
    const found = (device: string, callerKeyId: string, seconds = 0) =>
      unwrittenSession(ledger, device, callerKeyId, at(seconds))?.expiration
    expect(found('device', accessKeyId)).toEqual(at(7200))
    expect(found('device', 'AKIAI44QH8DHBEXAMPLE')).toBeUndefined()
    expect(found('another', accessKeyId)).toBeUndefined()
    expect(found('device', accessKeyId, 7140)).toBeUndefined()
  })
})

describe('the ledger of a file', () => {
  const withOne = `${file}[dev-mfa]\nt=1\n`
  const written = (kind: 'sessions' | 'edit' = 'sessions', after = withOne) =>
    noteWritten(
      emptyLedger,
      parse(file),
      parse(after),
      kind,
      new Map([['dev-mfa', { profile: 'dev', keys }]]),
      at(0),
    )

  it('holds what was written for its time, and lets the whole file go then', () => {
    const ledger = written()
    expect(plan(ledger, 60, withOne).ledger).toBe(ledger)
    expect(plan(ledger, 61, withOne).ledger).toEqual(emptyLedger)
    expect(planEdits(parse(withOne), ledger, at(60)).ledger).toBe(ledger)
    expect(planEdits(parse(withOne), ledger, at(61)).ledger).toEqual(emptyLedger)
  })

  it('lets go of the session alone whose keys are gone, and restores the others', () => {
    const both = `${withOne}[gone-mfa]\nt=1\n`
    const ledger = noteWritten(
      written(),
      parse(withOne),
      parse(both),
      'sessions',
      new Map([['gone-mfa', { profile: 'gone', keys }]]),
      at(0),
    )
    const planned = plan(ledger, 1)
    expect(planned.letGo).toEqual(['gone-mfa'])
    expect(planned.restore.map(({ name }) => name)).toEqual(['dev-mfa'])
    expect(planned.ledger.written.map(({ change }) => change.name)).toEqual(['dev-mfa'])
    expect(planned.ledger.lastWritten).toBe(ledger.lastWritten)
    expect(planWrites(documentsOf(file), planned.ledger, at(1)).letGo).toEqual([])
  })

  it('counts as restored what was, and nothing beside it', () => {
    const both = `${withOne}[admin-mfa]\nt=1\n`
    const ledger = noteWritten(
      written(),
      parse(withOne),
      parse(both),
      'sessions',
      new Map([['admin-mfa', { profile: 'dev', keys }]]),
      at(0),
    )
    const [undone] = plan(ledger, 1, `${file}[admin-mfa]\nt=1\n`).restore
    if (undone === undefined) throw new Error('nothing to restore')
    const noted = noteRestored(ledger, [{ written: undone.written, found: 'odd' }], at(1))
    expect(
      noted.written.map(({ change, timesRestored, at: noteAt, stale }) => [
        change.name,
        timesRestored,
        noteAt,
        stale,
      ]),
    ).toEqual([
      ['dev-mfa', 1, at(1).getTime(), [undefined, 'odd']],
      ['admin-mfa', 0, at(0).getTime(), [undefined]],
    ])
  })
})
