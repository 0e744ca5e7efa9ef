// A daemon that rewrites the credentials file all the time, among programs that append to it, write it anew in place and
// rename files over it; the AWS CLI is one of them. `npm run stress` does the same for longer.

import { describe, expect, it } from 'vitest'
import { requireProgram } from '../support/clients.ts'
import { runOtherWriters } from '../support/other-writers.ts'

const none = { made: 0, lost: 0 }

describe('among other programs that edit the file, no edit is lost', () => {
  it('whether they append, write anew in place, or rename', { timeout: 60_000 }, async () => {
    const report = await runOtherWriters(
      [
        { kind: 'append', edits: 120, pauseMs: 5 },
        { kind: 'truncate', edits: 120, pauseMs: 5 },
        { kind: 'rename', edits: 60, pauseMs: 10 },
      ],
      false,
    )
    const { rename, ...others } = report.edits
    expect(others).toEqual({
      append: { made: 120, lost: 0 },
      truncate: { made: 120, lost: 0 },
      aws: none,
    })
    // A rename within the 15 µs between two system calls cannot be kept; it must be told.
    expect(rename.lost).toBeLessThanOrEqual(report.named)
    expect(report.ours).toMatchObject({ lost: 0 })
    expect(report.ours.writes).toBeGreaterThan(5)
    expect(report.strays).toEqual([])
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
    expect([edits.append.lost, ours.lost]).toEqual([0, 0])
    expect(edits.rename.lost).toBeLessThanOrEqual(named)
  })
})
