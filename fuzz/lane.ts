// One of the jobs: a thread that takes batches of files, and reads them with Python processes of its own.
import { parentPort, workerData } from 'node:worker_threads'
import fc from 'fast-check'
import { startAwsCli } from '../test/support/aws-cli.ts'
import { startBotocoreReader } from '../test/support/aws-readers.ts'
import { checkFiles, type Failure, type Verdict } from '../test/support/check-files.ts'
import { checkWithAwsCli } from '../test/support/check-with-aws-cli.ts'
import { type CounterExample, shrink } from '../test/support/counter-example.ts'
import { iniFile } from '../test/support/ini-arbitrary.ts'

export type Batch = { seed: number; numRuns: number }
export type Setup = { botocorePython: string; awsPython: string; awsEvery: number }
export type Answer = Verdict & { seed: number; withAwsCli: number; examples: CounterExample[] }

export async function runLane(): Promise<void> {
  const { botocorePython, awsPython, awsEvery }: Setup = workerData
  const botocore = startBotocoreReader(botocorePython)
  // Nobody asks it where awsEvery is 0.
  const cli = startAwsCli(awsPython)
  parentPort?.on('message', async (batch: Batch | undefined) => {
    if (!batch) {
      await Promise.all([botocore.close(), cli.close()])
      parentPort?.close()
    } else parentPort?.postMessage(await check(batch))
  })

  async function check({ seed, numRuns }: Batch): Promise<Answer> {
    const files = fc.sample(iniFile, { seed, numRuns })
    const { counts, failures } = await checkFiles(files, botocore)
    const sample = files.flatMap((file, index) =>
      awsEvery > 0 && (seed + index) % awsEvery === 0 ? [{ file, index }] : [],
    )
    const found = (
      await checkWithAwsCli(
        sample.map(({ file }) => file),
        cli,
        botocore,
      )
    ).map(({ index, broken }) => ({ index: sample[index]?.index ?? 0, broken }))
    return {
      seed,
      counts,
      failures: [...failures, ...found],
      withAwsCli: sample.length,
      examples: await examplesOf(seed, files, failures[0], found[0]),
    }
  }

  /** The smallest file for the first failure of each kind; the file itself where it does not fail again. */
  async function examplesOf(
    seed: number,
    files: readonly Uint8Array[],
    failure: Failure | undefined,
    cliFailure: Failure | undefined,
  ): Promise<CounterExample[]> {
    const checkOne = async (file: Uint8Array) => (await checkFiles([file], botocore)).failures[0]?.broken
    const checkOneWithCli = async (file: Uint8Array) =>
      (await checkWithAwsCli([file], cli, botocore))[0]?.broken
    const examples: CounterExample[] = []
    for (const [first, brokenBy] of [
      [failure, checkOne],
      [cliFailure, checkOneWithCli],
    ] as const) {
      if (!first) continue
      const unshrunk = { file: files[first.index] as Uint8Array, broken: first.broken }
      examples.push((await shrink(seed, first.index, brokenBy)) ?? unshrunk)
    }
    return examples
  }
}
