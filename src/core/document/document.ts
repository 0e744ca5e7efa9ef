// The credentials file (and the config file) as a lossless document: what botocore reads in it, and every place
// where another AWS tool would read something else.

import { readText } from './parse.ts'
import type { Earlier, Split } from './plain.ts'
import type { SdkSections } from './sdk.ts'
import { decode, encode } from './text.ts'

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
  /** All readers read the same in it, whatever stands around it. */
  isPlain: boolean
}

export type CredentialsDocument = {
  /** By name; of a section that stands twice, the first. Entries inherited from `[DEFAULT]` are included, disputed. */
  readonly sections: ReadonlyMap<string, Section>
  /** In line order. */
  readonly findings: readonly Finding[]
  /** The file, one character per UTF-16 unit, or per byte where the file is not UTF-8. */
  readonly text: string
  readonly isUtf8: boolean
  /** What the JavaScript SDK reads outside the plain sections. */
  readonly sdkSections: SdkSections
  /** Its plain sections and the rest; undefined where the whole had to be read line by line. */
  readonly split: Split | undefined
  toBytes(): Uint8Array
}

/** Reads any bytes, never throws, and loses none: `parseDocument(bytes).toBytes()` is `bytes`. */
export function parseDocument(bytes: Uint8Array): CredentialsDocument {
  const { text, isUtf8 } = decode(bytes)
  return parseText(text, isUtf8)
}

/** The same for text that was decoded before. `earlier` saves time where most of the text was read before. */
export function parseText(text: string, isUtf8: boolean, earlier?: Earlier): CredentialsDocument {
  return { ...readText(text, isUtf8, earlier), text, isUtf8, toBytes: () => encode({ text, isUtf8 }) }
}
