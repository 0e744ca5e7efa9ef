// Do AWS tools read the same in two documents, apart from our lines? As botocore and as the AWS SDK.

import type { CredentialsDocument, Section } from './document.ts'
import { linesOf, textWithoutSections } from './document-own-lines.ts'
import { readAsSdk, type SdkEntry, type SdkSections, sdkNameOf } from './document-sdk.ts'
import { lineEndBefore } from './document-text.ts'

/** Do the two differ in nothing but our lines in the named sections? Verifies a file before it replaces another. */
export function changesOnlySections(
  before: CredentialsDocument,
  after: CredentialsDocument,
  names: ReadonlySet<string>,
  ownKeys: readonly string[],
): boolean {
  const [one, other] = [before, after].map((document) => textWithoutSections(document, names, ownKeys))
  if (one === undefined || other === undefined || before.isUtf8 !== after.isUtf8) return false
  if (one !== other && !(names.size > 1 && withoutLastLineEnd(one) === withoutLastLineEnd(other)))
    return false
  return readsTheSameElsewhere(before, after, names, ownKeys)
}

/** Where a section of ours completed the last line of a file, that line end has to stay while another one follows: so
 * with several sections, which were removed first may decide about the last line end. */
function withoutLastLineEnd(text: string): string {
  return text.slice(0, text.length - lineEndBefore(text, text.length).length)
}

/** `names`: the sections in which our lines may differ. */
function readsTheSameElsewhere(
  before: CredentialsDocument,
  after: CredentialsDocument,
  names: ReadonlySet<string>,
  ownKeys: readonly string[],
): boolean {
  if (isRejected(after) && !isRejected(before)) return false
  if (!sameSections(before, after, names)) return false
  for (const name of names)
    if (!sameValues(othersIn(before, name, ownKeys), othersIn(after, name, ownKeys))) return false
  if (!before.sdkSections && !after.sdkSections) return true
  return sameToTheSdk(before, after, names, ownKeys)
}

function isRejected({ findings }: CredentialsDocument): boolean {
  return findings.some(({ rejectsFile }) => rejectsFile)
}

function sameSections(
  before: CredentialsDocument,
  after: CredentialsDocument,
  names: ReadonlySet<string>,
): boolean {
  const ones = sectionsBut(before, names)
  const others = sectionsBut(after, names)
  const arePlain = !before.sdkSections && !after.sdkSections
  if (ones.length !== others.length) return false
  return ones.every((one, index) => {
    const other = others[index]
    if (other === undefined || one.name !== other.name) return false
    // Plain text reads the same wherever it stands, and comparing it does without the entries.
    if (arePlain && textOf(before, one) === textOf(after, other)) return true
    return sameValues(one.entries, other.entries)
  })
}

function sectionsBut({ sections }: CredentialsDocument, names: ReadonlySet<string>): Section[] {
  return [...sections.values()].filter(({ name }) => !names.has(name))
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

/** The user's entries in a section of ours. Inherited ones come and go with its header. */
function othersIn({ sections }: CredentialsDocument, name: string, ownKeys: readonly string[]): Values {
  const defaults = sections.get('DEFAULT')?.entries
  const entries = [...(sections.get(name)?.entries ?? [])]
  return new Map(
    entries.filter(([key, { line }]) => !ownKeys.includes(key) && defaults?.get(key)?.line !== line),
  )
}

function sameToTheSdk(
  before: CredentialsDocument,
  after: CredentialsDocument,
  names: ReadonlySet<string>,
  ownKeys: readonly string[],
): boolean {
  const ones = sdkSectionsWithoutOurs(before, names, ownKeys)
  const others = sdkSectionsWithoutOurs(after, names, ownKeys)
  if (ones.size !== others.size) return false
  for (const [name, entries] of ones) if (!sameValues(entries, others.get(name) ?? new Map())) return false
  return true
}

function sdkSectionsWithoutOurs(
  document: CredentialsDocument,
  names: ReadonlySet<string>,
  ownKeys: readonly string[],
): SdkSections {
  const sections = new Map(document.sdkSections ?? readAsSdk(document.text))
  for (const name of names) {
    const section = document.sections.get(name)
    const sdkName = sdkNameOf(name) ?? ''
    const entries = sections.get(sdkName)
    if (!entries) continue
    const ownLines = new Set(section ? linesOf(document, section, ownKeys).own.map(({ line }) => line) : [])
    const isOurs = (key: string, { line }: SdkEntry) => ownKeys.includes(key) || ownLines.has(line)
    const others = [...entries].filter(([key, entry]) => !isOurs(key, entry))
    if (others.length > 0) sections.set(sdkName, new Map(others))
    else sections.delete(sdkName)
  }
  return sections
}
