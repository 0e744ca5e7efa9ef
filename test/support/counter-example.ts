// From a file that breaks a promise to the smallest one that still does, as a file of the corpus.

import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { iniFile } from './ini-arbitrary.ts'

/** `broken`: the promise that the file breaks. */
export type CounterExample = { file: Uint8Array; broken: string }

/** `fc.sample(iniFile, { seed })[index]` fails: goes there again, and on to smaller files. `brokenBy` tells which promise
 * a file breaks, if any. */
export async function shrink(
  seed: number,
  index: number,
  brokenBy: (file: Uint8Array) => Promise<string | undefined>,
): Promise<CounterExample | undefined> {
  const fails = fc.asyncProperty(iniFile, async (file) => {
    const broken = await brokenBy(file)
    if (broken !== undefined) throw new Error(broken)
  })
  const { counterexample, errorInstance } = await fc.check(fails, { seed, path: `${index}`, numRuns: 1 })
  if (!counterexample) return undefined
  return { file: counterexample[0], broken: errorInstance instanceof Error ? errorInstance.message : '' }
}

/** Named after its promise and its content, so that finding it again writes the same file. */
export function writeToCorpus({ file, broken }: CounterExample, directory: string): string {
  const words =
    broken
      .split('\n')[0]
      ?.toLowerCase()
      .match(/[a-z]+/g) ?? []
  const hash = createHash('sha256').update(file).digest('hex').slice(0, 8)
  const path = join(directory, `${words.slice(0, 8).join('-')}-${hash}.ini`)
  mkdirSync(directory, { recursive: true })
  writeFileSync(path, file)
  return path
}
