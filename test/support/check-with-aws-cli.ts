// What the AWS CLI itself reads before and after an edit of ours, and what becomes of our section when it edits the file.

import type { CredentialsDocument } from '../../src/core/document/document.ts'
import { parseDocument } from '../../src/core/document/parse.ts'
import { readSession } from '../../src/core/profiles/session-section.ts'
import type { AwsCli, AwsResult } from './aws-cli.ts'
import type { BotocoreReader } from './aws-readers.ts'
import { checkFiles, type Failure } from './check-files.ts'
import { type Edits, editsOf, ownKeys, sessionName } from './edits.ts'

export async function checkWithAwsCli(
  files: readonly Uint8Array[],
  cli: AwsCli,
  botocore: BotocoreReader,
): Promise<Failure[]> {
  const failures: Failure[] = []
  const written: { index: number; file: Uint8Array }[] = []
  for (const [index, file] of files.entries()) {
    const edits = editsOf(file)
    const broken = await brokenForReader(edits, cli)
    if (broken !== undefined) failures.push({ index, broken })
    if (!edits.set) continue
    const { withOther, taken, isTaken } = await editWithAwsCli(edits.set, cli)
    written.push({ index, file: withOther }, { index, file: taken })
    if (kindIn(withOther) !== 'ours')
      failures.push({ index, broken: 'our section stays ours when aws configure set adds a profile' })
    if (isTaken && kindIn(taken) !== 'foreign')
      failures.push({ index, broken: 'our section is foreign once aws configure set replaced its key' })
  }
  const { failures: later } = await checkFiles(
    written.map(({ file }) => file),
    botocore,
  )
  for (const { index, broken } of later)
    failures.push({ index: written[index]?.index ?? 0, broken: `after aws configure set: ${broken}` })
  return failures
}

async function brokenForReader(
  { file, before, isRejected, set, removed, values }: Edits,
  cli: AwsCli,
): Promise<string | undefined> {
  const gets = everyGet(before)
  const { results } = await cli.run(file, ...gets)
  if (isRejected)
    return results.some(([status]) => status === 0) ? 'the AWS CLI rejects what we reject' : undefined
  for (const edited of [set, removed]) {
    if (!edited) continue
    const { results: after } = await cli.run(edited.toBytes(), ...gets)
    if (!sameResults(results, after)) return 'the AWS CLI reads all other profiles as before'
  }
  if (!set) return undefined
  const { results: ours } = await cli.run(set.toBytes(), ...ownKeys.map((key) => get(key, sessionName)))
  const wanted = ownKeys.map((key): AwsResult => (values.has(key) ? [0, `${values.get(key)}\n`] : [1, '']))
  return sameResults(ours, wanted) ? undefined : 'the AWS CLI reads exactly our values'
}

/** It adds another profile, and it replaces our key: unless it takes a section of another name for ours. */
async function editWithAwsCli(
  set: CredentialsDocument,
  cli: AwsCli,
): Promise<{ withOther: Uint8Array; taken: Uint8Array; isTaken: boolean }> {
  const { file: withOther } = await cli.run(set.toBytes(), setKey('AKIAI44QH8DHBEXAMPLE', 'other'))
  const replace = setKey('ASIAOTHERTOOLOTHERTO', sessionName)
  const { file: taken, results } = await cli.run(
    set.toBytes(),
    replace,
    get('aws_access_key_id', sessionName),
  )
  return { withOther, taken, isTaken: results[1]?.[1] === 'ASIAOTHERTOOLOTHERTO\n' }
}

function kindIn(file: Uint8Array): string {
  return readSession(parseDocument(file), sessionName).kind
}

/** `aws configure get` for each key that it can be asked for, but ours and what [DEFAULT] lends to our section. A dot
 * means another profile to it. */
function everyGet({ sections }: CredentialsDocument): string[][] {
  const named = [...sections.values()].filter(({ name }) => name !== 'DEFAULT' && !/^-|\0/.test(name))
  return named.flatMap(({ name, entries }) =>
    [...entries.keys()]
      .filter((key) => !/^-|[.\0]/.test(key))
      .filter((key) => name !== sessionName || !(ownKeys.includes(key) || sections.has('DEFAULT')))
      .map((key) => get(key, name)),
  )
}

function get(key: string, profile: string): string[] {
  return ['configure', 'get', key, '--profile', profile]
}

function setKey(accessKeyId: string, profile: string): string[] {
  return ['configure', 'set', 'aws_access_key_id', accessKeyId, '--profile', profile]
}

function sameResults(one: readonly AwsResult[], other: readonly AwsResult[]): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
