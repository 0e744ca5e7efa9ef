// The document against the real readers: botocore in one python3 process, and the AWS SDK for JavaScript.
// A longer run: MFAD_RUNS=100000 MFAD_SEED=1 npx vitest run test/integration/document-readers.test.ts

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CredentialsDocument, parseDocument } from '../../src/core/document.ts'
import { removeSection, setSection } from '../../src/core/document-edit.ts'
import { sdkNameOf } from '../../src/core/document-sdk.ts'
import { AppError } from '../../src/core/errors.ts'
import { sessionKeys } from '../../src/core/session-section.ts'
import { type Reading, readWithBotocore, readWithSdk, reasonWithoutBotocore } from '../support/aws-readers.ts'
import { iniFile } from '../support/ini-arbitrary.ts'

const runs = Number(process.env.MFAD_RUNS ?? 400)
const seed = Number(process.env.MFAD_SEED ?? Date.now() % 2 ** 31)
const chunk = 5000
const withoutBotocore = reasonWithoutBotocore()
if (withoutBotocore)
  process.stderr.write(`test/integration/document-readers.test.ts is skipped: ${withoutBotocore}\n`)

const name = 'dev-mfa'
const ownKeys: readonly string[] = sessionKeys
const values = new Map([
  ['aws_access_key_id', 'ASIAABCDEFGHIJKLMNOP'],
  ['aws_secret_access_key', 'wJalrXUtnFEMI/K7+MDENG='],
  ['aws_session_token', 'FwoGZXIvYXdzEBYaDN=='],
  ['expiration', '2026-11-23T10:32:13Z'],
  ['manager', 'mfad'],
  ['mfad_key', 'IJKLMNOP'],
])

describe.skipIf(withoutBotocore && !process.env.CI)(`with seed ${seed}, ${runs} files`, () => {
  it('reads what botocore and the SDK read, and writes what they read back', {
    timeout: 3_600_000,
  }, async () => {
    const counts = { accepted: 0, clean: 0, set: 0, removed: 0 }
    for (let done = 0; done < runs; done += chunk) {
      const numRuns = Math.min(chunk, runs - done)
      await compareWithReaders(fc.sample(iniFile, { seed: seed + done, numRuns }), counts)
    }
    if (runs > 1000) process.stderr.write(`${JSON.stringify(counts)}\n`)
    expect(counts.accepted).toBeGreaterThan(runs * 0.3)
    expect(counts.set).toBeGreaterThan(runs * 0.2)
  })
})

type Counts = { accepted: number; clean: number; set: number; removed: number }

/** A document and what the real readers see in it. */
type Seen = { document: CredentialsDocument; botocore: Reading | undefined; sdk: Reading }

async function compareWithReaders(files: readonly Uint8Array[], counts: Counts): Promise<void> {
  const cases = files.map((file) => {
    const document = parseDocument(file)
    const isRejected = document.findings.some(({ rejectsFile }) => rejectsFile)
    const set = isRejected ? undefined : unlessRefused(() => setSection(document, name, ownKeys, values))
    const removed = isRejected ? undefined : unlessRefused(() => removeSection(document, name, ownKeys))
    const undone = set && unlessRefused(() => removeSection(set, name, ownKeys))
    return { file, document, set, removed, undone }
  })
  const seen = await see(
    cases.flatMap(({ document, set, removed, undone }) => [document, set, removed, undone]),
  )
  for (const { file, document, set, removed, undone } of cases) {
    const shown = JSON.stringify(Buffer.from(file).toString('latin1'))
    const [before, afterSet, afterRemoved, afterUndone] = [document, set, removed, undone].map((one) =>
      seen.get(one),
    ) as [Seen, Seen, Seen, Seen]
    expectSame([...document.toBytes()], [...file], shown)
    expectToReadLike(before, shown)
    if (before.botocore) counts.accepted++
    if (document.findings.length === 0) counts.clean++
    if (set) {
      counts.set++
      expectElsewhereUnchanged(before, afterSet, shown)
      expectSame(oursIn(afterSet.botocore), inOrder(values), shown)
      expectSame(oursIn(afterSet.sdk), inOrder(values), shown)
    }
    if (removed && removed !== document) {
      counts.removed++
      expectElsewhereUnchanged(before, afterRemoved, shown)
      if (!document.sections.has('DEFAULT')) expectSame(oursIn(afterRemoved.botocore), [], shown)
    }
    if (undone) expectElsewhereUnchanged(before, afterUndone, shown)
    if (set && !document.sections.has(name)) expect(undone?.toBytes(), shown).toEqual(file)
  }
}

