// The file store killed by SIGKILL at every system call, of a replacement, of a creation, of a write in place, and of all
// that follows; and each of them made to fail, in one way or another. `npm run faults` makes each fail in every way.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type Call,
  hasStrace,
  inParallel,
  type Laboratory,
  openLaboratory,
  type Scene,
  scenes,
} from '../../../support/file-store-process.ts'
import { errnos, failAt, killAt, type Verdict } from '../../../support/file-store-verdict.ts'

let laboratory: Laboratory
beforeAll(async () => {
  laboratory = await openLaboratory()
})
afterAll(() => laboratory.close())

it('finds strace, without which nothing is known about being killed', (context) => {
  if (!hasStrace && !process.env.CI)
    context.skip('NOT TESTED: install strace to test replacements against kill -9')
  expect(hasStrace).toBe(true)
})

const width = 4

async function verdictsOf<T>(items: readonly T[], run: (item: T) => Promise<Verdict>): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  await inParallel(width, items, async (item) => {
    verdicts.push(await run(item))
  })
  expect(verdicts.flatMap(({ problems }) => problems)).toEqual([])
  // How often a file is looked at depends on how long the disk takes.
  expect(verdicts.filter(({ isReached }) => !isReached).length).toBeLessThan(8)
  return verdicts
}

/** What follows the replacement; before it, the calls are those for any file. */
const afterRename = (calls: readonly Call[]) =>
  calls.slice(calls.findIndex(({ name }) => name === 'rename') + 1)
const all = (calls: readonly Call[]) => calls

type Choice = {
  scene: Scene
  choose(calls: readonly Call[]): readonly Call[]
  completed?: number
  isKept?: boolean
}
const killed: Record<string, Choice> = {
  'replacing a file': { scene: scenes['a file'], choose: all },
  'creating a file': { scene: scenes['a missing file'], choose: all },
  'appending to a file in place': { scene: scenes['in place, by appending,'], choose: all },
  // Once it has been written over, and not yet cut: before its length is looked at, and after.
  'writing a file in place, shorter': {
    scene: scenes['in place, in the middle and shorter,'],
    choose: all,
    completed: 2,
  },
  'merging what another program has written late': {
    scene: scenes['a file that another program writes to late'],
    choose: afterRename,
    isKept: true,
  },
  'setting a key in a config file': {
    scene: scenes['a config file, in which the daemon sets a key,'],
    choose: all,
  },
  'finding that it cannot be merged': {
    scene: scenes['a file that another program writes to late, which cannot be merged'],
    choose: afterRename,
    isKept: true,
  },
}

describe.runIf(hasStrace).each(Object.entries(killed))(
  'kill -9 at every system call while %s',
  (_name, { scene, choose, completed = 0, isKept = false }) => {
    it('leaves it old or new, whole, and the next start tidies up', async () => {
      const calls = choose(await laboratory.callsOf(scene))
      const verdicts = await verdictsOf(calls, (call) => killAt(laboratory, scene, call))
      const count = (is: (verdict: Verdict) => boolean) => verdicts.filter(is).length
      // On a busy machine the old file is looked at less often before it is given up.
      expect(calls.length).toBeGreaterThan(12)
      expect(count(({ outcome }) => outcome === 'old')).toBeGreaterThan(choose === all ? 10 : -1)
      expect(count(({ outcome }) => outcome === 'new')).toBeGreaterThan(2)
      expect(count(({ removed }) => removed > 0)).toBeGreaterThan(5)
      expect(count((verdict) => verdict.isCompleted)).toBe(completed)
      expect(count((verdict) => verdict.isKept) > 0).toBe(isKept)
    })
  },
)

const failing = {
  'replacing a file behind a symlink': scenes['a file behind a symlink'],
  'creating a file and its directory behind a symlink': scenes['a dangling symlink, to a missing directory'],
  'writing a file in place, shorter': scenes['in place, in the middle and shorter,'],
  'setting a key in a config file in place':
    scenes['a config file in place, in which the daemon sets a key,'],
  'replacing a file that another program writes to late':
    scenes['a file that another program writes to late'],
}

describe.runIf(hasStrace).each(Object.entries(failing))(
  'a system call that fails while %s',
  (_name, scene) => {
    it('leaves it old with a reason, or new', async () => {
      const calls = await laboratory.callsOf(scene)
      const verdicts = await verdictsOf([...calls.entries()], ([index, call]) =>
        failAt(laboratory, scene, call, errnos[index % errnos.length] ?? ''),
      )
      const count = (is: (verdict: Verdict) => boolean) => verdicts.filter(is).length
      expect(calls.length).toBeGreaterThan(30)
      expect(count(({ outcome }) => outcome === 'old')).toBeGreaterThan(10)
      expect(count(({ outcome }) => outcome === 'new')).toBeGreaterThan(3)
    })
  },
)

it.runIf(hasStrace && process.getuid?.() === 0).each(['EPERM', 'EACCES', 'EIO'])(
  "a group that cannot be kept (%s) leaves another group's file as it was",
  async (errno) => {
    const scene = (scenes as Record<string, Scene>)['a file of another group'] ?? scenes['a file']
    const { problems, isReached, outcome } = await failAt(
      laboratory,
      scene,
      { name: 'fchown', nth: 1 },
      errno,
    )
    // Where only that is refused, the file is written where it stands.
    expect([problems, isReached, outcome]).toEqual([[], true, errno === 'EIO' ? 'old' : 'new'])
  },
)
