// Puts a document together: plain sections read by themselves, and what lies between them as botocore and the SDK read
// it. A plain header makes each reader forget what it read before, other than the names of sections; so where no name
// reaches from one to the other, reading the parts is reading the whole.

import type { CredentialsDocument, Section } from './document.ts'
import { inheritDefaults, type Reading, readAsBotocore } from './document-botocore.ts'
import { type Part, splitText } from './document-plain.ts'
import {
  disputeWhatTheSdkReadsDifferently,
  plainNameOf,
  readAsSdk,
  type SdkSections,
} from './document-sdk.ts'

type Readings = Pick<CredentialsDocument, 'sections' | 'findings' | 'sdkSections'>

/** What all readers read in a text, and where they differ. */
export function readText(text: string, isUtf8: boolean): Readings {
  const { plain, odd } = splitText(text)
  const botocore = readAsBotocore(text, isUtf8, odd)
  const sdkSections = readAsSdk(text, odd)
  const byName = new Map(plain.map((section) => [section.name, section]))
  const isApart = plain.length === byName.size && sdkSections && !isAnyShared(byName, botocore, sdkSections)
  return isApart ? withPlain(byName, compared(botocore, sdkSections)) : readLineByLine(text, isUtf8)
}

/** The same without looking for plain sections: slower, and right for every text. */
export function readLineByLine(text: string, isUtf8: boolean): Readings {
  const whole: Part = { start: 0, end: text.length, line: 1 }
  return compared(readAsBotocore(text, isUtf8, [whole]), readAsSdk(text, [whole]) ?? new Map())
}

/** Does what stands outside the plain sections add to one of them, or does [DEFAULT] add to all? */
function isAnyShared(
  plain: ReadonlyMap<string, Section>,
  { sections }: Reading,
  sdkSections: SdkSections,
): boolean {
  const names = [...sections.keys(), ...[...sdkSections.keys()].map(plainNameOf)]
  return sections.has('DEFAULT') || names.some((name) => plain.has(name))
}

function compared({ sections, findings, disputedLines }: Reading, sdkSections: SdkSections): Readings {
  disputeWhatTheSdkReadsDifferently(sections, sdkSections, findings, disputedLines)
  inheritDefaults({ sections, findings })
  findings.sort((one, other) => one.line - other.line)
  return { sections, findings, sdkSections }
}

/** In the order of the file. */
function withPlain(plain: ReadonlyMap<string, Section>, odd: Readings): Readings {
  if (odd.sections.size === 0) return { ...odd, sections: plain }
  const all = [...plain, ...odd.sections].sort(([, one], [, other]) => one.start - other.start)
  return { ...odd, sections: new Map(all) }
}
