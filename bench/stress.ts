// The long run beside test/integration/other-writers.test.ts: `npm run stress -- --edits 10000`. Ends with 1 when an edit was
// lost that must not be.

import { runConfigWriters } from '../test/support/config-writers.ts'
import { type Report, runOtherWriters, type Writer } from '../test/support/other-writers.ts'
import { readCount } from './count-option.ts'

const usage = `usage: npm run stress -- [--edits N]

Rounds of a daemon that rewrites the credentials file, or edits the config file, all the time, among real programs that append
to it, write it anew in place, rename files over it or add a comment at its end, and run "aws configure set". N (default 2000): edits by append and in place, in all.

  npm run stress
  npm run stress -- --edits 10000
`

const editsPerRound = 900

const edits = readCount('edits', 2000, usage)
if (edits === undefined) process.exit(2)

const reports: Report[] = []
for (let round = 0; reports.reduce((sum, report) => sum + inPlace(report).made, 0) < edits; round++) {
  const isConfig = round % 6 >= 3
  const run = isConfig ? runConfigWriters : runOtherWriters
  const report = await run(writersOf(round), hasReader(round))
  reports.push(report)
  console.log(line(`round ${round + 1}, ${isConfig ? 'config' : 'credentials'} file`, [report]))
  for (const problem of [...report.warnings, ...report.reader.broken, ...report.strays])
    console.log(`  ${problem}`)
}
console.log(line('all', reports))
const isGood = reports.every(
  (report) =>
    renamed(report).lost <= report.named &&
    inPlace(report).lost <= report.named &&
    report.ours.lost === 0 &&
    report.reader.broken.length === 0 &&
    report.strays.length === 0,
)
const renames = sum(reports, (report) => renamed(report).made)
const isSeldom = sum(reports, lostOf) <= renames / 100
console.log(isGood && isSeldom ? 'ok' : 'LOST EDITS')
process.exit(isGood && isSeldom ? 0 : 1)

/**
 * Three kinds of rounds, one after another, for the one file and then for the other: programs that append and empty the file themselves, and the AWS CLI, which takes
 * half a second a time; a reader, and a program that renames, which alone can lose an edit, and then also what the one
 * program that has its file open writes there; two programs that both add comments at the end, one of them by a rename.
 */
function writersOf(round: number): Writer[] {
  const rename = { kind: 'rename', edits: editsPerRound / 3, pauseMs: 1 } as const
  if (hasReader(round)) return [{ kind: 'append', edits: editsPerRound, pauseMs: 4 }, rename]
  if (round % 3 === 2)
    return [
      { kind: 'note', edits: editsPerRound, pauseMs: 17 },
      { kind: 'copy', edits: editsPerRound, pauseMs: 12 },
    ]
  return [
    { kind: 'append', edits: editsPerRound / 2, pauseMs: 6 },
    { kind: 'truncate', edits: editsPerRound / 2, pauseMs: 6 },
    { kind: 'aws', edits: 12, pauseMs: 1 },
  ]
}

function hasReader(round: number): boolean {
  return round % 3 === 1
}

type Count = { made: number; lost: number }

function lostOf(report: Report): number {
  return inPlace(report).lost + renamed(report).lost
}

function inPlace({ edits: { append, truncate, aws, note } }: Report): Count {
  return countOf([append, truncate, aws, note])
}

function renamed({ edits: { rename, copy } }: Report): Count {
  return countOf([rename, copy])
}

function countOf(counts: readonly Count[]): Count {
  const total = (of: keyof Count) => counts.reduce((sum, count) => sum + count[of], 0)
  return { made: total('made'), lost: total('lost') }
}

function line(name: string, of: readonly Report[]): string {
  const parts = [
    `${name}: ${sum(of, ({ seconds }) => seconds).toFixed(0)} s`,
    `in place and appended ${sum(of, (report) => inPlace(report).made)}, lost ${sum(of, (report) => inPlace(report).lost)}`,
    `renamed ${sum(of, (report) => renamed(report).made)}, lost ${sum(of, (report) => renamed(report).lost)}, named ${sum(of, ({ named }) => named)}`,
    `ours ${sum(of, ({ ours }) => ours.writes)}, refused ${sum(of, ({ ours }) => ours.refused)}, lost ${sum(of, ({ ours }) => ours.lost)}, written once more ${sum(of, ({ ours }) => ours.writtenOnceMore)}`,
    `reads ${sum(of, ({ reader }) => reader.reads)}, broken ${sum(of, ({ reader }) => reader.broken.length)}`,
  ]
  return parts.join('; ')
}

function sum(of: readonly Report[], value: (report: Report) => number): number {
  return of.reduce((total, report) => total + value(report), 0)
}
