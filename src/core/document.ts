// The credentials file (and the config file) as a lossless document: what botocore reads in it, and every place
// where another AWS tool would read something else.

import { inheritDefaults, readAsBotocore } from './document-botocore.ts'
import { readPlainText } from './document-plain.ts'
import { disputeWhatTheSdkReadsDifferently, readAsSdk, type SdkSections } from './document-sdk.ts'
import { decode, encode } from './document-text.ts'

/** A place where readers disagree. Neither `message` nor `hint` ever holds a value of the file. */
export type Finding = {
  code: `file.${string}`
  /** Counted from 1. */
  line: number
  message: string
  hint: string
  /** botocore (AWS CLI, boto3) rejects the whole file because of it. */
  rejectsFile: boolean
  /** The section it stands in. */
  section?: string
}

/** A value as botocore reads it: a nested block is `\nkey = value\n...`. */
export type Entry = {
  key: string
  value: string
  line: number
  /** Another reader would read something else. */
  disputed: boolean
}

/** `start` and `end` are offsets in the document's text: from the header's line to the next header's. `entries` may be a
 * getter: do not copy a section with a spread. */
export type Section = {
  name: string
  line: number
  entries: ReadonlyMap<string, Entry>
  start: number
  end: number
}

export type CredentialsDocument = {
  /** By name; of a section that stands twice, the first. Entries inherited from `[DEFAULT]` are included, disputed. */
  readonly sections: ReadonlyMap<string, Section>
  /** In line order. */
  readonly findings: readonly Finding[]
  /** The file, one character per UTF-16 unit, or per byte where the file is not UTF-8. */
  readonly text: string
  readonly isUtf8: boolean
  /** What the JavaScript SDK reads; undefined where each line is so plain that it reads what botocore reads. */
  readonly sdkSections: SdkSections | undefined
  toBytes(): Uint8Array
}

/** Reads any bytes, never throws, and loses none: `parseDocument(bytes).toBytes()` is `bytes`. */
export function parseDocument(bytes: Uint8Array): CredentialsDocument {
  const { text, isUtf8 } = decode(bytes)
  return parseText(text, isUtf8)
}

/** The same for text that was decoded before. */
export function parseText(text: string, isUtf8: boolean): CredentialsDocument {
  const toBytes = () => encode({ text, isUtf8 })
  const plainSections = isUtf8 ? readPlainText(text) : undefined
  if (plainSections)
    return { sections: plainSections, findings: [], text, isUtf8, sdkSections: undefined, toBytes }

  const { sections, findings: known, disputedLines } = readAsBotocore(text, isUtf8)
  const sdkSections = readAsSdk(text)
  const findings = [
    ...known,
    ...disputeWhatTheSdkReadsDifferently(sections, sdkSections, known, disputedLines),
  ]
  inheritDefaults({ sections, findings })
  findings.sort((one, other) => one.line - other.line)
  return { sections, findings, text, isUtf8, sdkSections, toBytes }
}
