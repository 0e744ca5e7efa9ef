// One code that renews 300 roles, with an STS that takes 100 ms for an answer: how long it takes, how often the file is
// replaced, and whether the daemon has time for anything else meanwhile.
import { readFileSync, watch } from 'node:fs'
import { basename, dirname } from 'node:path'
import { type BenchHome, openBenchHome } from './bench-home.ts'
import { median, p99, type Row } from './measure.ts'

const roles = 300
const stsMs = 100
const pauseMs = 50
const limitMs = 60_000
/** A request names no more. */
const mostNames = 100

export async function roleRows(): Promise<Row[]> {
  const home = await openBenchHome(2, roles)
  try {
    await home.startDaemon()
    await activate(home)
    home.sts.setFault({ kind: 'slow', milliseconds: stsMs })
    const before = home.sts.issued.length
    const replacements = countReplacements(home.files.credentials)
    const startedAt = performance.now()
    const renewal = home.login('p0', home.sts.tokenCode(serialNumber, new Date(Date.now() + 30_000)))
    const meanwhile = measureMeanwhile(home)
    await renewal
    // And the one of the other device.
    await until(() => tokensInFile(home, before) === roles + 2)
    const seconds = (performance.now() - startedAt) / 1000
    const { statusMs, loginMs } = await meanwhile.end()
    return [
      {
        what: `${roles} roles renewed by one code, STS of ${stsMs} ms`,
        value: seconds,
        limit: 10,
        unit: 's',
      },
      { what: 'replacements of the file meanwhile', value: replacements.end(), limit: 40, unit: '' },
      { what: 'status meanwhile, p99', value: p99(statusMs), limit: 50, unit: 'ms' },
      { what: 'the same, median', value: median(statusMs), limit: undefined, unit: 'ms' },
      { what: 'a login on another device meanwhile', value: loginMs, limit: 1000, unit: 'ms' },
    ]
  } finally {
    await home.close()
  }
}

const serialNumber = 'arn:aws:iam::111122223333:mfa/u0'

/** Every role gets its first session, so that the code that follows renews it. */
async function activate(home: BenchHome): Promise<void> {
  await home.login('p0', home.sts.tokenCode(serialNumber))
  const names = Array.from({ length: roles }, (_, index) => `r${index}`)
  for (let first = 0; first < roles; first += mostNames)
    await home.loginAll(names.slice(first, first + mostNames))
  await until(() => tokensInFile(home, 0) === roles + 1)
}

/** The session tokens in the file among those issued since. */
function tokensInFile(home: BenchHome, since: number): number {
  const text = readFileSync(home.files.credentials, 'utf8')
  return home.sts.issued.slice(since).filter(({ sessionToken }) => text.includes(sessionToken)).length
}

function measureMeanwhile(home: BenchHome) {
  const statusMs: number[] = []
  let isEnding = false
  const time = async (job: () => Promise<unknown>) => {
    const startedAt = performance.now()
    await job()
    return performance.now() - startedAt
  }
  const asked = (async () => {
    while (!isEnding) {
      statusMs.push(await time(home.status))
      await new Promise((done) => setTimeout(done, pauseMs))
    }
  })()
  const other = 'arn:aws:iam::111122223333:mfa/u1'
  const login = time(() => home.login('p1', home.sts.tokenCode(other)))
  return {
    async end() {
      isEnding = true
      await asked
      return { statusMs, loginMs: await login }
    },
  }
}

function countReplacements(path: string) {
  let count = 0
  const directory = dirname(path)
  const watcher = watch(directory, (event, name) => {
    if (event === 'rename' && name === basename(path)) count += 1
  })
  return {
    end(): number {
      watcher.close()
      return count
    },
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  const endsAt = performance.now() + limitMs
  while (!isTrue()) {
    if (performance.now() > endsAt) throw new Error('not all of the roles came into the file in time')
    await new Promise((done) => setTimeout(done, pauseMs))
  }
}
