// The command line of `npm run fuzz`.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'

export type Options = {
  runs: number
  seed: number
  /** Ends earlier when this time is over. */
  minutes: number
  jobs: number
  /** Every how many files the AWS CLI itself reads and writes one; 0 for never. */
  awsEvery: number
  corpus: string
}

export const help = `Holds mfad's promises against random credentials and config files, as botocore, the AWS SDK for JavaScript and the AWS CLI read them.

  npm run fuzz -- [--runs N] [--seed S] [--minutes M] [--jobs J] [--aws-every K] [--corpus DIRECTORY]

  --runs N        how many files (100000)
  --seed S        where to begin; the same seed gives the same files (the time)
  --minutes M     stop after so many minutes, whatever --runs says
  --jobs J        how many files at a time; each job takes about one and a half cores (1)
  --aws-every K   let the AWS CLI read and edit every K-th file, 0 for none (200)
  --corpus DIR    where a file that breaks a promise is written (test/fixtures/corpus)

Examples
  npm run fuzz                                  a few minutes
  npm run fuzz -- --runs 1000000                the long run: half an hour to an hour
  npm run fuzz -- --minutes 600 --jobs 2        over night
  npm run fuzz -- --seed 42 --runs 5000         again what failed under that seed

Exit status: 0 every promise was kept, 1 one was broken, 2 wrong use, 3 a reader is not installed.
`

/** What is wrong with the command line, or the options, or 'help'. */
export function readOptions(args: readonly string[]): Options | 'help' | Error {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        runs: { type: 'string' },
        seed: { type: 'string' },
        minutes: { type: 'string' },
        jobs: { type: 'string' },
        'aws-every': { type: 'string' },
        corpus: { type: 'string' },
      },
    })
    if (values.help) return 'help'
    return {
      runs: integer('--runs', values.runs, 1) ?? (values.minutes === undefined ? 100_000 : 2 ** 31),
      seed: integer('--seed', values.seed, 0) ?? Date.now() % 2 ** 31,
      minutes: integer('--minutes', values.minutes, 1) ?? Number.POSITIVE_INFINITY,
      jobs: integer('--jobs', values.jobs, 1, availableParallelism()) ?? 1,
      awsEvery: integer('--aws-every', values['aws-every'], 0) ?? 200,
      corpus: values.corpus ?? 'test/fixtures/corpus',
    }
  } catch (error) {
    return error as Error
  }
}

function integer(name: string, text: string | undefined, least: number, most = 2 ** 31): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  if (value >= least && value <= most) return value
  throw new Error(`${name} must be a whole number from ${least} to ${most}`)
}
