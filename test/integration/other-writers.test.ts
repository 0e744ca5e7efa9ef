// A daemon that rewrites the credentials file all the time, among programs that append to it, write it anew in place and
// rename files over it; the AWS CLI is one of them. `npm run stress` does the same for longer.

import { describe, expect, it } from 'vitest'
import { requireProgram } from '../support/clients.ts'
import { runConfigWriters } from '../support/config-writers.ts'
import { type Report, runOtherWriters } from '../support/other-writers.ts'

const none = { made: 0, lost: 0 }

describe('among other programs that edit the file, no edit is lost', () => {
  it('whether they append or write anew in place', { timeout: 60_000 }, async () => {
    const report = await runOtherWriters(
      [
        { kind: 'append', edits: 120, pauseMs: 15 },
        { kind: 'truncate', edits: 120, pauseMs: 15 },
      ],
      false,
    )
    expect(report.edits).toEqual({
      append: { made: 120, lost: 0 },
      truncate: { made: 120, lost: 0 },
      aws: none,
      rename: none,
      note: none,
      copy: none,
    })
    expect(report.ours).toMatchObject({ lost: 0 })
    expect(report.ours.writes).toBeGreaterThan(5)
    expect([report.named, report.strays]).toEqual([0, []])
  })

  it('but by renames in the same instant, which are told', { timeout: 60_000 }, async () => {
    const { edits, ours, named, strays } = await runOtherWriters(
      [
        { kind: 'append', edits: 120, pauseMs: 15 },
        { kind: 'truncate', edits: 120, pauseMs: 15 },
        { kind: 'rename', edits: 60, pauseMs: 30 },
      ],
      false,
    )
    expectOnlyWhatIsTold(edits, named)
    expect(ours).toMatchObject({ lost: 0 })
    expect(ours.writes).toBeGreaterThan(2)
    expect(strays).toEqual([])
  })

  it('by the AWS CLI', { timeout: 60_000 }, async (context) => {
    requireProgram(context, 'aws')
    const { edits, ours, strays } = await runOtherWriters([{ kind: 'aws', edits: 8, pauseMs: 1 }], true)
    expect([edits.aws, ours.lost, strays]).toEqual([{ made: 8, lost: 0 }, 0, []])
    expect(ours.writes).toBeGreaterThan(20)
  })

  it('and who reads at the same time always finds a whole file', { timeout: 60_000 }, async () => {
    const { edits, reader, ours, named } = await runOtherWriters(
      [
        { kind: 'append', edits: 120, pauseMs: 4 },
        { kind: 'rename', edits: 120, pauseMs: 4 },
      ],
      true,
    )
    expect(reader.broken).toEqual([])
    expect(reader.reads).toBeGreaterThan(1000)
    expect(ours.lost).toBe(0)
    expectOnlyWhatIsTold(edits, named)
  })
})

describe('among other programs that edit the config file, no edit is lost', () => {
  it('whether they append or write anew in place', { timeout: 60_000 }, async () => {
    const { edits, ours, named, strays } = await runConfigWriters(
      [
        { kind: 'append', edits: 120, pauseMs: 15 },
        { kind: 'truncate', edits: 120, pauseMs: 15 },
      ],
      false,
    )
    expect([edits.append.lost, edits.truncate.lost, ours.lost, named, strays]).toEqual([0, 0, 0, 0, []])
    expect(ours.writes).toBeGreaterThan(5)
  })

  it('but by renames in the same instant, which are told', { timeout: 60_000 }, async () => {
    const { edits, ours, reader, named, strays } = await runConfigWriters(
      [
        { kind: 'append', edits: 120, pauseMs: 4 },
        { kind: 'rename', edits: 120, pauseMs: 4 },
      ],
      true,
    )
    expectOnlyWhatIsTold(edits, named)
    expect([reader.broken, ours.lost, strays]).toEqual([[], 0, []])
    expect(ours.writes).toBeGreaterThan(2)
  })
})

/**
 * A file that is renamed within the 15 µs between two system calls cannot be kept, nor can what the one program that has
 * it open then writes to it: the writers lock each other out.
 */
function expectOnlyWhatIsTold({ append, truncate, rename }: Report['edits'], named: number): void {
  expect(rename.lost).toBeLessThanOrEqual(named)
  expect(append.lost + truncate.lost).toBeLessThanOrEqual(named)
}
