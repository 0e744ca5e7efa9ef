// Puts a document together: plain sections read by themselves, and what lies between them as botocore and the SDK read
// it. At a plain header each reader begins anew, and only remembers the names of sections. So reading the parts gives what
// reading the whole gives, unless a name stands in two of them; then the whole is read.

import { inheritDefaults, type Reading, readAsBotocore } from './botocore.ts'
import type { CredentialsDocument, Earlier, Part, SdkSections, Section } from './document.ts'
import { splitText } from './plain.ts'
import { disputeWhatTheSdkReadsDifferently, plainNameOf, readAsSdk, sdkNameOf } from './sdk.ts'
import { decode, encode } from './text.ts'

type Readings = Pick<CredentialsDocument, 'sections' | 'findings' | 'sdkSections' | 'split'>

/** What all readers read in a text, and where they differ. */
export function readText(text: string, isUtf8: boolean, earlier?: Earlier): Readings {
  const split = splitText(text, earlier)
  const { plain, odd } = split
  const reading = readAsBotocore(text, isUtf8, odd)
  const sdkSections = readAsSdk(text, odd)
  const sections = inOrder(plain, [...reading.sections.values()])
  const isApart =
    sdkSections !== undefined &&
    sections.size === plain.length + reading.sections.size &&
    !reading.sections.has('DEFAULT') &&
    [...sdkSections.keys()].every((name) => !sections.get(plainNameOf(name))?.isPlain) &&
    // To the SDK `[profile.dev]` is the plain `[profile dev]`.
    [...reading.sections.keys()].every((name) => !sections.get(plainNameOf(sdkNameOf(name) ?? name))?.isPlain)
  return isApart ? { ...compared(reading, sdkSections), sections, split } : readLineByLine(text, isUtf8)
}

/** The same without looking for plain sections: slower, and right for every text. */
export function readLineByLine(text: string, isUtf8: boolean): Readings {
  const whole: Part = { start: 0, end: text.length, line: 1 }
  const reading = readAsBotocore(text, isUtf8, [whole])
  return { ...compared(reading, readAsSdk(text, [whole]) ?? new Map()), split: undefined }
}

/** By name, in the order of the file. Where a name stands twice there are fewer. */
function inOrder(plain: readonly Section[], odd: readonly Section[]): Map<string, Section> {
  const sections = new Map<string, Section>()
  let next = 0
  for (const section of plain) {
    for (let before = odd[next]; before && before.start < section.start; before = odd[++next])
      sections.set(before.name, before)
    sections.set(section.name, section)
  }
  for (const section of odd.slice(next)) sections.set(section.name, section)
  return sections
}

function compared(
  { sections, findings, disputedLines }: Reading,
  sdkSections: SdkSections,
): Omit<Readings, 'split'> {
  disputeWhatTheSdkReadsDifferently(sections, sdkSections, findings, disputedLines)
  inheritDefaults({ sections, findings })
  findings.sort((one, other) => one.line - other.line)
  return { sections, findings, sdkSections }
}

/**
 * Reads any bytes, never throws, and loses none: `parseDocument(bytes).toBytes()` is `bytes`. `earlier` saves time, and changes
 * nothing else: what stands in both versions is read once, and shared.
 */
export function parseDocument(bytes: Uint8Array, earlier?: Earlier): CredentialsDocument {
  const { text, isUtf8 } = decode(bytes)
  return parseText(text, isUtf8, earlier)
}

/** The same for text that was decoded before. */
export function parseText(text: string, isUtf8: boolean, earlier?: Earlier): CredentialsDocument {
  return { ...readText(text, isUtf8, earlier), text, isUtf8, toBytes: () => encode({ text, isUtf8 }) }
}
