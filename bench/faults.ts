// The whole table of which test/edges/files/replace/replacement-kills.test.ts takes a sample: every system call of every way to replace
// the file × every error, and every one killed at. `npm run faults`; needs strace. Ends with 1 when anything is not as it must be.
import {
  type Call,
  hasStrace,
  inParallel,
  type Laboratory,
  openLaboratory,
  type Scene,
  scenes,
} from '../test/support/file-store-process.ts'
import { errnos, failAt, killAt, type Verdict } from '../test/support/file-store-verdict.ts'

/** Two at a time, because more would only wait for each other on two cores. */
const width = 2

if (!hasStrace) {
  console.error('strace is not installed')
  process.exit(2)
}
const laboratory = await openLaboratory()
const all: Verdict[] = []
const startedAt = performance.now()
try {
  for (const [name, scene] of Object.entries(scenes)) await table(laboratory, name, scene)
} finally {
  laboratory.close()
}
const problems = all.flatMap((verdict) => verdict.problems)
const seconds = (performance.now() - startedAt) / 1000
console.log(`all: ${all.length} runs, ${problems.length} problems, ${seconds.toFixed(0)} s`)
process.exit(problems.length === 0 ? 0 : 1)

async function table(laboratory: Laboratory, name: string, scene: Scene): Promise<void> {
  const calls = await laboratory.callsOf(scene)
  const killed = await verdictsOf(calls, (call) => killAt(laboratory, scene, call))
  const faults = calls.flatMap((call) => errnos.map((errno) => ({ call, errno })))
  const failed = await verdictsOf(faults, ({ call, errno }) => failAt(laboratory, scene, call, errno))
  console.log(
    `${name}: ${new Set(calls.map((call: Call) => call.name)).size} calls, made ${calls.length} times`,
  )
  console.log(`  killed ${line(killed)}`)
  console.log(`  ${errnos.length} errors ${line(failed)}`)
  for (const problem of [...killed, ...failed].flatMap(({ problems }) => problems))
    console.log(`    ${problem}`)
  all.push(...killed, ...failed)
}

async function verdictsOf<T>(items: readonly T[], run: (item: T) => Promise<Verdict>): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  await inParallel(width, items, async (item) => {
    verdicts.push(await run(item))
  })
  return verdicts
}

function line(verdicts: readonly Verdict[]): string {
  const count = (is: (verdict: Verdict) => boolean) => verdicts.filter(is).length
  return [
    `${verdicts.length}`,
    `old ${count(({ outcome }) => outcome === 'old')}`,
    `new ${count(({ outcome }) => outcome === 'new')}`,
    `tidied up ${count(({ removed }) => removed > 0)}`,
    `completed ${count(({ isCompleted }) => isCompleted)}`,
    `kept ${count(({ isKept }) => isKept)}`,
    `not reached ${count(({ isReached }) => !isReached)}`,
    `problems ${count(({ problems }) => problems.length > 0)}`,
  ].join(', ')
}
