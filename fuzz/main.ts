// The long run of test/core/document/readers.test.ts: the same promises, the same files, for as long as one likes.
import { fileURLToPath } from 'node:url'
import { isMainThread, Worker } from 'node:worker_threads'
import { type Counts, noCounts, sum } from '../test/support/check-files.ts'
import { findPython } from '../test/support/clients.ts'
import { writeToCorpus } from '../test/support/counter-example.ts'
import { type Answer, type Batch, runLane, type Setup } from './lane.ts'
import { help, type Options, readOptions } from './options.ts'

const batchSize = 500
/** Of each job: Python reads the one while the other is compared. */
const batchesInHand = 2
const secondsBetweenLines = 10
/** Nothing takes as long; a batch that does met a file over which mfad or a check runs for ever. */
const longestBatchMs = 120_000
/** Broken promises after which it is no use to go on. */
const mostExamples = 5

type Progress = {
  counts: Counts
  withAwsCli: number
  failures: number
  /** Where the files that broke a promise were written. */
  examples: Set<string>
  startedAt: number
}

if (isMainThread) process.exitCode = await main()
else await runLane()

async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2))
  if (options === 'help') {
    console.log(help)
    return 0
  }
  if (options instanceof Error) {
    console.error(`fuzz: ${options.message}\n  → npm run fuzz -- --help`)
    return 2
  }
  const setup = findReaders(options)
  if (!setup) return 3
  console.log(`seed ${options.seed}, ${options.runs} files, ${options.jobs} at a time`)
  const progress = await run(options, setup).catch((error: Error) => error)
  if (progress instanceof Error) {
    console.error(`fuzz: ${progress.message}`)
    return 1
  }
  console.log(lineOf(progress))
  for (const path of progress.examples) console.log(`broken by ${path}`)
  if (progress.failures > 0)
    console.log(`again: npm run fuzz -- --seed ${options.seed} --runs ${options.runs}`)
  return progress.failures > 0 ? 1 : 0
}

function findReaders({ awsEvery }: Options): Setup | undefined {
  const botocorePython = findPython('botocore.configloader')
  const awsPython = awsEvery === 0 ? botocorePython : findPython('awscli.clidriver')
  if (botocorePython !== undefined && awsPython !== undefined) return { botocorePython, awsPython, awsEvery }
  const what = botocorePython === undefined ? 'botocore' : 'awscli'
  console.error(
    `fuzz: no python3 here has ${what}\n  → pip install ${what}, or apt-get install python3-botocore awscli`,
  )
  return undefined
}

async function run({ runs, seed, minutes, jobs, corpus }: Options, setup: Setup): Promise<Progress> {
  const progress: Progress = {
    ...{ counts: noCounts, withAwsCli: 0, failures: 0, examples: new Set(), startedAt: performance.now() },
  }
  const isOver = () =>
    performance.now() - progress.startedAt > minutes * 60_000 || progress.examples.size >= mostExamples
  const batches = batchesOf(runs, seed, isOver)
  const timer = setInterval(() => console.log(lineOf(progress)), secondsBetweenLines * 1000)
  try {
    await Promise.all(Array.from({ length: jobs }, () => runJob(setup, batches, take)))
  } finally {
    clearInterval(timer)
  }
  return progress

  function take({ counts, withAwsCli, failures, examples }: Answer): void {
    progress.counts = sum(progress.counts, counts)
    progress.withAwsCli += withAwsCli
    progress.failures += failures.length
    for (const example of examples) {
      const path = writeToCorpus(example, corpus)
      if (!progress.examples.has(path)) console.log(`FAILED: ${example.broken}\n  → ${path}`)
      progress.examples.add(path)
    }
  }
}

function* batchesOf(runs: number, seed: number, isOver: () => boolean): Generator<Batch> {
  for (let done = 0; done < runs && !isOver(); done += batchSize)
    yield { seed: (seed + done / batchSize) % 2 ** 31, numRuns: Math.min(batchSize, runs - done) }
}

/** Resolves when there are no more batches; rejects when the thread fails or does not answer. */
function runJob(setup: Setup, batches: Iterator<Batch>, take: (answer: Answer) => void): Promise<void> {
  const worker = new Worker(fileURLToPath(import.meta.url), { workerData: setup })
  const inHand: Batch[] = []
  let watchdog: NodeJS.Timeout | undefined
  const next = () => {
    const { value, done } = batches.next()
    if (!done) inHand.push(value)
    if (!done || inHand.length === 0) worker.postMessage(value)
  }
  return new Promise((resolve, reject) => {
    const watch = () => {
      clearTimeout(watchdog)
      watchdog = setTimeout(() => {
        const seeds = inHand.map(({ seed }) => seed).join(' or ')
        reject(
          new Error(
            `no answer for ${longestBatchMs / 1000} s; again: npm run fuzz -- --runs ${batchSize} --seed ${seeds}`,
          ),
        )
        void worker.terminate()
      }, longestBatchMs)
    }
    worker.on('message', (answer: Answer) => {
      inHand.splice(
        inHand.findIndex(({ seed }) => seed === answer.seed),
        1,
      )
      take(answer)
      next()
      watch()
    })
    worker.on('error', reject)
    worker.on('exit', () => {
      clearTimeout(watchdog)
      if (inHand.length > 0) reject(new Error('a job ended before its files were checked'))
      else resolve()
    })
    for (let index = 0; index < batchesInHand; index++) next()
    watch()
  })
}

function lineOf({ counts, withAwsCli, failures, startedAt }: Progress): string {
  const seconds = (performance.now() - startedAt) / 1000
  const { files, accepted, set, removed, undone, users } = counts
  return [
    `${seconds.toFixed(0)} s: ${files} files (${(files / seconds).toFixed(0)} a second)`,
    `botocore accepts ${accepted}, rejects ${files - accepted}`,
    `${set} set, ${undone} of them undone, ${removed} removed, ${users} edits of user keys, ${withAwsCli} through the AWS CLI`,
    `${failures} failed`,
  ].join('; ')
}
