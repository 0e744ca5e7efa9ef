// Every nasty file that was ever found, one by one: what mfad says about it, and whether all readers keep agreeing.
// A new file needs its line in expectations.json; what botocore, the SDK and the AWS CLI think of it is found out here.

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startAwsCli } from '../support/aws-cli.ts'
import { startBotocoreReader } from '../support/aws-readers.ts'
import { checkFiles, type Failure } from '../support/check-files.ts'
import { checkWithAwsCli } from '../support/check-with-aws-cli.ts'
import { requirePython } from '../support/clients.ts'
import { type Outcome, outcomeOf } from '../support/corpus.ts'

const directory = 'test/fixtures/corpus'
const names = readdirSync(directory).filter((name) => name.endsWith('.ini'))
const files = names.map((name) => new Uint8Array(readFileSync(join(directory, name))))
const expectations: Record<string, Outcome> = JSON.parse(
  readFileSync(join(directory, 'expectations.json'), 'utf8'),
)
const named = (failures: Failure[]) => failures.map(({ index, broken }) => `${names[index]}: ${broken}`)

describe('the corpus', () => {
  it('has an expectation for every file', () => {
    expect(Object.keys(expectations).sort()).toEqual(names.toSorted())
  })

  it.each(names.map((name, index) => [name, index] as const))('%s', (name, index) => {
    expect(outcomeOf(files[index] as Uint8Array)).toEqual(expectations[name])
  })

  it('is read and written without a broken promise', async (context) => {
    const botocore = startBotocoreReader(requirePython(context, 'botocore.configloader'))
    try {
      expect(named((await checkFiles(files, botocore)).failures)).toEqual([])
    } finally {
      await botocore.close()
    }
  })

  it('is read alike by the AWS CLI before and after, and stays so when that writes', {
    timeout: 180_000,
  }, async (context) => {
    const botocore = startBotocoreReader(requirePython(context, 'botocore.configloader'))
    const cli = startAwsCli(requirePython(context, 'awscli.clidriver'))
    try {
      expect(named(await checkWithAwsCli(files, cli, botocore))).toEqual([])
    } finally {
      await Promise.all([botocore.close(), cli.close()])
    }
  })
})
