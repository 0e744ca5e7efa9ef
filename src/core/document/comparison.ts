// Do AWS tools read the same in two documents, apart from our lines? As botocore and as the AWS SDK.

import type { CredentialsDocument, SdkEntry, SdkSections, Section } from './document.ts'
import { linesOf, type OwnKeys, ownKeysIn, textWithoutSections } from './own-lines.ts'
import { sdkNameOf } from './sdk.ts'

/** Do the two differ in nothing but our lines in the named sections? Verifies a file before it replaces another. */
export function changesOnlySections(
  before: CredentialsDocument,
  after: CredentialsDocument,
  names: ReadonlySet<string>,
  ownKeys: OwnKeys,
): boolean {
  const [one, other] = [before, after].map((document) => textWithoutSections(document, names, ownKeys))
  if (one === undefined || one !== other || before.isUtf8 !== after.isUtf8) return false
  return readsTheSameElsewhere(before, after, names, ownKeys)
}

/** `names`: the sections in which our lines may differ. */
function readsTheSameElsewhere(
  before: CredentialsDocument,
  after: CredentialsDocument,
  names: ReadonlySet<string>,
  ownKeys: OwnKeys,
): boolean {
  if (isRejected(after) && !isRejected(before)) return false
  const changed = sectionsThatMayDiffer(before, after, names)
  if (changed === undefined) return false
  for (const [one, other] of changed) if (!sameValues(one.entries, other.entries)) return false
  for (const name of names)
    if (!sameValues(othersIn(before, name, ownKeys), othersIn(after, name, ownKeys))) return false
  const [ones, others] = [changed.map(([one]) => one), changed.map(([, other]) => other)]
  return sameToTheSdk(readBySdk(before, ones, names, ownKeys), readBySdk(after, others, names, ownKeys))
}

/** Do the two differ in nothing but the name of one section? */
export function changesOnlyName(
  before: CredentialsDocument,
  after: CredentialsDocument,
  from: string,
  to: string,
): boolean {
  if (isRejected(after) && !isRejected(before)) return false
  const renamed = (name: string) => (name === from ? to : name)
  const others = [...after.sections.values()]
  const isSameToBotocore = [...before.sections.values()].every(({ name, entries }, index) => {
    const other = others[index]
    return other?.name === renamed(name) && sameValues(entries, other.entries)
  })
  const sdkName = sdkNameOf(from) ?? ''
  const ones = [...readBySdk(before, [...before.sections.values()], new Set(), [])].map(
    ([name, entries]) => [name === sdkName ? (sdkNameOf(to) ?? '') : name, entries] as const,
  )
  return (
    isSameToBotocore &&
    before.sections.size === others.length &&
    sameToTheSdk(new Map(ones), readBySdk(after, others, new Set(), []))
  )
}

function isRejected({ findings }: CredentialsDocument): boolean {
  return findings.some(({ rejectsFile }) => rejectsFile)
}

/** The other sections in pairs, without those of the same plain text: that reads the same wherever it stands.
 * Undefined where their names differ. */
function sectionsThatMayDiffer(
  before: CredentialsDocument,
  after: CredentialsDocument,
  names: ReadonlySet<string>,
): [Section, Section][] | undefined {
  const others = [...after.sections.values()]
  const pairs: [Section, Section][] = []
  let index = 0
  const skipNamed = () => {
    while (index < others.length && names.has(others[index]?.name ?? '')) index++
  }
  for (const one of before.sections.values()) {
    if (one.content === others[index]?.content) {
      index++
      continue
    }
    if (names.has(one.name)) continue
    skipNamed()
    const other = others[index++]
    if (one.name !== other?.name) return undefined
    const isSame =
      one.content === other.content ||
      (one.isPlain && other.isPlain && textOf(before, one) === textOf(after, other))
    if (!isSame) pairs.push([one, other])
  }
  skipNamed()
  return index === others.length ? pairs : undefined
}

function textOf({ text }: CredentialsDocument, { start, end }: Section): string {
  return text.slice(start, end)
}

type Values = ReadonlyMap<string, { value: string }>

function sameValues(ones: Values, others: Values): boolean {
  if (ones.size !== others.size) return false
  for (const [key, { value }] of ones) if (others.get(key)?.value !== value) return false
  return true
}

/** The user's entries in a section of ours, without those of [DEFAULT]: they come and go with the header. */
function othersIn({ sections }: CredentialsDocument, name: string, ownKeys: OwnKeys): Values {
  const defaults = sections.get('DEFAULT')?.entries
  const section = sections.get(name)
  const own = ownKeysIn(section, ownKeys)
  const entries = [...(section?.entries ?? [])]
  return new Map(entries.filter(([key, { line }]) => !own.includes(key) && defaults?.get(key)?.line !== line))
}

function sameToTheSdk(ones: SdkSections, others: SdkSections): boolean {
  if (ones.size !== others.size) return false
  for (const [name, entries] of ones) if (!sameValues(entries, others.get(name) ?? new Map())) return false
  return true
}

/** What the SDK reads in all that is not plain, in the given sections and in the named ones, without our lines. */
function readBySdk(
  document: CredentialsDocument,
  given: readonly Section[],
  names: ReadonlySet<string>,
  ownKeys: OwnKeys,
): SdkSections {
  const named = [...names].flatMap((name) => document.sections.get(name) ?? [])
  const sections = new Map(document.sdkSections)
  for (const section of [...given, ...named])
    if (section.isPlain) setUnlessEmpty(sections, section.name, valuesOf(section))
  for (const name of names) {
    const section = document.sections.get(name)
    const ownLines = new Set(section ? linesOf(document, section, ownKeys).own.map(({ line }) => line) : [])
    const own = ownKeysIn(section, ownKeys)
    const isOurs = (key: string, { line }: SdkEntry) => own.includes(key) || ownLines.has(line)
    const entries = sections.get(sdkNameOf(name) ?? '')
    if (entries)
      setUnlessEmpty(
        sections,
        name,
        [...entries].filter(([key, entry]) => !isOurs(key, entry)),
      )
  }
  return sections
}

/** The SDK knows no keys without a value. */
function valuesOf({ entries }: Section): [string, SdkEntry][] {
  return [...entries].filter(([, { value }]) => value !== '')
}

/** And it knows no sections without keys. */
function setUnlessEmpty(
  sections: Map<string, ReadonlyMap<string, SdkEntry>>,
  name: string,
  entries: readonly [string, SdkEntry][],
): void {
  if (entries.length > 0) sections.set(sdkNameOf(name) ?? '', new Map(entries))
  else sections.delete(sdkNameOf(name) ?? '')
}
