// The document against the real readers: botocore in one python3 process, and the AWS SDK for JavaScript.
// A longer run: MFAD_RUNS=100000 MFAD_SEED=1 npx vitest run test/integration/document-readers.test.ts

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CredentialsDocument, parseDocument } from '../../src/core/document.ts'
import { removeSection, setSection } from '../../src/core/document-edit.ts'
import { readAsSdk } from '../../src/core/document-sdk.ts'
import { AppError } from '../../src/core/errors.ts'
import { type Reading, readWithBotocore, readWithSdk, reasonWithoutBotocore } from '../support/aws-readers.ts'
import { iniFile } from '../support/ini-arbitrary.ts'

const runs = Number(process.env.MFAD_RUNS ?? 400)
const seed = Number(process.env.MFAD_SEED ?? Date.now() % 2 ** 31)
const chunk = 5000
const withoutBotocore = reasonWithoutBotocore()
if (withoutBotocore)
  process.stderr.write(`test/integration/document-readers.test.ts is skipped: ${withoutBotocore}\n`)

const name = 'dev-mfa'
const ownKeys = [
  'aws_access_key_id',
  'aws_secret_access_key',
  'aws_session_token',
  'aws_security_token',
  'expiration',
  'region',
  'manager',
  'mfad_key',
]
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
    const counts = { accepted: 0, set: 0, refused: 0, clean: 0 }
    for (let done = 0; done < runs; done += chunk) {
      const numRuns = Math.min(chunk, runs - done)
      await compare(fc.sample(iniFile, { seed: seed + done, numRuns }), counts)
    }
    expect(counts.accepted).toBeGreaterThan(runs * 0.3)
    expect(counts.set).toBeGreaterThan(runs * 0.2)
    if (runs > 1000) process.stderr.write(`${JSON.stringify(counts)}\n`)
  })
})

type Counts = { accepted: number; set: number; refused: number; clean: number }

async function compare(files: readonly Uint8Array[], counts: Counts): Promise<void> {
  const documents = files.map((file) => parseDocument(file))
  const edited = documents.map((document) => edit(document))
  const removed = edited.map(
    (document, index) => document && remove(document, documents[index] as CredentialsDocument),
  )
  const readings = readWithBotocore([
    ...files,
    ...edited.map((document, index) => document?.toBytes() ?? (files[index] as Uint8Array)),
    ...removed.map((document, index) => document?.toBytes() ?? (files[index] as Uint8Array)),
  ])
  for (const [index, file] of files.entries()) {
    const document = documents[index] as CredentialsDocument
    const shown = JSON.stringify(Buffer.from(file).toString('latin1'))
    const reading = readings[index]
    const sdk = await readWithSdk(file)
    counts.accepted = counts.accepted + (reading ? 1 : 0)
    counts.clean = counts.clean + (document.findings.length === 0 ? 1 : 0)
    expect(document.toBytes(), shown).toEqual(file)
    expect(
      document.findings.some(({ rejectsFile }) => rejectsFile),
      `rejected: ${shown}`,
    ).toBe(!reading)
    if (!reading) continue
    expect(plain(sectionsOf(document)), shown).toEqual(plain(reading))
    expect(plain(sdkSectionsOf(document)), shown).toEqual(plain(sdk))
    expectUndisputedToAgree(document, sdk, shown)

    const after = edited[index]
    counts[after ? 'set' : 'refused'] += 1
    if (!after) continue
    const afterShown = `${shown} -> ${JSON.stringify(after.text)}`
    const sdkAfter = await readWithSdk(after.toBytes())
    for (const [before, now] of [
      [reading, readings[files.length + index]],
      [sdk, sdkAfter],
    ]) {
      expect(plain(othersOf(now as Reading)), afterShown).toEqual(plain(othersOf(before as Reading)))
      expect(plain(oursOf(now as Reading)), afterShown).toEqual([...values].sort())
    }
    if (document.sections.has(name))
      expect(plain(usersOf(readings[files.length + index] as Reading)), afterShown).toEqual(
        plain(usersOf(reading)),
      )
    const gone = removed[index]
    if (!gone) continue
    const goneShown = `${afterShown} -> ${JSON.stringify(gone.text)}`
    expect(plain(othersOf(readings[2 * files.length + index] as Reading)), goneShown).toEqual(
      plain(othersOf(reading)),
    )
    if (!document.sections.has(name)) expect(gone.toBytes(), goneShown).toEqual(file)
  }
}

/** The edited document, or undefined where it is refused in the promised way. */
function edit(document: CredentialsDocument): CredentialsDocument | undefined {
  if (document.findings.some(({ rejectsFile }) => rejectsFile)) return undefined
  try {
    return setSection(document, name, ownKeys, values)
  } catch (error) {
    if (error instanceof AppError && error.code === 'file.section-unreadable') return undefined
    throw error
  }
}

/** What was added can always be removed; where our lines stood among others before, it may be refused. */
function remove(edited: CredentialsDocument, original: CredentialsDocument): CredentialsDocument | undefined {
  try {
    return removeSection(edited, name, ownKeys)
  } catch (error) {
    if (original.sections.has(name) && error instanceof AppError && error.code === 'file.section-unreadable')
      return undefined
    throw error
  }
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

function sdkSectionsOf({ sdkSections, text }: CredentialsDocument): Reading {
  const sections = sdkSections ?? readAsSdk(text)
  return new Map(
    [...sections].map(([section, entries]) => [
      section,
      new Map([...entries].map(([key, entry]) => [key, entry.value])),
    ]),
  )
}

/** Where the document says that all readers agree, the SDK does. */
function expectUndisputedToAgree(document: CredentialsDocument, sdk: Reading, shown: string): void {
  for (const section of document.sections.values())
    for (const entry of section.entries.values()) {
      if (entry.disputed || entry.value === '' || entry.value.startsWith('\n')) continue
      const sdkName = section.name.replace(/^(profile|sso-session|services) "?([^"]*)"?$/, '$1.$2')
      expect(sdk.get(sdkName)?.get(entry.key), `${section.name}.${entry.key}: ${shown}`).toBe(entry.value)
    }
}

/** Without our keys, and without what a section of ours inherits from [DEFAULT]. */
function othersOf(reading: Reading): Reading {
  const others = new Map(reading)
  others.delete(name)
  return others
}

function oursOf(reading: Reading): Map<string, string> {
  return new Map([...(reading.get(name) ?? [])].filter(([key]) => ownKeys.includes(key)))
}

function usersOf(reading: Reading): Map<string, string> {
  return new Map([...(reading.get(name) ?? [])].filter(([key]) => !ownKeys.includes(key)))
}

function plain(reading: Reading | Map<string, string>): unknown {
  const entries: [string, unknown][] = [...reading].map(([key, value]) => [
    key,
    typeof value === 'string' ? value : plain(value),
  ])
  return entries.sort(([one], [other]) => (one < other ? -1 : 1)).map(([key, value]) => [key, value])
}
