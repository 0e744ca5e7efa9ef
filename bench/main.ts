// The numbers that mfad promises, each taken in one run on one machine: `npm run bench`, and `-- --help` for how.
import { commandRows } from './command-rows.ts'
import { editRows, printEditMs } from './edit-rows.ts'
import { fileRows, statusRows } from './file-rows.ts'
import { largeRows } from './large-rows.ts'
import type { Missing, Row } from './measure.ts'
import { memoryRows } from './memory-rows.ts'
import { type BenchOptions, readOptions } from './options.ts'
import { programRows } from './program-rows.ts'
import { promptRows } from './prompt-rows.ts'
import { isOver, jsonOf, tableOf } from './report.ts'
import { roleRows } from './role-rows.ts'
import { timeRows } from './time-rows.ts'

type Measure = (options: BenchOptions) => readonly (Row | Missing)[] | Promise<readonly (Row | Missing)[]>

const rounds = ({ isQuick, isLong }: BenchOptions) => (isQuick ? 9 : isLong ? 101 : 31)
const groups: Record<string, Measure> = {
  commands: (options) => commandRows(rounds(options)),
  programs: (options) => programRows(rounds(options)),
  prompt: promptRows,
  memory: memoryRows,
  large: largeRows,
  edits: editRows,
  status: statusRows,
  files: fileRows,
  roles: roleRows,
  time: timeRows,
}
/** What a gross regression would show in. */
const quickGroups = ['commands', 'programs', 'prompt', 'memory']
/** So much wider are the limits of a quick run: other work on the machine must not fail it. */
const generosity = 2

// What is measured is what users have: this slows every Node down, and flatters each ratio to a bare one.
delete process.env.NODE_EXTRA_CA_CERTS
if (process.argv.includes('--edit-ms')) printEditMs()
else process.exitCode = await bench()

async function bench(): Promise<number> {
  const options = readOptions(Object.keys(groups))
  if (options === undefined) return 2
  const { isQuick, isLong, isJson, only = isQuick ? quickGroups : Object.keys(groups) } = options
  const run = isQuick ? 'quick' : isLong ? 'long' : 'usual'
  if (!isJson) console.log(`Node ${process.version}, ${process.arch}, ${run} run`)
  const rows: (Row | Missing)[] = []
  for (const [name, measure] of Object.entries(groups)) {
    if (!only.includes(name)) continue
    const measured = (await measure(options)).map((row) => (isQuick ? generous(row) : row))
    if (!isJson) console.log(`\n${name}\n${tableOf(measured)}`)
    rows.push(...measured)
  }
  if (isJson) console.log(jsonOf(rows, run))
  return rows.some((row) => !('missing' in row) && isOver(row)) ? 1 : 0
}

function generous(row: Row | Missing): Row | Missing {
  return 'missing' in row || row.limit === undefined ? row : { ...row, limit: row.limit * generosity }
}