async function see(
  documents: readonly (CredentialsDocument | undefined)[],
): Promise<Map<CredentialsDocument | undefined, Seen>> {
  const present = documents.filter((document) => document !== undefined)
  const readings = readWithBotocore(present.map((document) => document.toBytes()))
  const seen = new Map<CredentialsDocument | undefined, Seen>()
  for (const [index, document] of present.entries())
    seen.set(document, { document, botocore: readings[index], sdk: await readWithSdk(document.toBytes()) })
  return seen
}

/** The result of an edit, or undefined where it is refused in the promised way. */
function unlessRefused(edit: () => CredentialsDocument): CredentialsDocument | undefined {
  try {
    return edit()
  } catch (error) {
    if (error instanceof AppError && error.code === 'file.section-unreadable') return undefined
    throw error
  }
}

/** Compared as text first: a matcher per value takes most of the time of a long run. */
function expectSame(actual: unknown, expected: unknown, shown: string): void {
  if (JSON.stringify(actual) !== JSON.stringify(expected)) expect(actual, shown).toEqual(expected)
}

/** The document says what the readers see, and where they agree. */
function expectToReadLike({ document, botocore, sdk }: Seen, shown: string): void {
  const rejecting = document.findings.filter(({ rejectsFile }) => rejectsFile)
  expect(rejecting.length > 0, `${shown} is rejected`).toBe(botocore === undefined)
  if (!document.isUtf8) return
  expectSame(inOrder(sdkSectionsOf(document)), inOrder(sdk), shown)
  if (!botocore) return
  expectSame(inOrder(sectionsOf(document)), inOrder(botocore), shown)
  for (const section of document.sections.values())
    for (const { key, value, disputed } of section.entries.values()) {
      if (disputed || value === '' || value.startsWith('\n')) continue
      const sdkName = section.name.replace(/^(profile|sso-session|services) "?([^"]*)"?$/, '$1.$2')
      expectSame(sdk.get(sdkName)?.get(key), value, `${section.name}.${key} in ${shown}`)
    }
  if (document.findings.length > 0) return
  const keysOf = (reading: Reading) => [...reading.values()].flatMap((entries) => [...entries.keys()])
  const nested = keysOf(sdk).filter((key) => key.includes('.'))
  expect(keysOf(sdk).length - nested.length, shown).toBeLessThanOrEqual(keysOf(botocore).length)
}

/** All other sections, and all keys of the user in ours. */
function expectElsewhereUnchanged(before: Seen, after: Seen, shown: string): void {
  const change = `${shown} -> ${JSON.stringify(after.document.text)}`
  expect(after.botocore, change).toBeDefined()
  expectSame(othersIn(after.botocore, before.document), othersIn(before.botocore, before.document), change)
  expectSame(othersIn(after.sdk, undefined), othersIn(before.sdk, undefined), change)
}

/** `original` tells whether the keys in our section that are not ours are the user's, or come with it from [DEFAULT]. */
function othersIn(reading: Reading | undefined, original: CredentialsDocument | undefined): unknown {
  const others = new Map(reading)
  const users = [...(others.get(name) ?? [])].filter(([key]) => !ownKeys.includes(key))
  others.delete(name)
  if (original?.sections.has(name) && !original.sections.has('DEFAULT') && users.length > 0)
    others.set(name, new Map(users))
  return inOrder(others)
}

function oursIn(reading: Reading | undefined): unknown {
  return inOrder(new Map([...(reading?.get(name) ?? [])].filter(([key]) => ownKeys.includes(key))))
}

function sectionsOf({ sections }: CredentialsDocument): Reading {
  const named = [...sections.values()].filter((section) => section.name !== 'DEFAULT')
  return new Map(
    named.map((section) => [
      section.name,
      new Map([...section.entries.values()].map((entry) => [entry.key, entry.value])),
    ]),
  )
}

function sdkSectionsOf({ sdkSections, sections }: CredentialsDocument): Reading {
  const read = new Map<string, Map<string, string>>()
  for (const [section, entries] of sdkSections)
    read.set(section, new Map([...entries].map(([key, { value }]) => [key, value])))
  for (const { name: section, entries, isPlain } of sections.values()) {
    const values = [...entries].filter(([, { value }]) => value !== '')
    if (isPlain && values.length > 0)
      read.set(sdkNameOf(section) ?? '', new Map(values.map(([key, { value }]) => [key, value])))
  }
  return read
}

function inOrder(reading: Reading | ReadonlyMap<string, string>): unknown {
  const entries = [...reading].map(([key, value]) => [
    key,
    typeof value === 'string' ? value : inOrder(value),
  ])
  return entries.sort(([one], [other]) => ((one as string) < (other as string) ? -1 : 1))
}
