// The document against the real readers: botocore in one python3 process, and the AWS SDK for JavaScript.
// Longer runs: npm run fuzz -- --help

import fc from 'fast-check'
import { expect, it } from 'vitest'
import { startBotocoreReader } from '../../support/aws-readers.ts'
import { checkFiles } from '../../support/check-files.ts'
import { requirePython } from '../../support/clients.ts'
import { shrink } from '../../support/counter-example.ts'
import { iniFile } from '../../support/ini-arbitrary.ts'

const seed = Date.now() % 2 ** 31
const runs = 2000

it('any file: all readers read what we say they read, and nothing but our section changes', async (context) => {
  const botocore = startBotocoreReader(requirePython(context, 'botocore.configloader'))
  try {
    const { counts, failures } = await checkFiles(fc.sample(iniFile, { seed, numRuns: runs }), botocore)
    const [first] = failures
    const brokenBy = async (file: Uint8Array) => (await checkFiles([file], botocore)).failures[0]?.broken
    const example = first && (await shrink(seed, first.index, brokenBy))
    const shown = example && JSON.stringify(Buffer.from(example.file).toString('latin1'))
    expect(example && `${example.broken}: ${shown}`, `seed ${seed}`).toBeUndefined()
    expect(failures, `seed ${seed}`).toEqual([])
    expect(counts.accepted).toBeGreaterThan(runs * 0.3)
    expect(counts.set).toBeGreaterThan(runs * 0.2)
  } finally {
    await botocore.close()
  }
})
